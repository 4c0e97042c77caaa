using ClayAspire.Analytics.Settings;
using Npgsql;

namespace ClayAspire.Analytics.Kpis;

/// <summary>Shows stored figures at start, takes a snapshot as soon as PostgreSQL has data, then one every so many minutes.</summary>
internal sealed partial class SnapshotSchedule(
    KpiService kpis, KpiBoard board, NpgsqlDataSource source, AnalyticsSettings settings, IConfiguration configuration, TimeProvider clock, ILogger<SnapshotSchedule> log)
    : BackgroundService
{
    private const int DemoMinutes = 15;
    private const int DefaultMinutes = 60;
    private static readonly TimeSpan UntilReady = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    private TimeSpan Every => TimeSpan.FromMinutes(
        settings.SnapshotEveryMinutes ?? (string.Equals(configuration["CLAYASPIRE_DEMO"], "on", StringComparison.OrdinalIgnoreCase) ? DemoMinutes : DefaultMinutes));

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await kpis.StartAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await TryAsync(() => kpis.CompleteAsync(stoppingToken));
        if (!settings.Scheduled)
            return;
        await WaitForDataAsync(stoppingToken);
        while (true)
        {
            var taken = await TryAsync(async () =>
            {
                var (_, refusal) = await kpis.TakeAsync(stoppingToken);
                if (refusal is not null)
                    LogRefused(refusal.Message);
            });
            await Task.Delay(taken || Every < AfterFailure ? Every : AfterFailure, clock, stoppingToken);
        }
    }

    // A failure does not end the schedule: it is counted, stands in GET /v1/snapshots, makes the age alert fire, and is tried again soon.
    private async Task<bool> TryAsync(Func<Task> step)
    {
        try
        {
            await step();
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, board.Failures);
            return false;
        }
    }

    private async Task WaitForDataAsync(CancellationToken cancellation)
    {
        var told = false;
        while (!await HasDataAsync(cancellation))
        {
            if (!told)
                LogWaiting();
            told = true;
            await Task.Delay(UntilReady, clock, cancellation);
        }
    }

    private async Task<bool> HasDataAsync(CancellationToken cancellation)
    {
        try
        {
            await using var command = source.CreateCommand("select exists (select 1 from export.crm_record) or exists (select 1 from export.signal)");
            return await command.ExecuteScalarAsync(cancellation) is true;
        }
        catch (NpgsqlException e) when (e.IsTransient || e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // Not there yet: the server is starting, or the migrations have not run.
            return false;
        }
    }

    [LoggerMessage(20, LogLevel.Information, "Waiting for PostgreSQL to hold data in schema export.")]
    private partial void LogWaiting();

    [LoggerMessage(21, LogLevel.Warning, "The scheduled snapshot was refused: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(22, LogLevel.Error, "A snapshot or its figures failed ({Failures} failures since start); the last good figures stay in force.")]
    private partial void LogFailed(Exception exception, long failures);
}
