namespace ClayAspire.Storage.Queue;

/// <summary>A job to be enqueued.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Payload">A JSON object as text.</param>
public sealed record NewJob(string Kind, string Payload)
{
    /// <summary>Attempts before a job is dead, unless it says otherwise.</summary>
    public const int MaxAttemptsDefault = 12;

    /// <summary>Jobs of the same order key run one after the other, in the order in which they were enqueued.</summary>
    public string? OrderKey { get; init; }

    /// <summary>At most one job of this kind and key waits; a later request is covered by the one that waits.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>Higher goes first; default 0.</summary>
    public short Priority { get; init; }

    /// <summary>Not before this time; default now.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>Attempts before it is dead; default 12.</summary>
    public int MaxAttempts { get; init; } = MaxAttemptsDefault;

    /// <summary>The job that resolves pending signals.</summary>
    public static NewJob ProcessSignals() => new(JobKinds.ProcessSignals, JobPayload.Write(new ProcessSignals())) { UniqueKey = "all", Priority = 10 };

    /// <summary>The job that makes a plan; plans of one connection and flow are made one after the other.</summary>
    public static NewJob MakePlan(MakePlan payload)
    {
        var key = $"plan:{payload.Connection}:{payload.Flow}";
        return new NewJob(JobKinds.MakePlan, JobPayload.Write(payload)) { OrderKey = key, UniqueKey = key, Priority = 5 };
    }

    /// <summary>The job that makes the plan which takes back a run; made in turn with the other plans of its connection and flow.</summary>
    public static NewJob MakeUndoPlan(MakeUndoPlan payload, string connection, string flow) =>
        new(JobKinds.MakeUndoPlan, JobPayload.Write(payload)) { OrderKey = $"plan:{connection}:{flow}", UniqueKey = $"undo:{payload.RunId:D}", Priority = 5 };

    /// <summary>The job that settles a plan's candidates; in turn with the plans of its connection and flow, so that the next one sees what it left.</summary>
    public static NewJob SettlePlan(Guid planId, string connection, string flow) =>
        new(JobKinds.SettlePlan, JobPayload.Write(new SettlePlan(planId))) { OrderKey = $"plan:{connection}:{flow}", UniqueKey = planId.ToString("D"), Priority = 5 };

    /// <summary>The job that looks for drift in a waiting plan.</summary>
    public static NewJob LookForDrift(LookForDrift payload)
    {
        var key = DriftKey(payload.PlanId);
        return new NewJob(JobKinds.LookForDrift, JobPayload.Write(payload)) { OrderKey = key, UniqueKey = key, Priority = 5 };
    }

    /// <summary>The order key of looks for drift in a plan.</summary>
    public static string DriftKey(Guid planId) => $"drift:{planId:D}";

    /// <summary>The job that applies a plan; plans of one connection and flow are applied one after the other.</summary>
    public static NewJob ApplyPlan(Guid runId, string connection, string flow) =>
        new(JobKinds.ApplyPlan, JobPayload.Write(new ApplyPlan(runId))) { OrderKey = $"apply:{connection}:{flow}", Priority = 5 };

    /// <summary>The job that lists what earlier signals say under the rules of suppression in force.</summary>
    public static NewJob ScanSuppression() => new(JobKinds.ScanSuppression, JobPayload.Write(new ScanSuppression())) { OrderKey = "suppression", UniqueKey = "all" };

    /// <summary>The job that refreshes the mirror of one object.</summary>
    public static NewJob RefreshMirror(string connection, string @object)
    {
        var key = $"mirror:{connection}:{@object}";
        return new NewJob(JobKinds.RefreshMirror, JobPayload.Write(new RefreshMirror(connection, @object))) { OrderKey = key, UniqueKey = key };
    }

