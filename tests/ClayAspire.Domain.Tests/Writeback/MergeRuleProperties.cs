using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using static ClayAspire.Domain.Tests.Writeback.Samples;

namespace ClayAspire.Domain.Tests.Writeback;

/// <summary>
/// What each rule promises (DESIGN section 6), over generated histories: order of arrival, duplicates and batch
/// splits never change what a convergent rule ends with; a deterministic rule decides by the set alone.
/// </summary>
public sealed class MergeRuleProperties
{
    private static readonly MergeRule[] Written = [.. Enum.GetValues<MergeRule>().Except([MergeRule.ReadOnly])];

    /// <summary>A history: which candidates exist, in which order they arrive, and after which arrivals a plan is made and applied.</summary>
    public sealed record History(Candidate[] Candidates, int[] Arrivals, bool[] PlanAfter);

    private static Gen<Candidate[]> Candidates(bool flags) =>
        from count in Gen.Choose(1, 6)
        from minutes in Gen.Choose(0, 3).ArrayOf(count) // few minutes, so that clock ties are common
        from sources in Gen.Elements(Sources).ArrayOf(count)
        from values in Gen.Elements(flags ? ["true"] : new[] { "a", "b", "c" }).ArrayOf(count)
        select Enumerable.Range(0, count).Select(i => Offer(i + 1, values[i], minutes[i], sources[i])).ToArray();

    private static Gen<History> Histories(bool flags) =>
        from candidates in Candidates(flags)
        from order in Gen.Shuffle(Enumerable.Range(0, candidates.Length).ToArray())
        from duplicates in Gen.Choose(0, candidates.Length - 1).ListOf()
        let arrivals = order.Concat(duplicates).ToArray()
        from planAfter in Gen.Elements(true, false).ArrayOf(arrivals.Length)
        select new History(candidates, arrivals, planAfter);

    [Property(MaxTest = 2000)]
    public Property Union_and_set_once_and_latest_converge_whatever_the_history()
    {
        var cases =
            from rule in Gen.Elements(MergeRule.Union, MergeRule.SetOnce, MergeRule.Latest)
            from history in Histories(rule != MergeRule.Latest)
            from live in rule == MergeRule.Latest ? Gen.Elements(null, "a", "z") : Gen.Elements<string?>(null, "true")
            select (rule, history, live);
        return Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var expected = Oracle(c.rule, c.live, c.history.Candidates);
            var final = Play(c.rule, c.live, c.history);
            return (final == expected).Label($"{c.rule}: expected '{expected}', got '{final}'");
        });
    }

    [Property(MaxTest = 1000)]
    public Property Every_rule_decides_by_the_set_not_by_its_order()
    {
        var cases =
            from rule in Gen.Elements(Written)
            from candidates in Candidates(rule is MergeRule.Union or MergeRule.SetOnce)
            from shuffled in Gen.Shuffle(candidates)
            from live in Gen.Elements(null, "true", "a")
            select (rule, candidates, shuffled, live);
        return Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var one = Decide(c.rule, c.live, c.candidates);
            var other = Decide(c.rule, c.live, [.. c.shuffled, .. c.shuffled]);
            return (one.Verdict, one.Value, one.Caution, one.Reason.Code, one.Winner?.SignalId) == (other.Verdict, other.Value, other.Caution, other.Reason.Code, other.Winner?.SignalId);
        });
    }

    [Property(MaxTest = 1000)]
    public Property No_rule_writes_what_is_there_and_only_latest_and_stage_replace_a_value_without_a_named_approval()
    {
        var cases =
            from rule in Gen.Elements(Written)
            from candidates in Candidates(rule is MergeRule.Union or MergeRule.SetOnce)
            from live in rule is MergeRule.Union or MergeRule.SetOnce ? Gen.Elements(null, "true") : Gen.Elements(null, "a", "b")
            select (rule, candidates, live);
        return Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var decision = Decide(c.rule, c.live, c.candidates);
            if (decision.Verdict != Verdict.Write)
                return decision.Value.IsBlank;
            if (c.live is not null && c.rule is (MergeRule.Shadow or MergeRule.Union or MergeRule.SetOnce))
                return false;
            var replaces = c.live is not null && c.rule is not (MergeRule.Latest or MergeRule.Stage);
            return decision.Value.Text != c.live && decision.Caution == (replaces ? Caution.Overwrite : Caution.None);
        });
    }

    /// <summary>The end value said independently of the engine.</summary>
    private static string? Oracle(MergeRule rule, string? live, Candidate[] candidates) => rule switch
    {
        MergeRule.Union or MergeRule.SetOnce => "true",
        MergeRule.Latest => candidates.OrderBy(c => c.OccurredAt).ThenByDescending(c => Array.IndexOf(Sources, c.Source)).ThenBy(c => c.Value.Text, StringComparer.Ordinal).Last().Value.Text,
        _ => live,
    };

    /// <summary>Plays a history through plan and apply, as the worker does: decided candidates are settled.</summary>
    private static string? Play(MergeRule rule, string? live, History history)
    {
        var known = new Dictionary<long, Candidate>();
        for (var i = 0; i <= history.Arrivals.Length; i++)
        {
            var last = i == history.Arrivals.Length;
            if (!last)
                known.TryAdd(history.Candidates[history.Arrivals[i]].SignalId, history.Candidates[history.Arrivals[i]]);
            if ((last || history.PlanAfter[i]) && known.Values.Any(c => !c.IsSettled))
            {
                var decision = Decide(rule, live, [.. known.Values]);
                if (decision.Verdict == Verdict.Write)
                    live = decision.Value.Text;
                foreach (var c in known.Values.ToArray())
                    known[c.SignalId] = c with { IsSettled = true };
            }
        }
        return live;
    }
}
