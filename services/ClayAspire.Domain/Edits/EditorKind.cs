namespace ClayAspire.Domain.Edits;

/// <summary>Who changed a field, as far as it matters: by kind, never by name.</summary>
public enum EditorKind
{
    /// <summary>Not known, and not guessed: the object has no history, the field is not tracked, or the user cannot be told.</summary>
    Unknown,

    /// <summary>A person.</summary>
    Human,

    /// <summary>Another program that writes over an API.</summary>
    Integration,

    /// <summary>The CRM itself: a flow, a scheduled job, a formula.</summary>
    Automation,

    /// <summary>The user that we write as.</summary>
    Us,
}

/// <summary>The kinds as they are spelled in tables, metrics and policy cases.</summary>
public static class EditorKinds
{
    /// <summary>Every kind by its spelling.</summary>
    public static IReadOnlyDictionary<string, EditorKind> ByName { get; } =
        Enum.GetValues<EditorKind>().ToDictionary(Name, StringComparer.Ordinal);

    /// <summary>The spelling of a kind, in lower case.</summary>
    public static string Name(EditorKind kind) => kind switch
    {
        EditorKind.Unknown => "unknown",
        EditorKind.Human => "human",
        EditorKind.Integration => "integration",
        EditorKind.Automation => "automation",
        EditorKind.Us => "us",
    };

    /// <summary>The kind as the subject of a sentence, in lower case.</summary>
    public static string Subject(EditorKind kind) => kind switch
    {
        EditorKind.Unknown => "somebody unknown",
        EditorKind.Human => "a person",
        EditorKind.Integration => "another integration",
        EditorKind.Automation => "an automation of the CRM",
        EditorKind.Us => "our own user",
    };
}
