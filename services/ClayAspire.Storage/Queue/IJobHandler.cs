using Npgsql;

namespace ClayAspire.Storage.Queue;

/// <summary>Does the work of one kind of job. Must be repeatable: a job may be begun again after a crash at any moment.</summary>
public interface IJobHandler
{
    /// <summary>The kind that it handles.</summary>
    string Kind { get; }

    /// <summary>Does the work. An exception is a failed attempt; the job is tried again after a while.</summary>
    /// <param name="job">The job.</param>
    /// <param name="cancel">Fires on shutdown and when the lease is lost.</param>
    Task HandleAsync(JobContext job, CancellationToken cancel);
}

/// <summary>A claimed job as its handler sees it.</summary>
public sealed class JobContext
{
    private readonly JobQueue _queue;

    internal JobContext(ClaimedJob job, JobQueue queue, string worker)
    {
        Job = job;
        _queue = queue;
        Worker = worker;
    }

    /// <summary>The job.</summary>
    public ClaimedJob Job { get; }

    /// <summary>The lease that guards this handler's writes.</summary>
    public JobLease Lease => Job.Lease;

    /// <summary>The id of the process that handles it.</summary>
    public string Worker { get; }

    /// <summary>Whether the handler has completed the job itself.</summary>
    internal bool IsCompleted { get; private set; }

    /// <summary>The payload.</summary>
    /// <typeparam name="T">Its type; see <c>JobPayloads.cs</c>.</typeparam>
    public T Payload<T>() => JobPayload.Read<T>(Job.Payload);

    /// <summary>Whether the job is still ours.</summary>
    /// <param name="cancel">Cancels the question.</param>
    public Task<bool> IsLeaseHeldAsync(CancellationToken cancel) => _queue.IsLeaseHeldAsync(Lease, cancel);

    /// <summary>Completes the job together with the handler's own writes: both happen, or neither.</summary>
    /// <param name="transaction">The handler's transaction, which it commits afterwards.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <exception cref="LeaseLostException">The job is not ours any more; roll back.</exception>
    public async Task CompleteInAsync(NpgsqlTransaction transaction, CancellationToken cancel)
    {
        if (!await _queue.CompleteAsync(transaction, Lease, cancel))
            throw new LeaseLostException(Lease);
        IsCompleted = true;
    }

    /// <summary>Ends this attempt without counting it: the job runs again after <paramref name="delay"/>.</summary>
    /// <param name="delay">How much later.</param>
    /// <param name="why">Why, for the log.</param>
    /// <exception cref="JobSnoozedException">Always.</exception>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void Snooze(TimeSpan delay, string why) => throw new JobSnoozedException(delay, why);
}
