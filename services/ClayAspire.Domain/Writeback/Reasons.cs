using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>The reasons that the decider gives. Codes are stable: they stand in plans, the ledger, metrics and policy cases.</summary>
public static class Reasons
{
    /// <summary>The field has no contract on this connection (seed: "All other fields are read-only from Clay's perspective").</summary>
    public static Reason NotInAllowlist(CellKey cell) =>
        new("not-in-allowlist", $"{cell.Record.Object}.{cell.Field} has no field contract on '{cell.Record.Connection}'. Add a contract, signed by its owner, if it should be written.");

    /// <summary>The contract is being written.</summary>
    public static Reason Draft(FieldContract contract) =>
        new("draft", $"The contract of {contract.Object}.{contract.Field} is a draft.{Remark(contract)} The value is kept until the owner sends the contract to Legal and the DPO signs it.");

    /// <summary>The contract waits for Legal.</summary>
    public static Reason PendingLegal(FieldContract contract) =>
        new("pending-legal", $"{contract.Object}.{contract.Field} is Pending Legal.{Remark(contract)} The value is kept and is offered again when the DPO signs the contract.");

    /// <summary>The contract is suspended.</summary>
    public static Reason Suspended(FieldContract contract) => contract.Standing?.Suspension is null
        ? new("suspended", $"The contract of {contract.Object}.{contract.Field} is suspended.")
        : new("suspended", $"The contract of {contract.Object}.{contract.Field} is suspended.{Remark(contract)} The value is kept and is offered again when the contract is resumed.");

    /// <summary>A formula, or a field that another system owns.</summary>
    public static Reason ReadOnly(FieldContract contract) =>
        new("read-only", $"{contract.Object}.{contract.Field} is read-only: {contract.Why}");

    /// <summary>The source may not offer values for this field.</summary>
    public static Reason SourceNotAllowed(FieldContract contract, string source) =>
        new("source-not-allowed", $"Source '{source}' is not listed in the contract of {contract.Object}.{contract.Field}.");

    /// <summary>The flow does not carry this field.</summary>
    public static Reason NotCarriedByFlow(Flow flow, CellKey cell) =>
        new("not-carried-by-flow", $"Flow '{flow.Name}' does not carry {cell.Record.Object}.{cell.Field}.");

    /// <summary>The lead was converted, and its contract holds what is offered for it.</summary>
    public static Reason Converted(LiveRecord live) => new("record-converted",
        $"The lead was converted{(live.SuccessorId is { } contact ? $" to contact {contact}" : "")}; a converted lead is read-only. The value is held for a person to carry over to the contact.");

    /// <summary>The record was merged into another that nobody can name.</summary>
    public static Reason Merged { get; } = new("record-merged", "The record was merged; the value is held until it is resolved to the survivor.");

    /// <summary>The record lives on as another, and its values with it.</summary>
    public static Reason LivesOn(LiveRecord live, CellKey next) => live.State == RecordState.Converted
        ? new("record-converted", $"The lead was converted to contact {next.Record.Id}; its contract follows, so the value goes on to {next.Record.Object}.{next.Field} there.")
        : new("record-merged", $"The record was merged into {next.Record.Id}; the value goes on to the survivor.");

    /// <summary>The record is gone.</summary>
    public static Reason Deleted { get; } = new("record-deleted", "The record was deleted in the CRM, or the integration user cannot see it.");

    /// <summary>The value is longer than the field allows.</summary>
    public static Reason TooLong(FieldContract contract, int length) =>
        new("too-long", $"The value has {length} characters; {contract.Object}.{contract.Field} takes {contract.MaxLength}.");

    /// <summary>The value is none of the picklist's.</summary>
    public static Reason NotInPicklist(FieldContract contract) =>
        new("not-in-picklist", $"The value is not in the picklist of {contract.Object}.{contract.Field}: {string.Join(", ", contract.Values)}.");

    /// <summary>The value cannot be read as the field's type.</summary>
    public static Reason WrongType(FieldContract contract) =>
        new("wrong-type", $"The value is no {contract.Type} as {contract.Object}.{contract.Field} needs.");

    /// <summary>The value cannot be written in the contract's standard.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="why">What the standard says, with its remedy.</param>
    public static Reason NotStandard(FieldContract contract, string why) =>
        new("not-standard", $"{contract.Object}.{contract.Field} takes values of standard '{contract.Standard?.Name}' only. {why}");

