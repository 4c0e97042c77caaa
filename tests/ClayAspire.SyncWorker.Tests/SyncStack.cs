using System.Text.Json;
using ClayAspire.Connectors;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Migrations;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using ClayAspire.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>A worker in this process, on a database of its own and the twin.</summary>
public sealed class SyncStack : IAsyncDisposable
{
    /// <summary>How long anything may take before a test fails.</summary>
    public static TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(60);

    private static readonly Lazy<Task<string>> Template = new(MigrateTemplateAsync);

    private readonly IHost _host;
    private int _keys;

    private SyncStack(IHost host) => _host = host;

    internal T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public PolicySet Policy => Get<PolicySource>().Current;

    /// <summary>The connection string, for another worker on the same database.</summary>
    public string Database => Get<IConfiguration>().GetConnectionString("clayaspire")!;

    public static string PolicyFolder { get; } = FindPolicy();

    /// <summary>The configuration that a worker needs, also one in a process of its own.</summary>
    public static Dictionary<string, string> Configuration(string database, Twin twin, string? policy = null) => new(StringComparer.Ordinal)
    {
        ["ConnectionStrings:clayaspire"] = database,
        ["Policy:Directory"] = policy ?? PolicyFolder,
        ["Connections:icare:BaseUrl"] = twin.Main.Address.AbsoluteUri,
        ["Connections:icare:ClientId"] = Twin.ClientId,
        ["Connections:icare:ClientSecret"] = Twin.Secret,
        ["Connections:icare-staging:BaseUrl"] = twin.Staging.Address.AbsoluteUri,
        ["Connections:icare-staging:ClientId"] = Twin.ClientId,
        ["Connections:icare-staging:ClientSecret"] = Twin.Secret,
        ["SyncWorker:ProbeDelaySeconds"] = "0.1",
        ["SyncWorker:PausedSeconds"] = "0.2",
        ["SyncWorker:BulkPollSeconds"] = "0.02",
        ["SyncWorker:SchedulerSeconds"] = "0.2",
        ["SyncWorker:SweepSeconds"] = "1",
        ["Queue:PollSeconds"] = "0.2",
        ["Ledger:AnchorDirectory"] = ScratchFolder.New(),
    };

    public static async Task<string> NewDatabaseAsync() => await PostgresFixture.Shared.CreateDatabaseAsync(await Template.Value);

