using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>Applies that go by Bulk API 2.0, and what may happen to a job on its way.</summary>
public sealed class BulkTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Staging = "icare-staging";
    private const string Enrichment = "enrichment-writeback";
    private const int Leads = 60;
    private const int Cells = 2 * Leads;
    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Many_records_go_by_one_job_and_each_cell_is_read_back()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin);
        var plan = await PlanAsync(stack, twin);
        var run = await stack.ApplyAsync(plan);

        await AssertWholeAsync(stack, twin, run);
        Assert.Equal(1, await JobsAsync(stack, "complete"));
        Assert.All(await stack.CellsAsync(run.Id), c => Assert.NotNull(c.BulkJob));
        // Second check and its history, make, fill, start, look, two results, read-back: not one call for each batch of 200.
        Assert.InRange(run.ApiCalls, 8, plan.Plan.Cost.ApiCalls);
        Assert.InRange(plan.Plan.Cost.ApiCalls, 8, 16);
    }

    [Theory]
    [InlineData("""{"stuckBulkJobs":1,"stuckPolls":4}""")]
    [InlineData("""{"failBulkRows":7}""")]
    [InlineData("""{"failAfterCommit":1}""")]
    [InlineData("""{"failAfterCommit":3,"dropConnection":true}""")]
    [InlineData("""{"failBeforeCommit":3}""")]
    [InlineData("""{"expireSessions":true}""")]
    public async Task Trouble_on_the_way_heals_and_no_cell_is_written_twice(string faults)
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin);
        var plan = await PlanAsync(stack, twin);
        await twin.Staging.FaultsAsync(JsonElement.Parse(faults));

        await AssertWholeAsync(stack, twin, await stack.ApplyAsync(plan));
    }

    [Fact]
    public async Task The_rows_that_a_failed_job_did_not_try_are_sent_again_and_the_others_are_not()
    {
        const int leads = 500;
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin);
        var plan = await PlanAsync(stack, twin, leads);
        // The twin writes 200 rows together, and then gives the job up.
        await twin.Staging.FaultsAsync(new { failBulkJobs = 1 });

        var run = await stack.ApplyAsync(plan);

        await AssertWholeAsync(stack, twin, run, leads);
        Assert.Equal((1, 1), (await JobsAsync(stack, "failed"), await JobsAsync(stack, "complete")));
    }

    [Fact]
    public async Task A_row_that_the_job_refuses_has_its_reason_from_the_error_table_and_the_rest_of_the_record_is_written()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin);
        var plan = await PlanAsync(stack, twin);
        await twin.Staging.FaultsAsync(new { acts = new[] { new { @do = "revokeField", beforeWrite = 3, @object = "Lead", field = "City", keepRead = true } } });
        try
        {
            var run = await stack.ApplyAsync(plan);

            Assert.Equal((RunStates.FinishedWithRejections, Leads, Leads, 0), (run.State, run.Verified, run.Rejected, run.Skipped));
            Assert.All((await stack.CellsAsync(run.Id)).Where(c => c.State == RunCellStates.Rejected),
                c => Assert.Equal(("City", "INVALID_FIELD_FOR_INSERT_UPDATE"), (c.Field, c.ReasonCode)));
            Assert.All(await twin.Staging.WritesAsync(), w => Assert.InRange(w.Committed, 0, 1));
        }
        finally
        {
            await twin.Staging.PermitAsync("Lead", "City", read: true, edit: true);
        }
    }

    [Fact]
    public async Task A_column_that_is_gone_fails_the_job_and_only_its_cells_are_left_out()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin);
        var plan = await PlanAsync(stack, twin);
        await twin.Staging.FaultsAsync(new { acts = new[] { new { @do = "revokeField", beforeWrite = 3, @object = "Lead", field = "City" } } });
        try
        {
            var run = await stack.ApplyAsync(plan);

            Assert.Equal((Leads, 0, Leads), (run.Verified, run.Rejected, run.Skipped));
            Assert.All((await stack.CellsAsync(run.Id)).Where(c => c.State == RunCellStates.Skipped), c => Assert.Equal(("City", "field-not-visible"), (c.Field, c.ReasonCode)));
        }
        finally
        {
            await twin.Staging.PermitAsync("Lead", "City", read: true, edit: true);
        }
    }

    [Fact]
    public async Task A_job_that_takes_too_long_puts_the_run_off_which_says_so_and_finds_the_job_again()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin, ("SyncWorker:BulkPatienceSeconds", "0.3"));
        var plan = await PlanAsync(stack, twin);
        await twin.Staging.FaultsAsync(new { stuckBulkJobs = 1, stuckPolls = 40 });
        var runId = await stack.ApproveAsync(plan);

        await SyncStack.UntilAsync(async () => (await stack.Get<RunStore>().FindAsync(runId, default))!.State == RunStates.Paused, "the run is put off");
        var remark = (await stack.Get<RunStore>().FindAsync(runId, default))!.Remark;

        Assert.Contains("is under way at the CRM: 0 of 60 Lead records", remark, StringComparison.Ordinal);
        await AssertWholeAsync(stack, twin, await stack.EndOfAsync(runId));
        Assert.Equal(1, await JobsAsync(stack, "complete"));
    }

    [Fact]
    public async Task A_cancel_ends_the_job_and_what_it_had_written_is_verified()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin);
        var plan = await PlanAsync(stack, twin);
        await twin.Staging.FaultsAsync(new { stuckBulkJobs = 1, stuckPolls = 1_000_000 });
        var runId = await stack.ApproveAsync(plan);
        await SyncStack.UntilAsync(async () => (await stack.Get<RunStore>().OpenBulkJobsAsync(runId, default)).Count == 1, "the job is made");

        Assert.Null((await stack.Get<RunStore>().CancelAsync(runId, "crm-admin", ["CRM Admin"], stack.Policy.Flow(Enrichment), default)).Refusal);
        var run = await stack.EndOfAsync(runId);

        Assert.Equal((RunStates.Cancelled, 0, Cells), (run.State, run.Verified, run.Skipped));
        Assert.Equal(1, await JobsAsync(stack, "aborted"));
        Assert.Empty(await twin.Staging.WritesAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_worker_leaves_a_job_that_the_next_one_finds_by_its_id(bool wasStarted)
    {
        await using var twin = await Twin.StartAsync();
        var database = await SyncStack.NewDatabaseAsync();
        var settings = SyncStack.Configuration(database, twin);
        settings["Connections:icare-staging:BulkAbove"] = "10";
        settings["SyncWorker:BulkPollSeconds"] = "0.05";
        settings["Queue:LeaseSeconds"] = "3";
        settings["Queue:HeartbeatSeconds"] = "1";
        var environment = settings.ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value, StringComparer.Ordinal);
        await using var victim = await ServiceProcess.StartAsync("ClayAspire.SyncWorker", environment);
        await using var look = await SyncStack.StartAsync(twin, database: database, run: false);
        var plan = await PlanAsync(look, twin);
        // Started: the twin holds the job until it was looked at often. Not started: every start of it fails, so that it stays open.
        await twin.Staging.FaultsAsync(wasStarted
            ? new { stuckBulkJobs = 1, stuckPolls = 60, latencyMs = 0, acts = Array.Empty<object>() }
            : new { stuckBulkJobs = 0, stuckPolls = 0, latencyMs = 400, acts = Array.Empty<object>() });
        var runId = await look.ApproveAsync(plan);
        await SyncStack.UntilAsync(async () => (await look.Get<RunStore>().OpenBulkJobsAsync(runId, default)).Count == 1, "the job is made");
        victim.Kill();
        Assert.Equal(Cells, (await look.Get<RunStore>().OpenCellsAsync(runId, default)).Count(c => c is { State: RunCellStates.Intent, BulkJob: not null }));
        await twin.Staging.FaultsAsync(new { stuckBulkJobs = 0 });

        await using var survivor = await ServiceProcess.StartAsync("ClayAspire.SyncWorker", environment);
        var run = await look.EndOfAsync(runId);

        await AssertWholeAsync(look, twin, run);
        await SyncStack.UntilAsync(() => Task.FromResult(survivor.Output.Contains("of an earlier turn was found", StringComparison.Ordinal)), "the survivor found the job");
        Assert.All(await twin.Staging.WritesAsync(), w => Assert.Equal((1, 1), (w.Received, w.Committed)));
    }

    private static Task<SyncStack> StartAsync(Twin twin, params (string, string)[] more) =>
        SyncStack.StartAsync(twin, settings: [("Connections:icare-staging:BulkAbove", "10"), .. more]);

    private static async Task<StoredPlan> PlanAsync(SyncStack stack, Twin twin, int leads = Leads)
    {
        await twin.Staging.LoadAsync("Lead", Enumerable.Range(0, leads).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}" }));
        await stack.Get<SignalStore>().AppendAsync([.. Enumerable.Range(0, leads).Select(i => new NewSignal("clay", "clay.row", "fake_1000", $"row {i}",
            JsonSerializer.Serialize(new { unique_id = $"r{i}", first_name = $"Ada{i}", city = $"Paris{i}" }), At, FeedsFlow: true))], default);
        var plan = await stack.PlanAsync(Staging, Enrichment);
        Assert.Equal(2 * leads, plan.Plan.Changes.Count());
        return plan;
    }

    private static async Task AssertWholeAsync(SyncStack stack, Twin twin, Storage.Model.RunRow run, int leads = Leads)
    {
        Assert.Equal((RunStates.Green, 2 * leads, 0, 0), (run.State, run.Verified, run.Rejected, run.Skipped));
        var writes = await twin.Staging.WritesAsync();
        Assert.Equal(2 * leads, writes.Count);
        Assert.All(writes, w => Assert.Equal(1, w.Committed));
        Assert.Equal(2 * leads, (await stack.LedgerAsync(Staging, LedgerKinds.CellVerified)).Count);
        Assert.Empty(await stack.Get<RunStore>().OpenBulkJobsAsync(run.Id, default));
    }

    private static Task<int> JobsAsync(SyncStack stack, string outcome) =>
        stack.ReadAsync(db => db.Database.SqlQuery<int>($"select count(*)::int as \"Value\" from sync.bulk_job where outcome = {outcome}").SingleAsync());
}
