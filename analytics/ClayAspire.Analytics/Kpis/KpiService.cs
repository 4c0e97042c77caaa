using System.Text.Json;
using System.Text.Json.Nodes;
using ClayAspire.Analytics.Snapshots;

namespace ClayAspire.Analytics.Kpis;

/// <summary>A snapshot just taken, with its figures.</summary>
internal sealed record SnapshotResult(SnapshotManifest Manifest, KpiDocument Kpis);

/// <summary>Figures computed again beside the stored ones.</summary>
/// <param name="SnapshotId">The snapshot.</param>
/// <param name="Equal">True when every figure is the same; null when none were stored.</param>
/// <param name="Differences">Keys of the KPIs or activities that differ.</param>
/// <param name="StoredModelsVersion">Models that made the stored figures; another version explains a difference.</param>
/// <param name="ModelsVersion">Models of this run.</param>
/// <param name="Figures">The figures computed now.</param>
internal sealed record RecomputeResult(
    string SnapshotId, bool? Equal, IReadOnlyList<string> Differences, string? StoredModelsVersion, string ModelsVersion, KpiDocument Figures);

/// <summary>Why a snapshot cannot be recomputed, or taken: an expected refusal.</summary>
internal sealed record Refusal(string Code, string Message, int Status);

/// <summary>Takes snapshots (one at a time, callers share it), computes and recomputes figures.</summary>
internal sealed partial class KpiService(
    SnapshotTaker taker, SnapshotStore store, KpiComputer computer, KpiBoard board, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<KpiService> log)
    : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _recomputing = new(1, 1);
    private Task<(SnapshotResult? Result, Refusal? Refusal)>? _inFlight;

    /// <summary>Removes what a crash left and shows the newest stored figures. Quick: nothing is computed.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        using (var right = store.TryLockForWriting())
        {
            if (right is not null && store.RemoveLeftovers() is > 0 and var removed)
                LogLeftovers(removed);
        }
        foreach (var id in store.Ids().Reverse())
            if (await store.FindAsync(id, cancellation) is { } manifest && await FindStoredAsync(id, cancellation) is { } document)
            {
                board.Show(manifest, document);
                return;
            }
    }

    /// <summary>Computes the figures of the newest snapshot when the process ended between its manifest and its figures.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        if (store.Ids() is not [.., var id] || board.Current?.Manifest.Id == id || await store.FindAsync(id, cancellation) is not { } manifest)
            return;
        try
        {
            await ShowAsync(manifest, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            board.Fail(e.Message);
            throw;
        }
    }

    /// <summary>Takes a snapshot now, or joins the one that is being taken. It goes on when a caller leaves.</summary>
    public Task<(SnapshotResult? Result, Refusal? Refusal)> TakeAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_inFlight is null || _inFlight.IsCompleted)
                _inFlight = Task.Run(() => TakeOneAsync(lifetime.ApplicationStopping), lifetime.ApplicationStopping);
            return _inFlight.WaitAsync(cancellation);
        }
    }

    /// <summary>Computes the figures of a snapshot again, from its Parquet files only.</summary>
    public async Task<(RecomputeResult? Result, Refusal? Refusal)> RecomputeAsync(string id, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { } manifest)
            return (null, new Refusal("snapshot-unknown", $"There is no snapshot '{id}'. GET /v1/snapshots lists them.", StatusCodes.Status404NotFound));
        if (await store.FindDamageAsync(manifest, cancellation) is { Count: > 0 } damaged)
            return (null, new Refusal("snapshot-damaged", $"These files are not as the manifest says: {string.Join(", ", damaged)}. Restore them from a backup.", StatusCodes.Status409Conflict));
        await _recomputing.WaitAsync(cancellation);
        try
        {
            var figures = await Task.Run(() => computer.ComputeAsync(manifest, cancellation), cancellation);
            var stored = await FindStoredAsync(id, cancellation);
            var differences = stored is null ? [] : Compare(stored, figures);
            return (new RecomputeResult(id, stored is null ? null : differences.Count == 0, differences, stored?.ModelsVersion, figures.ModelsVersion, figures), null);
        }
        finally
        {
            _recomputing.Release();
        }
    }

    public void Dispose() => _recomputing.Dispose();

    private async Task<(SnapshotResult? Result, Refusal? Refusal)> TakeOneAsync(CancellationToken cancellation)
    {
        using var right = store.TryLockForWriting();
        if (right is null)
            return (null, new Refusal("snapshot-elsewhere", "Another process is taking a snapshot in this data directory. Try again when it is done.", StatusCodes.Status409Conflict));
        try
        {
            var manifest = await taker.TakeAsync(cancellation);
            var document = await ShowAsync(manifest, cancellation);
            if (store.RemoveExpired(clock.GetUtcNow()) is { Count: > 0 } expired)
                LogExpired(expired.Count);
            return (new SnapshotResult(manifest, document), null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            store.RemoveUnpublished();
            board.Fail(e.Message);
            throw;
        }
    }

    private async Task<KpiDocument> ShowAsync(SnapshotManifest manifest, CancellationToken cancellation)
    {
        var document = await computer.ComputeAsync(manifest, cancellation);
        await store.WriteKpisAsync(manifest.Id, document, cancellation);
        board.Show(manifest, document);
        return document;
    }

    // Figures of another version of the service may have another form; they can always be computed again.
    private async Task<KpiDocument?> FindStoredAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return await store.FindKpisAsync<KpiDocument>(id, cancellation);
        }
        catch (JsonException e)
        {
            LogUnreadable(e, id);
            return null;
        }
    }

    private static List<string> Compare(KpiDocument stored, KpiDocument computed)
    {
        var differences = new List<string>();
        foreach (var key in stored.Kpis.Select(k => k.Key).Union(computed.Kpis.Select(k => k.Key), StringComparer.Ordinal))
            if (!Same(stored.Kpis.FirstOrDefault(k => k.Key == key), computed.Kpis.FirstOrDefault(k => k.Key == key)))
                differences.Add(key);
        if (!Same(stored.Activity.CellsDaily, computed.Activity.CellsDaily))
            differences.Add("activity.cellsDaily");
        if (!Same(stored.Activity.PlansWaiting, computed.Activity.PlansWaiting))
            differences.Add("activity.plansWaiting");
        return differences;
    }

    private static bool Same<T>(T stored, T computed) => JsonNode.DeepEquals(
        JsonSerializer.SerializeToNode(stored, AnalyticsJson.Options), JsonSerializer.SerializeToNode(computed, AnalyticsJson.Options));

    [LoggerMessage(10, LogLevel.Warning, "{Count} leftovers of an interrupted snapshot were removed.")]
    private partial void LogLeftovers(int count);

    [LoggerMessage(12, LogLevel.Warning, "The stored figures of snapshot {Id} cannot be read; they count as missing and are computed again when they are needed.")]
    private partial void LogUnreadable(Exception exception, string id);

    [LoggerMessage(11, LogLevel.Information, "{Count} snapshots were removed by retention.")]
    private partial void LogExpired(int count);
}