    /// <param name="without">A connection that is not configured.</param>
    /// <param name="settings">Settings that differ.</param>
    /// <param name="clock">Another clock than the system's.</param>
    /// <param name="client">Client id and secret of the integration user; the twin's usual one when left out.</param>
    public static async Task<SyncStack> StartAsync(
        Twin twin, string? policy = null, string? database = null, bool run = true, string? without = null, IReadOnlyList<(string Key, string Value)>? settings = null, TimeProvider? clock = null,
        (string Id, string Secret)? client = null, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(Configuration(database ?? await NewDatabaseAsync(), twin, policy)
            .Where(s => without is null || !s.Key.StartsWith($"Connections:{without}:", StringComparison.Ordinal))!);
        builder.Configuration.AddInMemoryCollection((settings ?? []).Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        if (client is { } user)
            foreach (var connection in new[] { "icare", "icare-staging" })
                (builder.Configuration[$"Connections:{connection}:ClientId"], builder.Configuration[$"Connections:{connection}:ClientSecret"]) = (user.Id, user.Secret);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (clock is not null)
            builder.Services.AddSingleton(clock);
        builder.AddClayAspireStorage();
        builder.Services.AddClayAspireConnectors(builder.Configuration);
        builder.Services.AddSyncWorker(builder.Configuration);
        services?.Invoke(builder.Services);
        var host = builder.Build();
        if (run)
            await host.StartAsync();
        return new SyncStack(host);
    }

    public async Task SignalAsync(string source, string kind, string table, object payload, DateTimeOffset? at = null, string? key = null) =>
        await Get<SignalStore>().AppendAsync(
            [new NewSignal(source, kind, table, key ?? $"k{Interlocked.Increment(ref _keys)}", JsonSerializer.Serialize(payload), at ?? Get<TimeProvider>().GetUtcNow(), FeedsFlow: true)], default);

    public Task ClayRowAsync(string table, object payload) => SignalAsync("clay", "clay.row", table, payload);

    /// <summary>Orders a plan as the console does, and waits until it is sealed.</summary>
    public async Task<StoredPlan> PlanAsync(string connection, string flow, string author = "marcom")
    {
        await SettledAsync();
        var id = Get<IIdSource>().Next();
        await Get<JobQueue>().EnqueueAsync(NewJob.MakePlan(new MakePlan(id, connection, flow, author)), default);
        await UntilAsync(async () => await Get<PlanStore>().FindAsync(id, default) is not null, "the plan is sealed");
        return (await Get<PlanStore>().LoadAsync(id, default))!;
    }

    /// <summary>Orders the undo of a run as the console does, and waits until its plan is sealed.</summary>
    public async Task<StoredPlan> UndoAsync(RunRow run, string author = "marcom")
    {
        var id = Get<IIdSource>().Next();
        await Get<JobQueue>().EnqueueAsync(NewJob.MakeUndoPlan(new MakeUndoPlan(id, run.Id, author), run.Connection, run.Flow), default);
        await UntilAsync(async () => await Get<PlanStore>().FindAsync(id, default) is not null, "the undo plan is sealed");
        return (await Get<PlanStore>().LoadAsync(id, default))!;
    }

    public async Task<Guid> ApproveAsync(StoredPlan plan, IReadOnlySet<int>? ordinals = null)
    {
        var result = await Get<PlanStore>().ApproveAsync(plan.Plan.Id, plan.StoredHash, "crm-admin", ["CRM Admin"], Policy, ordinals, default);
        Assert.Null(result.Refusal);
        return result.RunId!.Value;
    }

    /// <summary>Sets something down about a contract as the console does; null when it was done.</summary>
    public Task<Reason?> SetDownAsync(
        SignatureAction action, string field, string connection = "icare", string @object = "Lead", string role = ContractLife.SigningRole, DateOnly? until = null, string? reason = null)
    {
        var contract = Get<PolicySource>().Files.Contract(connection, @object, field)!;
        return Get<ContractStore>().SignAsync(contract, new ContractRequest(action, role == ContractLife.SigningRole ? "dpo" : "crm-admin", [role], contract.Hash, "Legitimate interest", until, reason), default);
    }

    /// <summary>Approves and waits for the run's end.</summary>
    public async Task<RunRow> ApplyAsync(StoredPlan plan) => await EndOfAsync(await ApproveAsync(plan));

    public async Task<RunRow> EndOfAsync(Guid runId)
    {
        RunRow? run = null;
        await UntilAsync(async () => (run = await Get<RunStore>().FindAsync(runId, default))!.FinishedAt is not null, "the run has ended");
        return run!;
    }

    public async Task<IReadOnlyList<RunCellRow>> CellsAsync(Guid runId) => (await Get<RunStore>().CellsAsync(runId, null, 1, 500, default)).Rows;

    /// <summary>Waits until no signal is pending and no job of the main path waits or runs.</summary>
    public Task SettledAsync() => UntilAsync(async () =>
    {
        await using var db = await Get<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        return !await db.SignalOutcomes.AnyAsync(o => o.State == SignalOutcomes.Pending)
            && !await db.Jobs.AnyAsync(j => j.Kind != JobKinds.RefreshMirror && (j.State == JobStates.Available || j.State == JobStates.Running));
    }, "all signals are processed");

    public async Task<T> ReadAsync<T>(Func<SyncDbContext, Task<T>> read)
    {
        await using var db = await Get<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        return await read(db);
    }

    public async Task<IReadOnlyList<JsonElement>> LedgerAsync(string connection, string kind)
    {
        var entries = new List<JsonElement>();
        await foreach (var entry in Get<LedgerStore>().ReadAsync(connection, 0, default))
            if (entry.Kind == kind)
                entries.Add(JsonElement.Parse(entry.Payload));
        Assert.True((await Get<LedgerStore>().VerifyAsync(connection, default)).IsIntact);
        return entries;
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? most = null)
    {
        var deadline = most ?? Deadline;
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > deadline)
                throw new TimeoutException($"Waited {deadline.TotalSeconds} s until {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    private static async Task<string> MigrateTemplateAsync()
    {
        var database = await PostgresFixture.Shared.CreateDatabaseAsync();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:clayaspire"] = database + ";Pooling=false",
            ["Policy:Directory"] = PolicyFolder,
        });
        builder.AddClayAspireStorage();
        using var host = builder.Build();
        await host.Services.GetRequiredService<Migrator>().MigrateAsync(default);
        return new Npgsql.NpgsqlConnectionStringBuilder(database).Database!;
    }

    private static string FindPolicy()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var found = Path.Combine(folder.FullName, "services", "policy");
            if (Directory.Exists(found))
                return found;
        }
        throw new DirectoryNotFoundException("services/policy was not found above the test's folder.");
    }
}

/// <summary>One twin for a class; each test begins by emptying it.</summary>
public sealed class TwinFixture : IAsyncLifetime
{
    public Twin Twin { get; private set; } = null!;

    public async Task InitializeAsync() => Twin = await Twin.StartAsync();

    public async Task DisposeAsync() => await Twin.DisposeAsync();

    public async Task<Twin> EmptyAsync()
    {
        await Twin.Main.ResetAsync();
        await Twin.Staging.ResetAsync();
        return Twin;
    }
}
