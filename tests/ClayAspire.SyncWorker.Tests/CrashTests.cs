using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>Two real worker processes; the one that applies is killed with -9 in the middle.</summary>
public sealed class CrashTests
{
    private const int Leads = 2500;
    private const int Cells = 2 * Leads;

    [Fact]
    public async Task Killing_the_worker_that_applies_5000_cells_writes_each_cell_exactly_once()
    {
        await using var twin = await Twin.StartAsync();
        var ids = await twin.Staging.LoadAsync("Lead", Enumerable.Range(0, Leads).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}" }));
        var database = await SyncStack.NewDatabaseAsync();
        var environment = SyncStack.Configuration(database, twin).ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value, StringComparer.Ordinal);
        // By calls of 200 records; BulkTests kill a worker that waits for a bulk job.
        environment["Connections__icare-staging__BulkAbove"] = "1000000";
        environment["Queue__LeaseSeconds"] = "3";
        environment["Queue__HeartbeatSeconds"] = "1";
        await using var one = await ServiceProcess.StartAsync("ClayAspire.SyncWorker", environment);
        await using var two = await ServiceProcess.StartAsync("ClayAspire.SyncWorker", environment);
        // This process only looks: its own worker is not started.
        await using var stack = await SyncStack.StartAsync(twin, database: database, run: false);
        var at = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);
        await stack.Get<SignalStore>().AppendAsync([.. Enumerable.Range(0, Leads).Select(i => new NewSignal("clay", "clay.row", "fake_1000", $"row {i}",
            JsonSerializer.Serialize(new { unique_id = $"r{i}", first_name = $"Ada{i % 1000}", city = $"Paris{i % 1000}" }), at, FeedsFlow: true))], default);
        var plan = await stack.PlanAsync("icare-staging", "enrichment-writeback");
        Assert.Equal(Cells, plan.Plan.Changes.Count());
        await twin.Staging.FaultsAsync(new { latencyMs = 100 });

        var runId = await stack.ApproveAsync(plan);
        // In the middle of a batch: its intents are written, and its calls to the slowed twin are still to come or under way.
        await SyncStack.UntilAsync(
            async () => (await stack.Get<RunStore>().FindAsync(runId, default))!.Verified >= 1000
                && (await stack.Get<RunStore>().OpenCellsAsync(runId, default)).Any(c => c.State == RunCellStates.Intent),
            "a fifth is verified and a batch is under way");
        var holder = await stack.ReadAsync(db => db.Jobs.Where(j => j.Kind == JobKinds.ApplyPlan).Select(j => j.LockedBy!).SingleAsync());
        var (victim, survivor) = holder.Contains($"/{one.Id}/", StringComparison.Ordinal) ? (one, two) : (two, one);
        victim.Kill();
        var atKill = (await stack.Get<RunStore>().FindAsync(runId, default))!;
        var run = await stack.EndOfAsync(runId);

        Assert.InRange(atKill.Verified, 1000, Cells - 1);
        Assert.False(survivor.HasExited);
        // The survivor's lines reach this process a moment after they are written.
        await SyncStack.UntilAsync(() => Task.FromResult(survivor.Output.Contains("cells of unknown outcome were probed", StringComparison.Ordinal)), "the survivor probed what the other left open");
        Assert.Contains($"/{survivor.Id}/", run.Worker, StringComparison.Ordinal);
        Assert.Equal((RunStates.Green, Cells, 0, 0), (run.State, run.Verified, run.Rejected, run.Skipped));
        var writes = await twin.Staging.WritesAsync();
        Assert.Equal(Cells, writes.Count);
        Assert.All(writes, w => Assert.Equal((1, 1), (w.Received, w.Committed)));
        Assert.Equal(ids.Count, writes.Select(w => w.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Cells, (await stack.LedgerAsync("icare-staging", LedgerKinds.CellVerified)).Count);
    }
}
