using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Suppression;

/// <summary>Whether a flow leaves a record alone: one met condition or one entry of the list suffices, whichever system it comes from. Pure.</summary>
public static class SuppressionFilter
{
    /// <summary>The answer; null when nothing stops the flow.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="live">The record with its <see cref="LiveRecord.Suppression"/>.</param>
    public static SuppressionAnswer? Check(PolicySet policy, Flow flow, LiveRecord live)
    {
        if (policy.Suppression.For(flow, live.Key.Connection, live.Key.Object) is not { } rules)
            return null;
        var integration = policy.Escalation.First("integration") ?? flow.ReleaseRole;
        if (live.Suppression is not { } facts)
            return new SuppressionAnswer(Verdict.Hold, SuppressionReasons.NotLookedUp(live.Key), integration);
        if (facts.Recorded is { } recorded)
            return recorded;
        var stopping = policy.Suppression.Stopping(flow.Name);
        string? unseen = null;
        foreach (var condition in rules.Conditions)
        {
            if (!stopping.Contains(condition.Means))
                continue;
            if (!facts.Values.TryGetValue(condition.Field, out var value))
                unseen ??= condition.Field;
            else if (condition.Meets(value))
                return new SuppressionAnswer(Verdict.Refuse, SuppressionReasons.ByField(flow, live.Key, condition, value));
        }
        foreach (var listed in facts.Listed)
            if (stopping.Contains(listed.Reason))
                return new SuppressionAnswer(Verdict.Refuse, SuppressionReasons.ByList(flow, listed));
        unseen ??= rules.MatchFields.FirstOrDefault(f => !facts.Values.ContainsKey(f));
        // Of a record that is gone nothing can be seen, and its state answers next.
        return unseen is null || facts.IsWhole || live.State is RecordState.Deleted or RecordState.Merged
            ? null
            : new SuppressionAnswer(Verdict.Hold, SuppressionReasons.FieldNotVisible(live.Key, unseen), integration);
    }
}
