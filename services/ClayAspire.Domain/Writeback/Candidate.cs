using System.Collections.Frozen;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;

namespace ClayAspire.Domain.Writeback;

/// <summary>A value that a signal offers for one field of one record.</summary>
/// <param name="SignalId">The signal; unique, given in order of arrival; parts only candidates that offer the same.</param>
/// <param name="Source">Where the signal came from, such as <c>clay</c>.</param>
/// <param name="OccurredAt">When it happened at the source, not when it arrived.</param>
/// <param name="Value">What is offered; never blank (a blank offers nothing).</param>
/// <param name="IsSettled">
/// Whether a plan has already ended for it. A settled winner is not written again: when the live value differs, somebody changed it since.
/// </param>
public sealed record Candidate(long SignalId, string Source, DateTimeOffset OccurredAt, FieldValue Value, bool IsSettled = false)
{
    /// <summary>How sure the source is of the value, 0 to 1; null when it does not say.</summary>
    public double? Confidence { get; init; }
}

/// <summary>What became of a record in its CRM.</summary>
public enum RecordState
{
    /// <summary>There, and writable.</summary>
    Live,

    /// <summary>A lead that was converted: read-only for ever.</summary>
    Converted,

    /// <summary>Merged into another record.</summary>
    Merged,

    /// <summary>Deleted or not visible.</summary>
    Deleted,
}

/// <summary>A record as read from its CRM just now.</summary>
/// <param name="Key">The record.</param>
/// <param name="State">What became of it.</param>
/// <param name="Version">The CRM's own version mark (Salesforce: SystemModstamp).</param>
/// <param name="Values">Canonical values by field; a field that is absent was not read.</param>
/// <param name="SuccessorId">The contact it was converted to, or the survivor of its merge.</param>
public sealed record LiveRecord(
    RecordKey Key,
    RecordState State,
    string Version,
    IReadOnlyDictionary<string, FieldValue> Values,
    string? SuccessorId = null)
{
    /// <summary>The last edit of each field whose edits were asked for; a field that is absent was not asked for.</summary>
    public IReadOnlyDictionary<string, LastEdit> Edits { get; init; } = FrozenDictionary<string, LastEdit>.Empty;

    /// <summary>The same record with the last edit of one field.</summary>
    public LiveRecord WithEdit(string field, LastEdit edit) =>
        this with { Edits = new Dictionary<string, LastEdit>(Edits, StringComparer.Ordinal) { [field] = edit } };

    /// <summary>What is known of it where it matters to its suppression; null when nobody looked.</summary>
    public SuppressionFacts? Suppression { get; init; }

    /// <summary>The live value of a field; blank when the CRM answered none.</summary>
    public FieldValue Value(string field) => Values.GetValueOrDefault(field);
}
