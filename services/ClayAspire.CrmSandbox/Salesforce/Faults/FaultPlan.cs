using ClayAspire.CrmSandbox.Salesforce.Rest;

namespace ClayAspire.CrmSandbox.Salesforce.Faults;

/// <summary>Faults an administrator ordered for an org. Counted faults are used up one by one.</summary>
internal sealed class FaultPlan
{
    private readonly Lock gate = new();
    private readonly List<FaultEvent> log = [];
    private FaultSettings settings = new();
    private Random? random;
    private int drawn;
    private int calls;
    private int reads;
    private int writes;
    private List<ScheduledAct> acts = [];

    public FaultSettings Current
    {
        get
        {
            lock (gate)
                return settings;
        }
    }

    /// <summary>The faults that happened by chance, and the acts that were carried out, in order.</summary>
    public IReadOnlyList<FaultEvent> Log
    {
        get
        {
            lock (gate)
                return [.. log];
        }
    }

    public void Set(FaultSettings wanted)
    {
        lock (gate)
        {
            settings = wanted;
            random = wanted.Seeded is { } seeded ? new Random(seeded.Seed) : null;
            acts = [.. wanted.Acts];
            (drawn, calls, reads, writes) = (0, 0, 0, 0);
            log.Clear();
        }
    }

    public void Clear() => Set(new FaultSettings());

    /// <summary>
    /// Counts a call. Gives the acts that are due before it, and orders what chance brings for it (a slow answer comes back as time).
    /// </summary>
    public (IReadOnlyList<ScheduledAct> Acts, TimeSpan Delay, bool EndsSession) Begin(string clientId, bool isWrite)
    {
        lock (gate)
        {
            if (!settings.Applies(clientId))
                return ([], TimeSpan.Zero, false);
            calls++;
            var number = isWrite ? ++writes : ++reads;
            var due = acts.FindAll(a => (isWrite ? a.BeforeWrite : a.BeforeRead) == number);
            acts.RemoveAll(due.Contains);
            foreach (var act in due)
                log.Add(new FaultEvent(calls, clientId, act.Do.ToString()));
            var kind = Draw(clientId, isWrite);
            var slow = kind == SeededKind.Slow ? settings.Seeded!.SlowMs : 0;
            return (due, TimeSpan.FromMilliseconds(settings.LatencyMs + slow), kind == SeededKind.EndSession);
        }
    }

    public bool TakeFailBeforeCommit(string clientId) => Take(clientId, s => s.FailBeforeCommit, s => s with { FailBeforeCommit = s.FailBeforeCommit - 1 });

    public bool TakeFailAfterCommit(string clientId) => Take(clientId, s => s.FailAfterCommit, s => s with { FailAfterCommit = s.FailAfterCommit - 1 });

    public bool TakeFailRead(string clientId) => Take(clientId, s => s.FailReads, s => s with { FailReads = s.FailReads - 1 });

    public bool TakeRefuseForQuota(string clientId) => Take(clientId, s => s.RefuseForQuota, s => s with { RefuseForQuota = s.RefuseForQuota - 1 });

    public bool TakeLockedRow(string clientId) => Take(clientId, s => s.LockRows, s => s with { LockRows = s.LockRows - 1 });

    /// <summary>How long a child's writer holds its parent; null: nobody holds anything.</summary>
    public TimeSpan? ParentLockFor(string clientId) =>
        Current is { LockParentsMs: > 0 } now && now.Applies(clientId) ? TimeSpan.FromMilliseconds(now.LockParentsMs) : null;

    /// <summary>The error of a bulk row that is to fail.</summary>
    public RowError? TakeFailedRow(string clientId) => Take(clientId, s => s.FailBulkRows, s => s with { FailBulkRows = s.FailBulkRows - 1 })
        ? new RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "SyncTrigger: execution of BeforeUpdate caused by: System.DmlException: unable to obtain exclusive access to this record: []")
        : null;

    /// <summary>Whether a bulk job fails now.</summary>
    public bool TakeFailedJob(string clientId) => Take(clientId, s => s.FailBulkJobs, s => s with { FailBulkJobs = s.FailBulkJobs - 1 });

    /// <summary>How often a bulk job must be looked at before it goes on; 0: it goes on.</summary>
    public int TakeStuckJob(string clientId) => Take(clientId, s => s.StuckBulkJobs, s => s with { StuckBulkJobs = s.StuckBulkJobs - 1 }) ? Current.StuckPolls : 0;

    /// <summary>Whether rows come in another order than that of creation.</summary>
    public bool ReordersRows(string clientId) => Current is { ReorderRows: true } now && now.Applies(clientId);

    // What is drawn is ordered like any other fault, for the call that is beginning.
    private SeededKind? Draw(string clientId, bool isWrite)
    {
        if (random is null || settings.Seeded is not { } seeded || drawn >= seeded.Count || random.NextDouble() >= seeded.Chance)
            return null;
        SeededKind[] fitting = [.. (seeded.Kinds ?? Enum.GetValues<SeededKind>()).Where(k => isWrite ? k != SeededKind.FailRead : IsOfReads(k))];
        if (fitting.Length == 0)
            return null;
        var kind = fitting[random.Next(fitting.Length)];
        drawn++;
        log.Add(new FaultEvent(calls, clientId, kind.ToString()));
        settings = kind switch
        {
            SeededKind.FailBeforeCommit => settings with { FailBeforeCommit = settings.FailBeforeCommit + 1 },
            SeededKind.FailAfterCommit => settings with { FailAfterCommit = settings.FailAfterCommit + 1, DropConnection = false },
            SeededKind.LoseAnswer => settings with { FailAfterCommit = settings.FailAfterCommit + 1, DropConnection = true },
            SeededKind.FailRead => settings with { FailReads = settings.FailReads + 1 },
            SeededKind.LockRows => settings with { LockRows = settings.LockRows + 1 + random.Next(5) },
            SeededKind.RefuseForQuota => settings with { RefuseForQuota = settings.RefuseForQuota + 1 },
            SeededKind.FailBulkRows => settings with { FailBulkRows = settings.FailBulkRows + 1 + random.Next(5) },
            SeededKind.FailBulkJob => settings with { FailBulkJobs = settings.FailBulkJobs + 1 },
            SeededKind.StickBulkJob => settings with { StuckBulkJobs = settings.StuckBulkJobs + 1 },
            _ => settings,
        };
        return kind;
    }

    private static bool IsOfReads(SeededKind kind) => kind is SeededKind.FailRead or SeededKind.EndSession or SeededKind.RefuseForQuota or SeededKind.Slow;

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

/// <summary>A fault or act that happened: at the client's how many-th call, to whom, which.</summary>
internal sealed record FaultEvent(int Call, string Client, string Kind);
