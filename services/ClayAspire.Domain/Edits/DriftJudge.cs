using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Edits;

/// <summary>A value that a run wrote and read back equal.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="RunId">The run.</param>
/// <param name="Ordinal">Its place in the run.</param>
/// <param name="Written">What was written; blank when it was cleared.</param>
/// <param name="SentAt">When it was sent.</param>
/// <param name="VerifiedAt">When it was read back equal.</param>
public sealed record WrittenCell(CellKey Cell, Guid RunId, int Ordinal, FieldValue Written, DateTimeOffset SentAt, DateTimeOffset VerifiedAt);

/// <summary>What the drift watch found of one cell.</summary>
/// <param name="Write">What we wrote.</param>
/// <param name="Outcome">Whether it is still there.</param>
/// <param name="Seen">What is there; blank when nothing is, or nothing was seen.</param>
/// <param name="By">For <see cref="DriftOutcome.Changed"/>, who changed it; <see cref="EditorKind.Unknown"/> otherwise.</param>
/// <param name="ChangedAt">When, where the history tells.</param>
/// <param name="EditorId">The CRM's id of the user who changed it.</param>
/// <param name="Gap">Why it is not known who changed it; null when it is known, or nothing changed.</param>
public sealed record DriftFinding(WrittenCell Write, DriftOutcome Outcome, FieldValue Seen, EditorKind By, DateTimeOffset? ChangedAt, string? EditorId, Reason? Gap);

/// <summary>Compares what we wrote with what is there, and says who changed it since. Pure.</summary>
public static class DriftJudge
{
    /// <summary>By how much the CRM's clock may run behind ours: an edit that it dates a little before our write may still be later.</summary>
    internal static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>Whether a cell changed; null when it did, and it must be asked who changed it.</summary>
    public static DriftFinding? Unchanged(WrittenCell write, LiveRecord live)
    {
        DriftFinding Found(DriftOutcome outcome, FieldValue seen = default) => new(write, outcome, seen, EditorKind.Unknown, null, null, null);
        if (live.State is RecordState.Deleted or RecordState.Merged)
            return Found(DriftOutcome.Gone);
        if (!live.Values.ContainsKey(write.Cell.Field))
            return Found(DriftOutcome.NotVisible);
        var seen = live.Value(write.Cell.Field);
        return seen == write.Written ? Found(DriftOutcome.Kept, seen) : null;
    }

    /// <summary>Who changed a cell that is not as we wrote it.</summary>
    /// <param name="write">What we wrote.</param>
    /// <param name="live">The record as just read.</param>
    /// <param name="edit">The field's last edit, read after the record.</param>
    public static DriftFinding Changed(WrittenCell write, LiveRecord live, LastEdit edit)
    {
        var seen = live.Value(write.Cell.Field);
        DriftFinding Found(EditorKind by, Reason? gap, LastEdit? known = null) => new(write, DriftOutcome.Changed, seen, by, known?.At, known?.EditorId, gap);
        if (!edit.IsEdit)
            return edit.Gap is { } gap ? Found(EditorKind.Unknown, gap) : edit.By == EditorKind.Automation ? Found(EditorKind.Automation, null) : Found(EditorKind.Unknown, EditReasons.NoLaterEdit(write.Cell));
        // Where the history keeps no values, its time alone tells our write from a later one under our user.
        var isOurWrite = edit.By == EditorKind.Us && (edit.New is { } value ? value == write.Written : edit.At <= write.VerifiedAt + Skew);
        return isOurWrite || edit.IsCreation || edit.At < write.SentAt - Skew
            ? Found(EditorKind.Unknown, EditReasons.NoLaterEdit(write.Cell))
            : Found(edit.By, edit.Gap, edit);
    }
}
