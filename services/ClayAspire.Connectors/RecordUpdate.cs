using ClayAspire.Domain.Primitives;

namespace ClayAspire.Connectors;

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

/// <summary>The changes of one record.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="Changes">Changes by field.</param>
public sealed record RecordUpdate(string Id, IReadOnlyDictionary<string, FieldChange> Changes);

/// <summary>What became of one row of an update.</summary>
public abstract record RowOutcome
{
    private RowOutcome()
    {
    }

    /// <summary>The CRM says that it took the row. Only a read-back proves it.</summary>
    public sealed record Accepted : RowOutcome
    {
        /// <summary>The one instance.</summary>
        public static Accepted Instance { get; } = new();
    }

    /// <summary>The CRM refused the row; nothing of it was written.</summary>
    /// <param name="Rule">The row of the error table.</param>
    /// <param name="Code">The CRM's own code.</param>
    /// <param name="Fields">The fields that the CRM blames; may be empty.</param>
    public sealed record Rejected(ErrorRule Rule, string Code, IReadOnlyList<string> Fields) : RowOutcome
    {
        /// <summary>Whether the same row may succeed later without anybody acting.</summary>
        public bool IsRetryable => Rule.Action is ErrorAction.Retry or ErrorAction.Wait;
    }

    /// <summary>The answer was lost: the row may be written or not. Only reading tells.</summary>
    /// <param name="Why">What happened to the answer; a short stable text without personal data.</param>
    /// <param name="MayStillRun">Whether the write may still be under way: nothing came back at all, as after a timeout.</param>
    public sealed record Unknown(string Why, bool MayStillRun) : RowOutcome;
}
