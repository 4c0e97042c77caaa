using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Tests.Writeback;

public sealed class CellExplainerTests
{
    private static readonly Guid PlanId = Guid.Parse("0195e000-0000-7000-8000-0000000000a1");
    private static readonly Guid RunId = Guid.Parse("0195e000-0000-7000-8000-0000000000a2");
    private static readonly CellKey Cell = new(Samples.Live(null).Key, "F");

    private static Offer Offered(Candidate c, string state = "settled") => new(c, "any", state, c.OccurredAt.AddMinutes(5));

    private static PlanMention Planned(PolicySet policy, string? old, Candidate[] candidates, ReleaseMention? release = null, int minute = 60) => new(
        PlanId, "any", "marcom", "sealed", Samples.Noon.AddMinutes(minute), FieldValue.FromCanonical(old),
        CellDecider.Decide(policy, Samples.AnyFlow, Samples.Live(old), "F", candidates), release);

    private static CellExplanation Explain(PolicySet policy, CellFacts facts)
    {
        var story = CellExplainer.Explain(policy, facts);
        Assert.Single(story.Filters, f => f.Outcome == FilterOutcome.Answered);
        return story;
    }

    [Fact]
    public void A_held_value_would_have_been_written_under_an_active_contract()
    {
        var policy = Samples.PolicyWith(MergeRule.FillBlank, status: ContractStatus.PendingLegal);
        var offer = Samples.Offer(1, "Rail");
        var story = Explain(policy, new CellFacts(Cell, null, [Offered(offer, "held")], [Planned(policy, null, [offer])], []));
        Assert.Equal("contract-active", story.Change?.Code);
        Assert.Equal(("Write", "Rail"), (story.Change!.Verdict.ToString(), story.Change.Value));
        Assert.Equal("Contract status", story.Filters.Single(f => f.Outcome == FilterOutcome.Answered).Name);
        Assert.Equal(CandidateStanding.NotCompared, story.Candidates[0].Standing);
    }

    [Fact]
    public void Two_changes_are_named_together_when_no_single_one_is_enough()
    {
        var policy = Samples.PolicyWith(MergeRule.FillBlank, status: ContractStatus.PendingLegal);
        var offer = Samples.Offer(1, "Rail");
        var story = Explain(policy, new CellFacts(Cell, null, [Offered(offer, "held")], [Planned(policy, "Wind", [offer])], []));
        Assert.Equal(("contract-active+blank-live-value", 2), (story.Change?.Code, story.Change!.Steps));
    }

    [Fact]
    public void A_value_from_an_unlisted_source_is_turned_away_and_listing_it_would_have_written_it()
    {
        var policy = Samples.PolicyWith(MergeRule.FillBlank);
        var offer = Samples.Offer(1, "Rail", source: "unheard-of");
        var story = Explain(policy, new CellFacts(Cell, null, [Offered(offer)], [Planned(policy, null, [offer])], []));
        Assert.Equal("source-listed", story.Change?.Code);
        Assert.Equal(CandidateStanding.TurnedAway, story.Candidates[0].Standing);
    }

    [Fact]
    public void A_late_arrival_that_happened_earlier_lost_by_its_time()
    {
        var policy = Samples.PolicyWith(MergeRule.Latest);
        Candidate[] both = [Samples.Offer(1, "Interested", minute: 30, settled: true), Samples.Offer(2, "Out Of Office", minute: 10)];
        var story = Explain(policy, new CellFacts(Cell, null, [.. both.Select(c => Offered(c))], [Planned(policy, "Interested", both)], []));
        Assert.Equal(CandidateStanding.Loses, story.Candidates[1].Standing);
        Assert.Contains("Happened earlier", story.Candidates[1].Why, StringComparison.Ordinal);
        Assert.Equal(("later-time", "Out Of Office"), (story.Change?.Code, story.Change!.Value));
    }

