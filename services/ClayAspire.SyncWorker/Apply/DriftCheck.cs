using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;

namespace ClayAspire.SyncWorker.Apply;

/// <summary>The second check: is the cell still as the approver saw it, and would we still decide the same?</summary>
internal static class DriftCheck
{
    /// <summary>Why the cell must not be written now; null when it may.</summary>
    public static Reason? Check(PolicySet policy, Flow flow, Plan plan, RunCellRow cell, LiveRecord live, IReadOnlyCollection<Candidate> candidates)
    {
        if (Drift(plan.Kind, new CellKey(live.Key, cell.Field), FieldValue.FromCanonical(cell.OldValue), live) is { } drift)
            return drift;
        if (PolicyChange.Check(plan.Head, plan.Cells[cell.Ordinal], policy, flow) is { } policyChanged)
            return policyChanged;
        if (plan.Kind == PlanKind.Undo)
        {
            // In the plan of an undo the old value is what the run wrote, and the new one what was there before.
            var undo = UndoDecider.Decide(policy, live, cell.Field, FieldValue.FromCanonical(cell.OldValue), FieldValue.FromCanonical(cell.NewValue));
            return undo.Verdict == Verdict.Write ? null : undo.Reason;
        }
        var decision = CellDecider.Decide(policy, flow, live, cell.Field, candidates);
        if (decision.Verdict == Verdict.Write && decision.Value == FieldValue.FromCanonical(cell.NewValue))
            return null;
        return decision.Verdict == Verdict.Write
            ? new Reason("superseded", "A better candidate came since the plan was sealed. The cell is planned anew.")
            : new Reason("decided-otherwise", $"The policy or the candidates changed since the plan was sealed ({decision.Reason.Code}). The cell is planned anew.");
    }

    /// <summary>Whether the cell is still as the approver saw it: why not, or null when it is.</summary>
    /// <param name="kind">The plan's kind.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="old">The live value when the plan was sealed.</param>
    /// <param name="live">The record as just read.</param>
    public static Reason? Drift(PlanKind kind, CellKey cell, FieldValue old, LiveRecord live)
    {
        if (live.State != RecordState.Live)
            return new Reason("record-changed", $"The record is {live.State} now. The cell is planned anew.");
        if (!live.Values.ContainsKey(cell.Field))
            return new Reason("field-not-visible", $"The integration user can no longer see {cell.Record.Object}.{cell.Field}.");
        if (live.Value(cell.Field) == old)
            return null;
        return new Reason("drifted", kind == PlanKind.Undo
            ? "The CRM value was changed since the undo was sealed. That edit is left alone."
            : "The CRM value was changed since the plan was sealed. The cell is planned anew.");
    }

    /// <summary>The pair of the decider's own filter, checked at the last moment before sending: a broken decider must not reach the CRM.</summary>
    /// <exception cref="InvalidOperationException">A cell is outside what the policy lets this flow write.</exception>
    public static void AssertWritable(PolicySet policy, Flow flow, PlanKind kind, string connection, IEnumerable<RunCellRow> cells)
    {
        foreach (var cell in cells)
        {
            var contract = policy.Contract(connection, cell.Object, cell.Field);
            var permitted = kind == PlanKind.Undo
                ? UndoDecider.Permits(contract)
                : contract is { Status: ContractStatus.Active, Rule: not MergeRule.ReadOnly } && flow.Carries(cell.Object, cell.Field);
            if (!permitted)
                throw new InvalidOperationException($"{connection}: {cell.Object}.{cell.Field} is not open to a {PlanKinds.Of(kind)} in flow '{flow.Name}', and was about to be written. Nothing was sent.");
        }
    }
}
