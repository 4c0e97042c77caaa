using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ClayAspire.Storage.Queue;

/// <summary>
/// Works on the queue: claims jobs of the registered kinds, keeps their leases alive, hands them to their handlers.
/// On a lost lease the handler is cancelled and nothing more is written; on shutdown running jobs go back uncounted.
/// </summary>
internal sealed class QueueWorker(
    JobQueue queue, JobListener listener, JobHandlerKinds kinds, IServiceScopeFactory scopes, StorageMetrics metrics,
    IOptions<QueueSettings> options, WorkerIdentity identity, TimeProvider clock, ILogger<QueueWorker> logger) : BackgroundService
{
    private readonly QueueSettings _settings = options.Value;
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);
    private readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(options.Value.HeartbeatSeconds);
    private readonly TimeSpan _poll = TimeSpan.FromSeconds(options.Value.PollSeconds);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (kinds.Kinds.Count == 0)
            throw new InvalidOperationException("A queue worker without handlers would wait for ever. Register one with AddJobHandler<T>().");
        var running = new List<Task>(_settings.Concurrency);
        while (!stoppingToken.IsCancellationRequested)
        {
            running.RemoveAll(t => t.IsCompleted);
            var wake = listener.NextWake;
            var free = _settings.Concurrency - running.Count;
            var claimed = free > 0 ? await ClaimAsync(free, stoppingToken) : [];
            foreach (var job in claimed)
                running.Add(WorkAsync(job, stoppingToken));
            // A full claim may have left jobs behind: ask again at once, as long as there is room.
            if (claimed.Count > 0 && running.Count < _settings.Concurrency)
                continue;
            await WaitAsync(wake, running, stoppingToken);
        }
        await Task.WhenAll(running);
    }

    private async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(int free, CancellationToken stopping)
    {
        try
        {
            return await queue.ClaimAsync(kinds.Kinds, free, identity.Id, _lease, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return [];
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            // Nothing was claimed, or what was claimed comes back when its lease runs out.
            logger.LogWarning(e, "The queue cannot be asked for jobs; next try in {Seconds} s.", _poll.TotalSeconds);
            return [];
        }
    }

    private async Task WaitAsync(Task wake, List<Task> running, CancellationToken stopping)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var full = running.Count >= _settings.Concurrency;
        var poll = Task.Delay(_poll, clock, done.Token);
        // A freed place lets a waiting job of the same order key go, too, so a finished job wakes as well.
        await Task.WhenAny([poll, .. running, .. full ? [] : new[] { wake }]);
        await done.CancelAsync();
    }

    private async Task WorkAsync(ClaimedJob job, CancellationToken stopping)
    {
        await Task.Yield();
        var started = clock.GetTimestamp();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var heartbeat = new CancellationTokenSource();
        var beating = BeatAsync(job, ended, heartbeat.Token);
        string outcome;
        try
        {
            outcome = await HandleAsync(job, ended, stopping);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            // The outcome could not be written: the lease runs out and the job is begun again.
            logger.LogWarning(e, "The outcome of job {JobId} of kind {Kind} could not be written; it is begun again after its lease.", job.Id, job.Kind);
            outcome = "unknown";
        }
        finally
        {
            await heartbeat.CancelAsync();
            await beating;
        }
        metrics.JobEnded(job.Kind, outcome, clock.GetElapsedTime(started));
        listener.Wake();
    }

    private async Task<string> HandleAsync(ClaimedJob job, CancellationTokenSource ended, CancellationToken stopping)
    {
        using var activity = StorageMetrics.Activities.StartActivity($"job {job.Kind}");
        activity?.SetTag("job.id", job.Id).SetTag("job.attempt", job.Attempt);
        var context = new JobContext(job, queue, identity.Id);
        try
        {
            await queue.AwaitCoveredAsync(job, ended.Token);
            await using var scope = scopes.CreateAsyncScope();
            var handler = scope.ServiceProvider.GetServices<IJobHandler>().Single(h => h.Kind == job.Kind);
            await handler.HandleAsync(context, ended.Token);
            if (await queue.CompleteAsync(job.Lease, CancellationToken.None) || context.IsCompleted)
                return "completed";
            return Lost(job);
        }
        catch (LeaseLostException)
        {
            return Lost(job);
        }
        catch (JobSnoozedException e)
        {
            logger.LogInformation("Job {JobId} of kind {Kind} is put off by {Delay}: {Why}", job.Id, job.Kind, e.Delay, e.Message);
            return e.IsStored || await queue.SnoozeAsync(job.Lease, e.Delay, CancellationToken.None) ? "snoozed" : Lost(job);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Another replica takes it at once; the attempt does not count.
            return await queue.SnoozeAsync(job.Lease, TimeSpan.Zero, CancellationToken.None) ? "stopped" : Lost(job);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return Lost(job);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            logger.LogError(e, "Job {JobId} of kind {Kind} failed in attempt {Attempt} of {MaxAttempts}.", job.Id, job.Kind, job.Attempt, job.MaxAttempts);
            return await queue.FailAsync(job, $"{e.GetType().Name}: {e.Message}", CancellationToken.None) switch
            {
                null => Lost(job),
                JobStates.Dead => "dead",
                _ => "failed",
            };
        }
    }

    private string Lost(ClaimedJob job)
    {
        logger.LogWarning("Job {JobId} of kind {Kind} was taken over while this process worked on it; nothing more is written here.", job.Id, job.Kind);
        return "lost";
    }

    private async Task BeatAsync(ClaimedJob job, CancellationTokenSource ended, CancellationToken cancel)
    {
        var heldUntil = clock.GetUtcNow() + _lease;
        while (true)
        {
            await Task.Delay(_heartbeat, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancel.IsCancellationRequested)
                return;
            try
            {
                var asked = clock.GetUtcNow();
                if (!await queue.HeartbeatAsync(job.Lease, _lease, cancel))
                {
                    await ended.CancelAsync();
                    return;
                }
                heldUntil = asked + _lease;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                logger.LogWarning(e, "The lease of job {JobId} could not be extended; it holds until {HeldUntil:O}.", job.Id, heldUntil);
                if (clock.GetUtcNow() < heldUntil)
                    continue;
                await ended.CancelAsync();
                return;
            }
        }
    }
}

/// <summary>Who this process is to the queue.</summary>
/// <param name="Id">Unique to the process.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="ProcessId">The process id.</param>
internal sealed record WorkerIdentity(string Id, string Host, int ProcessId);

/// <summary>The kinds that have a handler.</summary>
internal sealed class JobHandlerKinds
{
    public JobHandlerKinds(IServiceScopeFactory scopes)
    {
        using var scope = scopes.CreateScope();
        Kinds = [.. scope.ServiceProvider.GetServices<IJobHandler>().Select(h => h.Kind)];
        var twice = Kinds.GroupBy(k => k, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new InvalidOperationException($"Kind '{twice.Key}' has {twice.Count()} handlers; register one.");
    }

    public IReadOnlyList<string> Kinds { get; }
}
