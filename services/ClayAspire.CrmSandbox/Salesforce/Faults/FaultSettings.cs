namespace ClayAspire.CrmSandbox.Salesforce.Faults;

/// <summary>The body of <c>POST /_twin/faults</c>; a post replaces the settings before it.</summary>
internal sealed record FaultSettings
{
    /// <summary>Added to each API call, in milliseconds.</summary>
    public int LatencyMs { get; init; }

    /// <summary>The next n writes answer 503 and change nothing.</summary>
    public int FailBeforeCommit { get; init; }

    /// <summary>The next n writes are done and then lost: 503, or no answer at all with <see cref="DropConnection"/>.</summary>
    public int FailAfterCommit { get; init; }

    public bool DropConnection { get; init; }

    /// <summary>The next n reads answer 503.</summary>
    public int FailReads { get; init; }

    /// <summary>The next n rows written answer UNABLE_TO_LOCK_ROW.</summary>
    public int LockRows { get; init; }

    /// <summary>Whoever writes a child holds its parent for so many milliseconds; others are refused with UNABLE_TO_LOCK_ROW. In a bulk job: until its end.</summary>
    public int LockParentsMs { get; init; }

    /// <summary>End all sessions now (those of the administrator stay).</summary>
    public bool ExpireSessions { get; init; }

    /// <summary>API calls left in the window from now on.</summary>
    public int? QuotaRemaining { get; init; }

    /// <summary>The next n calls answer 403 REQUEST_LIMIT_EXCEEDED, whatever is left.</summary>
    public int RefuseForQuota { get; init; }

    /// <summary>The next n rows of bulk jobs fail.</summary>
    public int FailBulkRows { get; init; }

    /// <summary>The next n bulk jobs fail after their first chunk of rows; the rest is unprocessed.</summary>
    public int FailBulkJobs { get; init; }

    /// <summary>The next n bulk jobs stay as they are until they were looked at <see cref="StuckPolls"/> times.</summary>
    public int StuckBulkJobs { get; init; }

    public int StuckPolls { get; init; } = 3;

    /// <summary>Queries without ORDER BY answer in another order than that of creation.</summary>
    public bool ReorderRows { get; init; }

    /// <summary>Fields that formulas no longer count, as after an administrator's edit of the formula; moves no record's time of change.</summary>
    public IReadOnlyList<string> FormulasForget { get; init; } = [];

    /// <summary>Things that happen when the client has made so many calls from now on.</summary>
    public IReadOnlyList<ScheduledAct> Acts { get; init; } = [];

    /// <summary>Faults drawn by chance from a seed, beside those ordered one by one.</summary>
    public SeededFaults? Seeded { get; init; }

    /// <summary>Only calls of this client id; null: of every client.</summary>
    public string? Client { get; init; }

    public bool Applies(string clientId) => Client is null || string.Equals(Client, clientId, StringComparison.Ordinal);
}

/// <summary>
/// Faults drawn from a seed: each API call of the client has the chance to meet one of these kinds, until <see cref="Count"/> have happened.
/// The same seed and the same order of calls give the same faults; what happened stands in <c>GET /_twin/faults/log</c>.
/// </summary>
internal sealed record SeededFaults
{
    public required int Seed { get; init; }

    /// <summary>Chance of a fault at each call, from 0 to 1.</summary>
    public double Chance { get; init; } = 0.2;

    /// <summary>How many faults happen at most.</summary>
    public int Count { get; init; } = 20;

    /// <summary>The kinds to draw from; null: all.</summary>
    public IReadOnlyList<SeededKind>? Kinds { get; init; }

    /// <summary>Milliseconds that a slow answer takes.</summary>
    public int SlowMs { get; init; } = 200;
}

/// <summary>A kind of fault that can be drawn.</summary>
internal enum SeededKind
{
    /// <summary>503, and nothing done.</summary>
    FailBeforeCommit,

    /// <summary>503 of a write that was done.</summary>
    FailAfterCommit,

    /// <summary>A write that was done, and no answer.</summary>
    LoseAnswer,

    /// <summary>503 of a read.</summary>
    FailRead,

    /// <summary>Some rows of a write are locked.</summary>
    LockRows,

    /// <summary>The session ends before the call.</summary>
    EndSession,

    /// <summary>One 403 REQUEST_LIMIT_EXCEEDED.</summary>
    RefuseForQuota,

    /// <summary>An answer that takes its time.</summary>
    Slow,

    /// <summary>Some rows of a bulk job fail.</summary>
    FailBulkRows,

    /// <summary>A bulk job fails half way.</summary>
    FailBulkJob,

    /// <summary>A bulk job stays where it is for some looks at it.</summary>
    StickBulkJob,
}
