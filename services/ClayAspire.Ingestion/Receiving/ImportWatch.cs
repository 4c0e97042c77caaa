using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Signals;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ClayAspire.Ingestion.Receiving;

/// <summary>
/// Gives this process's sign of life for the imports that it receives, and ends those of processes that are gone. Every replica does
/// both; a killed one is found by the others, or by its successor.
/// </summary>
internal sealed class ImportWatch(SignalStore signals, IIdSource ids, IOptions<IngestionOptions> options, TimeProvider clock, ILogger<ImportWatch> log) : BackgroundService
{
    /// <summary>Who this process is; new with each start, so that a successor is never taken for it.</summary>
    public string Owner { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{ids.Next():N}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var silence = TimeSpan.FromSeconds(options.Value.ImportSilenceSeconds);
        // Four signs in the time allowed, so that one late sign loses nothing.
        using var timer = new PeriodicTimer(silence / 4, clock);
        do
        {
            try
            {
                await signals.BeatImportsAsync(Owner, stoppingToken);
                foreach (var import in await signals.FailSilentImportsAsync(silence, stoppingToken))
                    log.ImportAbandoned(import, options.Value.ImportSilenceSeconds);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                log.ImportsUnwatched(e);
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
