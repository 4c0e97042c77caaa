using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>What a merge rule answers: who wins, and whether the winner is written over the live value.</summary>
/// <param name="Winner">The candidate that wins on merit.</param>
/// <param name="IsWrite">Whether its value is to be written; otherwise the live value stays.</param>
/// <param name="Reason">Why.</param>
public readonly record struct MergeAnswer(Candidate Winner, bool IsWrite, Reason Reason);

/// <summary>
/// How candidates of one field become one value: a join over the set of candidates, then set against the live value.
/// A rule states its strength, and <c>clayaspire policy check</c> holds it to that.
/// </summary>
public interface IMergeRule
{
    /// <summary>The rule that policy files name.</summary>
    MergeRule Rule { get; }

    /// <summary>What it promises.</summary>
    RuleStrength Strength { get; }

    /// <summary>Merges candidates that passed every filter.</summary>
    /// <param name="contract">The field's contract.</param>
    /// <param name="live">The live value.</param>
    /// <param name="admissible">At least one; none blank, no signal twice.</param>
    MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible);
}

/// <summary>The merge rules, one for each <see cref="MergeRule"/>. The product uses <see cref="Shipped"/>; a check may be given others.</summary>
public sealed class MergeRules
{
    private readonly IMergeRule[] _rules;

    private MergeRules(IEnumerable<IMergeRule> rules)
    {
        _rules = [.. rules.OrderBy(r => r.Rule)];
        if (!_rules.Select(r => r.Rule).SequenceEqual(Enum.GetValues<MergeRule>()))
            throw new ArgumentException("There must be exactly one rule for each value of MergeRule.", nameof(rules));
    }

    /// <summary>The rules that the product decides by.</summary>
    public static MergeRules Shipped { get; } =
        new([new FlagRule(MergeRule.Union), new FlagRule(MergeRule.SetOnce), new LatestRule(), new FillBlankRule(), new ReadOnlyRule()]);

    /// <summary>Every rule, in the order of <see cref="MergeRule"/>.</summary>
    public IReadOnlyList<IMergeRule> All => _rules;

    /// <summary>The strength that a shipped rule states.</summary>
    public static RuleStrength StrengthOf(MergeRule rule) => Shipped.Of(rule).Strength;

    /// <summary>The rule of that name.</summary>
    public IMergeRule Of(MergeRule rule) => _rules[(int)rule];

    /// <summary>The same rules with one replaced.</summary>
    public MergeRules With(IMergeRule replacement) => new(_rules.Select(r => r.Rule == replacement.Rule ? replacement : r));

    /// <summary>
    /// Compares by time of occurrence. A clock tie goes by content (better source, then value), because signal ids are given
    /// in order of arrival and would let that order decide; the id parts only candidates that offer the same.
    /// </summary>
    private static int ByTime(FieldContract contract, Candidate a, Candidate b)
    {
        var order = a.OccurredAt.CompareTo(b.OccurredAt);
        if (order == 0)
            order = SourceRank(contract, b.Source).CompareTo(SourceRank(contract, a.Source));
        if (order == 0)
            order = string.CompareOrdinal(a.Value.Text, b.Value.Text);
        return order != 0 ? order : a.SignalId.CompareTo(b.SignalId);
    }

    private static int SourceRank(FieldContract contract, string source)
    {
        for (var i = 0; i < contract.Sources.Count; i++)
            if (contract.Sources[i] == source)
                return i;
        return int.MaxValue;
    }

    /// <summary><c>union</c> and <c>set-once</c>: true if any source says true; never unset. They differ in whether a new signal may say it again.</summary>
    private sealed class FlagRule(MergeRule rule) : IMergeRule
    {
        public MergeRule Rule => rule;

        public RuleStrength Strength => RuleStrength.Convergent;

        public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible)
        {
            // The earliest true is the evidence. A candidate is never blank, so each says true.
            var winner = admissible[0];
            var settled = 0;
            foreach (var candidate in admissible)
            {
                if (ByTime(contract, candidate, winner) < 0)
                    winner = candidate;
                if (candidate.IsSettled)
                    settled++;
            }
            if (live == winner.Value)
                return new MergeAnswer(winner, false, Reasons.AlreadySet);
            // Settled before and not set now: somebody unset it on purpose. A union listens to a new signal, a set-once flag does not.
            if (rule == MergeRule.Union ? settled == admissible.Count : settled > 0)
                return new MergeAnswer(winner, false, Reasons.ChangedSince);
            return new MergeAnswer(winner, true, Reasons.SetsFlag);
        }
    }

    /// <summary><c>latest</c>: the latest by time of occurrence, over whatever is there.</summary>
    private sealed class LatestRule : IMergeRule
    {
        public MergeRule Rule => MergeRule.Latest;

        public RuleStrength Strength => RuleStrength.Convergent;

        public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible)
        {
            var winner = admissible[0];
            foreach (var candidate in admissible)
                if (ByTime(contract, candidate, winner) > 0)
                    winner = candidate;
            if (live == winner.Value)
                return new MergeAnswer(winner, false, Reasons.AlreadyEqual);
            return winner.IsSettled ? new MergeAnswer(winner, false, Reasons.ChangedSince) : new MergeAnswer(winner, true, Reasons.LatestValue);
        }
    }

    /// <summary><c>fill-blank</c>: only into a blank live value; the best source, then its latest.</summary>
    private sealed class FillBlankRule : IMergeRule
    {
        public MergeRule Rule => MergeRule.FillBlank;

        public RuleStrength Strength => RuleStrength.DeterministicAtSeal;

        public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible)
        {
            var winner = admissible[0];
            foreach (var candidate in admissible)
            {
                var rank = SourceRank(contract, winner.Source).CompareTo(SourceRank(contract, candidate.Source));
                if (rank > 0 || (rank == 0 && ByTime(contract, candidate, winner) > 0))
                    winner = candidate;
            }
            if (live == winner.Value)
                return new MergeAnswer(winner, false, Reasons.AlreadyEqual);
            if (!live.IsBlank)
                return new MergeAnswer(winner, false, Reasons.NotBlank);
            return winner.IsSettled ? new MergeAnswer(winner, false, Reasons.ChangedSince) : new MergeAnswer(winner, true, Reasons.FillsBlank);
        }
    }

    /// <summary><c>read-only</c>: never written, so nothing that arrives can change it.</summary>
    private sealed class ReadOnlyRule : IMergeRule
    {
        public MergeRule Rule => MergeRule.ReadOnly;

        public RuleStrength Strength => RuleStrength.Convergent;

        public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible) =>
            throw new InvalidOperationException("A read-only contract never reaches its merge rule.");
    }
}
