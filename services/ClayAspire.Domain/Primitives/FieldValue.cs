namespace ClayAspire.Domain.Primitives;

/// <summary>
/// A value of one CRM field in canonical text: trimmed text, <c>true</c>, invariant numbers, ISO 8601 UTC times.
/// <see cref="Blank"/> is the one spelling of "nothing there"; for a checkbox, false is blank (DESIGN section 6).
/// </summary>
public readonly record struct FieldValue
{
    private FieldValue(string text) => Text = text;

    /// <summary>Nothing there.</summary>
    public static FieldValue Blank => default;

    /// <summary>The checkbox value true.</summary>
    public static FieldValue True { get; } = new("true");

    /// <summary>The canonical text, or null when blank.</summary>
    public string? Text { get; }

    /// <summary>Whether nothing is there.</summary>
    public bool IsBlank => Text is null;

    /// <summary>Takes text that is canonical already (read back from storage, or made by a <see cref="FieldCodec"/>).</summary>
    public static FieldValue FromCanonical(string? text) => string.IsNullOrEmpty(text) ? Blank : new(text);

    /// <inheritdoc/>
    public override string ToString() => Text ?? "(blank)";
}
