using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using ClayAspire.SyncWorker.Apply;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>Apply under trouble: drift, rejections, lost answers, dead sessions, used-up budgets.</summary>
public sealed class ApplyTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Enrichment = "enrichment-writeback";

    [Fact]
    public async Task A_cell_that_somebody_changed_since_the_seal_is_skipped_and_planned_anew()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 2);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 2);
        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        await twin.Staging.EditAsync("integration", ids[0], new { City = "Rome" });

        var run = await stack.ApplyAsync(plan);

        Assert.Equal((RunStates.Green, 3, 0, 1), (run.State, run.Verified, run.Rejected, run.Skipped));
        Assert.Equal("drifted", (await stack.CellsAsync(run.Id)).Single(c => c.State == RunCellStates.Skipped).ReasonCode);
        Assert.Equal("Rome", (await twin.Staging.RecordAsync("Lead", ids[0])).GetProperty("City").GetString());
        Assert.Equal("drifted", Assert.Single(await stack.LedgerAsync("icare-staging", LedgerKinds.CellSkipped)).GetProperty("reasonCode").GetString());
        var next = await stack.PlanAsync("icare-staging", Enrichment);
        Assert.Equal("not-blank", Assert.Single(next.Plan.Cells).Decision.Reason.Code);
    }

    [Fact]
    public async Task A_rejected_cell_has_its_reason_while_all_others_are_verified()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 3);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 3);
        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        await twin.Staging.PermitAsync("Lead", "City", read: true, edit: false);
        try
        {
            var run = await stack.ApplyAsync(plan);

            Assert.Equal((RunStates.FinishedWithRejections, 3, 3, 0), (run.State, run.Verified, run.Rejected, run.Skipped));
            var rejected = (await stack.CellsAsync(run.Id)).Where(c => c.State == RunCellStates.Rejected).ToList();
            Assert.All(rejected, c => Assert.Equal(("City", "INVALID_FIELD_FOR_INSERT_UPDATE"), (c.Field, c.ReasonCode)));
            Assert.Contains("edit rights", rejected[0].Reason, StringComparison.Ordinal);
            Assert.Equal(3, (await stack.LedgerAsync("icare-staging", LedgerKinds.CellRejected)).Count);
        }
        finally
        {
            await twin.Staging.PermitAsync("Lead", "City", read: true, edit: true);
        }
    }

    [Fact]
    public async Task A_row_that_is_locked_for_a_moment_is_sent_again_and_a_stubborn_one_waits_for_the_next_plan()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 3);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 3);
        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        // Two rows are locked once; then, in the second run, everything stays locked.
        await twin.Staging.FaultsAsync(new { lockRows = 2 });
        var run = await stack.ApplyAsync(plan);
        Assert.Equal((RunStates.Green, 6), (run.State, run.Verified));

        await stack.ClayRowAsync("fake_1000", new { unique_id = "r0", first_name = "Bob", city = "Bonn" });
        var id = (await LeadsAsync(twin, 1, from: 9))[0];
        await OfferAsync(stack, 1, from: 9);
        var second = await stack.PlanAsync("icare-staging", Enrichment);
        await twin.Staging.FaultsAsync(new { lockRows = 1000 });
        var stubborn = await stack.ApplyAsync(second);

        Assert.Equal((RunStates.FinishedWithRejections, 2), (stubborn.State, stubborn.Rejected));
        Assert.All(await stack.CellsAsync(stubborn.Id), c => Assert.Equal("UNABLE_TO_LOCK_ROW", c.ReasonCode));
        Assert.Equal(2, await stack.ReadAsync(db => db.Candidates.CountAsync(c => c.State == CandidateStates.Pending && c.RecordId == id)));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_write_whose_answer_was_lost_is_settled_by_reading_and_committed_once(bool committed, bool dropConnection)
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 5);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 5);
        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        await twin.Staging.FaultsAsync(committed ? new { failAfterCommit = 1, dropConnection, failBeforeCommit = 0 } : new { failAfterCommit = 0, dropConnection, failBeforeCommit = 1 });

        var run = await stack.ApplyAsync(plan);

        Assert.Equal((RunStates.Green, 10, 0, 0), (run.State, run.Verified, run.Rejected, run.Skipped));
        var writes = await twin.Staging.WritesAsync();
        Assert.Equal(10, writes.Count);
        Assert.All(writes, w => Assert.Equal(1, w.Committed));
        Assert.Equal(10, (await stack.LedgerAsync("icare-staging", LedgerKinds.CellVerified)).Count);
    }

    [Fact]
    public async Task A_session_that_expires_in_the_middle_is_minted_anew()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 2);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 2);
        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        await twin.Staging.FaultsAsync(new { expireSessions = true });

        var run = await stack.ApplyAsync(plan);

        Assert.Equal((RunStates.Green, 4), (run.State, run.Verified));
        Assert.All(await twin.Staging.WritesAsync(), w => Assert.Equal((1, 1), (w.Received, w.Committed)));
    }

    [Fact]
    public async Task A_run_pauses_at_our_share_of_the_daily_budget_and_says_so()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 2);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 2);
        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        await twin.Staging.FaultsAsync(new { quotaRemaining = 100 });
        // The worker learns of it with its next answer, whatever that is.
        await stack.Get<Connectors.ConnectorRegistry>().Get("icare-staging").LimitsAsync(default);

        var runId = await stack.ApproveAsync(plan);

        await SyncStack.UntilAsync(async () => (await stack.Get<RunStore>().FindAsync(runId, default))!.State == RunStates.Paused, "the run is paused");
        Assert.Contains("daily calls are used", (await stack.Get<RunStore>().FindAsync(runId, default))!.Remark, StringComparison.Ordinal);
        Assert.Empty(await twin.Staging.WritesAsync());
    }

    [Fact]
    public async Task A_plan_altered_in_the_database_is_not_applied()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 1);
        await using var stack = await SyncStack.StartAsync(twin);
        await stack.Get<FlowSwitchStore>().SetAsync(Enrichment, false, "test", default);
        await OfferAsync(stack, 1);
        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        await stack.Get<FlowSwitchStore>().SetAsync(Enrichment, true, "test", default);
        var runId = await stack.ApproveAsync(plan);
        await stack.ReadAsync(db => db.Database.ExecuteSqlRawAsync("update sync.plan_cell set new_value = 'Mallory' where field = 'FirstName'"));
        await stack.Get<FlowSwitchStore>().SetAsync(Enrichment, false, "test", default);

        var run = await stack.EndOfAsync(runId);

        Assert.Equal((RunStates.Failed, 2), (run.State, run.Skipped));
        Assert.Empty(await twin.Staging.WritesAsync());
    }

    [Fact]
    public async Task A_value_that_a_later_signal_replaced_since_the_seal_is_not_written()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 1);
        await using var stack = await SyncStack.StartAsync(twin);
        await stack.SignalAsync("clay", "clay.row", "fake_1000", new { unique_id = "r0", city = "Paris" }, DateTimeOffset.UnixEpoch);
        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        await stack.SignalAsync("clay", "clay.row", "fake_1000", new { unique_id = "r0", city = "Bonn" }, DateTimeOffset.UnixEpoch.AddDays(1));
        await stack.SettledAsync();

        var run = await stack.ApplyAsync(plan);

        Assert.Equal("superseded", Assert.Single(await stack.CellsAsync(run.Id)).ReasonCode);
        var second = await stack.ApplyAsync(await stack.PlanAsync("icare-staging", Enrichment));
        Assert.Equal("Bonn", Assert.Single(await stack.CellsAsync(second.Id)).NewValue);
    }

    [Fact]
    public async Task The_last_check_before_sending_stops_a_cell_that_is_not_active()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin, run: false);
        var flow = stack.Policy.Flow(Enrichment);
        Storage.Model.RunCellRow Cell(string field) => new() { Object = "Lead", RecordId = "00Q", Field = field, NewValue = "x" };

        DriftCheck.AssertWritable(stack.Policy, flow, PlanKind.Writeback, "icare-staging", [Cell("City")]);
        foreach (var field in (string[])["Industry", "overall_hard_bounced__c", "Title"])
            Assert.Throws<InvalidOperationException>(() => DriftCheck.AssertWritable(stack.Policy, flow, PlanKind.Writeback, "icare-staging", [Cell(field)]));
        // An undo may take out what waits for Legal, and nothing that is read-only or unlisted.
        DriftCheck.AssertWritable(stack.Policy, flow, PlanKind.Undo, "icare-staging", [Cell("Industry")]);
        foreach (var field in (string[])["overall_hard_bounced__c", "Title"])
            Assert.Throws<InvalidOperationException>(() => DriftCheck.AssertWritable(stack.Policy, flow, PlanKind.Undo, "icare-staging", [Cell(field)]));
    }

    [Fact]
    public async Task A_plan_says_how_long_it_will_take_by_the_default_first_and_by_the_measured_pace_once_a_run_has_ended()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 3);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 3);
        var first = await stack.PlanAsync("icare-staging", Enrichment);
        Assert.Equal(new PlanCost(3, 0, 3), first.Plan.Cost);
        var run = await stack.ApplyAsync(first);
        Assert.Equal(RunStates.Green, run.State);
        // As a CRM of 7.4 s a call leaves it, whatever this machine did.
        await stack.ReadAsync(db => db.Database.ExecuteSqlRawAsync("update sync.run set started_at = finished_at - api_calls * interval '7.4 s'"));

        var undo = await stack.UndoAsync(run);
        Assert.Equal(new PlanCost(3, 0, 23), undo.Plan.Cost);
        Assert.Equal(undo.StoredHash, undo.Plan.Hash);
        var empty = await stack.PlanAsync("icare-staging", Enrichment);
        Assert.Equal(default, empty.Plan.Cost);
    }

    [Fact]
    public async Task A_plan_that_waits_too_long_expires_and_is_planned_anew()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 1);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 1);
        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        await stack.ReadAsync(db => db.Database.ExecuteSqlRawAsync("update sync.plan set expires_at = now() - interval '1 minute'"));

        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.Plans.AnyAsync(p => p.Author == "scheduler" && p.State == PlanStates.Sealed && p.Changes == 2)), "a new plan is sealed");

        Assert.Equal(PlanStates.Expired, (await stack.Get<PlanStore>().FindAsync(plan.Plan.Id, default))!.State);
    }

    private static Task<IReadOnlyList<string>> LeadsAsync(Twin twin, int count, int from = 0) =>
        twin.Staging.LoadAsync("Lead", Enumerable.Range(from, count).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}" }));

    private static async Task OfferAsync(SyncStack stack, int count, int from = 0)
    {
        for (var i = from; i < from + count; i++)
            await stack.ClayRowAsync("fake_1000", new { unique_id = $"r{i}", first_name = $"Ada{i}", city = $"Paris{i}" });
    }
}
