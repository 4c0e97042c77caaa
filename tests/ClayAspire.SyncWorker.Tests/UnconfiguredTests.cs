using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>A connection that the policy names and no worker has an account for: nothing breaks, and nothing is lost.</summary>
public sealed class UnconfiguredTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    [Fact]
    public async Task Signals_of_a_connection_that_is_not_configured_say_so_and_are_tried_again_when_it_is()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Staging.LoadAsync("Lead", [new { LastName = "A", Company = "C", Clay_Row_Id__c = "r1" }]);
        var database = await SyncStack.NewDatabaseAsync();
        await using (var before = await SyncStack.StartAsync(twin, database: database, without: "icare-staging"))
        {
            await before.ClayRowAsync("fake_1000", new { unique_id = "r1", city = "Paris" });
            await before.ClayRowAsync("hubspot_contacts", new { email = "a@example.com", job_title = "Head of Data" });
            await before.SettledAsync();
            var outcomes = await before.ReadAsync(db => db.SignalOutcomes.OrderBy(o => o.SignalId).Select(o => new { o.State, o.Reason, o.Connection }).ToListAsync());
            Assert.Equal(
                [("icare-staging", SignalOutcomes.Unmatched), ("hubspot-main", SignalOutcomes.Unmatched)], outcomes.Select(o => (o.Connection, o.State)));
            Assert.All(outcomes, o => Assert.Equal($"Connection '{o.Connection}' is not configured. The signal is tried again when it is.", o.Reason));
            // Older than any signal that is tried again for a record which turned up.
            await before.ReadAsync(db => db.Database.ExecuteSqlRawAsync("update sync.signal set received_at = now() - interval '60 days'"));
        }

        await using var after = await SyncStack.StartAsync(twin, database: database);
        await SyncStack.UntilAsync(() => after.ReadAsync(db => db.Candidates.AnyAsync()), "the staging signal has found its record");

        Assert.Equal([(ids[0], "City", "Paris")], (await after.ReadAsync(db => db.Candidates.ToListAsync())).Select(c => (c.RecordId, c.Field, c.Value)));
        Assert.Equal("hubspot-main", await after.ReadAsync(db => db.SignalOutcomes.Where(o => o.State == SignalOutcomes.Unmatched).Select(o => o.Connection).SingleAsync()));
    }

    [Fact]
    public async Task A_plan_or_a_reading_of_such_a_connection_says_what_to_do_and_leaves_no_dead_job()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin);
        var plan = await stack.PlanAsync("hubspot-main", "hubspot-writeback");
        await stack.Get<JobQueue>().EnqueueAsync(NewJob.RefreshMirror("hubspot-main", "contacts"), default);
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.Jobs.AnyAsync(j => j.UniqueKey == "mirror:hubspot-main:contacts" && j.State == JobStates.Completed)), "the reading has ended");

        Assert.Equal((PlanStates.Empty, true, false), (plan.Row.State, plan.Row.Errored, plan.Row.Complete));
        Assert.Contains("Connections:hubspot-main", Assert.Single(plan.Row.Remarks), StringComparison.Ordinal);
        Assert.Equal(0, await stack.ReadAsync(db => db.Jobs.CountAsync(j => j.Errors != "[]")));
    }
}
