using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Edits;

/// <summary>
/// The last edit of one field, as the CRM's history of that field tells it. The record's LastModifiedBy never has a say:
/// it is about the record, not the field.
/// </summary>
public sealed record LastEdit
{
    private LastEdit()
    {
    }

    /// <summary>Who made it; <see cref="EditorKind.Unknown"/> when there was none.</summary>
    public EditorKind By { get; private init; }

    /// <summary>When; null when no edit is known, and for what the CRM computes.</summary>
    public DateTimeOffset? At { get; private init; }

    /// <summary>The CRM's id of the user; null when no edit is known.</summary>
    public string? EditorId { get; private init; }

    /// <summary>The value before; null when the history keeps no values (long texts), or has none (creation).</summary>
    public FieldValue? Old { get; private init; }

    /// <summary>The value after; null as for <see cref="Old"/>.</summary>
    public FieldValue? New { get; private init; }

    /// <summary>
    /// Whether it is the record's creation, with no edit of the field since. Whether the field was filled then is not in the history:
    /// the live value says it.
    /// </summary>
    public bool IsCreation { get; private init; }

    /// <summary>Why the editor is not known, with the remedy; null when the history answered in full.</summary>
    public Reason? Gap { get; private init; }

    /// <summary>Whether an edit is known, by whomever.</summary>
    public bool IsEdit => At is not null;

    /// <summary>The history is kept and has no edit of the field.</summary>
    public static LastEdit None { get; } = new();

    /// <summary>The CRM computes the field.</summary>
    public static LastEdit Computed { get; } = new() { By = EditorKind.Automation };

    /// <summary>There is no history to ask.</summary>
    /// <param name="gap">Why, with the remedy.</param>
    public static LastEdit Unavailable(Reason gap) => new() { Gap = gap };

    /// <summary>An edit.</summary>
    /// <param name="editor">Who, and why not known if not.</param>
    /// <param name="editorId">The CRM's id of the user.</param>
    /// <param name="at">When.</param>
    /// <param name="old">The value before; null when it is not kept.</param>
    /// <param name="new">The value after; null when it is not kept.</param>
    public static LastEdit Made(EditorVerdict editor, string editorId, DateTimeOffset at, FieldValue? old, FieldValue? @new) =>
        new() { By = editor.Kind, Gap = editor.Gap, EditorId = editorId, At = at, Old = old, New = @new };

    /// <summary>The record was made, and the field was not edited since.</summary>
    /// <param name="editor">Who, and why not known if not.</param>
    /// <param name="editorId">The CRM's id of the user.</param>
    /// <param name="at">When.</param>
    public static LastEdit Creation(EditorVerdict editor, string editorId, DateTimeOffset at) =>
        new() { By = editor.Kind, Gap = editor.Gap, EditorId = editorId, At = at, IsCreation = true };
}
