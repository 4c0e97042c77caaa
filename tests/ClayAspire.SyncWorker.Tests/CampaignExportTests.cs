using System.Text.Json;
using ClayAspire.Connectors.Clay;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Exports;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Exports;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Suppression;
using ClayAspire.SyncWorker.Export;
using ClayAspire.SyncWorker.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>Campaign members on their way to Clay: who is left out and why, the pace, what happens when a worker ends, and what a webhook has left of its life.</summary>
public sealed class CampaignExportTests(ClayTwinFixture fixture, ITestOutputHelper output) : IClassFixture<ClayTwinFixture>
{
    private const string Webhook = "members";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private static int tables;

    [Fact]
    public async Task Of_12000_members_those_who_may_go_arrive_once_each_though_the_worker_ends_twice_and_the_others_are_left_out_with_reasons()
    {
        var twin = await fixture.EmptyAsync();
        // 25 of 1,000 each way out, so that the counts can be told beforehand.
        var leads = await twin.Main.LoadAsync("Lead", Enumerable.Range(0, 11_000).Select(i => (object)new
        {
            LastName = $"L{i}",
            FirstName = "F",
            Company = "C",
            Email = i % 1000 < 25 ? null : i % 1000 < 50 ? $"lead{i - 25 + 500}@example.test" : $"lead{i}@example.test",
            HasOptedOutOfEmail = i % 1000 is >= 50 and < 75,
            pi__pardot_hard_bounced__c = i % 1000 is >= 75 and < 100,
            external_hard_bounced__c = i % 1000 is >= 100 and < 125,
            IsConverted = i % 1000 is >= 125 and < 150,
            DoNotCall = i % 1000 is >= 150 and < 175,
            GBU__c = "Mobility",
        }));
        var contacts = await twin.Main.LoadAsync("Contact", Enumerable.Range(0, 1000).Select(i => (object)new { LastName = $"K{i}", Email = $"contact{i}@example.test", HasOptedOutOfEmail = i < 25 }));
        var campaign = (await twin.Main.LoadAsync("Campaign", [new { Name = "Autumn", IsActive = true }]))[0];
        await twin.Main.LoadAsync("CampaignMember", leads.Select((id, i) => (object)new { CampaignId = campaign, LeadId = id, ReplyClassification__c = i % 1000 is >= 175 and < 200 ? "Do Not Contact" : null })
            .Concat(contacts.Select(id => (object)new { CampaignId = campaign, ContactId = id })));
        var database = await SyncStack.NewDatabaseAsync();
        var webhook = NewWebhook();
        var clock = new SkippingClock();
        Guid id;
        await using (var first = await StartAsync(twin, webhook, clock, database))
        {
            id = await ExportAsync(first, campaign);
            await SyncStack.UntilAsync(async () => (await twin.Clay.ReceivedAsync(webhook)).Rows >= 2_000, "some are sent", Patience);
        }
        var afterFirst = await twin.Clay.ReceivedAsync(webhook);
        Assert.InRange(afterFirst.Rows, 2_000, 9_000);
        await using (var second = await StartAsync(twin, webhook, clock, database))
            await SyncStack.UntilAsync(async () => (await twin.Clay.ReceivedAsync(webhook)).Rows >= afterFirst.Rows + 2_000, "more are sent", Patience);
        await using var third = await StartAsync(twin, webhook, clock, database);
        var status = await EndOfAsync(third, id);

        Print(status);
        Assert.Equal((ExportStates.Finished, 12_000), (status.Export.State, status.Export.Members));
        // Eleven leads' worth of each, and the contacts that opted out.
        var excluded = status.Counts.Where(c => c.State == ExportRowStates.Excluded).ToDictionary(c => c.ReasonCode!, c => c.Rows, StringComparer.Ordinal);
        Assert.Equal(new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["no-email"] = 275,
            ["same-address"] = 275,
            ["opted-out"] = 275 + 25,
            ["hard-bounced"] = 550,
            ["converted"] = 275,
            ["not-eligible"] = 275,
            ["do-not-contact"] = 275,
        }, excluded);
        var sent = 12_000 - excluded.Values.Sum();
        Assert.Equal((sent, 0L, 0L, 0L), (status.Rows(ExportRowStates.Sent), status.Rows(ExportRowStates.Pending), status.Rows(ExportRowStates.Unknown), status.Rows(ExportRowStates.Rejected)));
        var received = await twin.Clay.ReceivedAsync(webhook);
        Assert.Equal(((int)sent, (int)sent, 1), (received.Rows, received.DistinctKeys, received.MostPerKey));
        // Ten a second, whatever the replicas: each worker's first row waits for nothing.
        Assert.InRange(clock.Moved.TotalSeconds, (sent - 3) * 0.1 * 0.98, sent * 0.1 * 1.02);
        var use = (await third.Get<CampaignExportStore>().WebhooksAsync(default)).Single(w => w.Name == Webhook);
        Assert.Equal((sent, 50_000 - sent), (use.Submissions, use.Left));
        var row = (await twin.Clay.RowsAsync(webhook))[0];
        Assert.All(row.EnumerateObject(), c => Assert.Contains(c.Name, ExportedMember.Columns));
        Assert.Equal(("Autumn", campaign, "Lead"), (row.GetProperty("campaign_name").GetString(), row.GetProperty("salesforce_campaign_id").GetString(), row.GetProperty("salesforce_object").GetString()));
        // Nothing of what was sent is kept here.
        Assert.All((await third.Get<CampaignExportStore>().RowsAsync(id, ExportRowStates.Sent, null, null, false, 1, 500, default)).Rows, r => Assert.Null(r.Payload));
        Assert.Single(await third.LedgerAsync("icare", "campaign-export-started"));
        Assert.Equal(sent, Assert.Single(await third.LedgerAsync("icare", "campaign-export-ended")).GetProperty("rows").GetProperty("sent").GetInt64());
    }

    [Fact]
    public async Task A_killed_worker_leaves_at_most_one_row_unknown_which_nobody_sends_again_until_a_person_has_looked()
    {
        var twin = await fixture.EmptyAsync();
        var campaign = await CampaignAsync(twin, 400);
        var database = await SyncStack.NewDatabaseAsync();
        var webhook = NewWebhook();
        var environment = SyncStack.Configuration(database, twin).Concat(Settings(twin, webhook, perSecond: 100)).ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value, StringComparer.Ordinal);
        environment["Queue__LeaseSeconds"] = "3";
        environment["Queue__HeartbeatSeconds"] = "1";
        await using var worker = await ServiceProcess.StartAsync("ClayAspire.SyncWorker", environment);
        var stack = await StartAsync(twin, webhook, new SkippingClock(), database, run: false);
        var id = await ExportAsync(stack, campaign);
        await SyncStack.UntilAsync(async () => (await twin.Clay.ReceivedAsync(webhook)).Rows >= 50, "some are sent");
        worker.Kill();
        var atDeath = (await twin.Clay.ReceivedAsync(webhook)).Rows;
        await stack.DisposeAsync();

        await using var next = await StartAsync(twin, webhook, new SkippingClock(), database);
        var status = await EndOfAsync(next, id);

        Print(status);
        Assert.InRange(atDeath, 50, 399);
        Assert.Equal(ExportStates.Finished, status.Export.State);
        var unknown = status.Rows(ExportRowStates.Unknown);
        Assert.InRange(unknown, 0, 1);
        Assert.Equal(400, status.Rows(ExportRowStates.Sent) + unknown);
        var received = await twin.Clay.ReceivedAsync(webhook);
        Assert.Equal(1, received.MostPerKey);
        Assert.InRange(received.Rows, 400 - unknown, 400);
        if (unknown == 0)
            return;
        Assert.Equal("rows-unknown", status.Export.RemarkCode);
        var (rows, refusal) = await next.Get<CampaignExportStore>().ResolveAsync(id, received.Rows == 400, "marcom", default);
        Assert.Equal((1, null), (rows, refusal));
        await SyncStack.UntilAsync(async () => (await next.Get<CampaignExportStore>().StatusAsync(id, default))!.Rows(ExportRowStates.Sent) == 400, "the row is settled");
        Assert.Equal((400, 1), ((await twin.Clay.ReceivedAsync(webhook)).Rows, (await twin.Clay.ReceivedAsync(webhook)).MostPerKey));
    }

    [Fact]
    public async Task A_lost_answer_is_never_sent_again_a_busy_webhook_is_and_one_that_keeps_failing_stops_the_export()
    {
        var twin = await fixture.EmptyAsync();
        var campaign = await CampaignAsync(twin, 30);
        var webhook = NewWebhook();
        await using var stack = await StartAsync(twin, webhook, new SkippingClock());
        await twin.Clay.BreakAsync(webhook, 500, 1, kept: true);
        var first = await EndOfAsync(stack, await ExportAsync(stack, campaign));
        Assert.Equal((29L, 1L), (first.Rows(ExportRowStates.Sent), first.Rows(ExportRowStates.Unknown)));
        Assert.Equal((30, 1), ((await twin.Clay.ReceivedAsync(webhook)).Rows, (await twin.Clay.ReceivedAsync(webhook)).MostPerKey));
        // The person finds it there.
        Assert.Equal((1, null), await stack.Get<CampaignExportStore>().ResolveAsync(first.Export.Id, arrived: true, "marcom", default));

        await twin.Clay.BreakAsync(webhook, 502, 5);
        var failing = await EndOfAsync(stack, await ExportAsync(stack, campaign));
        Assert.Equal((ExportStates.Stopped, "webhook-failing", 3L, 27L), (failing.Export.State, failing.Export.RemarkCode, failing.Rows(ExportRowStates.Unknown), failing.Rows(ExportRowStates.Pending)));
        // They are not there: a person says so, and they go, with the others.
        await twin.Clay.BreakAsync(webhook, 429, 0);
        Assert.Equal((3, null), await stack.Get<CampaignExportStore>().ResolveAsync(failing.Export.Id, arrived: false, "marcom", default));
        var healed = await EndOfAsync(stack, failing.Export.Id);
        Assert.Equal((ExportStates.Finished, 30L), (healed.Export.State, healed.Rows(ExportRowStates.Sent)));

        // One row refused for good takes no other with it; a refused token stops everything and takes nothing.
        await twin.Clay.BreakAsync(webhook, 400, 1);
        var refused = await EndOfAsync(stack, await ExportAsync(stack, campaign));
        Assert.Equal((29L, 1L), (refused.Rows(ExportRowStates.Sent), refused.Rows(ExportRowStates.Rejected)));
        await twin.Clay.BreakAsync(webhook, 401, 1);
        var locked = await EndOfAsync(stack, await ExportAsync(stack, campaign));
        Assert.Equal((ExportStates.Stopped, "webhook-refused", 30L), (locked.Export.State, locked.Export.RemarkCode, locked.Rows(ExportRowStates.Pending)));
        Assert.Null(await stack.Get<CampaignExportStore>().ResumeAsync(locked.Export.Id, default));
        Assert.Equal(30L, (await EndOfAsync(stack, locked.Export.Id)).Rows(ExportRowStates.Sent));

        // Too many at once: the row was not taken, waits as long as Clay says, and goes again; the webhook's life is charged once for it.
        var before = (await stack.Get<CampaignExportStore>().WebhooksAsync(default)).Single().Submissions;
        await twin.Clay.BreakAsync(webhook, 429, 1);
        var busy = await EndOfAsync(stack, await ExportAsync(stack, campaign));
        Assert.Equal((ExportStates.Finished, 30L), (busy.Export.State, busy.Rows(ExportRowStates.Sent)));
        Assert.Equal(before + 30, (await stack.Get<CampaignExportStore>().WebhooksAsync(default)).Single().Submissions);
    }

    [Fact]
    public async Task A_webhook_that_has_not_enough_of_its_life_left_takes_nothing_and_a_new_source_takes_all()
    {
        var twin = await fixture.EmptyAsync();
        var campaign = await CampaignAsync(twin, 40);
        var database = await SyncStack.NewDatabaseAsync();
        var (old, fresh) = (NewWebhook(), NewWebhook());
        Guid id;
        await using (var stack = await StartAsync(twin, old, new SkippingClock(), database, lifetime: 60))
        {
            var first = await EndOfAsync(stack, await ExportAsync(stack, campaign));
            Assert.Equal((ExportStates.Finished, null), (first.Export.State, first.Export.RemarkCode));
            id = await ExportAsync(stack, campaign);
            var full = await EndOfAsync(stack, id);
            Assert.Equal((ExportStates.Stopped, "webhook-full", 40L), (full.Export.State, full.Export.RemarkCode, full.Rows(ExportRowStates.Pending)));
            Assert.Contains("40 rows wait and webhook 'members' takes 20 more of the 60", full.Export.Remark, StringComparison.Ordinal);
            // The same campaign is not started twice meanwhile.
            Assert.Equal("export-open", (await stack.Get<CampaignExportStore>().StartAsync(New(stack, campaign, Webhook), default))!.Code);
        }
        Assert.Equal(40, (await twin.Clay.ReceivedAsync(old)).Rows);
        await using var next = await StartAsync(twin, fresh, new SkippingClock(), database, lifetime: 45);
        Assert.Null(await next.Get<CampaignExportStore>().ResumeAsync(id, default));
        var done = await EndOfAsync(next, id);
        Assert.Equal((ExportStates.Finished, 40L, "webhook-wears-out"), (done.Export.State, done.Rows(ExportRowStates.Sent), done.Export.RemarkCode));
        Assert.Equal(40, (await twin.Clay.ReceivedAsync(fresh)).Rows);
    }

    [Fact]
    public async Task A_file_holds_the_same_rows_a_list_of_suppressed_addresses_is_asked_and_a_paused_flow_waits()
    {
        var twin = await fixture.EmptyAsync();
        var campaign = await CampaignAsync(twin, 10);
        await using var stack = await SyncStack.StartAsync(twin);
        await stack.Get<SuppressionStore>().AddAsync([new SuppressionOrder(SuppressionSubject.Read("p3@example.test", out _)!, "do-not-contact", null)], "marcom", default);
        await stack.Get<FlowSwitchStore>().SetAsync(ExportCampaignHandler.Flow, true, "marcom", default);
        var id = await ExportAsync(stack, campaign, webhook: null);
        await SyncStack.UntilAsync(() => stack.ReadAsync(async db => (await Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.ToListAsync(db.Jobs)).Any(j => j.Kind == JobKinds.ExportCampaign && j.RunAt > j.CreatedAt)), "the job was put off");
        Assert.Equal(ExportStates.Preparing, (await stack.Get<CampaignExportStore>().FindAsync(id, default))!.State);
        await stack.Get<FlowSwitchStore>().SetAsync(ExportCampaignHandler.Flow, false, "marcom", default);
        var status = await EndOfAsync(stack, id);
        Assert.Equal((9L, 1L), (status.Rows(ExportRowStates.Sent), status.Rows(ExportRowStates.Excluded)));
        var rows = (await stack.Get<CampaignExportStore>().RowsAsync(id, null, null, null, false, 1, 100, default)).Rows;
        Assert.Equal("suppressed", rows.Single(r => r.State == ExportRowStates.Excluded).ReasonCode);
        Assert.Equal("p7@example.test", JsonElement.Parse(rows.Single(r => r.Payload?.Contains("p7@", StringComparison.Ordinal) == true).Payload!).GetProperty("email").GetString());
        // Unknown campaigns and webhooks say so.
        var unknown = await EndOfAsync(stack, await ExportAsync(stack, "701000000000000AAA", webhook: null));
        Assert.Equal((ExportStates.Stopped, "campaign-unknown"), (unknown.Export.State, unknown.Export.RemarkCode));
        Assert.Null(await stack.Get<CampaignExportStore>().CancelAsync(unknown.Export.Id, "marcom", default));
        Assert.Equal(ExportStates.Cancelled, (await stack.Get<CampaignExportStore>().FindAsync(unknown.Export.Id, default))!.State);
        Assert.Equal("webhook-not-configured", (await EndOfAsync(stack, await ExportAsync(stack, campaign, "elsewhere"))).Export.RemarkCode);
    }

    // The twin's webhooks live as long as the twin.
    private static string NewWebhook() => $"table{Interlocked.Increment(ref tables)}";

    private static async Task<string> CampaignAsync(Twin twin, int members)
    {
        var leads = await twin.Main.LoadAsync("Lead", Enumerable.Range(0, members).Select(i => (object)new { LastName = $"P{i}", Company = "C", Email = $"p{i}@example.test" }));
        var campaign = (await twin.Main.LoadAsync("Campaign", [new { Name = "Small" }]))[0];
        await twin.Main.LoadAsync("CampaignMember", leads.Select(id => (object)new { CampaignId = campaign, LeadId = id }));
        return campaign;
    }

    private static Dictionary<string, string> Settings(Twin twin, string webhook, double perSecond = 10, int lifetime = 50_000) => new(StringComparer.Ordinal)
    {
        [$"Clay:Webhooks:{Webhook}:Url"] = twin.Clay.Webhook(webhook).AbsoluteUri,
        [$"Clay:Webhooks:{Webhook}:Lifetime"] = lifetime.ToString(System.Globalization.CultureInfo.InvariantCulture),
        // On a busy machine a worker of this process must not lose its lease for want of a turn; the one that is killed has a short one.
        ["Queue:LeaseSeconds"] = "300",
        ["Clay:RecordsPerSecond"] = perSecond.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private static Task<SyncStack> StartAsync(Twin twin, string webhook, SkippingClock clock, string? database = null, bool run = true, int lifetime = 50_000) =>
        SyncStack.StartAsync(twin, database: database, run: run, settings: [.. Settings(twin, webhook, lifetime: lifetime).Select(s => (s.Key, s.Value))],
            services: s => s.AddSingleton(p => new ClayPace(p.GetRequiredService<ClaySettings>(), clock)));

    private static NewExport New(SyncStack stack, string campaign, string? webhook) => new(stack.Get<IIdSource>().Next(), "icare", campaign, "", webhook, "marcom");

    private static async Task<Guid> ExportAsync(SyncStack stack, string campaign, string? webhook = Webhook)
    {
        var export = New(stack, campaign, webhook);
        Assert.Null(await stack.Get<CampaignExportStore>().StartAsync(export, default));
        return export.Id;
    }

    private static async Task<ExportStatus> EndOfAsync(SyncStack stack, Guid id)
    {
        ExportStatus? status = null;
        await SyncStack.UntilAsync(async () => ExportStates.IsAtRest((status = await stack.Get<CampaignExportStore>().StatusAsync(id, default))!.Export.State), "the export is at rest", Patience);
        return status!;
    }

    private void Print(ExportStatus status)
    {
        output.WriteLine($"{status.Export.Members} members, {status.Export.State}: {status.Export.Remark}");
        foreach (var count in status.Counts)
            output.WriteLine($"  {count.State} {count.ReasonCode}: {count.Rows}");
    }
}

/// <summary>A twin whose webhooks take records as fast as they come: the pace is measured at the sender, on its own clock.</summary>
public sealed class ClayTwinFixture : IAsyncLifetime
{
    private Twin _twin = null!;

    public async Task InitializeAsync() => _twin = await Twin.StartAsync(("CrmSandbox__Clay__RecordsPerSecond", "0"));

    public async Task DisposeAsync() => await _twin.DisposeAsync();

    public async Task<Twin> EmptyAsync()
    {
        await _twin.Main.ResetAsync();
        return _twin;
    }
}
