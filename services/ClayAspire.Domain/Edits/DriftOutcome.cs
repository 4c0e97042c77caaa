namespace ClayAspire.Domain.Edits;

/// <summary>What the drift watch found of a value that we wrote and read back.</summary>
public enum DriftOutcome
{
    /// <summary>It is still there.</summary>
    Kept,

    /// <summary>Another value is there, or none.</summary>
    Changed,

    /// <summary>The record was deleted or merged.</summary>
    Gone,

    /// <summary>The integration user cannot see the field any more.</summary>
    NotVisible,
}
