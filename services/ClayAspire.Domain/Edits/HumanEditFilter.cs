using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Edits;

/// <summary>What the filter answers.</summary>
/// <param name="Verdict">Keep or hold.</param>
/// <param name="Reason">Why.</param>
/// <param name="WaitsFor">For a hold, who must act.</param>
public sealed record FilterAnswer(Verdict Verdict, Reason Reason, string? WaitsFor);

/// <summary>
/// Keeps what a person edited last in a field whose contract says <c>protect: human-edits</c>. Where nobody can tell who edited it, the cell
/// waits for the contract's owner: a guess either way would overwrite a person, or stop a flow silently.
/// </summary>
public static class HumanEditFilter
{
    /// <summary>Whether the last edit of a field must be known to decide it. A union flag is never unset, so it takes no protection.</summary>
    public static bool Needs(FieldContract? contract) =>
        contract is { Protect: Protection.HumanEdits, Status: ContractStatus.Active, Rule: not (MergeRule.Union or MergeRule.ReadOnly) };

    /// <summary>The filter's answer; null when it lets the cell pass.</summary>
    /// <param name="contract">The field's contract.</param>
    /// <param name="live">The record with its last edits.</param>
    /// <param name="field">The field.</param>
    public static FilterAnswer? Check(FieldContract contract, LiveRecord live, string field)
    {
        if (!Needs(contract))
            return null;
        var cell = new CellKey(live.Key, field);
        if (live.Edits.GetValueOrDefault(field) is not { } edit)
            return new FilterAnswer(Verdict.Hold, EditReasons.NotRead(cell), contract.Owner);
        // Whoever made the record left the field blank, and nobody touched it since.
        if (edit.IsCreation && live.Value(field).IsBlank)
            return null;
        if (edit.Gap is { } gap)
            return new FilterAnswer(Verdict.Hold, gap, contract.Owner);
        return edit.By == EditorKind.Human ? new FilterAnswer(Verdict.Keep, EditReasons.EditedByHuman(cell, edit), null) : null;
    }
}
