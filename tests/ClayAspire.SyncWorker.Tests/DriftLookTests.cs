using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>Looking at the live values of a plan that waits.</summary>
public sealed class DriftLookTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Staging = "icare-staging";
    private const string Enrichment = "enrichment-writeback";
    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_look_says_which_cells_changed_since_the_seal_and_apply_skips_the_same()
    {
        var (twin, stack, ids) = await PlannedAsync(4);
        await using var _ = stack;
        var plan = await stack.PlanAsync(Staging, Enrichment);
        await twin.Staging.UpdateAsync("Lead", ids[0], new { City = "Rome" });
        await twin.Staging.UpdateAsync("Lead", ids[1], new { City = "Bonn", FirstName = "Eve" });

        var look = await LookAsync(stack, plan);

        Assert.Equal((8, 3, "crm-admin"), (look.Cells, look.Drifted, look.AskedBy));
        var plans = stack.Get<PlanStore>();
        var drifted = (await plans.CellsAsync(plan.Plan.Id, new CellFilter(Kind: ChangeKinds.Drifted, Sort: "record"), default)).Rows;
        var standing = await plans.StandingAsync(plan.Plan.Id, [.. drifted.Select(c => c.Ordinal)], default);
        Assert.Equal(
            [(ids[0], "City", "Rome"), (ids[1], "City", "Bonn"), (ids[1], "FirstName", "Eve")],
            drifted.Select(c => (c.RecordId, c.Field, Now: standing[c.Ordinal].Drift!.Value!)).OrderBy(c => c.RecordId == ids[0] ? 0 : 1).ThenBy(c => c.Field, StringComparer.Ordinal));
        Assert.All(standing.Values, s => Assert.Equal("drifted", s.Drift!.ReasonCode));
        // The plan is as it was sealed: the same hash is approved, and the run skips what the look had found.
        var run = await stack.ApplyAsync(plan);
        Assert.Equal((8, 5, 3), (run.Planned, run.Verified, run.Skipped));
        Assert.Equal(drifted.Select(c => c.Ordinal).Order(), (await stack.CellsAsync(run.Id)).Where(c => c.State == RunCellStates.Skipped).Select(c => c.Ordinal));
    }

    [Fact]
    public async Task A_later_look_takes_the_place_of_an_earlier_one_and_leaves_declined_cells_out()
    {
        var (twin, stack, ids) = await PlannedAsync(2);
        await using var _ = stack;
        var plan = await stack.PlanAsync(Staging, Enrichment);
        await twin.Staging.UpdateAsync("Lead", ids[0], new { City = "Rome" });
        Assert.Equal((4, 1), (await LookAsync(stack, plan)) is var first ? (first.Cells, first.Drifted) : default);

        await twin.Staging.UpdateAsync("Lead", ids[0], new { City = (string?)null });
        await twin.Staging.DeleteAsync("Lead", ids[1]);
        var city = plan.Plan.Changes.Single(c => c.Cell.Record.Id == ids[1] && c.Cell.Field == "City").Ordinal;
        Assert.Null(await stack.Get<PlanStore>().DeclineAsync(plan.Plan.Id, plan.StoredHash, "crm-admin", ["CRM Admin"], stack.Policy.Flow(Enrichment), new HashSet<int> { city }, "no", default));
        var second = await LookAsync(stack, plan);

        Assert.Equal((3, 1), (second.Cells, second.Drifted));
        var gone = Assert.Single((await stack.Get<PlanStore>().CellsAsync(plan.Plan.Id, new CellFilter(Kind: ChangeKinds.Drifted), default)).Rows);
        Assert.Equal((ids[1], "FirstName"), (gone.RecordId, gone.Field));
        Assert.Equal("record-changed", (await stack.Get<PlanStore>().StandingAsync(plan.Plan.Id, [gone.Ordinal], default))[gone.Ordinal].Drift!.ReasonCode);
    }

    [Fact]
    public async Task A_plan_that_was_decided_is_not_looked_at()
    {
        var (_, stack, _) = await PlannedAsync(1);
        await using var disposed = stack;
        var plan = await stack.PlanAsync(Staging, Enrichment);
        await stack.ApplyAsync(plan);
        await stack.Get<JobQueue>().EnqueueAsync(NewJob.LookForDrift(new LookForDrift(plan.Plan.Id, "crm-admin")), default);
        await stack.SettledAsync();
        Assert.Null(await stack.Get<PlanStore>().DriftLookAsync(plan.Plan.Id, default));
    }

    private async Task<(Twin Twin, SyncStack Stack, IReadOnlyList<string> Ids)> PlannedAsync(int leads)
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Staging.LoadAsync("Lead", Enumerable.Range(0, leads).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}" }));
        var stack = await SyncStack.StartAsync(twin);
        await stack.Get<SignalStore>().AppendAsync([.. Enumerable.Range(0, leads).Select(i => new NewSignal("clay", "clay.row", "fake_1000", $"row {i}",
            JsonSerializer.Serialize(new { unique_id = $"r{i}", first_name = $"Ada{i}", city = $"Paris{i}" }), At, FeedsFlow: true))], default);
        return (twin, stack, ids);
    }

    private static async Task<Storage.Model.PlanDriftLookRow> LookAsync(SyncStack stack, StoredPlan plan)
    {
        await stack.Get<JobQueue>().EnqueueAsync(NewJob.LookForDrift(new LookForDrift(plan.Plan.Id, "crm-admin")), default);
        await stack.SettledAsync();
        return (await stack.Get<PlanStore>().DriftLookAsync(plan.Plan.Id, default))!;
    }
}
