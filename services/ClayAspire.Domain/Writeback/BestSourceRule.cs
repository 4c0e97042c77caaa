using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>
/// <c>fill-blank</c>, <c>shadow</c> and <c>ranked</c>: the best source, then its latest. All three fill a blank. They differ in what becomes
/// of a value that is there: fill-blank offers to replace only what a known, lesser candidate had put there; shadow never does, for its
/// backup field has the value already; ranked offers to replace any.
/// </summary>
internal sealed class BestSourceRule(MergeRule rule) : IMergeRule
{
    public MergeRule Rule => rule;

    public RuleStrength Strength => RuleStrength.DeterministicAtSeal;

    public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible)
    {
        var winner = CandidateOrder.Best(contract, admissible);
        if (live == winner.Value)
            return MergeAnswer.Keep(winner, Reasons.AlreadyEqual);
        if (live.IsBlank)
            return winner.IsSettled ? MergeAnswer.Keep(winner, Reasons.ChangedSince) : MergeAnswer.Write(winner, Reasons.FillsBlank);
        switch (rule)
        {
            case MergeRule.Shadow:
                return MergeAnswer.Keep(winner, Reasons.KeptInBackup(contract));
            case MergeRule.FillBlank when !Offers(admissible, live):
                return MergeAnswer.Keep(winner, Reasons.NotBlank);
            default:
                if (winner.IsSettled)
                    return MergeAnswer.Keep(winner, Reasons.ChangedSince);
                return SaidBefore(contract, admissible, winner) ? MergeAnswer.Keep(winner, Reasons.DecidedBefore) : MergeAnswer.Overwrite(winner, Reasons.BetterValue);
        }
    }

    /// <summary>
    /// Whether the source had said the same just before, and a plan ended for it: the offer was declined, or what was written was changed since.
    /// A table that is run again every day must not offer it again every day.
    /// </summary>
    private static bool SaidBefore(FieldContract contract, IReadOnlyList<Candidate> admissible, Candidate winner)
    {
        Candidate? before = null;
        foreach (var candidate in admissible)
            if (candidate.Source == winner.Source && candidate.SignalId != winner.SignalId && (before is null || CandidateOrder.ByTime(contract, candidate, before) > 0))
                before = candidate;
        return before is { IsSettled: true } && before.Value == winner.Value;
    }

    private static bool Offers(IReadOnlyList<Candidate> admissible, FieldValue live)
    {
        foreach (var candidate in admissible)
            if (candidate.Value == live)
                return true;
        return false;
    }
}