    /// <summary>The job that looks again at values that runs verified; one at a time for a connection.</summary>
    public static NewJob SampleDrift(SampleDrift payload)
    {
        var key = $"drift:{payload.Connection}";
        return new NewJob(JobKinds.SampleDrift, JobPayload.Write(payload)) { OrderKey = key, UniqueKey = key };
    }

    /// <summary>The job that compares a connection's formulas with what they are made of; one at a time for a connection.</summary>
    public static NewJob CheckFormulas(CheckFormulas payload)
    {
        var key = $"formulas:{payload.Connection}";
        return new NewJob(JobKinds.CheckFormulas, JobPayload.Write(payload)) { OrderKey = key, UniqueKey = key };
    }

    /// <summary>The job that audits the integration user of a connection; one at a time. Somebody waits for it.</summary>
    public static NewJob AuditPermissions(AuditPermissions payload)
    {
        var key = $"permissions:{payload.Connection}";
        return new NewJob(JobKinds.AuditPermissions, JobPayload.Write(payload)) { OrderKey = key, UniqueKey = key, Priority = 5 };
    }

    /// <summary>The job that carries out an export. Those to Clay run one after the other: the pace that it takes is a workspace's, whatever the replicas.</summary>
    public static NewJob ExportCampaign(Guid exportId, bool toClay) =>
        new(JobKinds.ExportCampaign, JobPayload.Write(new ExportCampaign(exportId))) { OrderKey = toClay ? "clay-export" : null, UniqueKey = $"export:{exportId:D}" };
}

/// <summary>The answer to an enqueue.</summary>
/// <param name="Id">The job; the one that waits already when the request was covered by it.</param>
/// <param name="Payload">Its payload, which is not the one given when <paramref name="AlreadyWaiting"/>.</param>
/// <param name="AlreadyWaiting">Whether a waiting job covers the request.</param>
public sealed record EnqueuedJob(long Id, string Payload, bool AlreadyWaiting);

/// <summary>The right to work on a job: valid as long as the job's fencing number has not grown.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Fence">The fencing number of the claim.</param>
public sealed record JobLease(long JobId, long Fence);

/// <summary>A job that was claimed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Payload">Its payload as JSON.</param>
/// <param name="Attempt">This attempt, from 1.</param>
/// <param name="MaxAttempts">After so many attempts it is dead.</param>
/// <param name="Fence">The fencing number of this claim.</param>
/// <param name="OrderKey">Its order key.</param>
/// <param name="UniqueKey">Its unique key.</param>
/// <param name="CreatedAt">When it was enqueued.</param>
/// <param name="RunAt">When it became due.</param>
public sealed record ClaimedJob(
    long Id, string Kind, string Payload, int Attempt, int MaxAttempts, long Fence, string? OrderKey, string? UniqueKey,
    DateTimeOffset CreatedAt, DateTimeOffset RunAt)
{
    /// <summary>The lease of this claim.</summary>
    public JobLease Lease => new(Id, Fence);
}

/// <summary>Jobs in one state.</summary>
/// <param name="State">The state.</param>
/// <param name="Count">How many.</param>
public sealed record QueueDepth(string State, long Count);

/// <summary>The job is not ours any more: its lease ran out and another worker may hold it. Nothing of the guarded write was done.</summary>
/// <param name="lease">The lease that was lost.</param>
public sealed class LeaseLostException(JobLease lease)
    : Exception($"The lease of job {lease.JobId} (fence {lease.Fence}) is lost; another worker may hold it. Stop working on it.");

/// <summary>Thrown by <see cref="JobContext.Snooze"/>: the job is to be run later, and this attempt does not count.</summary>
/// <param name="delay">How much later.</param>
/// <param name="why">Why, for the log.</param>
public sealed class JobSnoozedException(TimeSpan delay, string why) : Exception(why)
{
    /// <summary>How much later.</summary>
    public TimeSpan Delay { get; } = delay;

    /// <summary>Whether the handler has put the job off already, together with its own writes.</summary>
    public bool IsStored { get; init; }
}
