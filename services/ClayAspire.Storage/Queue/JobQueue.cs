using ClayAspire.Storage.Model;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ClayAspire.Storage.Queue;

/// <summary>
/// The queue in PostgreSQL (DESIGN section 8): claims with <c>FOR UPDATE SKIP LOCKED</c>, leases with fencing numbers,
/// order keys, unique keys, dead letters. Every statement stands in a file named by its guard.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="clock">The clock of leases and back-off; all replicas' clocks should agree to well within a lease.</param>
/// <param name="backoff">How long a failed job waits.</param>
/// <param name="logger">Logs deaths and rescues; never payloads.</param>
public sealed class JobQueue(NpgsqlDataSource dataSource, TimeProvider clock, JobBackoff backoff, ILogger<JobQueue> logger)
{
    /// <summary>The channel that is notified when a job is enqueued; the message is the job's kind.</summary>
    public const string Channel = "clayaspire_job";

    private const int LongestError = 4000;

    /// <summary>Enqueues a job in a transaction of its own.</summary>
    public async Task<EnqueuedJob> EnqueueAsync(NewJob job, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var enqueued = await EnqueueAsync(transaction, job, cancel);
        await transaction.CommitAsync(cancel);
        return enqueued;
    }

    /// <summary>Enqueues a job together with the caller's own writes.</summary>
    public async Task<EnqueuedJob> EnqueueAsync(NpgsqlTransaction transaction, NewJob job, CancellationToken cancel) =>
        (await EnqueueManyAsync(transaction, [job], cancel))[0];

    /// <summary>Enqueues jobs together with the caller's own writes; the answers stand in the order of the requests.</summary>
    public async Task<IReadOnlyList<EnqueuedJob>> EnqueueManyAsync(NpgsqlTransaction transaction, IReadOnlyList<NewJob> jobs, CancellationToken cancel)
    {
        foreach (var job in jobs)
            ArgumentOutOfRangeException.ThrowIfLessThan(job.MaxAttempts, 1);
        var keys = jobs.Select(j => j.OrderKey).OfType<string>().ToArray();
        if (keys.Length > 0)
            await transaction.Command("Queue/JobLockOrderKeys.sql").With("order_keys", keys).RunAsync(cancel);
        var unique = jobs.Where(j => j.UniqueKey is not null).Select(j => UniqueLock(j.Kind, j.UniqueKey!)).ToArray();
        if (unique.Length > 0)
            await transaction.Command("Queue/JobShareUniqueKeys.sql").With("unique_keys", unique).RunAsync(cancel);
        var answers = new List<EnqueuedJob>(jobs.Count);
        foreach (var job in jobs)
            answers.Add(await InsertAsync(transaction, job, cancel));
        foreach (var kind in jobs.Select(j => j.Kind).Distinct(StringComparer.Ordinal))
            await transaction.Command("Queue/JobNotify.sql").With("kind", kind).RunAsync(cancel);
        return answers;
    }

    /// <summary>Claims due jobs for a worker. Each claim counts as an attempt and makes the fencing number grow.</summary>
    /// <param name="kinds">The kinds wanted.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="worker">The worker's id.</param>
    /// <param name="lease">For how long.</param>
    /// <param name="cancel">Cancels the claim.</param>
    /// <returns>The jobs, the most urgent first.</returns>
    public async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(IReadOnlyCollection<string> kinds, int max, string worker, TimeSpan lease, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var claimed = await dataSource.Command("Queue/JobClaim.sql")
            .With("now", now).With("kinds", kinds).With("max", max).With("worker", worker).With("locked_until", now + lease)
            .ReadAllAsync(r => (Priority: r.GetInt16(10), Job: new ClaimedJob(
                r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetInt32(3), r.GetInt32(4), r.GetInt64(5),
                r.TextOrNull(6), r.TextOrNull(7), r.At(8), r.At(9))), cancel);
        return [.. claimed.OrderByDescending(c => c.Priority).ThenBy(c => c.Job.RunAt).ThenBy(c => c.Job.Id).Select(c => c.Job)];
    }

