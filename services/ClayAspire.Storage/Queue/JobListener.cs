using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ClayAspire.Storage.Queue;

/// <summary>
/// Wakes workers when a job is enqueued, by <c>LISTEN</c>. Only a wake-up: jobs are found by asking the database, so a lost
/// notification costs at most one poll.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="clock">The clock of the wait between attempts to connect.</param>
/// <param name="logger">Logs losses of the connection.</param>
public sealed class JobListener(NpgsqlDataSource dataSource, TimeProvider clock, ILogger<JobListener> logger) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends at the next wake-up. Take it before asking for jobs, so that nothing falls between.</summary>
    public Task NextWake
    {
        get
        {
            lock (_gate)
                return _wake.Task;
        }
    }

    /// <summary>Wakes everybody who waits.</summary>
    public void Wake()
    {
        TaskCompletionSource woken;
        lock (_gate)
        {
            woken = _wake;
            _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        woken.SetResult();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
            {
                logger.LogWarning(e, "The queue's listener lost the database; workers poll until it is back.");
                await Task.Delay(Retry, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        connection.Notification += (_, _) => Wake();
        await using (var listen = new NpgsqlCommand($"listen {JobQueue.Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancel);
        // What was enqueued while nobody listened.
        Wake();
        while (true)
            await connection.WaitAsync(cancel);
    }
}
