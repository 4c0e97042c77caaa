using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>The pre-authorised flow: a reply reaches the CRM by itself, whatever the order of deliveries.</summary>
public sealed class ReplySyncTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private static readonly DateTimeOffset First = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Second = First.AddHours(2);

    [Fact]
    public async Task A_second_reply_changes_only_the_classification_and_the_ledger_has_both_values()
    {
        var twin = await fixture.EmptyAsync();
        var member = (await MembersAsync(twin, 1))[0];
        await using var stack = await SyncStack.StartAsync(twin);

        await ReplyAsync(stack, 0, "Interested", First, "first");
        await stack.SettledAsync();
        Assert.Equal((true, "Interested"), await StateAsync(twin, member));
        var before = (await twin.Main.WritesAsync()).Count;
        await ReplyAsync(stack, 0, "Meeting Request", Second, "second");
        await stack.SettledAsync();

        Assert.Equal((true, "Meeting Request"), await StateAsync(twin, member));
        Assert.Equal(2, before);
        var writes = await twin.Main.WritesAsync();
        Assert.Equal(1, writes.Single(w => w.Field == "Has_Replied__c").Received);
        Assert.Equal(["Interested", "Meeting Request"], writes.Single(w => w.Field == "ReplyClassification__c").Values);
        var ledger = (await stack.LedgerAsync("icare", LedgerKinds.CellVerified)).Where(e => e.GetProperty("field").GetString() == "ReplyClassification__c").ToList();
        Assert.Equal([("", "Interested"), ("Interested", "Meeting Request")], ledger.Select(e => (e.GetProperty("old").GetString() ?? "", e.GetProperty("new").GetString()!)));
        Assert.All(ledger, e => Assert.Equal("policy", e.GetProperty("approver").GetString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_orders_of_two_replies_and_their_duplicates_end_in_the_same_state(bool oneByOne)
    {
        var twin = await fixture.EmptyAsync();
        var orders = Permutations([0, 1, 2, 3]).ToList();
        var members = await MembersAsync(twin, orders.Count);
        await using var stack = await SyncStack.StartAsync(twin);

        // Each order gets a member of its own. 0 and 2 are the first reply, 1 and 3 the second.
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < orders.Count; i++)
            {
                var isFirst = orders[i][round] % 2 == 0;
                await ReplyAsync(stack, i, isFirst ? "Interested" : "Not Interested", isFirst ? First : Second, $"{i}-{isFirst}");
            }
            if (oneByOne)
                await stack.SettledAsync();
        }
        await SyncStack.UntilAsync(async () => await stack.ReadAsync(db => db.Candidates.AllAsync(c => c.State == "settled")), "all candidates are settled");
        await stack.SettledAsync();

        foreach (var member in members)
            Assert.Equal((true, "Not Interested"), await StateAsync(twin, member));
        var writes = await twin.Main.WritesAsync();
        Assert.All(writes.Where(w => w.Field == "Has_Replied__c"), w => Assert.Equal(1, w.Received));
        Assert.All(writes.Where(w => w.Field == "ReplyClassification__c"), w => Assert.Equal("Not Interested", w.Values[^1]));
        Assert.Equal(members.Count * 4, await stack.ReadAsync(db => db.Candidates.CountAsync()));
        Assert.All(await stack.ReadAsync(db => db.Runs.Select(r => r.State).ToListAsync()), s => Assert.Equal(RunStates.Green, s));
    }

    [Fact]
    public async Task A_paused_flow_writes_nothing_and_goes_on_when_resumed()
    {
        var twin = await fixture.EmptyAsync();
        var member = (await MembersAsync(twin, 1))[0];
        await using var stack = await SyncStack.StartAsync(twin);
        await stack.Get<FlowSwitchStore>().SetAsync("reply-sync", true, "crm-admin", default);
        await ReplyAsync(stack, 0, "Interested", First, "first");
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.Candidates.AnyAsync()), "the reply is resolved");
        Assert.Empty(await twin.Main.WritesAsync());

        await stack.Get<FlowSwitchStore>().SetAsync("reply-sync", false, "crm-admin", default);
        await stack.SettledAsync();

        Assert.Equal((true, "Interested"), await StateAsync(twin, member));
    }

    [Fact]
    public async Task A_run_whose_job_died_fails_and_its_replay_finishes_it()
    {
        var twin = await fixture.EmptyAsync();
        var member = (await MembersAsync(twin, 1))[0];
        await using var stack = await SyncStack.StartAsync(twin);
        await ReplyAsync(stack, 0, "Interested", First, "first");
        await stack.SettledAsync();
        await stack.Get<FlowSwitchStore>().SetAsync("reply-sync", true, "crm-admin", default);
        // As a worker leaves it that fails in every attempt: the job dead, the run running.
        await stack.ReadAsync(db => db.Jobs.Where(j => j.Kind == JobKinds.ApplyPlan).ExecuteUpdateAsync(j => j.SetProperty(x => x.State, JobStates.Dead)));
        await stack.ReadAsync(db => db.Runs.ExecuteUpdateAsync(r => r.SetProperty(x => x.State, RunStates.Running)));
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.Runs.AllAsync(r => r.State == RunStates.Failed && r.Remark!.Contains("replay the job"))), "the run has failed");

        await stack.Get<FlowSwitchStore>().SetAsync("reply-sync", false, "crm-admin", default);
        var job = await stack.ReadAsync(db => db.Jobs.Where(j => j.State == JobStates.Dead).Select(j => j.Id).SingleAsync());
        Assert.NotNull(await stack.Get<JobQueue>().ReplayAsync(job, default));
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.Runs.AllAsync(r => r.State == RunStates.Green)), "the run is green");
        Assert.Equal((true, "Interested"), await StateAsync(twin, member));
    }

    [Fact]
    public async Task A_reply_that_came_before_its_member_is_applied_when_the_member_exists()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin);
        await ReplyAsync(stack, 0, "Interested", First, "first");
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.SignalOutcomes.AnyAsync(o => o.State == SignalOutcomes.Unmatched)), "the reply is unmatched");
        // Members of others bring nothing back.
        await stack.Get<JobQueue>().EnqueueAsync(NewJob.RefreshMirror("icare", "CampaignMember"), default);
        await stack.SettledAsync();

        var member = (await MembersAsync(twin, 1))[0];
        await stack.Get<JobQueue>().EnqueueAsync(NewJob.RefreshMirror("icare", "CampaignMember"), default);
        await SyncStack.UntilAsync(async () => await StateAsync(twin, member) == (true, "Interested"), "the reply is applied");
        await stack.SettledAsync();
        Assert.All(await stack.ReadAsync(db => db.SignalOutcomes.Select(o => o.State).ToListAsync()), s => Assert.Equal(SignalOutcomes.Resolved, s));
    }

    [Fact]
    public async Task A_member_that_the_mirror_does_not_know_yet_is_found_in_the_crm()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin);
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.MirrorCursors.AnyAsync(c => c.Object == "CampaignMember")), "the mirror was read once");
        var members = await MembersAsync(twin, 1, campaigns: 2);

        await ReplyAsync(stack, 0, "Interested", First, "first", campaign: "Campaign 1");
        await ReplyAsync(stack, 0, "Interested", First, "none", campaign: null);
        await stack.SettledAsync();

        Assert.Equal([(false, ""), (true, "Interested")], [await StateAsync(twin, members[0]), await StateAsync(twin, members[1])]);
        Assert.Equal(["resolved", "ambiguous"], await stack.ReadAsync(db => db.SignalOutcomes.OrderBy(o => o.SignalId).Select(o => o.State).ToListAsync()));
    }

    private static async Task<(bool, string)> StateAsync(Twin twin, string member)
    {
        var record = await twin.Main.RecordAsync("CampaignMember", member);
        return (record.GetProperty("Has_Replied__c").GetBoolean(), record.GetProperty("ReplyClassification__c").GetString() ?? "");
    }

    private static Task ReplyAsync(SyncStack stack, int lead, string category, DateTimeOffset at, string key, string? campaign = "Campaign 0") =>
        stack.SignalAsync("smartlead", "smartlead.reply", "*", new { lead_email = $"lead{lead}@example.com", campaign_name = campaign, event_timestamp = at, reply_category = category }, at, key);

    /// <summary>Leads, each a member of every campaign; the members by lead, then campaign.</summary>
    private static async Task<IReadOnlyList<string>> MembersAsync(Twin twin, int leads, int campaigns = 1)
    {
        var campaignIds = await twin.Main.LoadAsync("Campaign", Enumerable.Range(0, campaigns).Select(i => (object)new { Name = $"Campaign {i}", IsActive = true }));
        var leadIds = await twin.Main.LoadAsync("Lead", Enumerable.Range(0, leads).Select(i => (object)new { LastName = $"L{i}", Company = "C", Email = $"lead{i}@example.com" }));
        return await twin.Main.LoadAsync("CampaignMember", leadIds.SelectMany(l => campaignIds.Select(c => (object)new { CampaignId = c, LeadId = l })));
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany((first, i) => Permutations([.. items.Take(i), .. items.Skip(i + 1)]).Select(rest => (int[])[first, .. rest]));
}
