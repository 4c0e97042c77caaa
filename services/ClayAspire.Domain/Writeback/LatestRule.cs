using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary><c>latest</c>: the latest by time of occurrence, over whatever is there.</summary>
internal sealed class LatestRule : IMergeRule
{
    public MergeRule Rule => MergeRule.Latest;

    public RuleStrength Strength => RuleStrength.Convergent;

    public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible)
    {
        var winner = CandidateOrder.Latest(contract, admissible);
        if (live == winner.Value)
            return MergeAnswer.Keep(winner, Reasons.AlreadyEqual);
        return winner.IsSettled ? MergeAnswer.Keep(winner, Reasons.ChangedSince) : MergeAnswer.Write(winner, Reasons.LatestValue);
    }
}
