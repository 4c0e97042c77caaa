using System.Text.Json;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>Small policies and records for backtests: rows of the table "leads" go to Lead.City, Lead.Industry and Lead.Email, bounces to Lead.Bounced.</summary>
internal static class BacktestSamples
{
    public static readonly BacktestWindow March = new(new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 3, 31, 0, 0, 0, TimeSpan.Zero));

    private static long _signals;

    /// <summary>A time in March.</summary>
    public static DateTimeOffset On(int day, int hour = 0, int minute = 0) => new(2026, 3, day, hour, minute, 0, TimeSpan.Zero);

    /// <summary>The policy that the tests vary.</summary>
    public static PolicySet PolicyOf(
        MergeRule city = MergeRule.FillBlank, ContractStatus industry = ContractStatus.PendingLegal, ReleaseMode release = ReleaseMode.Approval,
        string @object = "Lead", bool bounces = true, string version = "now", TimeOnly? dailyAt = null, double? minConfidence = null, Protection cityProtect = Protection.None)
    {
        FieldContract Contract(string field, FieldType type, MergeRule rule, ContractStatus status = ContractStatus.Active) =>
            new("icare", @object, field, type, status, rule, ["clay", "smartlead"], "CRM Admin", null, [], "test") { MinConfidence = minConfidence, Backup = rule == MergeRule.Shadow ? "Backup" : null };
        SourceMapping Mapping(string source, string kind, Dictionary<string, string> columns, Dictionary<string, string> constants) =>
            new(source, "*", [kind], "icare", @object, ["id"], null, [], [], ["at"], columns, constants, [], false) { ConfidenceColumns = ["sure"] };
        return new PolicySet(version,
            [Contract("City", FieldType.Text, city) with { Protect = cityProtect }, Contract("Industry", FieldType.Text, MergeRule.FillBlank, industry), Contract("Email", FieldType.Email, MergeRule.FillBlank),
                Contract("Bounced", FieldType.Checkbox, MergeRule.Union), Contract("Formula", FieldType.Checkbox, MergeRule.ReadOnly, ContractStatus.ReadOnly)],
            [
                new Flow("enrich", ["icare"], ["clay.row"], [new FlowField(@object, "*")], release, "CRM Admin", false, release == ReleaseMode.Approval ? dailyAt ?? new TimeOnly(6, 0) : null, TimeSpan.FromHours(24)),
                new Flow("bounce", ["icare"], bounces ? ["smartlead.bounce"] : [], [new FlowField(@object, "Bounced")], ReleaseMode.Approval, "CRM Admin", false, new TimeOnly(6, 30), TimeSpan.FromHours(24)),
            ],
            [
                Mapping("clay", "clay.row", new() { ["city"] = "City", ["industry"] = "Industry", ["mail"] = "Email" }, []),
                Mapping("smartlead", "smartlead.bounce", [], new() { ["Bounced"] = "true" }),
            ]);
    }

    public static Signal Row(DateTimeOffset at, object payload, DateTimeOffset? occurred = null) =>
        new(Interlocked.Increment(ref _signals), "clay", "clay.row", "leads", JsonSerializer.Serialize(payload), occurred ?? at, at);

    public static Signal Bounce(DateTimeOffset at) =>
        new(Interlocked.Increment(ref _signals), "smartlead", "smartlead.bounce", "*", """{"bounce_class":"hard"}""", at, at);

    /// <summary>A lead of which the mirror knows these values now.</summary>
    public static RecordHistory Lead(string id, object? mirror = null, IEnumerable<Signal>? signals = null, IEnumerable<PlanSighting>? plans = null,
        IEnumerable<KnownWrite>? writes = null, IEnumerable<EarlierOffer>? earlier = null, RecordState state = RecordState.Live)
    {
        var values = JsonSerializer.SerializeToElement(mirror ?? new { }).EnumerateObject()
            .ToDictionary(p => p.Name, p => FieldValue.FromCanonical(p.Value.GetString()), StringComparer.Ordinal);
        return new RecordHistory(new RecordKey("icare", "Lead", id), [.. signals ?? []], [.. plans ?? []], [.. writes ?? []],
            new KnownMirror(state, March.To, "v1", values), [.. earlier ?? []]);
    }

    public static PlanSighting Sealed(DateTimeOffset at, string? old, Verdict verdict = Verdict.Write, string reason = "fills-blank", string field = "City", bool undo = false) =>
        new(field, at, Text(old), verdict, reason, undo);

    public static KnownWrite Wrote(DateTimeOffset at, string? old, string? @new, string field = "City", bool undo = false) => new(field, at, Text(old), Text(@new), undo);

    public static EarlierOffer Earlier(string value, DateTimeOffset occurred, bool settled, string field = "City", string flow = "enrich") =>
        new(field, flow, new Candidate(Interlocked.Increment(ref _signals), "clay", occurred, Text(value), settled));

    /// <summary>An edit of which the history keeps no values, as of a long text.</summary>
    public static KnownEdit Edited(DateTimeOffset at, EditorKind by, string field = "City") => new(field, LastEdit.Made(new EditorVerdict(by), "005000000000001AAA", at, null, null));

    public static KnownEdit Edited(DateTimeOffset at, EditorKind by, string? old, string? @new, string field = "City") =>
        new(field, LastEdit.Made(new EditorVerdict(by), "005000000000001AAA", at, Text(old), Text(@new)));

    public static FieldValue Text(string? text) => FieldValue.FromCanonical(text);
}
