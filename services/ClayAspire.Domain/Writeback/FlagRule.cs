using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary><c>union</c> and <c>set-once</c>: true if any source says true; never unset. They differ in whether a new signal may say it again.</summary>
internal sealed class FlagRule(MergeRule rule) : IMergeRule
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
            if (CandidateOrder.ByTime(contract, candidate, winner) < 0)
                winner = candidate;
            if (candidate.IsSettled)
                settled++;
        }
        if (live == winner.Value)
            return MergeAnswer.Keep(winner, Reasons.AlreadySet);
        // Settled before and not set now: somebody unset it on purpose. A union listens to a new signal, a set-once flag does not.
        if (rule == MergeRule.Union ? settled == admissible.Count : settled > 0)
            return MergeAnswer.Keep(winner, Reasons.ChangedSince);
        return MergeAnswer.Write(winner, Reasons.SetsFlag);
    }
}
