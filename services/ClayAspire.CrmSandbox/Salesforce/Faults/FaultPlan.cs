namespace ClayAspire.CrmSandbox.Salesforce.Faults;

/// <summary>Faults an administrator ordered for an org. Counted faults are used up one by one.</summary>
internal sealed class FaultPlan
{
    private readonly Lock gate = new();
    private FaultSettings settings = new();

    public FaultSettings Current
    {
        get
        {
            lock (gate)
                return settings;
        }
    }

    public void Set(FaultSettings wanted)
    {
        lock (gate)
            settings = wanted;
    }

    public void Clear() => Set(new FaultSettings());

    public TimeSpan LatencyFor(string clientId)
    {
        var now = Current;
        return now.Applies(clientId) ? TimeSpan.FromMilliseconds(now.LatencyMs) : TimeSpan.Zero;
    }

    public bool TakeFailBeforeCommit(string clientId) => Take(clientId, s => s.FailBeforeCommit, s => s with { FailBeforeCommit = s.FailBeforeCommit - 1 });

    public bool TakeFailAfterCommit(string clientId) => Take(clientId, s => s.FailAfterCommit, s => s with { FailAfterCommit = s.FailAfterCommit - 1 });

    public bool TakeFailRead(string clientId) => Take(clientId, s => s.FailReads, s => s with { FailReads = s.FailReads - 1 });

    public bool TakeLockedRow(string clientId) => Take(clientId, s => s.LockRows, s => s with { LockRows = s.LockRows - 1 });

    private bool Take(string clientId, Func<FaultSettings, int> left, Func<FaultSettings, FaultSettings> used)
    {
        lock (gate)
        {
            if (!settings.Applies(clientId) || left(settings) <= 0)
                return false;
            settings = used(settings);
            return true;
        }
    }
}

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

    /// <summary>End all sessions now (those of the administrator stay).</summary>
    public bool ExpireSessions { get; init; }

    /// <summary>API calls left in the window from now on.</summary>
    public int? QuotaRemaining { get; init; }

    /// <summary>Only calls of this client id; null: of every client.</summary>
    public string? Client { get; init; }

    public bool Applies(string clientId) => Client is null || string.Equals(Client, clientId, StringComparison.Ordinal);
}
