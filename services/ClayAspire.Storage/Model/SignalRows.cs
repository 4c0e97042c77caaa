namespace ClayAspire.Storage.Model;

/// <summary>A file import and how far it is. Table <c>import_job</c>.</summary>
public sealed class ImportJobRow
{
    /// <summary>The import's id.</summary>
    public Guid Id { get; set; }

    /// <summary>The source that its rows count as, such as <c>clay</c>.</summary>
    public string Source { get; set; } = "";

    /// <summary>The table that its rows count as.</summary>
    public string TableName { get; set; } = "";

    /// <summary>The file's name as sent.</summary>
    public string FileName { get; set; } = "";

    /// <summary><c>csv</c>, <c>ndjson</c> or <c>json</c>.</summary>
    public string Format { get; set; } = "";

    /// <summary><c>receiving</c>, <c>completed</c> or <c>failed</c>.</summary>
    public string State { get; set; } = "";

    /// <summary>The length that the caller announced; null when unknown.</summary>
    public long? BytesExpected { get; set; }

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; set; }

    /// <summary>Rows read so far.</summary>
    public long RowsRead { get; set; }

    /// <summary>Rows stored as new signals.</summary>
    public long RowsAccepted { get; set; }

    /// <summary>Rows that were stored before.</summary>
    public long RowsDuplicate { get; set; }

    /// <summary>Rows that could not be read.</summary>
    public long RowsQuarantined { get; set; }

    /// <summary>Why it failed; null otherwise.</summary>
    public string? Error { get; set; }

    /// <summary>Who sent it.</summary>
    public string CreatedBy { get; set; } = "";

    /// <summary>When it began.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>The process that receives it.</summary>
    public string? Owner { get; set; }

    /// <summary>That process's last sign of life.</summary>
    public DateTimeOffset? HeartbeatAt { get; set; }
}

/// <summary>One fact received, immutable. Table <c>signal</c>.</summary>
public sealed class SignalRow
{
    /// <summary>The signal's id; the tie-breaker of every rule.</summary>
    public long Id { get; set; }

    /// <summary>Where it came from.</summary>
    public string Source { get; set; } = "";

    /// <summary>Its kind, such as <c>clay.row</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The table that it belongs to.</summary>
    public string TableName { get; set; } = "";

    /// <summary>Two deliveries with the same key are the same signal.</summary>
    public string IdempotencyKey { get; set; } = "";

    /// <summary>A JSON object.</summary>
    public string Payload { get; set; } = "{}";

    /// <summary>When it happened at the source.</summary>
    public DateTimeOffset OccurredAt { get; set; }

    /// <summary>When it arrived here.</summary>
    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>The import that brought it.</summary>
    public Guid? ImportJobId { get; set; }

    /// <summary>Its line in the import's file.</summary>
    public long? Line { get; set; }
}

/// <summary>What became of a signal. Table <c>signal_outcome</c>.</summary>
public sealed class SignalOutcomeRow
{
    /// <summary>The signal.</summary>
    public long SignalId { get; set; }

    /// <summary>One of <see cref="Signals.SignalOutcomes"/>.</summary>
    public string State { get; set; } = "";

    /// <summary>Why, in a sentence.</summary>
    public string? Reason { get; set; }

    /// <summary>The keys of the record that an unmatched signal waits for; see <see cref="Signals.SignalKeys"/>.</summary>
    public string[]? AwaitedKeys { get; set; }

    /// <summary>The connection of the record that it resolved to, or that it waits for.</summary>
    public string? Connection { get; set; }

    /// <summary>The object of that record.</summary>
    public string? Object { get; set; }

    /// <summary>The id of that record.</summary>
    public string? RecordId { get; set; }

    /// <summary>When this was last changed.</summary>
    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A row that could not be read. Table <c>quarantine</c>.</summary>
public sealed class QuarantineRow
{
    /// <summary>Its id.</summary>
    public long Id { get; set; }

    /// <summary>Where it came from.</summary>
    public string Source { get; set; } = "";

    /// <summary>The table that it was meant for.</summary>
    public string TableName { get; set; } = "";

    /// <summary>The import that brought it.</summary>
    public Guid? ImportJobId { get; set; }

    /// <summary>Its line in the file.</summary>
    public long? Line { get; set; }

    /// <summary>A stable code.</summary>
    public string ReasonCode { get; set; } = "";

    /// <summary>A sentence with the remedy.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The text as received.</summary>
    public string Raw { get; set; } = "";

    /// <summary>When it arrived.</summary>
    public DateTimeOffset ReceivedAt { get; set; }
}

/// <summary>A value that a signal offers for one cell. Table <c>candidate</c>.</summary>
public sealed class CandidateRow
{
    /// <summary>Its id.</summary>
    public long Id { get; set; }

    /// <summary>The signal that offers it.</summary>
    public long SignalId { get; set; }

    /// <summary>The flow that it belongs to.</summary>
    public string Flow { get; set; } = "";

    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>The object.</summary>
    public string Object { get; set; } = "";

    /// <summary>The record.</summary>
    public string RecordId { get; set; } = "";

    /// <summary>The field.</summary>
    public string Field { get; set; } = "";

    /// <summary>The value in canonical text; never blank.</summary>
    public string Value { get; set; } = "";

    /// <summary>The signal's source.</summary>
    public string Source { get; set; } = "";

    /// <summary>When the signal happened at its source.</summary>
    public DateTimeOffset OccurredAt { get; set; }

    /// <summary>One of <see cref="Signals.CandidateStates"/>.</summary>
    public string State { get; set; } = "";

    /// <summary>The plan that took it last.</summary>
    public Guid? PlanId { get; set; }

    /// <summary>For a held candidate, the policy that held it.</summary>
    public string? PolicyVersion { get; set; }

    /// <summary>How sure the source is, 0 to 1; null when it does not say.</summary>
    public double? Confidence { get; set; }
}
