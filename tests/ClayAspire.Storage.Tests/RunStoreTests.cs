using System.Text.Json;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Storage.Tests;

public sealed class RunStoreTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_run_is_green_only_by_cells_read_back_and_every_end_stands_in_the_ledger()
    {
        await using var harness = await StorageHarness.StartAsync();
        var (run, lease) = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();
        Assert.Equal(RunStates.Running, (await runs.StartIfLeaseHeldAsync(lease, run, "w1", default)).State);
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Intent, Batch: 1), new CellMove(1, RunCellStates.Intent, Batch: 1)], 2, default);
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Acknowledged), new CellMove(1, RunCellStates.Acknowledged)], 1, default);
        await Assert.ThrowsAsync<InvalidOperationException>(() => runs.FinishIfLeaseHeldAsync(lease, run, default));
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Verified)], 1, default);
        var row = await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(1, RunCellStates.Skipped, new Reason("drifted", "Somebody changed it."))], 0, default);
        Assert.Equal((1, 0, 1, 4), (row.Verified, row.Rejected, row.Skipped, row.ApiCalls));
        Assert.Equal("settled,pending", await PlanStoreTests.StatesAsync(harness));
        var ended = await runs.FinishIfLeaseHeldAsync(lease, run, default);
        Assert.Equal(RunStates.Green, ended.State);
        Assert.Equal(RunStates.Green, (await runs.FinishIfLeaseHeldAsync(lease, run, default)).State);

        var ledger = harness.Get<LedgerStore>();
        Assert.True((await ledger.VerifyAsync("icare", default)).IsIntact);
        var entries = await ledger.PageAsync("icare", 0, 100, default);
        Assert.Equal([LedgerKinds.PlanSealed, LedgerKinds.PlanApproved, LedgerKinds.CellVerified, LedgerKinds.CellSkipped, LedgerKinds.RunEnded], entries.Select(e => e.Kind));
        var verified = JsonDocument.Parse(entries[2].Payload).RootElement;
        Assert.Equal(("L1", "City", "Ghent", "crm-admin", "policy-1"), (
            verified.GetProperty("record").GetString(), verified.GetProperty("field").GetString(), verified.GetProperty("new").GetString(),
            verified.GetProperty("approver").GetString(), verified.GetProperty("policy").GetString()));
    }

    [Fact]
    public async Task A_rejection_keeps_a_run_from_green_and_its_candidate_goes_where_it_is_told()
    {
        await using var harness = await StorageHarness.StartAsync();
        var (run, lease) = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Intent), new CellMove(1, RunCellStates.Intent)], 1, default);
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [
            new CellMove(0, RunCellStates.Rejected, new Reason("validation", "The CRM refused it.")),
            new CellMove(1, RunCellStates.Rejected, new Reason("row-lock", "Locked."), Candidates: CandidateFate.Pending)], 1, default);
        Assert.Equal("settled,pending", await PlanStoreTests.StatesAsync(harness));
        Assert.Equal(RunStates.FinishedWithRejections, (await runs.FinishIfLeaseHeldAsync(lease, run, default)).State);
    }

    [Fact]
    public async Task Illegal_moves_are_refused_as_a_whole()
    {
        await using var harness = await StorageHarness.StartAsync();
        var (run, lease) = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => runs.MoveCellsIfLeaseHeldAsync(
            lease, run, [new CellMove(0, RunCellStates.Intent), new CellMove(1, RunCellStates.Verified)], 0, default));
        Assert.All(await runs.OpenCellsAsync(run, default), c => Assert.Equal(RunCellStates.Planned, c.State));
        await Assert.ThrowsAsync<ArgumentException>(() => runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Rejected)], 0, default));
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Skipped, new Reason("drifted", "Changed."))], 0, default);
        await Assert.ThrowsAsync<InvalidOperationException>(() => runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Intent)], 0, default));
    }

    [Fact]
    public async Task A_worker_that_lost_its_lease_writes_nothing_and_its_successor_sees_what_is_unknown()
    {
        await using var harness = await StorageHarness.StartAsync();
        var (run, lost) = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();
        await runs.MoveCellsIfLeaseHeldAsync(lost, run, [new CellMove(0, RunCellStates.Intent)], 1, default);
        harness.Clock!.Advance(Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await harness.Queue.RescueExpiredAsync(default));
        await Assert.ThrowsAsync<LeaseLostException>(() => runs.MoveCellsIfLeaseHeldAsync(lost, run, [new CellMove(0, RunCellStates.Verified)], 0, default));
        var held = (await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w2", Lease, default))[0].Lease;
        await Assert.ThrowsAsync<LeaseLostException>(() => runs.MoveCellsIfLeaseHeldAsync(lost, run, [new CellMove(1, RunCellStates.Intent)], 0, default));
        await Assert.ThrowsAsync<LeaseLostException>(() => runs.FinishIfLeaseHeldAsync(lost, run, default));
        var open = await runs.OpenCellsAsync(run, default);
        Assert.Equal([(RunCellStates.Intent, (long?)lost.Fence), (RunCellStates.Planned, null)], open.Select(c => (c.State, c.Fence)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => runs.FailIfLeaseHeldAsync(held, run, new Reason("x", "y"), default));
        await runs.MoveCellsIfLeaseHeldAsync(held, run, [new CellMove(0, RunCellStates.Planned)], 1, default);
        await runs.FailIfLeaseHeldAsync(held, run, new Reason("connection-gone", "The connection was removed."), default);
        Assert.Equal((RunStates.Failed, 2), ((await runs.FindAsync(run, default))!.State, (await runs.FindAsync(run, default))!.Skipped));
        Assert.Equal("pending,pending", await PlanStoreTests.StatesAsync(harness));
    }

    [Fact]
    public async Task A_run_whose_job_died_fails_with_the_remedy_and_the_replay_takes_it_up_again()
    {
        await using var harness = await StorageHarness.StartAsync();
        var (run, lease) = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();
        await runs.StartIfLeaseHeldAsync(lease, run, "w1", default);
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Intent)], 1, default);
        Assert.Empty(await runs.FailStoppedAsync(default));
        await harness.RunAsync("update sync.job set max_attempts = 1 where kind = 'apply-plan'");
        harness.Clock!.Advance(Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await harness.Queue.RescueExpiredAsync(default));

        var failed = Assert.Single(await runs.FailStoppedAsync(default));
        Assert.Empty(await runs.FailStoppedAsync(default));
        Assert.Equal((run, RunStates.Failed), (failed.Id, failed.State));
        Assert.Contains("replay the job", failed.Remark, StringComparison.Ordinal);
        Assert.NotNull(failed.FinishedAt);
        Assert.Equal([RunCellStates.Intent, RunCellStates.Planned], (await runs.OpenCellsAsync(run, default)).Select(c => c.State));
        Assert.Equal(LedgerKinds.RunStopped, (await harness.Get<LedgerStore>().PageAsync("icare", 0, 100, default))[^1].Kind);

        Assert.NotNull(await harness.Queue.ReplayAsync(lease.JobId, default));
        var queued = (await runs.FindAsync(run, default))!;
        Assert.Equal((RunStates.Queued, null, null), (queued.State, queued.Remark, queued.FinishedAt));
        Assert.Empty(await runs.FailStoppedAsync(default));
        var again = (await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w2", Lease, default))[0].Lease;
        Assert.Equal(RunStates.Running, (await runs.StartIfLeaseHeldAsync(again, run, "w2", default)).State);
    }

    [Fact]
    public async Task The_cells_of_a_run_are_written_out_once_by_the_worker_that_takes_it_first()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plan = await PlanStoreTests.TwoChangesAsync(harness);
        var approved = await harness.Get<PlanStore>().ApproveAsync(plan.Id, plan.Hash, "crm-admin", ["CRM Admin"], StorageHarness.Policy(), null, default);
        var (runs, run) = (harness.Get<RunStore>(), approved.RunId!.Value);
        Assert.Empty(await runs.OpenCellsAsync(run, default));
        var first = (await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w1", Lease, default))[0].Lease;
        await runs.StartIfLeaseHeldAsync(first, run, "w1", default);
        Assert.Equal([0, 1], (await runs.OpenCellsAsync(run, default)).Select(c => c.Ordinal));
        await runs.MoveCellsIfLeaseHeldAsync(first, run, [new CellMove(0, RunCellStates.Intent)], 1, default);
        harness.Clock!.Advance(Lease + TimeSpan.FromSeconds(1));
        await harness.Queue.RescueExpiredAsync(default);
        var second = (await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w2", Lease, default))[0].Lease;
        await runs.StartIfLeaseHeldAsync(second, run, "w2", default);
        Assert.Equal([(0, RunCellStates.Intent), (1, RunCellStates.Planned)], (await runs.OpenCellsAsync(run, default)).Select(c => (c.Ordinal, c.State)));
    }

    [Fact]
    public async Task The_pace_of_a_connection_is_the_median_of_its_last_runs_that_ended()
    {
        await using var harness = await StorageHarness.StartAsync();
        var runs = harness.Get<RunStore>();
        Assert.Null(await runs.SecondsPerCallAsync("icare", default));
        async Task RunAsync(string state, int seconds, int calls, int minutesAgo, string connection = "icare", bool started = true)
        {
            var id = harness.Get<Domain.Primitives.IIdSource>().Next();
            await harness.Get<PlanStore>().SaveAsync(StorageHarness.Plan(id), PlanFacts.Whole, default);
            await harness.RunAsync($"""
                insert into sync.run (id, plan_id, connection, flow, state, planned, api_calls, queued_at, started_at, finished_at)
                select '{id}', '{id}', '{connection}', 'f', '{state}', 0, {calls}, f, {(started ? $"f - interval '{seconds} s'" : "null")}, f
                from (select timestamptz '2026-03-02 09:00Z' - interval '{minutesAgo} min' as f) t
                """);
        }
        // Not measured: another connection, a run that failed, one that never started, one without a call.
        await RunAsync("green", 500, 1, 1, "other");
        await RunAsync("failed", 500, 1, 1);
        await RunAsync("cancelled", 0, 0, 1, started: false);
        await RunAsync("green", 500, 0, 1);
        Assert.Null(await runs.SecondsPerCallAsync("icare", default));
        await RunAsync("green", 20, 10, 5);
        await RunAsync("finished-with-rejections", 30, 10, 6);
        // It waited for a night.
        await RunAsync("cancelled", 40_000, 10, 7);
        Assert.Equal(3, await runs.SecondsPerCallAsync("icare", default));
        // Only the last twenty speak.
        for (var i = 0; i < 20; i++)
            await RunAsync("green", 5, 10, 2);
        Assert.Equal(0.5, await runs.SecondsPerCallAsync("icare", default));
    }

    private static async Task<(Guid Run, JobLease Lease)> ApprovedAsync(StorageHarness harness)
    {
        var plan = await PlanStoreTests.TwoChangesAsync(harness);
        var approved = await harness.Get<PlanStore>().ApproveAsync(plan.Id, plan.Hash, "crm-admin", ["CRM Admin"], StorageHarness.Policy(), null, default);
        var job = (await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w1", Lease, default))[0];
        await harness.Get<RunStore>().StartIfLeaseHeldAsync(job.Lease, approved.RunId!.Value, "w1", default);
        return (approved.RunId.Value, job.Lease);
    }
}