    [Fact]
    public void A_lower_source_lost_by_its_rank_and_would_have_won_by_it()
    {
        var policy = Samples.PolicyWith(MergeRule.FillBlank);
        Candidate[] both = [Samples.Offer(1, "Wind", source: "pardot"), Samples.Offer(2, "Rail", minute: 9)];
        var story = Explain(policy, new CellFacts(Cell, null, [.. both.Select(c => Offered(c))], [Planned(policy, null, both)], []));
        Assert.Equal("Source 'clay' ranks below 'pardot'.", story.Candidates[1].Why);
        Assert.Equal(("source-first", "Rail"), (story.Change?.Code, story.Change!.Value));
    }

    [Fact]
    public void A_value_written_by_us_is_told_from_one_that_was_edited_since()
    {
        var policy = Samples.PolicyWith(MergeRule.FillBlank);
        var offer = Samples.Offer(1, "Rail");
        var plan = Planned(policy, null, [offer], new ReleaseMention(true, "crm-admin", Samples.Noon.AddMinutes(70), null, true));
        var run = new RunMention(RunId, PlanId, "verified", default, offer.Value, null, Samples.Noon.AddMinutes(70), Samples.Noon.AddMinutes(71), Samples.Noon.AddMinutes(72), null);
        CellFacts Read(string value) => new(Cell, new MirrorReading(RecordState.Live, FieldValue.FromCanonical(value), true, Samples.Noon.AddDays(1)), [Offered(offer)], [plan], [run]);

        var untouched = Explain(policy, Read("Rail")).Current;
        Assert.Equal((ValueOrigin.WrittenByUs, "crm-admin", RunId), (untouched.Origin, untouched.Approver, untouched.RunId));
        var edited = Explain(policy, Read("Wind"));
        Assert.Equal((ValueOrigin.EditedSince, "Wind", "Rail"), (edited.Current.Origin, edited.Current.Value, edited.Current.OurValue));
        Assert.Equal(["offered", "decided", "released", "sent", "verified", "edited"], edited.Timeline.Select(e => e.Kind));
        Assert.StartsWith("Keep:", edited.Decision.Now, StringComparison.Ordinal);
    }

    [Fact]
    public void A_formula_is_altered_by_nothing()
    {
        var policy = Samples.PolicyWith(MergeRule.ReadOnly, status: ContractStatus.ReadOnly);
        var offer = Samples.Offer(1, "x");
        Assert.Null(Explain(policy, new CellFacts(Cell, null, [Offered(offer)], [Planned(policy, null, [offer])], [])).Change);
    }

    [Fact]
    public void A_decision_of_an_older_policy_says_what_the_policy_in_force_would_do()
    {
        var offer = Samples.Offer(1, "Rail");
        var old = Planned(Samples.PolicyWith(MergeRule.FillBlank, status: ContractStatus.PendingLegal), null, [offer]);
        var facts = new CellFacts(Cell, null, [Offered(offer, "held")], [old with { Decision = old.Decision with { PolicyVersion = "older" } }], []);
        var story = Explain(Samples.PolicyWith(MergeRule.FillBlank), facts);
        Assert.Equal(("policy-in-force", "Rail"), (story.Change?.Code, story.Change!.Value));
        Assert.StartsWith("Write 'Rail'", story.Decision.Now, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cell_has_a_story_whatever_its_rule_status_and_values()
    {
        var cases =
            from rule in Enum.GetValues<MergeRule>()
            from status in Enum.GetValues<ContractStatus>()
            from live in new[] { null, "true", "other" }
            from source in new[] { "clay", "pardot", "unheard-of" }
            from settled in new[] { false, true }
            select (rule, status, live, source, settled);
        foreach (var (rule, status, live, source, settled) in cases)
        {
            var policy = Samples.PolicyWith(rule, rule is MergeRule.Union or MergeRule.SetOnce ? FieldType.Checkbox : FieldType.Text, status);
            Candidate[] both = [Samples.Offer(1, "true", settled: settled), Samples.Offer(2, "true", 3, source)];
            var story = Explain(policy, new CellFacts(Cell, null, [.. both.Select(c => Offered(c))], [Planned(policy, live, both)], []));
            Assert.Equal(2, story.Candidates.Count);
            Assert.False(string.IsNullOrWhiteSpace(story.Story));
            if (story.Decision.Verdict != Verdict.Write && story.Change is { } change)
                Assert.True(change.Verdict is Verdict.Write or Verdict.Keep, change.Text);
        }
    }
}
