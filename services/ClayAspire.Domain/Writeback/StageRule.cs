using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary><c>stage</c>: the latest move asked for, when the lifecycle's table has it. The table is the permission to replace.</summary>
internal sealed class StageRule : IMergeRule
{
    public MergeRule Rule => MergeRule.Stage;

    public RuleStrength Strength => RuleStrength.DeterministicAtSeal;

    public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible)
    {
        var lifecycle = contract.Lifecycle ?? throw new InvalidOperationException($"{contract.RuleId} has no lifecycle; the parser asks for one.");
        var winner = CandidateOrder.Latest(contract, admissible);
        if (live == winner.Value)
            return MergeAnswer.Keep(winner, Reasons.AlreadyEqual);
        if (winner.IsSettled)
            return MergeAnswer.Keep(winner, Reasons.ChangedSince);
        return lifecycle.Allows(live.Text, winner.Value.Text!)
            ? MergeAnswer.Write(winner, Reasons.StageMove)
            : MergeAnswer.Keep(winner, Reasons.MoveNotAllowed(lifecycle, live));
    }
}
