using Npgsql;

namespace ClayAspire.Console.Operations;

/// <summary>Looks at the waiting plans every few seconds, because a gauge cannot ask the database by itself.</summary>
internal sealed class PlanAgeSampler(Overview overview, ConsoleMetrics metrics, ConsoleSettings settings, TimeProvider clock, ILogger<PlanAgeSampler> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(settings.MetricsSeconds), clock);
        do
        {
            try
            {
                var now = clock.GetUtcNow();
                var waiting = await overview.WaitingFlowsAsync(stoppingToken);
                metrics.Ages([.. waiting.Select(w => new PlanAge(w.Connection, w.Flow, (now - w.OldestSealedAt).TotalSeconds))]);
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException { InnerException: NpgsqlException })
            {
                // A stale age would be a lie: the series goes away until the database answers again, and its absence can be alerted on.
                metrics.Ages([]);
                LogMessages.PlanAgesUnread(log, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
