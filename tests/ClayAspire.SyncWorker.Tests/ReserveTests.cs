using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Signals;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>The reserve of daily calls, with a twin that counts every call and a day that passes in a moment.</summary>
public sealed class ReserveTests
{
    private const string Staging = "icare-staging";
    private const string Enrichment = "enrichment-writeback";

    /// <summary>A day of 1,250 calls, of which a fifth is the reserve: 75 calls are left for us when 325 are left at all.</summary>
    private const int Daily = 1250;
    private const int Reserve = 250;
    private const int Left = 325;
    private const int Leads = 5000;
    private const int Cells = 2 * Leads;

    [Fact]
    public async Task A_plan_larger_than_the_calls_left_stops_at_the_reserve_says_so_and_goes_on_the_next_day_by_itself()
    {
        await using var twin = await Twin.StartAsync(("CrmSandbox__DailyApiRequests", $"{Daily}"));
        var clock = new MovableClock();
        var database = await SyncStack.NewDatabaseAsync();
        // By calls of 200 records, so that the plan takes about 100 calls; two replicas, which share what they know.
        (string, string)[] settings = [("Connections:icare-staging:BulkAbove", "1000000"), ("SyncWorker:MirrorRefreshSeconds", "86400")];
        await using var one = await SyncStack.StartAsync(twin, database: database, settings: settings, clock: clock);
        await using var two = await SyncStack.StartAsync(twin, database: database, settings: settings, clock: clock);
        await twin.Staging.LoadAsync("Lead", Enumerable.Range(0, Leads).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}" }));
        await one.Get<SignalStore>().AppendAsync([.. Enumerable.Range(0, Leads).Select(i => new NewSignal("clay", "clay.row", "fake_1000", $"row {i}",
            JsonSerializer.Serialize(new { unique_id = $"r{i}", first_name = $"Ada{i % 1000}", city = $"Paris{i % 1000}" }), clock.GetUtcNow(), FeedsFlow: true))], default);
        var plan = await one.PlanAsync(Staging, Enrichment);
        Assert.Equal(Cells, plan.Plan.Changes.Count());
        await twin.Staging.FaultsAsync(new { quotaRemaining = Left });

        var runId = await one.ApproveAsync(plan);
        await SyncStack.UntilAsync(async () => (await one.Get<RunStore>().FindAsync(runId, default))!.State == RunStates.Paused, "the run stops at the reserve");

        var paused = (await one.Get<RunStore>().FindAsync(runId, default))!;
        Assert.InRange(paused.Verified, 400, Cells - 400);
        Assert.Equal(0, paused.Verified % 400);
        Assert.Contains($"of {Daily} daily calls are used; {Reserve} (20 %) are the reserve of others", paused.Remark, StringComparison.Ordinal);
        var used = await UsedAsync(twin);
        Assert.InRange(used, Daily - Left, Daily - Reserve);
        // Half an hour later nothing is freed: it looks, and uses no more than that look.
        clock.Advance(TimeSpan.FromMinutes(31));
        await twin.Staging.OrderAsync("clock", new { advanceSeconds = 31 * 60 });
        await SyncStack.UntilAsync(async () => await UsedAsync(twin) > used, "it looks again");
        await SyncStack.UntilAsync(async () => (await one.Get<RunStore>().FindAsync(runId, default))!.State == RunStates.Paused, "the run still waits");
        Assert.Equal(paused.Verified, (await one.Get<RunStore>().FindAsync(runId, default))!.Verified);

        clock.Advance(TimeSpan.FromHours(24));
        await twin.Staging.OrderAsync("clock", new { advanceSeconds = 24 * 3600 });
        var run = await one.EndOfAsync(runId);

        Assert.Equal((RunStates.Green, Cells, 0, 0), (run.State, run.Verified, run.Rejected, run.Skipped));
        var writes = await twin.Staging.WritesAsync();
        Assert.Equal(Cells, writes.Count);
        Assert.All(writes, w => Assert.Equal((1, 1), (w.Received, w.Committed)));
    }

    private static async Task<int> UsedAsync(Twin twin) => (await twin.Staging.LookAsync("calls")).GetProperty("quota").GetProperty("used").GetInt32();

    /// <summary>The machine's clock, moved forward by the test; waits go by the machine's time.</summary>
    private sealed class MovableClock : TimeProvider
    {
        private long _ahead;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

        public void Advance(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);
    }
}
