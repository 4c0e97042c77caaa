using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>Reads <c>mapping/*.yaml</c>: column or payload key → field, how the record is found, what an event itself means.</summary>
internal static class MappingFile
{
    public const string Folder = "mapping/";

    public static readonly string[] RootKeys = ["source", "mappings"];

    public static readonly string[] Keys =
    [
        "table", "kinds", "connection", "object", "record_id", "external_id", "email", "campaign", "occurred_at", "confidence", "columns", "constants", "ignore",
        "unlisted_as_fields",
    ];

    public static readonly string[] ExternalIdKeys = ["columns"];

    public static IEnumerable<SourceMapping> Parse(YamlReader yaml, YamlMappingNode root)
    {
        yaml.AllowOnly(root, RootKeys);
        var source = yaml.Text(root, "source");
        foreach (var body in yaml.Items(root, "mappings"))
        {
            yaml.AllowOnly(body, Keys);
            ExternalIdColumns? externalId = null;
            foreach (var (field, columns) in yaml.Mappings(body, "external_id"))
            {
                yaml.AllowOnly(columns, ExternalIdKeys);
                externalId = new ExternalIdColumns(field, yaml.Texts(columns, "columns"));
            }
            yield return new SourceMapping(source, yaml.Text(body, "table", "*"), yaml.Texts(body, "kinds"),
                yaml.Text(body, "connection"), yaml.Text(body, "object"),
                yaml.Texts(body, "record_id"), externalId, yaml.Texts(body, "email"), yaml.Texts(body, "campaign"),
                yaml.Texts(body, "occurred_at"), yaml.TextMap(body, "columns"), yaml.TextMap(body, "constants"),
                yaml.Texts(body, "ignore"), yaml.Flag(body, "unlisted_as_fields", false))
            {
                Place = yaml.Place(body),
                ConfidenceColumns = yaml.Texts(body, "confidence"),
            };
        }
    }

    /// <summary>What no single file can tell.</summary>
    public static void Check(List<PolicyProblem> problems, List<SourceMapping> mappings, List<FieldContract> contracts)
    {
        var connections = contracts.Select(c => c.Connection).ToHashSet(StringComparer.Ordinal);
        foreach (var mapping in mappings.Where(m => !connections.Contains(m.Connection)))
            problems.Add(PolicyProblem.At(mapping.Place, Folder, $"The mapping of source '{mapping.Source}' names connection '{mapping.Connection}', which has no contracts.", "Add contracts/<connection>.yaml or mend the name."));
    }
}
