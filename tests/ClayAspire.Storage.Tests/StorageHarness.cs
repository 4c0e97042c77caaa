using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Migrations;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using ClayAspire.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace ClayAspire.Storage.Tests;

/// <summary>A migrated database of the test's own, and the storage layer on it with a clock that the test moves.</summary>
internal sealed class StorageHarness : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);

    private StorageHarness(IHost host, FakeTimeProvider? clock, string connectionString)
    {
        Host = host;
        Clock = clock;
        ConnectionString = connectionString;
    }

    public IHost Host { get; }

    public FakeTimeProvider? Clock { get; }

    public string ConnectionString { get; }

    public NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    public JobQueue Queue => Get<JobQueue>();

    public static async Task<StorageHarness> StartAsync(bool realTime = false, Action<HostApplicationBuilder>? configure = null)
    {
        var text = await PostgresFixture.Shared.CreateDatabaseAsync(await Template.Value);
        return Build(text, realTime, configure);
    }

    public static StorageHarness Build(string connectionString, bool realTime = false, Action<HostApplicationBuilder>? configure = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:clayaspire"] = connectionString, ["Ledger:AnchorDirectory"] = ScratchFolder.New() });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var clock = realTime ? null : new FakeTimeProvider(Start);
        if (clock is not null)
            builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddClayAspireStorage();
        configure?.Invoke(builder);
        return new StorageHarness(builder.Build(), clock, connectionString);
    }

    public T Get<T>()
        where T : notnull => Host.Services.GetRequiredService<T>();

    public async Task<T> InTransactionAsync<T>(Func<NpgsqlTransaction, Task<T>> work)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await work(transaction);
        await transaction.CommitAsync();
        return result;
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is { } value and not DBNull ? (T)value : default;
    }

    public async Task RunAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asks again until the answer is yes; fails after a deadline that only a hang reaches.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Waited in vain for: {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public static NewSignal Signal(string key, string payload = """{"email":"a@b.example"}""", bool feedsFlow = true, string source = "clay") =>
        new(source, "clay.row", "people", key, payload, Start, feedsFlow);

    /// <summary>Signals with a candidate each for the given cells, of flow enrichment-writeback.</summary>
    public async Task<IReadOnlyList<long>> OfferAsync(params (string Record, string Field, string Value)[] offers)
    {
        var receipts = await Get<SignalStore>().AppendAsync([.. offers.Select((o, i) => Signal($"{o.Record}/{o.Field}/{o.Value}/{i}"))], default);
        var signals = receipts.Select(r => r.SignalId!.Value).ToArray();
        await InTransactionAsync(t => Get<CandidateStore>().AddAsync(t, [.. offers.Select((o, i) =>
            new NewCandidate(signals[i], "enrichment-writeback", Cell(o.Record, o.Field), o.Value, "clay", Start))], default));
        return signals;
    }

    public static CellKey Cell(string record, string field) => new(new RecordKey("icare", "Lead", record), field);

    public static Candidate Candidate(long signal, string value) => new(signal, "clay", Start, FieldValue.FromCanonical(value));

    public static Decision Decision(Verdict verdict, Candidate? winner, params Candidate[] losers) => new(
        verdict, verdict == Verdict.Write ? winner!.Value : FieldValue.Blank, new Reason("test-reason", "Because the test says so."),
        "Lead.City:fill-blank", "policy-1", winner, losers, verdict == Verdict.Hold ? "DPO" : null);

    public static Plan Plan(Guid id, params PlannedCell[] cells) => Domain.Writeback.Plan.Seal(
        id, "icare", "enrichment-writeback", "policy-1", "marcom", Start, Start.AddHours(24), cells, new PlanCost(3, 0m));

    public static PlannedCell Cell(int ordinal, string record, string field, Decision decision, string? old = null) =>
        new(ordinal, Cell(record, field), FieldValue.FromCanonical(old), "v1", decision);

    public static Flow Flow(bool fourEyes = false, ReleaseMode release = ReleaseMode.Approval) => new(
        "enrichment-writeback", ["icare"], ["clay.row"], [new FlowField("Lead", "*")], release, "CRM Admin", fourEyes, null, TimeSpan.FromHours(24));

    /// <summary>The policy that the plans of these tests were sealed under.</summary>
    public static PolicySet Policy(bool fourEyes = false) => new("policy-1", [], [Flow(fourEyes)], []);

    public async ValueTask DisposeAsync()
    {
        if (Host is IAsyncDisposable host)
            await host.DisposeAsync();
    }

    private static async Task<string> MakeTemplateAsync()
    {
        var text = await PostgresFixture.Shared.CreateDatabaseAsync();
        await using (var harness = Build(text + ";Pooling=false"))
            await harness.Get<Migrator>().MigrateAsync(default);
        return new NpgsqlConnectionStringBuilder(text).Database!;
    }
}
