using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>Whether a policy that is newer than a plan's still stands behind its changes. A change elsewhere in the policy does not matter.</summary>
public static class PolicyChange
{
    /// <summary>The reason's code.</summary>
    public const string Code = "policy-changed";

    /// <summary>Checks all approved changes; null when the policy decides each of them as the plan does.</summary>
    public static Reason? Check(ReleasedPlan released, PolicySet policy, Flow flow)
    {
        if (policy.Version == released.Plan.PolicyVersion)
            return null;
        var tally = new PolicyChangeTally(released.Plan.Head, policy, flow);
        foreach (var change in released.Changes)
            tally.Add(change);
        return tally.Result;
    }

    /// <summary>Decides one change anew from the evidence that the plan was sealed on; null when the answer is the same under the same rule.</summary>
    public static Reason? Check(PlanHead plan, PlannedCell cell, PolicySet policy, Flow flow)
    {
        if (policy.Version == plan.PolicyVersion)
            return null;
        var field = cell.Cell.Field;
        // At the seal no person's edit stood in the way; whether one does now, the second check asks the CRM just before writing.
        var asSealed = new LiveRecord(cell.Cell.Record, RecordState.Live, cell.RecordVersion, new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [field] = cell.Old })
            .WithEdit(field, LastEdit.None);
        var now = plan.Kind == PlanKind.Undo
            ? UndoDecider.Decide(policy, asSealed, field, cell.Old, cell.Decision.Value)
            : CellDecider.Decide(policy, flow, asSealed, field, Evidence(cell.Decision));
        if (now.Verdict != cell.Decision.Verdict || now.Value != cell.Decision.Value)
            return new Reason(Code, $"{cell.Cell.Record.Object}.{field} is decided otherwise now ({now.Reason.Code}): {now.Reason.Text}");
        if ((now.Caution & ~cell.Decision.Caution) != Caution.None)
            return new Reason(Code, $"{cell.Cell.Record.Object}.{field} needs a named approval now.");
        return now.RuleId == cell.Decision.RuleId
            ? null
            : new Reason(Code, $"{cell.Cell.Record.Object}.{field} was decided by rule '{cell.Decision.RuleId}'; the rule is '{now.RuleId}' now.");
    }

    private static List<Candidate> Evidence(Decision decision) =>
        [.. decision.Losers.Append(decision.Winner).OfType<Candidate>().Where(c => !c.Value.IsBlank)];
}

/// <summary>Checks approved changes one after the other, so that they need not be in memory together.</summary>
/// <param name="plan">The plan that they belong to.</param>
/// <param name="policy">The policy in force.</param>
/// <param name="flow">The plan's flow under it.</param>
public sealed class PolicyChangeTally(PlanHead plan, PolicySet policy, Flow flow)
{
    private Reason? _first;
    private int _count;

    /// <summary>Checks the next approved change.</summary>
    public void Add(PlannedCell change)
    {
        if (PolicyChange.Check(plan, change, policy, flow) is not { } reason)
            return;
        _first ??= reason;
        _count++;
    }

    /// <summary>Null when the policy decides each of them as the plan does.</summary>
    public Reason? Result => _first is null
        ? null
        : new Reason(PolicyChange.Code, $"The policy changed since the plan was sealed, and no longer stands behind {_count} of its changes. The first: {_first.Text} Make a new plan.");
}
