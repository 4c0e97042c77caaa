using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Standards;
using ClayAspire.Domain.Writeback;
using ClayAspire.Domain.Tests.Writeback;

namespace ClayAspire.Domain.Tests.Standards;

/// <summary>What a contract's standard does to offers, decisions and their explanation.</summary>
public sealed class StandardInDecisionTests
{
    [Theory]
    [InlineData("  u.s.a. ", "United States")]
    [InlineData("N/A", null)]
    public void An_offer_is_read_in_the_contracts_standard(string raw, string? value)
    {
        Assert.True(Contract("country").TryRead(raw, out var read, out _));
        Assert.Equal(value, read.Text);
    }

    [Fact]
    public void What_the_standard_does_not_know_is_refused_under_its_name_with_the_remedy_and_without_the_value()
    {
        var decision = Decide(MergeRule.FillBlank, null, Samples.Offer(1, "Atlantis"));
        Assert.Equal((Verdict.Refuse, "not-standard"), (decision.Verdict, decision.Reason.Code));
        Assert.Equal("Atlantis", decision.Winner?.Value.Text);
        Assert.Contains("'country'", decision.Reason.Text, StringComparison.Ordinal);
        Assert.Contains("Send the English name", decision.Reason.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Atlantis", decision.Reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_not_standard_does_not_stand_in_the_way_of_one_that_is()
    {
        var decision = Decide(MergeRule.FillBlank, null, Samples.Offer(1, "France", minute: 1), Samples.Offer(2, "Atlantis", minute: 2));
        Assert.Equal((Verdict.Write, "France"), (decision.Verdict, decision.Value.Text));
    }

    [Theory]
    [InlineData(MergeRule.FillBlank)]
    [InlineData(MergeRule.Latest)]
    [InlineData(MergeRule.Ranked)]
    [InlineData(MergeRule.Shadow)]
    public void A_live_value_of_the_same_meaning_is_equal_and_stays_as_it_is(MergeRule rule)
    {
        var decision = Decide(rule, "USA", Samples.Offer(1, "United States"));
        Assert.Equal((Verdict.Keep, "already-equal"), (decision.Verdict, decision.Reason.Code));
        Assert.Equal("United States", decision.Winner?.Value.Text);
    }

    [Theory]
    [InlineData("Atlantis")]
    [InlineData("N/A")]
    [InlineData("Germany")]
    public void Another_live_value_is_there_for_fill_blank_whether_it_is_standard_or_not(string live) =>
        Assert.Equal((Verdict.Keep, "not-blank"), Told(Decide(MergeRule.FillBlank, live, Samples.Offer(1, "United States"))));

    [Fact]
    public void A_lesser_candidate_is_known_again_under_the_spelling_that_the_CRM_gave_it() =>
        Assert.Equal((Verdict.Write, "better-value"), Told(Decide(MergeRule.FillBlank, "FRANCE", Samples.Offer(1, "France", source: "clay", settled: true), Samples.Offer(2, "Germany", source: "pardot"))));

    [Fact]
    public void An_offer_from_before_the_contract_had_its_standard_is_written_in_the_standard()
    {
        var decision = Decide(MergeRule.FillBlank, null, Samples.Offer(1, "usa"));
        Assert.Equal((Verdict.Write, "United States"), (decision.Verdict, decision.Value.Text));
        Assert.Equal("United States", decision.Winner?.Value.Text);
    }

    [Fact]
    public void A_source_that_repeats_itself_in_another_spelling_says_the_same() =>
        Assert.Equal((Verdict.Keep, "decided-before"), Told(Decide(MergeRule.Ranked, "France", Samples.Offer(1, "usa", minute: 1, settled: true), Samples.Offer(2, "U.S.", minute: 2))));

    [Fact]
    public void Length_and_picklist_are_asked_of_the_standard_form()
    {
        Assert.Equal((Verdict.Write, "fills-blank"), Told(Decide(Contract("country") with { MaxLength = 13 }, null, Samples.Offer(1, "The United States of America"))));
        Assert.Equal((Verdict.Refuse, "too-long"), Told(Decide(Contract("country") with { MaxLength = 12 }, null, Samples.Offer(1, "US"))));
        var picklist = Contract("industry") with { Type = FieldType.Picklist, Values = ["Technology"] };
        Assert.Equal((Verdict.Write, "fills-blank"), Told(Decide(picklist, null, Samples.Offer(1, "computer software"))));
        Assert.Equal((Verdict.Refuse, "not-in-picklist"), Told(Decide(picklist, null, Samples.Offer(1, "Hotels"))));
    }

    [Fact]
    public void A_plan_and_an_undo_see_the_live_value_as_it_is()
    {
        var policy = Policy(Contract("country"));
        var live = Samples.Live("USA");
        var restored = UndoDecider.Decide(policy, live, "F", FieldValue.FromCanonical("United States"), FieldValue.Blank);
        Assert.Equal((Verdict.Keep, "edited-since"), Told(restored));
        CellDecider.Decide(policy, Samples.AnyFlow, live, "F", [Samples.Offer(1, "United States")]);
        Assert.Equal("USA", live.Value("F").Text);
    }

    [Fact]
    public void Every_order_and_spelling_of_the_same_offers_gives_the_same_decision()
    {
        string[][] spellings = [["France", "FRANCE", "Frankreich"], ["usa", "United States", "U.S.A."], ["Atlantis", "atlantis", "ATLANTIS"]];
        foreach (var rule in (MergeRule[])[MergeRule.FillBlank, MergeRule.Latest, MergeRule.Ranked, MergeRule.Shadow])
        {
            foreach (var live in (string?[])[null, "frankreich", "USA", "Spain"])
            {
                var decisions = new HashSet<(Verdict, string?, string)>();
                foreach (var a in spellings[0])
                    foreach (var b in spellings[1])
                        foreach (var c in spellings[2])
                        {
                            Candidate[] offers = [Samples.Offer(1, a, 1), Samples.Offer(2, b, 1), Samples.Offer(3, c, 3, "pardot")];
                            foreach (var order in (int[][])[[0, 1, 2], [2, 1, 0], [1, 2, 0]])
                                decisions.Add(Outcome(Decide(rule, live, [.. order.Select(i => offers[i])])));
                        }
                Assert.Single(decisions);
            }
        }
        static (Verdict, string?, string) Outcome(Decision d) => (d.Verdict, d.Value.Text, d.Reason.Code);
    }

    [Fact]
    public void A_refusal_is_explained_and_the_nearest_change_is_a_standard_value()
    {
        var policy = Policy(Contract("country"));
        var offer = Samples.Offer(1, "Atlantis");
        var decision = CellDecider.Decide(policy, Samples.AnyFlow, Samples.Live(null), "F", [offer]);
        var story = CellExplainer.Explain(policy, new CellFacts(new CellKey(Samples.Live(null).Key, "F"), null,
            [new Offer(offer, "any", "settled", Samples.Noon)],
            [new PlanMention(Guid.Empty, "any", "marcom", "sealed", Samples.Noon, FieldValue.Blank, decision, null)], []));
        Assert.Equal(("value-standard", Verdict.Write), (story.Change?.Code, story.Change!.Verdict));
        Assert.Contains("'country'", story.Change.Text, StringComparison.Ordinal);
        Assert.Equal("Source, type, standard, length, picklist", Assert.Single(story.Filters, f => f.Outcome == FilterOutcome.Answered).Name);
        Assert.Equal(CandidateStanding.TurnedAway, story.Candidates[0].Standing);
    }

    [Fact]
    public void What_would_have_altered_a_latest_value_is_another_standard_value()
    {
        var policy = Policy(Contract("country", MergeRule.Latest));
        var offer = Samples.Offer(1, "United States");
        var decision = CellDecider.Decide(policy, Samples.AnyFlow, Samples.Live("Germany"), "F", [offer]);
        var story = CellExplainer.Explain(policy, new CellFacts(new CellKey(Samples.Live(null).Key, "F"), null,
            [new Offer(offer, "any", "settled", Samples.Noon)],
            [new PlanMention(Guid.Empty, "any", "marcom", "sealed", Samples.Noon, FieldValue.FromCanonical("Germany"), decision, null)], []));
        Assert.Equal("later-value", story.Change?.Code);
    }

    private static (Verdict, string) Told(Decision decision) => (decision.Verdict, decision.Reason.Code);

    private static FieldContract Contract(string standard, MergeRule rule = MergeRule.FillBlank) =>
        Samples.PolicyWith(rule).Contracts[0] with { Standard = StandardRegistry.Find(standard) };

    private static PolicySet Policy(FieldContract contract) => new("test", [contract], [Samples.AnyFlow], []);

    private static Decision Decide(MergeRule rule, string? live, params Candidate[] candidates) => Decide(Contract("country", rule), live, candidates);

    private static Decision Decide(FieldContract contract, string? live, params Candidate[] candidates) =>
        CellDecider.Decide(Policy(contract), Samples.AnyFlow, Samples.Live(live), "F", candidates);
}
