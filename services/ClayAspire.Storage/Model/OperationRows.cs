namespace ClayAspire.Storage.Model;

/// <summary>One entry of the ledger. Table <c>ledger_entry</c>; the database refuses changes.</summary>
public sealed class LedgerEntryRow
{
    /// <summary>The connection whose chain it belongs to.</summary>
    public string Connection { get; set; } = "";

    /// <summary>Its place in the chain, from 1.</summary>
    public long Sequence { get; set; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>What it records.</summary>
    public string Kind { get; set; } = "";

    /// <summary>JSON text, byte for byte.</summary>
    public string Payload { get; set; } = "";

    /// <summary>The hash of the entry before.</summary>
    public string PreviousHash { get; set; } = "";

    /// <summary>The hash over all of the above.</summary>
    public string Hash { get; set; } = "";
}

/// <summary>One job of the queue. Table <c>job</c>.</summary>
public sealed class JobRow
{
    /// <summary>Its id; jobs of one order key run in the order of their ids.</summary>
    public long Id { get; set; }

    /// <summary>Its kind; see <see cref="Queue.JobKinds"/>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>A JSON object; see <c>Queue/JobPayloads.cs</c>.</summary>
    public string Payload { get; set; } = "{}";

    /// <summary>Jobs of the same order key run one after the other.</summary>
    public string? OrderKey { get; set; }

    /// <summary>At most one job of this key waits.</summary>
    public string? UniqueKey { get; set; }

    /// <summary>Higher goes first.</summary>
    public short Priority { get; set; }

    /// <summary>One of <see cref="Queue.JobStates"/>.</summary>
    public string State { get; set; } = "";

    /// <summary>Not before this time.</summary>
    public DateTimeOffset RunAt { get; set; }

    /// <summary>How often it was begun; snoozes do not count.</summary>
    public int Attempt { get; set; }

    /// <summary>After so many attempts it is dead.</summary>
    public int MaxAttempts { get; set; }

    /// <summary>Grows at each claim; an older holder's writes are refused.</summary>
    public long Fence { get; set; }

    /// <summary>The worker that holds it.</summary>
    public string? LockedBy { get; set; }

    /// <summary>Until when it is held.</summary>
    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>JSON array: the error of every attempt, oldest first.</summary>
    public string Errors { get; set; } = "[]";

    /// <summary>When it was enqueued.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it was completed or died.</summary>
    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>A process that works on the queue. Table <c>worker</c>.</summary>
public sealed class WorkerRow
{
    /// <summary>Its id, unique to the process.</summary>
    public string Id { get; set; } = "";

    /// <summary>The machine's name.</summary>
    public string Host { get; set; } = "";

    /// <summary>The process id.</summary>
    public int ProcessId { get; set; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When it was last heard of.</summary>
    public DateTimeOffset SeenAt { get; set; }
}

/// <summary>A person who may sign in. Table <c>person</c>.</summary>
public sealed class PersonRow
{
    /// <summary>The name to sign in with, lower case.</summary>
    public string UserName { get; set; } = "";

    /// <summary>The name to show.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>PBKDF2 hash with its salt and settings.</summary>
    public string PasswordHash { get; set; } = "";

    /// <summary>The person's roles.</summary>
    public string[] Roles { get; set; } = [];

    /// <summary>Wrong passwords since the last right one.</summary>
    public int FailedCount { get; set; }

    /// <summary>No sign-in before this time.</summary>
    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>When the account was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A caller's key, of which only a hash is kept. Table <c>api_key</c>.</summary>
public sealed class ApiKeyRow
{
    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>What it is for.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the key, lower-case hex.</summary>
    public string KeyHash { get; set; } = "";

    /// <summary>What it opens, such as <c>ingest:clay</c>.</summary>
    public string[] Scopes { get; set; } = [];

    /// <summary>The person whose roles it has on the console's API; null for none.</summary>
    public string? ActsAs { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Since when it opens nothing.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>Whether a flow is paused. Table <c>flow_switch</c>.</summary>
public sealed class FlowSwitchRow
{
    /// <summary>The flow.</summary>
    public string Flow { get; set; } = "";

    /// <summary>A paused flow makes and applies no plans.</summary>
    public bool Paused { get; set; }

    /// <summary>Who switched it last.</summary>
    public string ChangedBy { get; set; } = "";

    /// <summary>When.</summary>
    public DateTimeOffset ChangedAt { get; set; }
}
