using System.Globalization;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>One case of the policy: an input and the decision it must lead to.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Note">What it shows, in a sentence.</param>
/// <param name="Flow">The flow that the plan is made for.</param>
/// <param name="Object">The object's API name.</param>
/// <param name="Field">The field's API name.</param>
/// <param name="Live">The live value.</param>
/// <param name="Candidates">What the sources offer.</param>
/// <param name="Expected">What must be decided.</param>
public sealed record PolicyCase(
    PolicyPlace Place, string Connection, string Note, string Flow, string Object, string Field, FieldValue Live, IReadOnlyList<Candidate> Candidates, ExpectedDecision Expected)
{
    /// <summary>The last edit of the field; none unless the case says otherwise.</summary>
    public LastEdit Edit { get; init; } = LastEdit.None;

    /// <summary>Values of the record's other fields, by which it may be suppressed; what is absent is blank.</summary>
    public IReadOnlyDictionary<string, FieldValue> Record { get; init; } = new Dictionary<string, FieldValue>(StringComparer.Ordinal);

    /// <summary>Reasons for which the record's address is on the list of suppressed addresses.</summary>
    public IReadOnlyList<string> Listed { get; init; } = [];

    /// <summary>Decides the case. Null when the decision is the expected one.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="rules">The merge rules.</param>
    public PolicyProblem? Run(PolicySet policy, MergeRules rules)
    {
        if (policy.FindFlow(Flow) is not { } flow)
            return Problem($"names the flow '{Flow}', which flows.yaml does not have", $"Choose one of {string.Join(", ", policy.Flows.Select(f => f.Name))}.");
        var live = new LiveRecord(new RecordKey(Connection, Object, "1"), RecordState.Live, "v1",
            new Dictionary<string, FieldValue>(Record, StringComparer.Ordinal) { [Field] = Live })
        {
            Suppression = SuppressionFacts.Assumed(Record, [.. Listed.Select(r => new ListedSuppression(r, PolicyCases.Noon, "a signal"))]),
        }.WithEdit(Field, Edit);
        var decision = CellDecider.Decide(policy, flow, live, Field, Candidates, rules);
        var decided = new ExpectedDecision(decision.Verdict, decision.Value.Text, decision.Reason.Code, decision.WaitsFor, decision.NeedsNamedApproval);
        return decided == Expected
            ? null
            : Problem($"expects {Expected}, but {Object}.{Field} is decided {decided}", "Mend the contract or rule; or, when the policy was meant to change, the case.");
    }

    private PolicyProblem Problem(string what, string remedy) => new(Place.File, Place.Line, $"The case '{Note}' {what}.", remedy);
}

/// <summary>The decision that a case expects.</summary>
/// <param name="Verdict">What is done.</param>
/// <param name="Value">The value written; null unless it is a write.</param>
/// <param name="Reason">The reason's code.</param>
/// <param name="WaitsFor">For a hold, who must act.</param>
/// <param name="IsNamed">Whether only an approval that names the cell releases it.</param>
public sealed record ExpectedDecision(Verdict Verdict, string? Value, string Reason, string? WaitsFor, bool IsNamed = false)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Verdict}{(Value is null ? "" : $" \"{Value}\"")} ({Reason}{(WaitsFor is null ? "" : $", waits for {WaitsFor}")}{(IsNamed ? ", by named approval" : "")})";
}

/// <summary>Reads <c>cases/*.yaml</c>: the one reader for the command line and the tests.</summary>
public static class PolicyCases
{
    internal static readonly string[] RootKeys = ["connection", "cases"];

    internal static readonly string[] Keys = ["note", "flow", "cell", "live", "last_edit", "record", "listed", "candidates", "expect"];

    internal static readonly string[] CandidateKeys = ["source", "value", "minute", "settled", "confidence"];

    internal static readonly string[] ExpectKeys = ["verdict", "value", "reason", "waits_for", "named"];

