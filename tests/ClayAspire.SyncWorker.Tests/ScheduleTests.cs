using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.SyncWorker.Schedule;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>What happens by the clock: the mirror, daily plans, one leader.</summary>
public sealed class ScheduleTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    [Fact]
    public async Task The_mirror_holds_what_the_crm_holds_also_after_changes_and_deletions()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Main.LoadAsync("Lead", Enumerable.Range(0, 300).Select(i => (object)new { LastName = $"L{i}", Company = "C", Email = $"L{i}@Example.com", Date_of_Birth__c = "1980-01-01", external_hard_bounced__c = i == 0 }));
        await using var stack = await SyncStack.StartAsync(twin);
        await SyncStack.UntilAsync(() => stack.ReadAsync(async db => await db.MirrorCursors.CountAsync(c => c.ReadUntil != null) == 6), "both accounts are mirrored");
        Assert.Equal(300, await stack.ReadAsync(db => db.CrmRecords.CountAsync(r => r.Connection == "icare" && r.Object == "Lead" && r.State == "live")));
        var first = await stack.ReadAsync(db => db.CrmRecords.SingleAsync(r => r.RecordId == ids[0]));
        Assert.Equal("l0@example.com", first.EmailKey);
        var fields = JsonElement.Parse(first.Fields);
        Assert.Equal(("true", "true", false), (fields.GetProperty("external_hard_bounced__c").GetString(), fields.GetProperty("overall_hard_bounced__c").GetString(), fields.TryGetProperty("Date_of_Birth__c", out _)));

        await twin.Main.UpdateAsync("Lead", ids[1], new { Email = "new@example.com", Industry = "Banking" });
        await twin.Main.DeleteAsync("Lead", ids[2]);
        await stack.Get<JobQueue>().EnqueueAsync(NewJob.RefreshMirror("icare", "Lead"), default);

        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.CrmRecords.AnyAsync(r => r.RecordId == ids[2] && r.State == "deleted")), "the deletion is mirrored");
        var changed = await stack.ReadAsync(db => db.CrmRecords.SingleAsync(r => r.RecordId == ids[1]));
        Assert.Equal(("new@example.com", "Banking"), (changed.EmailKey, JsonElement.Parse(changed.Fields).GetProperty("Industry").GetString()));
        Assert.Equal(0, await stack.ReadAsync(db => db.Jobs.CountAsync(j => j.Errors != "[]")));
    }

    [Fact]
    public async Task Among_several_workers_one_leads_and_another_follows_when_it_ends()
    {
        var twin = await fixture.EmptyAsync();
        var database = await SyncStack.NewDatabaseAsync();
        await using var one = await SyncStack.StartAsync(twin, database: database, run: false);
        await using var two = await SyncStack.StartAsync(twin, database: database, run: false);

        Assert.Equal((true, true), await one.Get<Leadership>().AcquireAsync(default));
        Assert.Equal((true, false), await one.Get<Leadership>().AcquireAsync(default));
        Assert.Equal((false, false), await two.Get<Leadership>().AcquireAsync(default));
        await one.Get<Leadership>().ResignAsync();
        Assert.Equal((true, true), await two.Get<Leadership>().AcquireAsync(default));
    }

    [Fact]
    public async Task A_daily_plan_that_was_missed_is_made_up_for_once_and_a_new_stack_waits_for_its_hour()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin);
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.MirrorCursors.AnyAsync()), "the scheduler has made its rounds");
        Assert.Equal(0, await stack.ReadAsync(db => db.Plans.CountAsync()));
        var id = stack.Get<IIdSource>().Next();
        await stack.Get<JobQueue>().EnqueueAsync(NewJob.MakePlan(new MakePlan(id, "icare", "bounce-sync", Scheduler.Author)), default);
        await SyncStack.UntilAsync(async () => await stack.Get<PlanStore>().FindAsync(id, default) is not null, "the plan of some earlier day is stored");
        await stack.ReadAsync(db => db.Database.ExecuteSqlRawAsync("update sync.plan set sealed_at = now() - interval '3 days'"));

        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.Plans.AnyAsync(p => p.Id != id)), "the missed plan is made");
        await stack.SettledAsync();

        Assert.Equal([("bounce-sync", "icare")], (await stack.ReadAsync(db => db.Plans.Where(p => p.Id != id).Select(p => new { p.Flow, p.Connection }).ToListAsync())).Select(p => (p.Flow, p.Connection)));
    }

    [Fact]
    public async Task The_leader_anchors_each_ledger_once_a_day_and_stops_when_a_ledger_was_cut_off()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin);
        var anchors = stack.Get<AnchorStore>();
        foreach (var connection in (string[])["icare", "icare-staging"])
            await AppendAsync(stack, connection, 3);
        var day = anchors.DueDay();

        await SyncStack.UntilAsync(() => Task.FromResult(anchors.Has("icare", day) && anchors.Has("icare-staging", day)), "both ledgers are anchored");

        Assert.True(await anchors.LastAsync("icare", default) is { Stands: true, Anchor.Sequence: 3, Since: 0 });
        // The anchor of an earlier day, and a ledger with fewer entries than it saw: the next is not written, and the others go on.
        await stack.ReadAsync(db => db.Database.ExecuteSqlRawAsync("alter table sync.ledger_entry disable trigger user; delete from sync.ledger_entry where connection = 'icare' and sequence = 3"));
        foreach (var connection in (string[])["icare", "icare-staging"])
            File.Move(Path.Combine(anchors.Folder, AnchorFileName.Of(connection, day)), Path.Combine(anchors.Folder, AnchorFileName.Of(connection, day.AddDays(-3))));
        await Assert.ThrowsAsync<AggregateException>(() => stack.Get<AnchorKeeper>().KeepAsync(default));
        Assert.Equal((false, true), (anchors.Has("icare", day), anchors.Has("icare-staging", day)));
        Assert.False((await anchors.LastAsync("icare", default))!.Stands);
    }

    private static async Task AppendAsync(SyncStack stack, string connection, int entries)
    {
        await using var database = await stack.Get<Npgsql.NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await database.BeginTransactionAsync();
        await stack.Get<LedgerStore>().AppendAsync(transaction, connection, [.. Enumerable.Range(0, entries).Select(i => new NewLedgerEntry("test", $$"""{"n":{{i}}}"""))], default);
        await transaction.CommitAsync();
    }
}
