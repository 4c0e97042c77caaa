using ClayAspire.Storage.Plans;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ClayAspire.Storage.Queue;

/// <summary>
/// Rescues jobs whose lease ran out, fails runs whose job gave up, deletes old completed ones in bounded batches, notes that this process lives, and
/// samples the queue's depth. Every replica does it; the statements do not harm each other.
/// </summary>
internal sealed class QueueCaretaker(
    JobQueue queue, RunStore runs, StorageMetrics metrics, WorkerIdentity identity, IOptions<QueueSettings> options, TimeProvider clock, ILogger<QueueCaretaker> logger)
    : BackgroundService
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CleanEvery = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        var sampleAt = DateTimeOffset.MinValue;
        var cleanAt = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await queue.RescueExpiredAsync(stoppingToken);
                foreach (var run in await runs.FailStoppedAsync(stoppingToken))
                    logger.LogError("Run {RunId} failed because its job gave up. {Remark}", run.Id, run.Remark);
                var now = clock.GetUtcNow();
                if (now >= sampleAt)
                {
                    await queue.SeenAsync(identity.Id, identity.Host, identity.ProcessId, stoppingToken);
                    metrics.SetDepth(await queue.DepthAsync(stoppingToken));
                    sampleAt = now + SampleEvery;
                }
                if (now >= cleanAt)
                {
                    await queue.CleanAsync(TimeSpan.FromHours(settings.KeepCompletedHours), settings.CleanBatch, stoppingToken);
                    cleanAt = now + CleanEvery;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                logger.LogWarning(e, "The queue could not be looked after; next try in {Seconds} s.", settings.RescueSeconds);
            }
            await Task.Delay(TimeSpan.FromSeconds(settings.RescueSeconds), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
