using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>
/// Decides one cell of an undo: whether the value from before a run may be put back. Pure and total, and the same when the undo is planned
/// and when it is applied. Merge rules have no say: to take a value back is to clear or reverse, which no rule ever does.
/// </summary>
public static class UndoDecider
{
    /// <summary>
    /// Whether a cell under this contract may be undone. Draft, Pending Legal and Suspended may: an undo takes out what must not be there.
    /// A field outside the allowlist, or read-only, is never written, not even to take something back.
    /// </summary>
    public static bool Permits(FieldContract? contract) => contract is { Status: not ContractStatus.ReadOnly, Rule: not MergeRule.ReadOnly };

    /// <summary>Decides <paramref name="field"/> of <paramref name="live"/>.</summary>
    /// <param name="policy">The policy in force.</param>
    /// <param name="live">The record as just read.</param>
    /// <param name="field">The field's API name.</param>
    /// <param name="written">What the run wrote; blank when it cleared the cell.</param>
    /// <param name="before">What the cell held before; blank clears it.</param>
    /// <param name="writtenSince">A later run that wrote the cell again; null when none did.</param>
    public static Decision Decide(PolicySet policy, LiveRecord live, string field, FieldValue written, FieldValue before, Guid? writtenSince = null)
    {
        var cell = new CellKey(live.Key, field);
        var contract = policy.Contract(cell.Record.Connection, cell.Record.Object, field);
        Decision Answer(Verdict verdict, Reason reason, string? waitsFor = null) =>
            new(verdict, verdict == Verdict.Write ? before : FieldValue.Blank, reason, $"{cell.Record.Object}.{field}:undo", policy.Version, null, [], waitsFor);

        if (contract is null)
            return Answer(Verdict.Refuse, Reasons.NotInAllowlist(cell));
        if (!Permits(contract))
            return Answer(Verdict.Refuse, Reasons.ReadOnly(contract));
        switch (live.State)
        {
            case RecordState.Converted:
                return Answer(Verdict.Refuse, Reasons.UndoOfConverted);
            case RecordState.Merged:
                return Answer(Verdict.Refuse, Reasons.UndoOfMerged);
            case RecordState.Deleted:
                return Answer(Verdict.Refuse, Reasons.Deleted);
            case RecordState.Live:
                break;
        }
        // What cannot be seen reads as blank, and blank must not pass for an edit or for a cell that is undone already.
        if (!live.Values.ContainsKey(field))
            return Answer(Verdict.Hold, Reasons.NotVisible(cell), contract.Owner);
        var value = live.Value(field);
        if (value == before)
            return Answer(Verdict.Keep, Reasons.AlreadyUndone);
        if (writtenSince is { } run)
            return Answer(Verdict.Keep, Reasons.WrittenSince(run));
        return value == written ? Answer(Verdict.Write, Reasons.RestoresOld) : Answer(Verdict.Keep, Reasons.EditedSince(live.Version));
    }
}
