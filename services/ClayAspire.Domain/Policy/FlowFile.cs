using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>Reads <c>flows.yaml</c>: which signals lead to which plans, when, and who releases them.</summary>
internal static class FlowFile
{
    public const string Name = "flows.yaml";

    public static readonly string[] RootKeys = ["flows"];

    /// <summary>Keys of every flow.</summary>
    public static readonly string[] Keys = ["kind", "connections", "fields", "role", "why"];

    /// <summary>Keys that only a flow which makes plans has.</summary>
    public static readonly string[] PlanKeys = ["signals", "release", "four_eyes", "staging", "daily_at", "expires_after_hours"];

    /// <summary>Keys that only a flow which makes no plans has.</summary>
    public static readonly string[] OtherKeys = ["cadence"];

    public static readonly IReadOnlyDictionary<string, FlowKind> Kinds = Enum.GetValues<FlowKind>().ToDictionary(Flow.KindName, StringComparer.Ordinal);

    public static readonly IReadOnlyDictionary<string, ReleaseMode> Releases = new Dictionary<string, ReleaseMode>(StringComparer.Ordinal)
    {
        ["approval"] = ReleaseMode.Approval,
        ["pre-authorised"] = ReleaseMode.PreAuthorised,
    };

    public static IEnumerable<Flow> Parse(YamlReader yaml, YamlMappingNode root)
    {
        yaml.AllowOnly(root, RootKeys);
        foreach (var (name, at, body) in yaml.Entries(root, "flows"))
            yield return ParseOne(yaml, name, at, body);
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
                problems.Add(PolicyProblem.At(flow.Place, Name, $"Flow '{flow.Name}' {(flow.MakesPlans ? "carries" : "reads")} {field.Object}.{field.Field}, which has no contract on any of its connections.", "Add the contract first."));
            if (flow.Kind != FlowKind.ReadOnly)
                continue;
            foreach (var contract in contracts.Where(c => c.Rule != MergeRule.ReadOnly && flow.Connections.Contains(c.Connection) && flow.Fields.Any(f => f.Object == c.Object && f.Field == c.Field)))
                problems.Add(PolicyProblem.At(flow.Place, Name, $"Flow '{flow.Name}' only reads, but {contract.Object}.{contract.Field} of '{contract.Connection}' may be written.", "Give the contract rule: read-only, or take the field away here."));
        }
    }

    private static Flow ParseOne(YamlReader yaml, string name, YamlNode at, YamlMappingNode body)
    {
        yaml.AllowOnly(body, [.. Keys, .. PlanKeys, .. OtherKeys]);
        var kind = yaml.Choice(body, "kind", Kinds, FlowKind.Writeback, required: false);
        var makesPlans = kind == FlowKind.Writeback;
        foreach (var key in makesPlans ? OtherKeys : PlanKeys)
            if (yaml.KeyOf(body, key) is { } found)
                yaml.Fault(found, $"Flow '{name}' is of kind '{Flow.KindName(kind)}', which has no '{key}'.", makesPlans
                    ? "Take it away; a flow that makes plans has daily_at, or makes them on demand or at once."
                    : "Take it away; only kind: writeback makes plans.");
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
        return new Flow(name, yaml.Texts(body, "connections"), yaml.Texts(body, "signals"), fields,
            yaml.Choice(body, "release", Releases, ReleaseMode.Approval, required: makesPlans),
            yaml.Text(body, "role"), yaml.Flag(body, "four_eyes", false), dailyAt, TimeSpan.FromHours(expiry))
        {
            Kind = kind,
            Cadence = makesPlans ? null : yaml.Text(body, "cadence"),
            Place = yaml.Place(at),
            Staging = yaml.OptionalText(body, "staging"),
        };
    }
}
