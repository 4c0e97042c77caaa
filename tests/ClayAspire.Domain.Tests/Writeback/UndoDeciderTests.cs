using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using static ClayAspire.Domain.Tests.Writeback.Samples;

namespace ClayAspire.Domain.Tests.Writeback;

public sealed class UndoDeciderTests
{
    [Theory]
    [InlineData("new", null, "Write restores-old")]
    [InlineData("new", "old", "Write restores-old")]
    [InlineData("old", "old", "Keep already-undone")]
    [InlineData(null, null, "Keep already-undone")]
    [InlineData("other", null, "Keep edited-since")]
    [InlineData(null, "old", "Keep edited-since")]
    public void The_old_value_is_put_back_only_where_the_cell_still_holds_what_the_run_wrote(string? live, string? before, string expected)
    {
        var decision = Undo(PolicyWith(MergeRule.FillBlank), Live(live), before);
        Assert.Equal(expected, $"{decision.Verdict} {decision.Reason.Code}");
        Assert.Equal(decision.Verdict == Verdict.Write ? before : null, decision.Value.Text);
    }

    [Theory]
    [InlineData(ContractStatus.Active, MergeRule.SetOnce, "restores-old")]
    [InlineData(ContractStatus.Draft, MergeRule.FillBlank, "restores-old")]
    [InlineData(ContractStatus.PendingLegal, MergeRule.FillBlank, "restores-old")]
    [InlineData(ContractStatus.Suspended, MergeRule.Latest, "restores-old")]
    [InlineData(ContractStatus.ReadOnly, MergeRule.FillBlank, "read-only")]
    [InlineData(ContractStatus.Active, MergeRule.ReadOnly, "read-only")]
    public void What_may_no_longer_be_written_may_still_be_taken_out_unless_it_is_read_only(ContractStatus status, MergeRule rule, string code) =>
        Assert.Equal(code, Undo(PolicyWith(rule, status: status), Live("new")).Reason.Code);

    [Fact]
    public void Nothing_outside_the_allowlist_is_ever_written() =>
        Assert.Equal("Refuse not-in-allowlist", Words(Undo(new PolicySet("test", [], [AnyFlow], []), Live("new"))));

    [Theory]
    [InlineData(RecordState.Converted, "Refuse record-converted")]
    [InlineData(RecordState.Merged, "Refuse record-merged")]
    [InlineData(RecordState.Deleted, "Refuse record-deleted")]
    public void A_record_that_is_no_longer_live_is_left_alone(RecordState state, string expected) =>
        Assert.Equal(expected, Words(Undo(PolicyWith(MergeRule.FillBlank), Live("new", state))));

    [Fact]
    public void A_field_that_cannot_be_seen_is_not_taken_for_undone() =>
        Assert.Equal("Hold field-not-visible", Words(Undo(PolicyWith(MergeRule.FillBlank), Live("new") with { Values = new Dictionary<string, FieldValue>() })));

    [Fact]
    public void A_cell_that_a_later_run_wrote_again_belongs_to_that_run()
    {
        var later = Guid.Parse("0190a000-0000-7000-8000-00000000000b");
        var decision = UndoDecider.Decide(PolicyWith(MergeRule.Latest), Live("new"), "F", FieldValue.FromCanonical("new"), FieldValue.Blank, later);
        Assert.Equal("Keep edited-since", Words(decision));
        Assert.Contains(later.ToString("D"), decision.Reason.Text, StringComparison.Ordinal);
    }

    private static Decision Undo(PolicySet policy, LiveRecord live, string? before = null) =>
        UndoDecider.Decide(policy, live, "F", FieldValue.FromCanonical("new"), FieldValue.FromCanonical(before));

    private static string Words(Decision decision) => $"{decision.Verdict} {decision.Reason.Code}";
}
