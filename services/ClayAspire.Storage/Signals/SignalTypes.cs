using ClayAspire.Domain.Primitives;

namespace ClayAspire.Storage.Signals;

/// <summary>A signal to be stored.</summary>
/// <param name="Source">Where it came from.</param>
/// <param name="Kind">Its kind, such as <c>clay.row</c>.</param>
/// <param name="Table">The table that it belongs to.</param>
/// <param name="IdempotencyKey">Two deliveries with the same source and key are the same signal.</param>
/// <param name="Payload">A JSON object as text.</param>
/// <param name="OccurredAt">When it happened at the source.</param>
/// <param name="FeedsFlow">Whether any flow takes this kind, or it may put an address on the list of suppression; if not, its outcome is <c>ignored</c> at once.</param>
/// <param name="ImportJobId">The import that brings it.</param>
/// <param name="Line">Its line in the import's file.</param>
public sealed record NewSignal(
    string Source, string Kind, string Table, string IdempotencyKey, string Payload, DateTimeOffset OccurredAt, bool FeedsFlow,
    Guid? ImportJobId = null, long? Line = null);

/// <summary>What became of a signal at the door.</summary>
public enum ReceiptStatus
{
    /// <summary>Stored as new.</summary>
    Accepted,

    /// <summary>Was there before, or stands twice in the same batch.</summary>
    Duplicate,

    /// <summary>Cannot be kept as it is; stands in the quarantine with the reason.</summary>
    Quarantined,
}

/// <summary>The answer for one signal given.</summary>
/// <param name="IdempotencyKey">The key given.</param>
/// <param name="SignalId">The stored signal; null when quarantined.</param>
/// <param name="Status">What became of it.</param>
public sealed record SignalReceipt(string IdempotencyKey, long? SignalId, ReceiptStatus Status);

/// <summary>A row that could not be read.</summary>
/// <param name="Source">Where it came from.</param>
/// <param name="Table">The table that it was meant for.</param>
/// <param name="ReasonCode">A stable code.</param>
/// <param name="Reason">A sentence with the remedy.</param>
/// <param name="Raw">The text as received; characters that PostgreSQL cannot keep become U+FFFD.</param>
/// <param name="ImportJobId">The import that brought it.</param>
/// <param name="Line">Its line in the file.</param>
public sealed record QuarantinedRow(string Source, string Table, string ReasonCode, string Reason, string Raw, Guid? ImportJobId = null, long? Line = null);

/// <summary>A file import that begins.</summary>
/// <param name="Source">The source that its rows count as.</param>
/// <param name="Table">The table that its rows count as.</param>
/// <param name="FileName">The file's name as sent.</param>
/// <param name="Format"><c>csv</c>, <c>ndjson</c> or <c>json</c>.</param>
/// <param name="BytesExpected">The announced length.</param>
/// <param name="CreatedBy">Who sends it.</param>
/// <param name="Owner">The process that receives it; one that gives no sign of life for long loses its imports.</param>
public sealed record NewImport(string Source, string Table, string FileName, string Format, long? BytesExpected, string CreatedBy, string Owner);

/// <summary>How far an import is: totals since its beginning.</summary>
/// <param name="BytesRead">Bytes read.</param>
/// <param name="RowsRead">Rows read.</param>
/// <param name="RowsAccepted">Rows stored as new signals.</param>
/// <param name="RowsDuplicate">Rows that were there before.</param>
/// <param name="RowsQuarantined">Rows that could not be read.</param>
public sealed record ImportProgress(long BytesRead, long RowsRead, long RowsAccepted, long RowsDuplicate, long RowsQuarantined);

/// <summary>What became of a signal.</summary>
/// <param name="SignalId">The signal.</param>
/// <param name="State">One of <see cref="SignalOutcomes"/>.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Record">The record that it resolved to.</param>
/// <param name="Awaited">What an unmatched signal waits for; null when nothing can bring it back.</param>
public sealed record SignalOutcomeChange(long SignalId, string State, string? Reason = null, RecordKey? Record = null, AwaitedRecord? Awaited = null);

/// <summary>The record that an unmatched signal waits for.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object.</param>
/// <param name="Keys">The keys by which it was searched; see <see cref="SignalKeys"/>.</param>
public sealed record AwaitedRecord(string Connection, string Object, IReadOnlyList<string> Keys);

/// <summary>How what an unmatched signal waits for is spelled: the keys of a record, or its connection.</summary>
public static class SignalKeys
{
    /// <summary>A connection that was not configured when the signal was looked at.</summary>
    public static string Connection(string name) => "connection:" + name;

    /// <summary>An e-mail address; upper and lower case are equal.</summary>
    public static string Email(string address) => "email:" + address.ToLowerInvariant();

    /// <summary>An external id.</summary>
    public static string External(string id) => "external:" + id;

    /// <summary>A record id.</summary>
    public static string Record(string id) => "record:" + id;
}

/// <summary>The states of a signal's outcome.</summary>
public static class SignalOutcomes
{
    /// <summary>Not looked at yet.</summary>
    public const string Pending = "pending";

    /// <summary>Its record was found.</summary>
    public const string Resolved = "resolved";

    /// <summary>Several live records match; never guessed.</summary>
    public const string Ambiguous = "ambiguous";

    /// <summary>No record matches.</summary>
    public const string Unmatched = "unmatched";

    /// <summary>No flow takes it.</summary>
    public const string Ignored = "ignored";
}

/// <summary>The states of a candidate.</summary>
public static class CandidateStates
{
    /// <summary>Waits for a plan.</summary>
    public const string Pending = "pending";

    /// <summary>Stands in a plan that has not ended.</summary>
    public const string Planned = "planned";

    /// <summary>A plan has ended for it.</summary>
    public const string Settled = "settled";

    /// <summary>Waits for a change of policy.</summary>
    public const string Held = "held";
}

/// <summary>A candidate to be stored.</summary>
/// <param name="SignalId">The signal that offers it.</param>
/// <param name="Flow">The flow that it belongs to.</param>
/// <param name="Cell">The cell.</param>
/// <param name="Value">The value in canonical text; never blank.</param>
/// <param name="Source">The signal's source.</param>
/// <param name="OccurredAt">When the signal happened at its source.</param>
/// <param name="Confidence">How sure the source is, 0 to 1; null when it does not say.</param>
public sealed record NewCandidate(long SignalId, string Flow, CellKey Cell, string Value, string Source, DateTimeOffset OccurredAt, double? Confidence = null);

/// <summary>Candidates that a change of policy made pending again.</summary>
/// <param name="Connection">Their connection.</param>
/// <param name="Flow">Their flow.</param>
/// <param name="Count">How many.</param>
public sealed record ReleasedCandidates(string Connection, string Flow, int Count);
