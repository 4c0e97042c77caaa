using System.Globalization;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Edits;

/// <summary>Reasons about who edited a field last. Codes are stable; texts name the remedy and never a person's name.</summary>
public static class EditReasons
{
    /// <summary>The code of <see cref="EditedByHuman"/>.</summary>
    public const string EditedByHumanCode = "edited-by-human";

    /// <summary>Codes of holds that end when the CRM's history can be read.</summary>
    public static IReadOnlyList<string> GapCodes { get; } =
        ["history-not-kept", "history-not-tracked", "history-not-visible", "history-not-read", "editor-not-visible", "editor-unlisted"];

    /// <summary>A person made the last edit of a protected field (seed 2: "Skip sync if last_modified_by = sales_user").</summary>
    public static Reason EditedByHuman(CellKey cell, LastEdit edit) => new(EditedByHumanCode,
        $"A person (user {edit.EditorId}) {(edit.IsCreation ? "entered" : "edited")} {Name(cell)} in the CRM at {Time(edit.At)}. The contract protects such edits, so the value is left alone.");

    /// <summary>The object keeps no field history at all.</summary>
    public static Reason NotKept(string @object) => new("history-not-kept",
        $"{@object} has no field history that the integration user can see, so nobody can tell who edited a field of it. Take 'protect: human-edits' out of its contracts where the CRM keeps none (as of campaign members); else give the user read rights on its history.");

    /// <summary>The object has history, the field is not tracked.</summary>
    public static Reason NotTracked(CellKey cell) => new("history-not-tracked",
        $"The CRM keeps no history of {Name(cell)}, so nobody can tell who edited it. Turn on field history tracking for it (Setup, Object Manager, {cell.Record.Object}, Set History Tracking).");

    /// <summary>The integration user cannot read the history.</summary>
    public static Reason NotVisible(string @object) => new("history-not-visible",
        $"The integration user cannot read the field history of {@object}. Give it read rights on {@object} and its history, and the permission View Setup and Configuration.");

    /// <summary>Nobody asked for the history.</summary>
    public static Reason NotRead(CellKey cell) => new("history-not-read",
        $"The last edit of {Name(cell)} was not read, though its contract protects human edits. Make a new plan.");

    /// <summary>The user who made the edit cannot be read.</summary>
    public static Reason EditorNotVisible(string connection, string editorId) => new("editor-not-visible",
        $"The integration user of '{connection}' cannot read user {editorId}, who made the last edit. Give it read rights on User and Profile.");

    /// <summary>Profiles cannot be read, so that a person and a program look alike.</summary>
    public static Reason ProfileNotVisible(string connection) => new("editor-not-visible",
        $"The integration user of '{connection}' cannot read the profiles of users, so a person and a program look alike. Give it read rights on Profile.");

    /// <summary>The policy does not say what kind of user it is.</summary>
    public static Reason EditorUnlisted(string connection, Editor editor) => new("editor-unlisted",
        $"User {editor.Id} of '{connection}' is of type '{editor.UserType ?? "none"}', which editors.yaml does not list. Add it there under people, integrations or automations.");

    /// <summary>The value changed, and the history has no edit after ours.</summary>
    public static Reason NoLaterEdit(CellKey cell) => new("history-has-no-later-edit",
        $"{Name(cell)} changed since our write, and its history has no later edit: the change left no trace there, or the CRM has not written it yet.");

    private static string Name(CellKey cell) => $"{cell.Record.Object}.{cell.Field}";

    private static string Time(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture) : "an unknown time";
}