    /// <summary>There was no candidate left to choose.</summary>
    public static Reason NoCandidate { get; } = new("no-candidate", "No candidate offers a value.");

    /// <summary>The live value is the winning value already.</summary>
    public static Reason AlreadyEqual { get; } = new("already-equal", "The CRM already has this value.");

    /// <summary>The flag is set already and is never set again.</summary>
    public static Reason AlreadySet { get; } = new("already-set", "The flag is set already; it is set once and never unset.");

    /// <summary>The live value is not blank, and the rule only fills blanks.</summary>
    public static Reason NotBlank { get; } = new("not-blank", "The CRM field is not blank; this rule only fills blanks.");

    /// <summary>The winning candidate has had its plan, and the live value was changed since by somebody else.</summary>
    public static Reason ChangedSince { get; } = new("changed-since", "This value was settled before and the CRM value was changed since; it is not written again.");

    /// <summary>A blank is to be filled.</summary>
    public static Reason FillsBlank { get; } = new("fills-blank", "The CRM field is blank.");

    /// <summary>A flag is to be set.</summary>
    public static Reason SetsFlag { get; } = new("sets-flag", "A source says true.");

    /// <summary>A later value replaces an earlier one.</summary>
    public static Reason LatestValue { get; } = new("latest-value", "The latest value by time of occurrence.");

    /// <summary>A better candidate came after a lesser one had been written, or a better source speaks against what is there.</summary>
    public static Reason BetterValue { get; } = new("better-value", "A better candidate than the value in the CRM. To replace that value, an approver must name this cell.");

    /// <summary>The source repeats what had its plan before.</summary>
    public static Reason DecidedBefore { get; } =
        new("decided-before", "The source repeats a value that had its plan before: replacing was declined, or the value was changed since. It is not offered again until the source says something else.");

    /// <summary>Sales own the field, and it is not blank.</summary>
    public static Reason KeptInBackup(FieldContract contract) =>
        new("kept-in-backup", $"{contract.Object}.{contract.Field} is owned by sales and is not blank; the value goes to {contract.Backup} only.");

    /// <summary>The lifecycle's table has the move.</summary>
    public static Reason StageMove { get; } = new("stage-move", "The lifecycle's table has this move.");

    /// <summary>The lifecycle's table does not have the move.</summary>
    public static Reason MoveNotAllowed(Lifecycle lifecycle, FieldValue live)
    {
        var moves = string.Join(", ", lifecycle.From(live.Text));
        return new("move-not-allowed", $"Lifecycle '{lifecycle.Name}' does not have this move. From {live} it has {(moves.Length > 0 ? moves : "none")}.");
    }

    /// <summary>An undo puts the old value back.</summary>
    public static Reason RestoresOld { get; } = new("restores-old", "The cell still holds what the run wrote; the value from before is put back.");

    /// <summary>There is nothing to put back any more.</summary>
    public static Reason AlreadyUndone { get; } = new("already-undone", "The cell already holds the value from before the run.");

    /// <summary>Somebody changed the cell after the run that is undone.</summary>
    /// <param name="version">The record's version mark, which is its time of change where the CRM has one.</param>
    public static Reason EditedSince(string version) =>
        new("edited-since", $"Somebody changed the cell after the run, and that edit is left alone. The record was last changed at {version}; its field history in the CRM says by whom.");

    /// <summary>A later run of ours changed the cell after the run that is undone.</summary>
    public static Reason WrittenSince(Guid run) =>
        new("edited-since", $"Run {run:D} wrote the cell again after the run that is undone. Undo that run first.");

    /// <summary>A converted lead cannot be written.</summary>
    public static Reason UndoOfConverted { get; } = new("record-converted", "The lead was converted since; a converted lead is read-only. Correct the contact by hand.");

    /// <summary>The record that the run wrote lives on in another.</summary>
    public static Reason UndoOfMerged { get; } = new("record-merged", "The record was merged since. Correct the surviving record by hand.");

    /// <summary>The integration user cannot see the field.</summary>
    public static Reason NotVisible(CellKey cell) =>
        new("field-not-visible", $"The integration user cannot see {cell.Record.Object}.{cell.Field}. Give it read and edit rights on the field.");

    private static string Remark(FieldContract contract) => contract.Standing?.Remark is not { } remark ? ""
        : remark.EndsWith('.') ? $" {remark}" : $" {remark}.";
}
