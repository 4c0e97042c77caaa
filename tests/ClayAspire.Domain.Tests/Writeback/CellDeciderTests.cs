using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using static ClayAspire.Domain.Tests.Writeback.Samples;

namespace ClayAspire.Domain.Tests.Writeback;

public sealed class CellDeciderTests
{
    [Theory]
    [InlineData(ContractStatus.Draft, Verdict.Hold, "draft")]
    [InlineData(ContractStatus.PendingLegal, Verdict.Hold, "pending-legal")]
    [InlineData(ContractStatus.Suspended, Verdict.Refuse, "suspended")]
    [InlineData(ContractStatus.ReadOnly, Verdict.Refuse, "read-only")]
    public void Only_an_active_contract_is_written(ContractStatus status, Verdict verdict, string code)
    {
        var decision = CellDecider.Decide(PolicyWith(MergeRule.FillBlank, status: status), AnyFlow, Live(null), "F", [Offer(1, "x")]);
        Assert.Equal((verdict, code), (decision.Verdict, decision.Reason.Code));
        Assert.True(decision.Value.IsBlank);
    }

    [Fact]
    public void A_field_outside_the_allowlist_is_refused_with_its_name()
    {
        var decision = CellDecider.Decide(PolicyWith(MergeRule.FillBlank), AnyFlow, Live(null), "Title", [Offer(1, "x")]);
        Assert.Equal("not-in-allowlist", decision.Reason.Code);
        Assert.Contains("Lead.Title", decision.Reason.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RecordState.Converted, Verdict.Hold)]
    [InlineData(RecordState.Merged, Verdict.Hold)]
    [InlineData(RecordState.Deleted, Verdict.Refuse)]
    public void A_record_that_is_no_longer_live_is_never_written(RecordState state, Verdict verdict) =>
        Assert.Equal(verdict, CellDecider.Decide(PolicyWith(MergeRule.FillBlank), AnyFlow, Live(null, state), "F", [Offer(1, "x")]).Verdict);

    [Fact]
    public void Fill_blank_keeps_a_value_that_is_there()
    {
        Assert.Equal("not-blank", Decide(MergeRule.FillBlank, "sales typed this", Offer(1, "x")).Reason.Code);
        Assert.Equal("already-equal", Decide(MergeRule.FillBlank, "x", Offer(1, "x")).Reason.Code);
    }

    [Fact]
    public void Fill_blank_takes_the_highest_ranked_source_then_the_latest()
    {
        var decision = Decide(MergeRule.FillBlank, null, Offer(1, "late but low", 9), Offer(2, "ranked, early", 1, "smartlead"), Offer(3, "ranked, late", 2, "smartlead"));
        Assert.Equal("ranked, late", decision.Value.Text);
        Assert.Equal([1L, 2L], decision.Losers.Select(l => l.SignalId).Order());
    }

    [Fact]
    public void A_value_that_a_person_cleared_after_we_wrote_it_stays_clear() =>
        Assert.Equal("changed-since", Decide(MergeRule.FillBlank, null, Offer(1, "x", settled: true)).Reason.Code);

    [Fact]
    public void Latest_goes_by_time_of_occurrence_with_ties_by_better_source_then_value_and_never_by_arrival()
    {
        Assert.Equal("b", Decide(MergeRule.Latest, "a", Offer(9, "a", 1), Offer(2, "b", 5)).Value.Text);
        Assert.Equal("b", Decide(MergeRule.Latest, null, Offer(1, "a"), Offer(2, "b")).Value.Text);
        Assert.Equal("b", Decide(MergeRule.Latest, null, Offer(1, "b"), Offer(2, "a")).Value.Text);
        Assert.Equal("a", Decide(MergeRule.Latest, null, Offer(1, "a", source: "smartlead"), Offer(2, "b")).Value.Text);
    }

    [Fact]
    public void A_late_arrival_that_happened_earlier_does_not_undo_a_later_value() =>
        Assert.Equal(Verdict.Keep, Decide(MergeRule.Latest, "b", Offer(1, "b", 5, settled: true), Offer(2, "a", 1)).Verdict);

    [Fact]
    public void A_flag_is_set_once_and_never_again()
    {
        Assert.Equal(Verdict.Write, Decide(MergeRule.SetOnce, null, Offer(1, "true")).Verdict);
        Assert.Equal("already-set", Decide(MergeRule.SetOnce, "true", Offer(2, "true")).Reason.Code);
        Assert.Equal("changed-since", Decide(MergeRule.SetOnce, null, Offer(1, "true", settled: true), Offer(2, "true", 9)).Reason.Code);
    }

    [Fact]
    public void A_union_is_true_if_any_source_says_true_and_a_new_signal_says_it_again()
    {
        Assert.Equal(Verdict.Write, Decide(MergeRule.Union, null, Offer(1, "true", source: "smartlead"), Offer(2, "true")).Verdict);
        Assert.Equal(Verdict.Keep, Decide(MergeRule.Union, "true", Offer(1, "true")).Verdict);
        Assert.Equal(Verdict.Keep, Decide(MergeRule.Union, null, Offer(1, "true", settled: true)).Verdict);
        Assert.Equal(Verdict.Write, Decide(MergeRule.Union, null, Offer(1, "true", settled: true), Offer(2, "true", 9)).Verdict);
    }

    [Fact]
    public void A_bad_candidate_never_stops_a_good_one()
    {
        var policy = PolicyWith(MergeRule.Latest, maxLength: 3);
        var decision = CellDecider.Decide(policy, AnyFlow, Live(null), "F", [Offer(1, "ok"), Offer(2, "too long", 5), Offer(3, "no", 6, "hearsay")]);
        Assert.Equal("ok", decision.Value.Text);
        var refused = CellDecider.Decide(policy, AnyFlow, Live(null), "F", [Offer(2, "too long", 5)]);
        Assert.Equal((Verdict.Refuse, "too-long"), (refused.Verdict, refused.Reason.Code));
        Assert.Equal("source-not-allowed", CellDecider.Decide(policy, AnyFlow, Live(null), "F", [Offer(3, "no", 6, "hearsay")]).Reason.Code);
    }

    [Fact]
    public void A_blank_is_no_candidate() =>
        Assert.Throws<ArgumentException>(() => Decide(MergeRule.FillBlank, "x", new Candidate(1, "clay", Noon, FieldValue.Blank)));

    [Fact]
    public void A_field_that_the_flow_does_not_carry_is_refused()
    {
        var flow = AnyFlow with { Fields = [new FlowField("Lead", "G")] };
        Assert.Equal("not-carried-by-flow", CellDecider.Decide(PolicyWith(MergeRule.FillBlank), flow, Live(null), "F", [Offer(1, "x")]).Reason.Code);
    }
}