    /// <summary>
    /// Waits until every request that a claimed job covers is committed. To be called after the claim and before the work:
    /// work begun earlier could miss what the request wrote.
    /// </summary>
    public async Task AwaitCoveredAsync(ClaimedJob job, CancellationToken cancel)
    {
        if (job.UniqueKey is not null)
            await dataSource.Command("Queue/JobAwaitCovered.sql").With("unique_key", UniqueLock(job.Kind, job.UniqueKey)).RunAsync(cancel);
    }

    /// <summary>Extends a lease; false when it is lost.</summary>
    public async Task<bool> HeartbeatAsync(JobLease lease, TimeSpan duration, CancellationToken cancel) =>
        await dataSource.Command("Queue/JobHeartbeatIfRunning.sql")
            .With("id", lease.JobId).With("fence", lease.Fence).With("locked_until", clock.GetUtcNow() + duration).RunAsync(cancel) == 1;

    /// <summary>Whether a lease is held and has not run out.</summary>
    public async Task<bool> IsLeaseHeldAsync(JobLease lease, CancellationToken cancel) =>
        (bool)(await dataSource.Command("Queue/JobLeaseIsHeld.sql")
            .With("id", lease.JobId).With("fence", lease.Fence).With("now", clock.GetUtcNow()).ScalarAsync(cancel))!;

    /// <summary>Makes a transaction one of the lease's holder: nobody can take the job away until it ends.</summary>
    /// <exception cref="LeaseLostException">The job is not ours any more.</exception>
    public static async Task HoldAsync(NpgsqlTransaction transaction, JobLease lease, CancellationToken cancel)
    {
        if (await transaction.Command("Queue/JobLockIfRunning.sql").With("id", lease.JobId).With("fence", lease.Fence).ScalarAsync(cancel) is null)
            throw new LeaseLostException(lease);
    }

    /// <summary>Completes a job; false when it is not ours any more.</summary>
    public async Task<bool> CompleteAsync(JobLease lease, CancellationToken cancel) =>
        await Completion(dataSource.Command("Queue/JobCompleteIfRunning.sql"), lease).RunAsync(cancel) == 1;

    /// <summary>Completes a job together with the caller's own writes; false when it is not ours any more.</summary>
    public async Task<bool> CompleteAsync(NpgsqlTransaction transaction, JobLease lease, CancellationToken cancel) =>
        await Completion(transaction.Command("Queue/JobCompleteIfRunning.sql"), lease).RunAsync(cancel) == 1;

    /// <summary>Ends an attempt as failed: the error is kept, the job waits its back-off, or is dead after its last attempt.</summary>
    /// <param name="job">The job.</param>
    /// <param name="error">What went wrong, without personal data.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>The job's new state, or null when it is not ours any more.</returns>
    public async Task<string?> FailAsync(ClaimedJob job, string error, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var runAt = now + backoff.After(job.Attempt);
        var state = await WithUniqueKeyRaceAsync(async () => (string?)await dataSource.Command("Queue/JobFailIfRunning.sql")
            .With("id", job.Id).With("fence", job.Fence).With("now", now).With("run_at", runAt).With("unique_key", job.UniqueKey)
            .With("error", Storable.Text(error.Length > LongestError ? error[..LongestError] : error)).ScalarAsync(cancel));
        if (state == JobStates.Dead)
            logger.LogError("Job {JobId} of kind {Kind} is dead after {Attempt} attempts. Look at its errors, mend the cause, then replay it.", job.Id, job.Kind, job.Attempt);
        return state;
    }

    /// <summary>Puts a job off without counting the attempt; false when it is not ours any more.</summary>
    public Task<bool> SnoozeAsync(JobLease lease, TimeSpan delay, CancellationToken cancel) =>
        WithUniqueKeyRaceAsync(async () => await dataSource.Command("Queue/JobSnoozeIfRunning.sql")
            .With("id", lease.JobId).With("fence", lease.Fence).With("run_at", clock.GetUtcNow() + delay).RunAsync(cancel) == 1);

