using System.Text.Json;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Storage.Tests;

/// <summary>Cancelling runs: who may, what ends at once, what waits for its worker.</summary>
public sealed class RunCancelTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly string[] CrmAdmin = ["CRM Admin"];

    [Fact]
    public async Task A_queued_run_ends_at_once_and_its_values_are_offered_again()
    {
        await using var harness = await StorageHarness.StartAsync();
        var run = await ApprovedAsync(harness);

        var cancelled = await CancelAsync(harness, run);

        Assert.Equal((RunStates.Cancelled, 2, 0, 0, 2), (cancelled.State, cancelled.Planned, cancelled.Verified, cancelled.Rejected, cancelled.Skipped));
        Assert.Equal(("crm-admin", StorageHarness.Start, StorageHarness.Start), (cancelled.CancelAskedBy, cancelled.CancelAskedAt, cancelled.FinishedAt));
        Assert.Contains("2 cells were not sent", cancelled.Remark, StringComparison.Ordinal);
        Assert.Equal("pending,pending", await PlanStoreTests.StatesAsync(harness));
        var cells = await harness.Get<RunStore>().CellsAsync(run, null, 1, 10, default);
        Assert.All(cells.Rows, c => Assert.Equal((RunCellStates.Skipped, RunStore.CancelledCode), (c.State, c.ReasonCode)));
        // Nobody takes the job up any more, and nothing behind it waits for it.
        Assert.Empty(await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 5, "w1", Lease, default));

        var entries = await EntriesAsync(harness);
        Assert.Equal(
            [LedgerKinds.PlanSealed, LedgerKinds.PlanApproved, LedgerKinds.RunCancelled, LedgerKinds.CellSkipped, LedgerKinds.CellSkipped, LedgerKinds.RunEnded],
            entries.Select(e => e.Kind));
        var (asked, ended) = (JsonElement.Parse(entries[2].Payload), JsonElement.Parse(entries[5].Payload));
        Assert.Equal(("crm-admin", run, "queued"), (asked.GetProperty("by").GetString(), asked.GetProperty("run").GetGuid(), asked.GetProperty("state").GetString()));
        Assert.Equal(("cancelled", "crm-admin", 2), (ended.GetProperty("state").GetString(), ended.GetProperty("cancelledBy").GetString(), ended.GetProperty("skipped").GetInt32()));
    }

    [Fact]
    public async Task A_run_under_way_is_only_asked_and_ends_when_its_worker_says_so()
    {
        await using var harness = await StorageHarness.StartAsync();
        var run = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();
        var lease = await StartAsync(harness, run);
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Intent, Batch: 1)], 1, default);

        var asked = await CancelAsync(harness, run);

        Assert.Equal((RunStates.Running, null), (asked.State, asked.FinishedAt));
        Assert.Equal(RunOrder.Cancel, await runs.OrderAsync(run, default));
        // The batch under way always ends first.
        await Assert.ThrowsAsync<InvalidOperationException>(() => runs.CancelIfLeaseHeldAsync(lease, run, default));
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Verified)], 1, default);
        var ended = await runs.CancelIfLeaseHeldAsync(lease, run, default);
        Assert.Equal((RunStates.Cancelled, 1, 0, 1), (ended.State, ended.Verified, ended.Rejected, ended.Skipped));
        Assert.Equal("settled,pending", await PlanStoreTests.StatesAsync(harness));
        Assert.True((await harness.Get<LedgerStore>().VerifyAsync("icare", default)).IsIntact);
    }

    [Fact]
    public async Task A_cancel_that_comes_when_nothing_is_left_does_not_make_a_run_cancelled()
    {
        await using var harness = await StorageHarness.StartAsync();
        var run = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();
        var lease = await StartAsync(harness, run);
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Intent), new CellMove(1, RunCellStates.Intent)], 1, default);
        await CancelAsync(harness, run);
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Verified), new CellMove(1, RunCellStates.Verified)], 1, default);

        var ended = await runs.FinishIfLeaseHeldAsync(lease, run, default);

        Assert.Equal((RunStates.Green, 2), (ended.State, ended.Verified));
        Assert.Contains("when no cell was left to skip", ended.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_job_died_before_it_sent_anything_ends_at_once_and_cannot_be_replayed()
    {
        await using var harness = await StorageHarness.StartAsync();
        var run = await ApprovedAsync(harness);
        var job = await DieAsync(harness, run, send: false);

        var cancelled = await CancelAsync(harness, run);

        Assert.Equal((RunStates.Cancelled, 2, null), (cancelled.State, cancelled.Skipped, cancelled.StoppedByJob));
        Assert.Null(await harness.Queue.ReplayAsync(job, default));
        Assert.Equal(0, (await harness.Queue.DeadAsync(1, 10, default)).Total);
        Assert.Equal(RunStates.Cancelled, (await harness.Get<RunStore>().FindAsync(run, default))!.State);
    }

    [Fact]
    public async Task A_dead_run_with_unknown_cells_goes_back_to_a_worker_that_reads_them_before_it_ends()
    {
        await using var harness = await StorageHarness.StartAsync();
        var run = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();
        await DieAsync(harness, run, send: true);

        var asked = await CancelAsync(harness, run);

        Assert.Equal((RunStates.Queued, null), (asked.State, asked.FinishedAt));
        var lease = await StartAsync(harness, run);
        Assert.Equal(RunOrder.Cancel, await runs.OrderAsync(run, default));
        // The CRM was asked: the cell was written.
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Verified)], 1, default);
        Assert.Equal((RunStates.Cancelled, 1, 1), await runs.CancelIfLeaseHeldAsync(lease, run, default) is var r ? (r.State, r.Verified, r.Skipped) : default);
    }

    [Fact]
    public async Task A_run_that_waits_for_half_an_hour_with_unknown_cells_has_its_turn_at_once()
    {
        await using var harness = await StorageHarness.StartAsync();
        var run = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();
        var lease = await StartAsync(harness, run);
        await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Intent)], 1, default);
        Assert.True(await runs.PauseIfLeaseHeldAsync(lease, (await runs.FindAsync(run, default))!, TimeSpan.FromMinutes(30), "The CRM is away.", default));
        Assert.Empty(await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w2", Lease, default));

        Assert.Equal(RunStates.Paused, (await CancelAsync(harness, run)).State);

        Assert.Single(await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w2", Lease, default));
    }

    [Fact]
    public async Task A_cancel_that_comes_before_a_long_wait_stops_the_wait()
    {
        await using var harness = await StorageHarness.StartAsync();
        var run = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();
        var lease = await StartAsync(harness, run);
        var seen = (await runs.FindAsync(run, default))!;
        await CancelAsync(harness, run);

        Assert.False(await runs.PauseIfLeaseHeldAsync(lease, seen, TimeSpan.FromMinutes(30), "The budget is used.", default));

        Assert.Equal(RunStates.Running, (await runs.FindAsync(run, default))!.State);
        Assert.True(await harness.Queue.IsLeaseHeldAsync(lease, default));
    }

    [Fact]
    public async Task Only_who_releases_the_flow_cancels_and_only_once()
    {
        await using var harness = await StorageHarness.StartAsync();
        var run = await ApprovedAsync(harness);
        await StartAsync(harness, run);
        var runs = harness.Get<RunStore>();
        async Task<string?> TryAsync(string[] roles, bool known = true, Guid? id = null) =>
            (await runs.CancelAsync(id ?? run, "somebody", roles, known ? StorageHarness.Flow() : null, default)).Refusal?.Code;

        Assert.Equal("run-unknown", await TryAsync(CrmAdmin, id: new Guid("01890000-0000-7000-8000-00000000000f")));
        Assert.Equal("wrong-role", await TryAsync(["MARCOM Ops", "IT Infra"]));
        Assert.Equal("wrong-role", await TryAsync(CrmAdmin, known: false));
        Assert.Null((await runs.FindAsync(run, default))!.CancelAskedBy);
        Assert.Null(await TryAsync([Release.AdminRole], known: false));
        Assert.Equal("cancel-asked", await TryAsync(CrmAdmin));
        Assert.Equal(1, (await EntriesAsync(harness)).Count(e => e.Kind == LedgerKinds.RunCancelled));
    }

    [Fact]
    public async Task Two_people_who_cancel_at_once_cancel_once_and_an_ended_run_says_so()
    {
        await using var harness = await StorageHarness.StartAsync();
        var run = await ApprovedAsync(harness);
        var runs = harness.Get<RunStore>();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => runs.CancelAsync(run, $"person-{i}", CrmAdmin, StorageHarness.Flow(), default)));

        Assert.Single(answers, a => a.Run is not null);
        Assert.All(answers.Where(a => a.Run is null), a => Assert.Equal("run-ended", a.Refusal!.Code));
        Assert.Equal(2, (await EntriesAsync(harness)).Count(e => e.Kind == LedgerKinds.CellSkipped));
    }

    [Fact]
    public async Task A_cancel_and_a_claim_at_the_same_moment_end_the_run_once()
    {
        await using var harness = await StorageHarness.StartAsync();
        for (var i = 0; i < 12; i++)
        {
            var run = await ApprovedAsync(harness, i);
            var runs = harness.Get<RunStore>();
            var claim = harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w1", Lease, default);
            var cancel = runs.CancelAsync(run, "crm-admin", CrmAdmin, StorageHarness.Flow(), default);
            var claimed = await claim;
            Assert.Null((await cancel).Refusal);
            if (claimed.Count > 0 && (await runs.FindAsync(run, default))!.FinishedAt is null)
            {
                Assert.Equal(RunOrder.Cancel, await runs.OrderAsync(run, default));
                await runs.StartIfLeaseHeldAsync(claimed[0].Lease, run, "w1", default);
                await runs.CancelIfLeaseHeldAsync(claimed[0].Lease, run, default);
                Assert.True(await harness.Queue.CompleteAsync(claimed[0].Lease, default));
            }
            var ended = (await runs.FindAsync(run, default))!;
            Assert.Equal((RunStates.Cancelled, 2), (ended.State, ended.Skipped));
            Assert.Equal(0, await harness.ScalarAsync<long>("select count(*) from sync.job where kind = 'apply-plan' and state <> 'completed'"));
        }
    }

    private static async Task<RunRow> CancelAsync(StorageHarness harness, Guid run)
    {
        var result = await harness.Get<RunStore>().CancelAsync(run, "crm-admin", CrmAdmin, StorageHarness.Flow(), default);
        Assert.Null(result.Refusal);
        return result.Run!;
    }

    private static async Task<IReadOnlyList<LedgerEntry>> EntriesAsync(StorageHarness harness)
    {
        Assert.True((await harness.Get<LedgerStore>().VerifyAsync("icare", default)).IsIntact);
        return await harness.Get<LedgerStore>().PageAsync("icare", 0, 500, default);
    }

    private static async Task<Guid> ApprovedAsync(StorageHarness harness, int number = 0)
    {
        var signals = await harness.OfferAsync(($"A{number}", "City", "Ghent"), ($"B{number}", "City", "Antwerp"));
        var plan = StorageHarness.Plan(
            harness.Get<Domain.Primitives.IIdSource>().Next(),
            StorageHarness.Cell(0, $"A{number}", "City", StorageHarness.Decision(Verdict.Write, StorageHarness.Candidate(signals[0], "Ghent"))),
            StorageHarness.Cell(1, $"B{number}", "City", StorageHarness.Decision(Verdict.Write, StorageHarness.Candidate(signals[1], "Antwerp"))));
        await harness.Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, default);
        return (await harness.Get<PlanStore>().ApproveAsync(plan.Id, plan.Hash, "crm-admin", CrmAdmin, StorageHarness.Policy(), null, default)).RunId!.Value;
    }

    private static async Task<JobLease> StartAsync(StorageHarness harness, Guid run)
    {
        var lease = (await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w1", Lease, default))[0].Lease;
        await harness.Get<RunStore>().StartIfLeaseHeldAsync(lease, run, "w1", default);
        return lease;
    }

    /// <summary>Lets the run's job die, as the queue and its caretaker do; the job's id.</summary>
    private static async Task<long> DieAsync(StorageHarness harness, Guid run, bool send)
    {
        await harness.RunAsync("update sync.job set max_attempts = 1 where kind = 'apply-plan'");
        var lease = await StartAsync(harness, run);
        if (send)
            await harness.Get<RunStore>().MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, RunCellStates.Intent)], 1, default);
        harness.Clock!.Advance(Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await harness.Queue.RescueExpiredAsync(default));
        Assert.Equal(RunStates.Failed, Assert.Single(await harness.Get<RunStore>().FailStoppedAsync(default)).State);
        return lease.JobId;
    }
}
