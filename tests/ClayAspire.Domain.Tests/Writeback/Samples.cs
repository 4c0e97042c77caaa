using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Tests.Writeback;

/// <summary>Small policies, records and candidates for tests.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static readonly string[] Sources = ["pardot", "smartlead", "clay"];

    public static Flow AnyFlow { get; } = new("any", ["icare"], ["clay.row"], [new FlowField("Lead", "*")],
        ReleaseMode.Approval, "CRM Admin", false, null, TimeSpan.FromHours(24));

    public static PolicySet PolicyWith(MergeRule rule, FieldType type = FieldType.Text, ContractStatus status = ContractStatus.Active, int? maxLength = null) =>
        new("test", [new FieldContract("icare", "Lead", "F", type, status, rule, Sources, "CRM Admin", maxLength, [], "test")
        {
            Backup = rule == MergeRule.Shadow ? "Backup" : null,
            Lifecycle = rule == MergeRule.Stage ? Stages : null,
        }], [AnyFlow], []);

    public static Lifecycle Stages { get; } = new("stages", ["a", "b", "c", "true", "other"], [new(null, "a"), new(null, "true"), new("a", "b"), new("b", "c"), new("other", "true")]);

    public static LiveRecord Live(string? value, RecordState state = RecordState.Live) =>
        new(new RecordKey("icare", "Lead", "00Q1"), state, "v1", new Dictionary<string, FieldValue>(StringComparer.Ordinal) { ["F"] = FieldValue.FromCanonical(value) });

    public static Candidate Offer(long id, string value, int minute = 0, string source = "clay", bool settled = false) =>
        new(id, source, Noon.AddMinutes(minute), FieldValue.FromCanonical(value), settled);

    public static Decision Decide(MergeRule rule, string? live, params Candidate[] candidates) =>
        CellDecider.Decide(PolicyWith(rule, rule is MergeRule.Union or MergeRule.SetOnce ? FieldType.Checkbox : FieldType.Text), AnyFlow, Live(live), "F", candidates);
}