    /// <summary>
    /// Puts a job off together with the caller's own writes; false when it is not ours any more. For jobs without a unique key:
    /// two that share one may not be put off at the same moment.
    /// </summary>
    public async Task<bool> SnoozeAsync(NpgsqlTransaction transaction, JobLease lease, TimeSpan delay, CancellationToken cancel) =>
        await transaction.Command("Queue/JobSnoozeIfRunning.sql")
            .With("id", lease.JobId).With("fence", lease.Fence).With("run_at", clock.GetUtcNow() + delay).RunAsync(cancel) == 1;

    /// <summary>Makes a waiting job due now, together with the caller's own writes.</summary>
    public async Task HastenAsync(NpgsqlTransaction transaction, long jobId, string kind, CancellationToken cancel)
    {
        await transaction.Command("Queue/JobHastenIfWaiting.sql").With("id", jobId).With("now", clock.GetUtcNow()).RunAsync(cancel);
        await transaction.Command("Queue/JobNotify.sql").With("kind", kind).RunAsync(cancel);
    }

    /// <summary>Ends a job that nobody works on, waiting or dead, together with the caller's own writes: what it was for is done or not wanted any more.</summary>
    /// <exception cref="InvalidOperationException">A worker holds it, or it has ended.</exception>
    public async Task DismissAsync(NpgsqlTransaction transaction, long jobId, CancellationToken cancel)
    {
        if (await transaction.Command("Queue/JobDismissIfIdle.sql").With("id", jobId).With("now", clock.GetUtcNow()).RunAsync(cancel) != 1)
            throw new InvalidOperationException($"Job {jobId} is held by a worker or has ended, so it cannot be dismissed. Nothing was done.");
    }

    /// <summary>Returns jobs whose lease ran out to the queue.</summary>
    /// <param name="cancel">Cancels the write.</param>
    /// <param name="batch">At most so many.</param>
    /// <returns>How many were taken back.</returns>
    public async Task<int> RescueExpiredAsync(CancellationToken cancel, int batch = 100)
    {
        var rescued = await WithUniqueKeyRaceAsync(() => dataSource.Command("Queue/JobRescueExpired.sql")
            .With("now", clock.GetUtcNow()).With("batch", batch)
            .ReadAllAsync(r => (Kind: r.GetString(0), State: r.GetString(1)), cancel));
        foreach (var group in rescued.GroupBy(r => r))
            logger.LogWarning("{Count} jobs of kind {Kind} lost their worker and are {State} now.", group.Count(), group.Key.Kind, group.Key.State);
        foreach (var kind in rescued.Select(r => r.Kind).Distinct(StringComparer.Ordinal))
            await dataSource.Command("Queue/JobNotify.sql").With("kind", kind).RunAsync(cancel);
        return rescued.Count;
    }

    /// <summary>Deletes completed jobs that are older than <paramref name="age"/>, at most <paramref name="batch"/>; says how many.</summary>
    public Task<int> CleanAsync(TimeSpan age, int batch, CancellationToken cancel) =>
        dataSource.Command("Queue/JobDeleteFinished.sql").With("before", clock.GetUtcNow() - age).With("batch", batch).RunAsync(cancel);

    /// <summary>How many jobs wait, run and are dead.</summary>
    public async Task<IReadOnlyList<QueueDepth>> DepthAsync(CancellationToken cancel) =>
        await dataSource.Command("Queue/JobDepth.sql").ReadAllAsync(r => new QueueDepth(r.GetString(0), r.GetInt64(1)), cancel);

    /// <summary>Dead jobs, the latest first.</summary>
    public async Task<PagedRows<JobRow>> DeadAsync(int number, int size, CancellationToken cancel)
    {
        (number, size) = Paging.Bound(number, size);
        long total = 0;
        var rows = await dataSource.Command("Queue/JobGetDead.sql").With("size", size).With("offset", Paging.Offset(number, size))
            .ReadAllAsync(r =>
            {
                total = r.GetInt64(16);
                return new JobRow
                {
                    Id = r.GetInt64(0),
                    Kind = r.GetString(1),
                    Payload = r.GetString(2),
                    OrderKey = r.TextOrNull(3),
                    UniqueKey = r.TextOrNull(4),
                    Priority = r.GetInt16(5),
                    State = r.GetString(6),
                    RunAt = r.At(7),
                    Attempt = r.GetInt32(8),
                    MaxAttempts = r.GetInt32(9),
                    Fence = r.GetInt64(10),
                    LockedBy = r.TextOrNull(11),
                    LockedUntil = r.AtOrNull(12),
                    Errors = r.GetString(13),
                    CreatedAt = r.At(14),
                    FinishedAt = r.AtOrNull(15),
                };
            }, cancel);
        return new PagedRows<JobRow>(rows, total, number, size);
    }

