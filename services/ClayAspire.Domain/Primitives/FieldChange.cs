namespace ClayAspire.Domain.Primitives;

/// <summary>What is done with a field. Clear is said, never implied by a missing or blank value.</summary>
public enum ChangeKind
{
    /// <summary>The field is left as it is.</summary>
    Leave,

    /// <summary>The field takes a value.</summary>
    Set,

    /// <summary>The field is emptied; a checkbox becomes false.</summary>
    Clear,
}

/// <summary>A three-valued change of one field; each channel renders it in its own way.</summary>
public readonly record struct FieldChange
{
    private FieldChange(ChangeKind kind, FieldValue value)
    {
        Kind = kind;
        Value = value;
    }

    /// <summary>Leave the field as it is.</summary>
    public static FieldChange Leave => default;

    /// <summary>Empty the field.</summary>
    public static FieldChange Clear { get; } = new(ChangeKind.Clear, FieldValue.Blank);

    /// <summary>What is done.</summary>
    public ChangeKind Kind { get; }

    /// <summary>The value of a <see cref="ChangeKind.Set"/>; blank otherwise.</summary>
    public FieldValue Value { get; }

    /// <summary>Give the field a value.</summary>
    /// <exception cref="ArgumentException">The value is blank: emptying a field is said with <see cref="Clear"/>.</exception>
    public static FieldChange Set(FieldValue value) => value.IsBlank
        ? throw new ArgumentException("A blank value does not clear a field; say FieldChange.Clear.", nameof(value))
        : new FieldChange(ChangeKind.Set, value);
}
