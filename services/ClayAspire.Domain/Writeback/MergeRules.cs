using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>What a merge rule answers: who wins, and whether the winner is written over the live value.</summary>
/// <param name="Winner">The candidate that wins on merit.</param>
/// <param name="IsWrite">Whether its value is to be written; otherwise the live value stays.</param>
/// <param name="Reason">Why.</param>
/// <param name="Caution">Why a write needs a named approval.</param>
public readonly record struct MergeAnswer(Candidate Winner, bool IsWrite, Reason Reason, Caution Caution = Caution.None)
{
    /// <summary>The live value stays.</summary>
    public static MergeAnswer Keep(Candidate winner, Reason reason) => new(winner, false, reason, Caution.None);

    /// <summary>The winner is written.</summary>
    public static MergeAnswer Write(Candidate winner, Reason reason) => new(winner, true, reason, Caution.None);

    /// <summary>The winner is offered as an overwrite, for named approval.</summary>
    public static MergeAnswer Overwrite(Candidate winner, Reason reason) => new(winner, true, reason, Caution.Overwrite);
}

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
        new([
            new FlagRule(MergeRule.Union), new FlagRule(MergeRule.SetOnce), new LatestRule(), new BestSourceRule(MergeRule.FillBlank), new ReadOnlyRule(),
            new BestSourceRule(MergeRule.Ranked), new BestSourceRule(MergeRule.Shadow), new StageRule(),
        ]);

    /// <summary>Every rule, in the order of <see cref="MergeRule"/>.</summary>
    public IReadOnlyList<IMergeRule> All => _rules;

    /// <summary>The strength that a shipped rule states.</summary>
    public static RuleStrength StrengthOf(MergeRule rule) => Shipped.Of(rule).Strength;

    /// <summary>The rule of that name.</summary>
    public IMergeRule Of(MergeRule rule) => _rules[(int)rule];

    /// <summary>The same rules with one replaced.</summary>
    public MergeRules With(IMergeRule replacement) => new(_rules.Select(r => r.Rule == replacement.Rule ? replacement : r));

    /// <summary><c>read-only</c>: never written, so nothing that arrives can change it.</summary>
    private sealed class ReadOnlyRule : IMergeRule
    {
        public MergeRule Rule => MergeRule.ReadOnly;

        public RuleStrength Strength => RuleStrength.Convergent;

        public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible) =>
            throw new InvalidOperationException("A read-only contract never reaches its merge rule.");
    }
}