    /// <summary>Gives a dead job its attempts again, under a new id behind the others of its order key; the run that it left behind waits again.</summary>
    /// <returns>The new id; null when no dead job has that id.</returns>
    public async Task<long?> ReplayAsync(long jobId, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var replayed = await ReplayAsync(transaction, jobId, cancel);
        if (replayed is not null)
            await transaction.CommitAsync(cancel);
        return replayed;
    }

    /// <summary>Replays a dead job together with the caller's own writes; see the other overload.</summary>
    public async Task<long?> ReplayAsync(NpgsqlTransaction transaction, long jobId, CancellationToken cancel)
    {
        var orderKey = (string?)await transaction.Command("Queue/JobGetOrderKey.sql").With("id", jobId).ScalarAsync(cancel);
        if (!string.IsNullOrEmpty(orderKey))
            await transaction.Command("Queue/JobLockOrderKeys.sql").With("order_keys", [orderKey]).RunAsync(cancel);
        var replayed = await transaction.Command("Queue/JobReplayIfDead.sql").With("id", jobId).With("now", clock.GetUtcNow())
            .ReadOneAsync(r => Tuple.Create(r.GetInt64(0), r.GetString(1)), cancel);
        if (replayed is null)
            return null;
        if (replayed.Item2 == JobKinds.ApplyPlan)
            await transaction.Command("Queue/RunResumeOfJob.sql").With("job", jobId).RunAsync(cancel);
        await transaction.Command("Queue/JobNotify.sql").With("kind", replayed.Item2).RunAsync(cancel);
        return replayed.Item1;
    }

    /// <summary>Notes that a worker lives, and forgets workers that were silent for a day.</summary>
    internal async Task SeenAsync(string worker, string host, int processId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await dataSource.Command("Queue/WorkerSeen.sql").With("id", worker).With("host", host).With("process_id", processId).With("now", now).RunAsync(cancel);
        await dataSource.Command("Queue/WorkerDeleteSilent.sql").With("before", now.AddDays(-1)).RunAsync(cancel);
    }

    private async Task<EnqueuedJob> InsertAsync(NpgsqlTransaction transaction, NewJob job, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        // The job that waited may be claimed between the two statements; then a new one is due.
        while (true)
        {
            var inserted = await transaction.Command("Queue/JobInsertUnlessWaiting.sql")
                .With("kind", job.Kind).WithJson("payload", job.Payload).With("order_key", job.OrderKey).With("unique_key", job.UniqueKey)
                .With("priority", (int)job.Priority).With("run_at", job.RunAt ?? now).With("max_attempts", job.MaxAttempts).With("now", now)
                .ReadOneAsync(r => new EnqueuedJob(r.GetInt64(0), r.GetString(1), false), cancel);
            if (inserted is not null)
                return inserted;
            var waiting = await transaction.Command("Queue/JobGetWaiting.sql").With("kind", job.Kind).With("unique_key", job.UniqueKey)
                .ReadOneAsync(r => new EnqueuedJob(r.GetInt64(0), r.GetString(1), true), cancel);
            if (waiting is not null)
                return waiting;
        }
    }

    private static string UniqueLock(string kind, string uniqueKey) => $"{kind}/{uniqueKey}";

    private NpgsqlCommand Completion(NpgsqlCommand command, JobLease lease) =>
        command.With("id", lease.JobId).With("fence", lease.Fence).With("now", clock.GetUtcNow());

    // A job may be enqueued under the same unique key at the very moment another goes back to the queue under it; the second try sees it.
    private static async Task<T> WithUniqueKeyRaceAsync<T>(Func<Task<T>> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await write();
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && attempt < 5)
            {
                continue;
            }
        }
    }
}
