using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>Reads <c>flows.yaml</c>: which signals lead to which plans, when, and who releases them.</summary>
internal static class FlowFile
{
    public const string Name = "flows.yaml";

    public static readonly string[] RootKeys = ["flows"];

    public static readonly string[] Keys =
        ["connections", "signals", "fields", "release", "role", "four_eyes", "staging", "daily_at", "expires_after_hours", "why"];

    public static readonly IReadOnlyDictionary<string, ReleaseMode> Releases = new Dictionary<string, ReleaseMode>(StringComparer.Ordinal)
    {
        ["approval"] = ReleaseMode.Approval,
        ["pre-authorised"] = ReleaseMode.PreAuthorised,
    };

    public static IEnumerable<Flow> Parse(YamlReader yaml, YamlMappingNode root)
    {
        yaml.AllowOnly(root, RootKeys);
        foreach (var (name, at, body) in yaml.Entries(root, "flows"))
        {
            yaml.AllowOnly(body, Keys);
            var fields = new List<FlowField>();
            foreach (var field in yaml.Texts(body, "fields"))
            {
                var dot = field.IndexOf('.', StringComparison.Ordinal);
                if (dot > 0 && dot < field.Length - 1)
                    fields.Add(new FlowField(field[..dot], field[(dot + 1)..]));
                else
                    yaml.Fault(body, $"'{field}' is no field of a flow.", "Write Object.Field or Object.*.");
            }
            TimeOnly? dailyAt = null;
            if (yaml.OptionalText(body, "daily_at") is { } text)
            {
                if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
                    dailyAt = time;
                else
                    yaml.Fault(body, $"'{text}' is no time of day.", "Write daily_at: \"06:00\" (UTC).");
            }
            var expiry = 24d;
            if (yaml.OptionalText(body, "expires_after_hours") is { } hours
                && (!double.TryParse(hours, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out expiry) || expiry <= 0))
            {
                yaml.Fault(body, "expires_after_hours must be a number above 0.", "Write expires_after_hours: 24.");
                expiry = 24;
            }
            yield return new Flow(name, yaml.Texts(body, "connections"), yaml.Texts(body, "signals"), fields,
                yaml.Choice(body, "release", Releases, ReleaseMode.Approval, required: true),
                yaml.Text(body, "role"), yaml.Flag(body, "four_eyes", false), dailyAt, TimeSpan.FromHours(expiry))
            {
                Place = yaml.Place(at),
                Staging = yaml.OptionalText(body, "staging"),
            };
        }
    }

    /// <summary>What no single file can tell.</summary>
    public static void Check(List<PolicyProblem> problems, List<Flow> flows, List<FieldContract> contracts)
    {
        var connections = contracts.Select(c => c.Connection).ToHashSet(StringComparer.Ordinal);
        foreach (var flow in flows)
        {
            if (flow.Staging is { } staging && !flow.Connections.Contains(staging))
                problems.Add(PolicyProblem.At(flow.Place, Name, $"Flow '{flow.Name}' is to run on '{staging}' first, which is none of its connections.", $"Add '{staging}' to its connections, or choose one of {string.Join(", ", flow.Connections)}."));
            if (flow is { Staging: not null, Release: ReleaseMode.PreAuthorised })
                problems.Add(PolicyProblem.At(flow.Place, Name, $"Flow '{flow.Name}' is pre-authorised and asks for a run on '{flow.Staging}' first; nobody would be there to make it.", "Take 'staging' away, or choose release: approval."));
            foreach (var connection in flow.Connections.Where(c => !connections.Contains(c)))
                problems.Add(PolicyProblem.At(flow.Place, Name, $"Flow '{flow.Name}' names connection '{connection}', which has no contracts.", "Add contracts/<connection>.yaml or mend the name."));
            foreach (var field in flow.Fields.Where(f => f.Field != "*" && !contracts.Exists(c => flow.Connections.Contains(c.Connection) && c.Object == f.Object && c.Field == f.Field)))
                problems.Add(PolicyProblem.At(flow.Place, Name, $"Flow '{flow.Name}' carries {field.Object}.{field.Field}, which has no contract on any of its connections.", "Add the contract first."));
        }
    }
}
