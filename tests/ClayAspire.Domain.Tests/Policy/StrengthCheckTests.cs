using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using Xunit.Abstractions;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>The check of stated strengths finds rules that break theirs, and tells the smallest story of it.</summary>
public sealed class StrengthCheckTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(MergeRule.Union, RuleStrength.Convergent)]
    [InlineData(MergeRule.SetOnce, RuleStrength.Convergent)]
    [InlineData(MergeRule.Latest, RuleStrength.Convergent)]
    [InlineData(MergeRule.FillBlank, RuleStrength.DeterministicAtSeal)]
    [InlineData(MergeRule.ReadOnly, RuleStrength.Convergent)]
    public void A_shipped_rule_holds_the_strength_that_it_states(MergeRule rule, RuleStrength strength)
    {
        Assert.Equal(strength, MergeRules.StrengthOf(rule));
        var result = new StrengthCheck(new RuleBench(rule, MergeRules.Shipped), seed: 3).Run(500);
        output.WriteLine($"{result.Rule} held over {result.Histories} histories");
        Assert.Null(result.CounterExample);
        Assert.True(result.Histories > 5000);
    }

    [Theory]
    [InlineData(MergeRule.Latest)]
    [InlineData(MergeRule.FillBlank)]
    [InlineData(MergeRule.Ranked)]
    [InlineData(MergeRule.Shadow)]
    public void A_shipped_rule_holds_it_over_values_in_many_spellings_of_one_standard_too(MergeRule rule)
    {
        var plain = new StrengthCheck(new RuleBench(rule, MergeRules.Shipped), seed: 3).Run(500);
        var both = StrengthCheck.Run(rule, MergeRules.Shipped, seed: 3, random: 500);
        Assert.Null(both.CounterExample);
        Assert.True(both.Histories >= plain.Histories + 500);
    }

    [Fact]
    public void A_rule_that_breaks_only_where_values_are_standardised_is_found_and_the_standard_named()
    {
        var broken = new BrokenRule(MergeRule.Latest, RuleStrength.Convergent, (contract, offered) => contract.Standard is null
            ? offered.MaxBy(c => (c.OccurredAt, c.Source, c.Value.Text))!
            : offered.MaxBy(c => c.SignalId)!);
        var rules = MergeRules.Shipped.With(broken);
        Assert.Null(new StrengthCheck(new RuleBench(MergeRule.Latest, rules), seed: 3).Run(500).CounterExample);
        var found = StrengthCheck.Run(MergeRule.Latest, rules, seed: 3, random: 500).CounterExample!;
        Assert.Equal(("city", 2), (found.Standard, found.Offers.Count));
        Assert.Contains("The contract brings values to standard 'city'. The CRM value at the start: ", found.ToString(), StringComparison.Ordinal);
        Assert.Contains("the CRM has \"Graz\"", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_lets_arrival_decide_breaks_with_two_candidates_in_two_orders()
    {
        var story = Break(new BrokenRule(MergeRule.Latest, RuleStrength.Convergent, (_, offered) => offered.MaxBy(c => c.SignalId)!));
        Assert.Equal(2, story.Offers.Count);
        Assert.Equal(["#2 arrives: \"b\"", "#1 arrives: \"a\""], story.OrderB.Take(2));
        Assert.Equal(("\"b\"", "\"a\""), (story.EndA, story.EndB));
        var lines = story.ToString().Split('\n');
        Assert.Contains("'latest' states that it is convergent, and is not: the same 2 candidates", lines[0], StringComparison.Ordinal);
        Assert.Matches("^  order A ends with \"b\" +\\| order B ends with \"a\"$", lines[^1].TrimEnd());
    }

    [Fact]
    public void A_tie_that_goes_by_signal_id_is_found_although_only_a_clock_tie_shows_it()
    {
        var story = Break(new BrokenRule(MergeRule.Latest, RuleStrength.Convergent, (_, offered) => offered.MaxBy(c => (c.OccurredAt, c.SignalId))!));
        Assert.Equal(2, story.Offers.Count);
        Assert.All(story.Offers, o => Assert.Contains("12:00", o, StringComparison.Ordinal));
    }

    [Fact]
    public void A_rule_that_fills_blanks_breaks_when_it_states_more_than_it_can_hold()
    {
        var fillBlank = MergeRules.Shipped.Of(MergeRule.FillBlank);
        var story = Break(new RestatedRule(fillBlank, RuleStrength.Convergent));
        Assert.Equal(2, story.Offers.Count);
        Assert.Contains(story.OrderB, s => s.StartsWith("sealed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rule_that_decides_by_arrival_breaks_at_the_seal_too()
    {
        var story = Break(new BrokenRule(MergeRule.FillBlank, RuleStrength.DeterministicAtSeal, (_, offered) => offered.MinBy(c => c.SignalId)!));
        Assert.Equal(2, story.Offers.Count);
        Assert.Contains("decided differently in another order", story.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_forgets_a_late_apply_breaks_by_a_batch_split()
    {
        // Writes only while nothing was settled: the second batch is lost.
        var story = Break(new BrokenRule(MergeRule.Latest, RuleStrength.Convergent, (_, offered) => offered.FirstOrDefault(c => c.IsSettled) ?? offered.MaxBy(c => (c.OccurredAt, c.Value.Text))!));
        Assert.Equal(2, story.Offers.Count);
        Assert.True(story.OrderB.Count(s => s.StartsWith("sealed", StringComparison.Ordinal)) > 1);
    }

    [Fact]
    public void A_rule_that_breaks_only_with_many_candidates_is_found_at_random_and_shrunk()
    {
        // Right up to four candidates, so that no small history shows it.
        var latest = MergeRules.Shipped.Of(MergeRule.Latest);
        var broken = new BrokenRule(MergeRule.Latest, RuleStrength.Convergent, (contract, offered) => offered.Count > 4
            ? offered.MinBy(c => c.SignalId)!
            : latest.Merge(contract, FieldValue.Blank, offered).Winner);
        var story = Break(broken);
        Assert.Equal(5, story.Offers.Count);
        Assert.All(story.Offers, o => Assert.Contains("first", o, StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_seed_finds_the_same_story()
    {
        var broken = new BrokenRule(MergeRule.Latest, RuleStrength.Convergent, (_, offered) => offered.Count > 4 ? offered.MinBy(c => c.SignalId)! : offered.MaxBy(c => (c.OccurredAt, c.Source, c.Value.Text))!);
        Assert.Equal(Break(broken).ToString(), Break(broken).ToString());
    }

    private CounterExample Break(IMergeRule broken)
    {
        var result = new StrengthCheck(new RuleBench(broken.Rule, MergeRules.Shipped.With(broken)), seed: 7).Run(10_000);
        Assert.NotNull(result.CounterExample);
        output.WriteLine(result.CounterExample.ToString());
        return result.CounterExample;
    }

    /// <summary>Picks its winner by a faulty order and writes it over whatever is there.</summary>
    private sealed class BrokenRule(MergeRule rule, RuleStrength strength, Func<FieldContract, IReadOnlyList<Candidate>, Candidate> choose) : IMergeRule
    {
        public MergeRule Rule => rule;

        public RuleStrength Strength => strength;

        public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible)
        {
            var winner = choose(contract, admissible);
            return live == winner.Value ? new MergeAnswer(winner, false, Reasons.AlreadyEqual) : new MergeAnswer(winner, true, Reasons.LatestValue);
        }
    }

    private sealed class RestatedRule(IMergeRule rule, RuleStrength strength) : IMergeRule
    {
        public MergeRule Rule => rule.Rule;

        public RuleStrength Strength => strength;

        public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible) => rule.Merge(contract, live, admissible);
    }
}
