using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClayAspire.Domain.Permissions;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Standards;
using ClayAspire.Domain.Writeback;
using Json.Schema;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>The JSON schemas that editors use say what the parser says: the shipped files fit them, and keys and choices are the same.</summary>
public sealed class PolicySchemaTests
{
    private const string Header = "# yaml-language-server: $schema=";

    private static IEnumerable<PolicyFile> All => ShippedPolicy.Files.Concat(ShippedPolicy.CaseFiles);

    public static TheoryData<string> Files => [.. All.Select(f => f.Path).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_shipped_file_names_its_schema_and_fits_it(string path)
    {
        var text = All.Single(f => f.Path == path).Text;
        var first = text.ReplaceLineEndings("\n").Split('\n')[0];
        Assert.StartsWith(Header, first, StringComparison.Ordinal);
        var schema = Path.GetFullPath(first[Header.Length..], Path.Combine(ShippedPolicy.Folder, Path.GetDirectoryName(path)!));
        Assert.Equal(SchemaOf(path), Path.GetFileName(schema));
        var result = JsonSchema.FromText(File.ReadAllText(schema)).Evaluate(ToJson(text), new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(result.IsValid, string.Join('\n', (result.Details ?? []).Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value}"))));
    }

    [Theory]
    [InlineData("contracts.json", "connection: x\nobjects:\n  Lead:\n    City: { type: text, status: Active, rule: fill-blank, owner: CRM Admin, why: w, standard: city, sorces: [clay] }")]
    [InlineData("contracts.json", "connection: x\nobjects:\n  Lead:\n    City: { type: text, status: Active, rule: fill-blank, owner: CRM Admin, why: w }")]
    [InlineData("contracts.json", "connection: x\nobjects:\n  Lead:\n    City: { type: txt, status: Active, rule: fill-blank, owner: CRM Admin, why: w }")]
    [InlineData("flows.json", "flows:\n  f: { release: someday, role: CRM Admin }")]
    public void A_misspelt_key_or_choice_does_not_fit(string schema, string yaml) => Assert.False(Schema(schema).Evaluate(ToJson(yaml)).IsValid);

    [Fact]
    public void Keys_and_choices_are_those_of_the_parser()
    {
        Same(ContractFile.RootKeys, "contracts.json", "properties");
        Same(ContractFile.Keys, "contracts.json", "$defs/contract/properties");
        Same(ContractFile.Types.Keys, "contracts.json", "$defs/contract/properties/type/enum");
        Same(ContractFile.Statuses.Keys, "contracts.json", "$defs/contract/properties/status/enum");
        Same(ContractFile.Rules.Keys, "contracts.json", "$defs/contract/properties/rule/enum");
        Same(ContractFile.Conversions.Keys, "contracts.json", "$defs/contract/properties/on_conversion/enum");
        Same(StandardRegistry.Names, "contracts.json", "$defs/contract/properties/standard/enum");
        Same(FlowFile.RootKeys, "flows.json", "properties");
        Same([.. FlowFile.Keys, .. FlowFile.PlanKeys, .. FlowFile.OtherKeys], "flows.json", "$defs/flow/properties");
        Same(FlowFile.Kinds.Keys, "flows.json", "$defs/flow/properties/kind/enum");
        Same(FlowFile.Releases.Keys, "flows.json", "$defs/flow/properties/release/enum");
        Same(MappingFile.RootKeys, "mapping.json", "properties");
        Same(MappingFile.Keys, "mapping.json", "$defs/mapping/properties");
        Same(MappingFile.ExternalIdKeys, "mapping.json", "$defs/mapping/properties/external_id/additionalProperties/properties");
        Same(LifecycleFile.RootKeys, "lifecycle.json", "properties");
        Same(LifecycleFile.Keys, "lifecycle.json", "$defs/lifecycle/properties");
        Same(LifecycleFile.MoveKeys, "lifecycle.json", "$defs/lifecycle/properties/moves/items/properties");
        Same(EscalationFile.RootKeys, "escalation.json", "properties");
        Same(EscalationFile.Keys, "escalation.json", "properties/escalation/additionalProperties/properties");
        Same(EditorsFile.Protections.Keys, "contracts.json", "$defs/contract/properties/protect/enum");
        Same(EditorsFile.RootKeys, "editors.json", "properties");
        Same(EditorsFile.Keys, "editors.json", "properties/connections/additionalProperties/properties");
        Same(EditorsFile.PeopleKeys, "editors.json", "properties/connections/additionalProperties/properties/people/properties");
        Same(EditorsFile.IntegrationKeys, "editors.json", "properties/connections/additionalProperties/properties/integrations/properties");
        Same(EditorsFile.AutomationKeys, "editors.json", "properties/connections/additionalProperties/properties/automations/properties");
        Same(SuppressionFile.RootKeys, "suppression.json", "properties");
        Same(SuppressionFile.ReasonKeys, "suppression.json", "properties/reasons/additionalProperties/properties");
        Same(SuppressionFile.ObjectKeys, "suppression.json", "$defs/object/properties");
        Same(SuppressionFile.ConditionKeys, "suppression.json", "$defs/object/properties/when/items/properties");
        Same(SuppressionFile.SignalKeys, "suppression.json", "$defs/signal/properties");
        const string expectation = "properties/connections/additionalProperties/properties";
        Same(PermissionFile.RootKeys, "permissions.json", "properties");
        Same(PermissionFile.Keys, "permissions.json", expectation);
        Same(PermissionFile.NamesKeys, "permissions.json", $"{expectation}/system_permissions/properties");
        Same(PermissionFile.NamesKeys, "permissions.json", $"{expectation}/custom_permissions/properties");
        Same(PermissionFile.ObjectKeys, "permissions.json", $"{expectation}/objects/additionalProperties/properties");
        Same(PermissionFile.GbuKeys, "permissions.json", $"{expectation}/gbus/properties");
        Same(PermissionNaming.Rights.Keys, "permissions.json", $"{expectation}/objects/additionalProperties/properties/rights/oneOf/0/enum");
        Same(PermissionNaming.Rights.Keys, "permissions.json", $"{expectation}/objects/additionalProperties/properties/rights/oneOf/1/items/enum");
        Same(PolicyCases.RootKeys, "cases.json", "properties");
        Same(PolicyCases.Keys, "cases.json", "$defs/case/properties");
        Same(PolicyCases.CandidateKeys, "cases.json", "$defs/case/properties/candidates/items/properties");
        Same(PolicyCases.ExpectKeys, "cases.json", "$defs/case/properties/expect/properties");
        Same(CaseEdits.Choices.Keys, "cases.json", "$defs/case/properties/last_edit/enum");
        Same(Enum.GetNames<Verdict>(), "cases.json", "$defs/case/properties/expect/properties/verdict/enum");
    }

    private static void Same(IEnumerable<string> parser, string schema, string path)
    {
        JsonNode node = JsonNode.Parse(File.ReadAllText(Path.Combine(ShippedPolicy.Folder, "schema", schema)))!;
        foreach (var step in path.Split('/'))
            node = (int.TryParse(step, CultureInfo.InvariantCulture, out var index) ? node[index] : node[step]) ?? throw new InvalidOperationException($"{schema} has no {path}.");
        var said = node is JsonArray list ? list.Select(v => v!.GetValue<string>()) : node.AsObject().Select(p => p.Key);
        Assert.Equal(parser.Order(StringComparer.Ordinal), said.Order(StringComparer.Ordinal));
    }

    private static JsonSchema Schema(string name) => JsonSchema.FromText(File.ReadAllText(Path.Combine(ShippedPolicy.Folder, "schema", name)));

    private static string SchemaOf(string path) => (path.Contains('/', StringComparison.Ordinal) ? path.Split('/')[0] : Path.GetFileNameWithoutExtension(path)) + ".json";

    private static JsonElement ToJson(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return JsonSerializer.SerializeToElement(Node(stream.Documents[0].RootNode));
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Node(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Node)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalarNode { Style: ScalarStyle.Plain } number when decimal.TryParse(number.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out var value) => JsonValue.Create(value),
        YamlScalarNode text => JsonValue.Create(text.Value),
        _ => throw new InvalidOperationException($"Unknown YAML node {node.NodeType}."),
    };
}