    /// <summary>Times in cases are minutes after this noon.</summary>
    public static DateTimeOffset Noon { get; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, Verdict> Verdicts = Enum.GetValues<Verdict>().ToDictionary(v => v.ToString(), StringComparer.Ordinal);

    /// <summary>Whether a policy file holds cases.</summary>
    public static bool IsCaseFile(PolicyFile file) => file.Path.StartsWith("cases/", StringComparison.Ordinal);

    /// <summary>Reads all cases; what cannot be read is a problem with file and line.</summary>
    /// <param name="files">Policy files; those outside <c>cases/</c> are left alone.</param>
    public static (IReadOnlyList<PolicyCase> Cases, IReadOnlyList<PolicyProblem> Problems) Parse(IEnumerable<PolicyFile> files)
    {
        var cases = new List<PolicyCase>();
        var problems = new List<PolicyProblem>();
        foreach (var file in files.Where(IsCaseFile).OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var yaml = new YamlReader(file.Path, problems);
            if (yaml.Root(file.Text) is not { } root)
                continue;
            yaml.AllowOnly(root, RootKeys);
            var connection = yaml.Text(root, "connection");
            foreach (var body in yaml.Items(root, "cases"))
            {
                var faults = problems.Count;
                var parsed = ParseCase(yaml, connection, body);
                if (problems.Count == faults)
                    cases.Add(parsed);
            }
        }
        return (cases, problems);
    }

    private static double? Confidence(YamlReader yaml, YamlMappingNode offer)
    {
        if (yaml.OptionalText(offer, "confidence") is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var confidence) && confidence <= 1)
            return confidence;
        yaml.Fault(offer, $"'{text}' is no confidence.", "Write a number from 0 to 1.");
        return null;
    }

    private static PolicyCase ParseCase(YamlReader yaml, string connection, YamlMappingNode body)
    {
        yaml.AllowOnly(body, Keys);
        var cell = yaml.Text(body, "cell");
        var dot = cell.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || dot == cell.Length - 1)
            yaml.Fault(body, $"'{cell}' is no cell.", "Write cell: Object.Field.");
        var candidates = new List<Candidate>();
        foreach (var offer in yaml.Items(body, "candidates"))
        {
            yaml.AllowOnly(offer, CandidateKeys);
            var text = yaml.OptionalText(offer, "minute") ?? "0";
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var minute))
                yaml.Fault(offer, $"'{text}' is no minute.", "Write whole minutes after noon.");
            var value = yaml.Text(offer, "value");
            if (value.Length > 0)
                candidates.Add(new Candidate(candidates.Count + 1, yaml.Text(offer, "source"), Noon.AddMinutes(minute), FieldValue.FromCanonical(value), yaml.Flag(offer, "settled", false))
                {
                    Confidence = Confidence(yaml, offer),
                });
        }
        var expected = new ExpectedDecision(Verdict.Keep, null, "", null);
        if (yaml.Mapping(body, "expect") is { } expect)
        {
            yaml.AllowOnly(expect, ExpectKeys);
            expected = new ExpectedDecision(yaml.Choice(expect, "verdict", Verdicts, Verdict.Keep, required: true),
                yaml.OptionalText(expect, "value"), yaml.Text(expect, "reason"), yaml.OptionalText(expect, "waits_for"), yaml.Flag(expect, "named", false));
        }
        return new PolicyCase(yaml.Place(body), connection, yaml.Text(body, "note"), yaml.Text(body, "flow"),
            dot > 0 ? cell[..dot] : "", dot > 0 ? cell[(dot + 1)..] : "", FieldValue.FromCanonical(yaml.OptionalText(body, "live")), candidates, expected)
        {
            Edit = CaseEdits.Of(yaml, body, connection, cell),
            Record = yaml.TextMap(body, "record").ToDictionary(r => r.Key, r => FieldValue.FromCanonical(r.Value), StringComparer.Ordinal),
            Listed = yaml.Texts(body, "listed"),
        };
    }
}
