using ClayAspire.Analytics.Kpis;
using ClayAspire.Analytics.Models;
using ClayAspire.Analytics.Settings;
using ClayAspire.Analytics.Snapshots;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace ClayAspire.Analytics.Tests;

/// <summary>The service's parts over a data directory of their own and a clock that the test moves.</summary>
internal sealed class Workbench : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 18, 9, 0, 0, TimeSpan.Zero);

    private readonly bool _owned;

    public Workbench(NpgsqlDataSource source, string? directory = null, Action<AnalyticsSettings>? adjust = null)
    {
        _owned = directory is null;
        DataDirectory = directory ?? Directory.CreateTempSubdirectory("clayaspire-analytics-").FullName;
        adjust?.Invoke(Settings);
        Definitions = KpiDefinitions.Load(Path.Combine(AppContext.BaseDirectory, "kpis.yaml"));
        Store = new SnapshotStore(Settings, DataDirectory);
        Catalog = ModelCatalog.Load();
        Taker = new SnapshotTaker(source, Store, Settings, Clock, NullLogger<SnapshotTaker>.Instance);
        Computer = new KpiComputer(Catalog, new ModelRunner(Catalog, Clock), Definitions, Store, Settings, Clock);
        Service = new KpiService(Taker, Store, Computer, Board, Clock, new Lifetime(), NullLogger<KpiService>.Instance);
    }

    public string DataDirectory { get; }
    public FakeTimeProvider Clock { get; } = new(Start);
    public AnalyticsSettings Settings { get; } = new();
    public KpiDefinitions Definitions { get; }
    public SnapshotStore Store { get; }
    public ModelCatalog Catalog { get; }
    public SnapshotTaker Taker { get; }
    public KpiComputer Computer { get; }
    public KpiBoard Board { get; } = new();
    public KpiService Service { get; }

    public async Task<SnapshotResult> TakeAsync()
    {
        var (result, refusal) = await Service.TakeAsync(CancellationToken.None);
        Assert.Null(refusal);
        return result!;
    }

    public void Dispose()
    {
        Service.Dispose();
        if (_owned)
            Directory.Delete(DataDirectory, recursive: true);
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;
        public CancellationToken ApplicationStopping => CancellationToken.None;
        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
