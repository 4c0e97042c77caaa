using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Exports;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Records;
using ClayAspire.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

/// <summary>Exports of campaigns at the pages and the API; what the worker does is done here step by step.</summary>
public sealed class ExportTests(ConsoleHost host, Browser browser) : IClassFixture<ConsoleHost>, IClassFixture<Browser>
{
    private const string Source = "0011223344556677";
    private static int campaigns;

    [Fact]
    public async Task An_export_is_started_by_those_who_may_and_told_with_its_counts_and_reasons_without_personal_data()
    {
        await WebhookAsync();
        var campaign = Campaign();
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("viewer")).PostAsJsonAsync("/api/exports", new { connection = "icare", campaignId = campaign, target = "members" }), HttpStatusCode.Forbidden, "forbidden");
        var api = await host.ApiAsync("marcom");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync("/api/exports", new { connection = "icare-staging", campaignId = campaign, target = "members" }), HttpStatusCode.UnprocessableEntity, "connection-unknown");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync("/api/exports", new { connection = "icare", campaignId = "701'; --", target = "members" }), HttpStatusCode.UnprocessableEntity, "bad-campaign");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync("/api/exports", new { connection = "icare", campaignId = campaign, target = "elsewhere" }), HttpStatusCode.UnprocessableEntity, "webhook-unknown");
        var ordered = await api.PostAsJsonAsync("/api/exports", new { connection = "icare", campaignId = campaign, target = "members" });
        Assert.Equal(HttpStatusCode.Accepted, ordered.StatusCode);
        var location = (await ordered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("location").GetString()!;
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync("/api/exports", new { connection = "icare", campaignId = campaign, target = "csv" }), HttpStatusCode.Conflict, "export-open");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync($"{location}/resume", new { }), HttpStatusCode.Conflict, "export-not-stopped");

        var (id, job) = await TakeAsync();
        await PrepareAsync(id, job, "Autumn launch", members: 20);
        await SendAsync(id, job, 5, lastUnknown: true);
        var view = await api.GetFromJsonAsync<JsonElement>(location);
        Assert.Equal(("sending", 20, "Autumn launch"), (view.GetProperty("export").GetProperty("state").GetString(), view.GetProperty("export").GetProperty("members").GetInt32(), view.GetProperty("export").GetProperty("campaignName").GetString()));
        Assert.Equal((4, 1, 11, 4), (Rows(view, "sent"), Rows(view, "unknown"), Rows(view, "pending"), Rows(view, "excluded")));
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync($"{location}/unknown", new { arrived = true }), HttpStatusCode.Conflict, "export-not-at-rest");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync($"{location}/unknown", new { }), HttpStatusCode.UnprocessableEntity, "bad-settlement");
        await EndAsync(id, job, ExportStates.Stopped, new Reason("webhook-refused", "Webhook 'members' refused our token (401)."));

        var settled = await api.PostAsJsonAsync($"{location}/unknown", new { arrived = true });
        Assert.Equal(1, (await settled.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("rows").GetInt32());
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsJsonAsync($"{location}/resume", new { })).StatusCode);
        var (again, next) = await TakeAsync();
        Assert.Equal(id, again);
        await SendAsync(id, next, 11, first: 5);
        await EndAsync(id, next, ExportStates.Finished, null);

        var viewer = await host.ApiAsync("viewer");
        var done = await viewer.GetFromJsonAsync<JsonElement>(location);
        Assert.Equal(("finished", 16, 4), (done.GetProperty("export").GetProperty("state").GetString(), Rows(done, "sent"), Rows(done, "excluded")));
        var left = await viewer.GetFromJsonAsync<JsonElement>($"{location}/rows?state=excluded&reason=opted-out&sort=member&desc=true&size=3&page=2");
        Assert.Equal((4, 1), (left.GetProperty("total").GetInt32(), left.GetProperty("items").GetArrayLength()));
        Assert.Equal("00v5e0000000000AAA", left.GetProperty("items")[0].GetProperty("memberId").GetString());
        await PlanApiTests.ProblemAsync(await viewer.GetAsync($"{location}/rows?sort=x"), HttpStatusCode.UnprocessableEntity, "bad-sort");
        var csv = await viewer.GetStringAsync($"{location}/rows.csv");
        Assert.Equal(21, csv.Trim().Split('\n').Length);
        foreach (var text in new[] { csv, await viewer.GetStringAsync($"{location}/rows"), await viewer.GetStringAsync("/api/exports.csv") })
            Assert.DoesNotContain("@example", text, StringComparison.Ordinal);
        var use = (await viewer.GetFromJsonAsync<JsonElement>("/api/exports/webhooks")).EnumerateArray().Single(w => w.GetProperty("name").GetString() == "members");
        Assert.Equal(50_000, use.GetProperty("lifetime").GetInt32());
        await PlanApiTests.ProblemAsync(await api.GetAsync($"{location}/file.csv"), HttpStatusCode.Conflict, "export-no-file");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync($"{location}/cancel", new { }), HttpStatusCode.Conflict, "export-ended");
        await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/exports/{Guid.Empty}"), HttpStatusCode.NotFound, "export-unknown");
    }

    [Fact]
    public async Task The_file_of_an_export_holds_the_rows_and_is_for_those_who_may_export()
    {
        var api = await host.ApiAsync("marcom");
        var location = (await (await api.PostAsJsonAsync("/api/exports", new { connection = "icare", campaignId = Campaign(), target = "csv" })).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("location").GetString()!;
        var (id, job) = await TakeAsync();
        await PrepareAsync(id, job, "Winter", members: 5);
        await PlanApiTests.ProblemAsync(await api.GetAsync($"{location}/file.csv"), HttpStatusCode.Conflict, "export-not-at-rest");
        Assert.Equal(4, await host.World.Get<CampaignExportStore>().IntoFileAsync(id, CancellationToken.None));
        await EndAsync(id, job, ExportStates.Finished, null);
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("viewer")).GetAsync($"{location}/file.csv"), HttpStatusCode.Forbidden, "forbidden");
        var lines = (await api.GetStringAsync($"{location}/file.csv")).Trim().Split('\n');
        Assert.StartsWith("clayaspire_key,salesforce_id,", lines[0], StringComparison.Ordinal);
        Assert.Equal((5, true), (lines.Length, lines[1].Contains("p1@example.test", StringComparison.Ordinal)));
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_campaign_is_exported_from_the_page_and_its_progress_appears_by_itself(bool dark, bool narrow)
    {
        await WebhookAsync(used: 41_000);
        var campaign = Campaign();
        var now = host.World.Get<TimeProvider>().GetUtcNow();
        await host.World.Get<CrmRecordStore>().UpsertAsync([new CrmRecordRow { Connection = "icare", Object = "Campaign", RecordId = campaign, Version = "1", State = "live", Fields = """{"Name":"Spring webinar","IsActive":"true"}""", ReadAt = now }], CancellationToken.None);
        await using var visit = await browser.VisitAsync(host.Address, dark, narrow);
        var page = visit.Page;
        var suffix = (narrow ? "-390" : "-1440") + (dark ? "-dark" : "-light");
        await visit.SignInAsync("marcom", World.Password("marcom"));
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Exports", Exact = true }).ClickAsync();
        await Expect(page.GetByText("Webhook members has 9,000 of 50,000 submissions left.")).ToBeVisibleAsync();
        await page.GetByLabel("Campaign", new PageGetByLabelOptions { Exact = true }).SelectOptionAsync(campaign);
        await page.GetByLabel("To", new PageGetByLabelOptions { Exact = true }).SelectOptionAsync("members");
        await visit.ShootAsync("exports" + suffix);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Export members" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Spring webinar");
        var (id, job) = await TakeAsync();
        await PrepareAsync(id, job, "Spring webinar", members: 60);
        await Expect(page.GetByText("of 60 members")).ToBeVisibleAsync();
        await SendAsync(id, job, 30, lastUnknown: true);
        await Expect(page.Locator(".legend")).ToContainTextAsync("Sent 29");
        await EndAsync(id, job, ExportStates.Stopped, new Reason("webhook-refused", "Webhook 'members' refused our token (401). Set Clay:Webhooks:members:AuthToken anew, then resume."));
        await Expect(page.GetByText("refused our token")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Resume" })).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than the window.");
        await visit.ShootAsync("export" + suffix);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "They are there", Exact = true }).ClickAsync();
        await Expect(page.GetByText("1 row settled as arrived.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Resume" }).ClickAsync();
        await Expect(page.GetByText("Goes on.")).ToBeVisibleAsync();
        var (_, next) = await TakeAsync();
        await SendAsync(id, next, 18, first: 30);
        await EndAsync(id, next, ExportStates.Finished, null);
        await Expect(page.Locator(".legend")).ToContainTextAsync("Sent 48");
        await page.Locator("nav[aria-label='State and reason']").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Left out: opted-out" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(12);
        Assert.True(visit.Troubles.Count == 0, string.Join("\n", visit.Troubles));
    }

    private static int Rows(JsonElement view, string state) => view.GetProperty("rows").GetProperty(state).GetInt32();

    private static string Campaign() => $"7015e00000{Interlocked.Increment(ref campaigns):D5}AAA";

    private async Task WebhookAsync(long used = 0)
    {
        await host.World.Get<CampaignExportStore>().RegisterAsync([("members", Source, 50_000)], CancellationToken.None);
        await using var command = host.World.Get<Npgsql.NpgsqlDataSource>().CreateCommand($"update sync.clay_webhook set submissions = {used}");
        await command.ExecuteNonQueryAsync();
    }

    private async Task<(Guid Export, JobLease Lease)> TakeAsync()
    {
        var job = (await host.World.Get<JobQueue>().ClaimAsync([JobKinds.ExportCampaign], 1, "worker-1", TimeSpan.FromMinutes(5), CancellationToken.None)).Single();
        return (JobPayload.Read<ExportCampaign>(job.Payload).ExportId, job.Lease);
    }

    /// <summary>Every fifth member opted out.</summary>
    private Task PrepareAsync(Guid id, JobLease lease, string name, int members) => host.World.Get<CampaignExportStore>().PrepareAsync(lease, id, name,
        [.. Enumerable.Range(0, members).Select(i => new NewExportRow($"00v5e00000{i:D5}AAA", "Lead", $"00Q5e00000{i:D5}AAA", $"{i:x32}",
            i % 5 == 0 ? new Reason("opted-out", "The person opted out of e-mail.") : null, i % 5 == 0 ? null : $$"""{"clayaspire_key":"{{i:x32}}","email":"p{{i}}@example.test"}"""))], CancellationToken.None);

    /// <summary>Sends the next rows as the worker does.</summary>
    private async Task SendAsync(Guid id, JobLease lease, int count, int first = 0, bool lastUnknown = false)
    {
        var store = host.World.Get<CampaignExportStore>();
        var rows = await store.PendingAsync(id, count, CancellationToken.None);
        Assert.Equal(count, rows.Count);
        Assert.True(first == 0 || rows[0].Ordinal > first, "Rows that were sent are not offered again.");
        ExportRowOutcome? done = null;
        foreach (var row in rows)
        {
            await store.AdvanceAsync(lease, id, Source, done, row.Ordinal, CancellationToken.None);
            done = lastUnknown && row == rows[^1]
                ? new ExportRowOutcome(row.Ordinal, ExportRowStates.Unknown, new Reason("answer-lost", "No answer came back: the row may be in Clay."))
                : new ExportRowOutcome(row.Ordinal, ExportRowStates.Sent, null);
        }
        await store.AdvanceAsync(lease, id, Source, done, null, CancellationToken.None);
    }

    private async Task EndAsync(Guid id, JobLease lease, string state, Reason? remark)
    {
        var store = host.World.Get<CampaignExportStore>();
        await store.EndAsync((await store.FindAsync(id, CancellationToken.None))!, state, remark, CancellationToken.None);
        await host.World.Get<JobQueue>().CompleteAsync(lease, CancellationToken.None);
    }
}
