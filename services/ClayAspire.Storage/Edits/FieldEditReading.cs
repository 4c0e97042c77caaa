using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using Npgsql;

namespace ClayAspire.Storage.Edits;

/// <summary>Reads what <see cref="FieldEditStore"/> stored.</summary>
internal static class FieldEditReading
{
    /// <summary>The edit in the columns edited_at, edited_by, editor_id, is_creation, has_values, old_value, new_value, gap_code, gap.</summary>
    /// <param name="r">The row.</param>
    /// <param name="first">The column of edited_at.</param>
    public static LastEdit FieldEdit(this NpgsqlDataReader r, int first)
    {
        var editor = new EditorVerdict(EditorKinds.ByName[r.GetString(first + 1)], r.Gap(first + 7));
        FieldValue? Value(int column) => r.GetBoolean(first + 4) ? FieldValue.FromCanonical(r.TextOrNull(column)) : null;
        return r.GetBoolean(first + 3)
            ? LastEdit.Creation(editor, r.GetString(first + 2), r.At(first))
            : LastEdit.Made(editor, r.GetString(first + 2), r.At(first), Value(first + 5), Value(first + 6));
    }

    /// <summary>Why an editor is not known, in the columns gap_code, gap; null when it is.</summary>
    /// <param name="r">The row.</param>
    /// <param name="column">The column of gap_code.</param>
    public static Reason? Gap(this NpgsqlDataReader r, int column) => r.TextOrNull(column) is { } code ? new Reason(code, r.TextOrNull(column + 1) ?? code) : null;
}
