using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>Runs that are stopped by a person: cancelled or paused between two batches, with a real worker and the twin.</summary>
public sealed class CancelTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Staging = "icare-staging";
    private const string Enrichment = "enrichment-writeback";
    private const int Leads = 2500;
    private const int Cells = 2 * Leads;
    private const int CellsOfBatch = 400;
    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_run_of_5000_cells_cancelled_under_way_ends_at_a_batch_and_the_next_plan_offers_the_rest()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, Leads);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, Leads);
        var plan = await stack.PlanAsync(Staging, Enrichment);
        Assert.Equal(Cells, plan.Plan.Changes.Count());
        var runId = await StartedAsync(stack, twin, plan);

        var asked = await CancelAsync(stack, runId);
        await twin.Staging.FaultsAsync(new { latencyMs = 0 });
        var run = await stack.EndOfAsync(runId);

        Assert.Equal(RunStates.Running, asked.State);
        Assert.Equal((RunStates.Cancelled, Cells), (run.State, run.Verified + run.Rejected + run.Skipped));
        Assert.Equal((0, 0), (run.Rejected, run.Verified % CellsOfBatch));
        Assert.InRange(run.Verified, CellsOfBatch, Cells - CellsOfBatch);
        Assert.Contains($"{run.Skipped} cells were not sent", run.Remark, StringComparison.Ordinal);
        // The twin holds exactly what the run says that it verified, each written once.
        var verified = (await AllCellsAsync(stack, runId)).Where(c => c.State == RunCellStates.Verified).Select(c => (c.RecordId, c.Field, c.NewValue)).ToHashSet();
        var writes = await twin.Staging.WritesAsync();
        Assert.Equal(verified, writes.Select(w => (w.Id, w.Field, (string?)w.Values[0])).ToHashSet());
        Assert.All(writes, w => Assert.Equal((1, 1), (w.Received, w.Committed)));
        Assert.Equal(run.Verified, (await stack.LedgerAsync(Staging, LedgerKinds.CellVerified)).Count);
        Assert.All(await stack.LedgerAsync(Staging, LedgerKinds.CellSkipped), e => Assert.Equal("cancelled", e.GetProperty("reasonCode").GetString()));
        Assert.Equal("crm-admin", Assert.Single(await stack.LedgerAsync(Staging, LedgerKinds.RunCancelled)).GetProperty("by").GetString());

        var rest = await stack.PlanAsync(Staging, Enrichment);
        Assert.Equal(run.Skipped, rest.Plan.Changes.Count());
        Assert.DoesNotContain(rest.Plan.Changes, c => verified.Contains((c.Cell.Record.Id, c.Cell.Field, c.Decision.Value.Text)));
        var second = await stack.ApplyAsync(rest);
        Assert.Equal((RunStates.Green, run.Skipped), (second.State, second.Verified));
        // What the cancelled run wrote can be taken back, and nothing else.
        var undo = await stack.UndoAsync(run);
        Assert.Equal(verified.Select(v => (v.RecordId, v.Field)).ToHashSet(), undo.Plan.Changes.Select(c => (c.Cell.Record.Id, c.Cell.Field)).ToHashSet());
    }

    [Fact]
    public async Task A_run_whose_flow_is_paused_under_way_stops_at_a_batch_and_goes_on_by_itself()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, Leads);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, Leads);
        var runs = stack.Get<RunStore>();
        var flows = stack.Get<FlowSwitchStore>();
        var runId = await StartedAsync(stack, twin, await stack.PlanAsync(Staging, Enrichment));

        await flows.SetAsync(Enrichment, true, "crm-admin", default);
        await twin.Staging.FaultsAsync(new { latencyMs = 0 });
        await SyncStack.UntilAsync(async () => (await runs.FindAsync(runId, default))!.State == RunStates.Paused, "the run is paused");

        var paused = (await runs.FindAsync(runId, default))!;
        Assert.Contains($"Flow '{Enrichment}' is paused", paused.Remark, StringComparison.Ordinal);
        Assert.Equal((0, null), (paused.Verified % CellsOfBatch, paused.FinishedAt));
        Assert.InRange(paused.Verified, CellsOfBatch, Cells - CellsOfBatch);
        Assert.All(await runs.OpenCellsAsync(runId, default), c => Assert.Equal(RunCellStates.Planned, c.State));
        // It looks again and again, and still writes nothing.
        var fence = await FenceAsync(stack);
        await SyncStack.UntilAsync(async () => await FenceAsync(stack) > fence + 2, "the job looked three times");
        Assert.Equal(paused.Verified, (await twin.Staging.WritesAsync()).Count);
        Assert.Equal((RunStates.Paused, paused.Verified), (await runs.FindAsync(runId, default)) is { } still ? (still.State, still.Verified) : default);

        await flows.SetAsync(Enrichment, false, "crm-admin", default);
        var run = await stack.EndOfAsync(runId);

        Assert.Equal((RunStates.Green, Cells, null), (run.State, run.Verified, run.Remark));
        Assert.All(await twin.Staging.WritesAsync(), w => Assert.Equal((1, 1), (w.Received, w.Committed)));
        Assert.Equal(0, await stack.ReadAsync(db => db.Jobs.CountAsync(j => j.Errors != "[]")));
    }

    [Fact]
    public async Task A_queued_run_of_a_paused_flow_is_cancelled_at_once_and_writes_nothing()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 3);
        await using var stack = await SyncStack.StartAsync(twin);
        var flows = stack.Get<FlowSwitchStore>();
        await OfferAsync(stack, 3);
        var plan = await stack.PlanAsync(Staging, Enrichment);
        await flows.SetAsync(Enrichment, true, "crm-admin", default);
        var runId = await stack.ApproveAsync(plan);
        await SyncStack.UntilAsync(async () => (await stack.Get<RunStore>().FindAsync(runId, default))!.State == RunStates.Paused, "the run waits for its flow");

        await CancelAsync(stack, runId);
        var run = await stack.EndOfAsync(runId);

        Assert.Equal((RunStates.Cancelled, 6), (run.State, run.Skipped));
        Assert.Empty(await twin.Staging.WritesAsync());
        Assert.Equal("run-ended", (await stack.Get<RunStore>().CancelAsync(runId, "crm-admin", ["CRM Admin"], stack.Policy.Flow(Enrichment), default)).Refusal?.Code);
        await flows.SetAsync(Enrichment, false, "crm-admin", default);
        Assert.Equal((RunStates.Green, 6), await stack.ApplyAsync(await stack.PlanAsync(Staging, Enrichment)) is var next ? (next.State, next.Verified) : default);
    }

    [Fact]
    public async Task A_dead_run_that_left_cells_unknown_is_read_first_and_then_cancelled()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 2);
        var database = await SyncStack.NewDatabaseAsync();
        Guid runId;
        await using (var stack = await SyncStack.StartAsync(twin, database: database))
        {
            await OfferAsync(stack, 2);
            var plan = await stack.PlanAsync(Staging, Enrichment);
            await stack.Get<FlowSwitchStore>().SetAsync(Enrichment, true, "test", default);
            runId = await stack.ApproveAsync(plan);
        }
        // As a worker leaves it that died in every attempt, the last time after a write: the job dead, its cells sent, one of them written.
        await using (var look = await SyncStack.StartAsync(twin, database: database, run: false))
        {
            var job = (await look.Get<JobQueue>().ClaimAsync([JobKinds.ApplyPlan], 1, "dead", TimeSpan.FromMinutes(1), default)).Single();
            await look.Get<RunStore>().StartIfLeaseHeldAsync(job.Lease, runId, "dead", default);
            Assert.Equal(4, await look.ReadAsync(db => db.Database.ExecuteSqlRawAsync("update sync.run_cell set state = 'intent', batch = 1, sent_at = now()")));
            await look.ReadAsync(db => db.Database.ExecuteSqlRawAsync(
                "update sync.job set state = 'dead', attempt = max_attempts, finished_at = now(), locked_by = null, locked_until = null where kind = 'apply-plan'"));
            await look.Get<FlowSwitchStore>().SetAsync(Enrichment, false, "test", default);
        }
        await twin.Staging.UpdateAsync("Lead", ids[0], new { FirstName = "Ada0" });
        await using var again = await SyncStack.StartAsync(twin, database: database);
        await SyncStack.UntilAsync(async () => (await again.Get<RunStore>().FindAsync(runId, default))!.State == RunStates.Failed, "the caretaker says that it failed");

        await CancelAsync(again, runId);
        // Failed had an end of its own; the replay took that away, and the cancel gives it back.
        await SyncStack.UntilAsync(async () => (await again.Get<RunStore>().FindAsync(runId, default))!.State == RunStates.Cancelled, "the run is cancelled");

        var run = (await again.Get<RunStore>().FindAsync(runId, default))!;
        Assert.Equal((1, 0, 3), (run.Verified, run.Rejected, run.Skipped));
        Assert.Equal(("Ada0", "FirstName"), (await again.CellsAsync(runId)).Single(c => c.State == RunCellStates.Verified) is { } c ? (c.NewValue, c.Field) : default);
        // The one write is the test's own.
        Assert.Equal((ids[0], "FirstName", 1), Assert.Single(await twin.Staging.WritesAsync()) is var w ? (w.Id, w.Field, w.Committed) : default);
    }

    [Fact]
    public async Task A_cancelled_undo_offers_nothing_and_a_new_undo_takes_back_the_rest()
    {
        const int leads = 1200;
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, leads);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, leads);
        var run = await stack.ApplyAsync(await stack.PlanAsync(Staging, Enrichment));
        Assert.Equal((RunStates.Green, 2 * leads), (run.State, run.Verified));
        var undoRun = await StartedAsync(stack, twin, await stack.UndoAsync(run));

        await CancelAsync(stack, undoRun);
        await twin.Staging.FaultsAsync(new { latencyMs = 0 });
        var cancelled = await stack.EndOfAsync(undoRun);

        Assert.Equal((RunStates.Cancelled, 2 * leads, 0), (cancelled.State, cancelled.Verified + cancelled.Skipped, cancelled.Verified % CellsOfBatch));
        Assert.Equal(PlanStates.Empty, (await stack.PlanAsync(Staging, Enrichment)).Row.State);
        var rest = await stack.ApplyAsync(await stack.UndoAsync(run));
        Assert.Equal((RunStates.Green, cancelled.Skipped), (rest.State, rest.Verified));
        Assert.All(await twin.Staging.QueryAsync("SELECT Id, City, FirstName FROM Lead"),
            r => Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (r.GetProperty("City").ValueKind, r.GetProperty("FirstName").ValueKind)));
    }

    /// <summary>Approves, with a twin so slow that the run is caught under way: one batch is verified, and others are still to come.</summary>
    private static async Task<Guid> StartedAsync(SyncStack stack, Twin twin, StoredPlan plan)
    {
        await twin.Staging.FaultsAsync(new { latencyMs = 500 });
        var runId = await stack.ApproveAsync(plan);
        await SyncStack.UntilAsync(async () => (await stack.Get<RunStore>().FindAsync(runId, default))!.Verified >= CellsOfBatch, "a batch is verified");
        return runId;
    }

    private static async Task<RunRow> CancelAsync(SyncStack stack, Guid runId)
    {
        var result = await stack.Get<RunStore>().CancelAsync(runId, "crm-admin", ["CRM Admin"], stack.Policy.Flow(Enrichment), default);
        Assert.Null(result.Refusal);
        return result.Run!;
    }

    private static Task<long> FenceAsync(SyncStack stack) => stack.ReadAsync(db => db.Jobs.Where(j => j.Kind == JobKinds.ApplyPlan).MaxAsync(j => j.Fence));

    private static Task<List<RunCellRow>> AllCellsAsync(SyncStack stack, Guid runId) => stack.ReadAsync(db => db.RunCells.AsNoTracking().Where(c => c.RunId == runId).ToListAsync());

    private static Task<IReadOnlyList<string>> LeadsAsync(Twin twin, int count) =>
        twin.Staging.LoadAsync("Lead", Enumerable.Range(0, count).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}" }));

    private static Task OfferAsync(SyncStack stack, int count) =>
        stack.Get<SignalStore>().AppendAsync([.. Enumerable.Range(0, count).Select(i => new NewSignal("clay", "clay.row", "fake_1000", $"row {i}",
            JsonSerializer.Serialize(new { unique_id = $"r{i}", first_name = $"Ada{i % 1000}", city = $"Paris{i % 1000}" }), At, FeedsFlow: true))], default);
}
