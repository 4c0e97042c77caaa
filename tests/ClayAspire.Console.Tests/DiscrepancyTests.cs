using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Discrepancies;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Discrepancies;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

/// <summary>Hard-bounce discrepancies (seed 1, runbook 3): the page, its API and its export, over a real database and in real Chromium.</summary>
public sealed class DiscrepancyTests(ConsoleHost host, Browser browser) : IClassFixture<ConsoleHost>, IClassFixture<Browser>
{
    private const string Icare = "icare";

    [Fact]
    public async Task They_are_listed_filtered_exported_and_left_with_a_reason_by_those_who_may()
    {
        await FoundAsync("00Q5e00000D00001AA", "00Q5e00000D00002AA");
        var viewer = await host.ApiAsync("viewer");
        var page = await viewer.GetFromJsonAsync<JsonElement>("/api/discrepancies?record=00Q5e00000D00001AA");
        var one = page.GetProperty("items")[0];
        Assert.Equal(("overall_hard_bounced__c", false, true, "open"),
            (one.GetProperty("field").GetString(), one.GetProperty("found").GetBoolean(), one.GetProperty("expected").GetBoolean(), one.GetProperty("state").GetString()));
        Assert.Equal(["pi__pardot_hard_bounced__c", "external_hard_bounced__c"], one.GetProperty("sources").EnumerateArray().Select(s => s.GetProperty("field").GetString()!));
        await PlanApiTests.ProblemAsync(await viewer.GetAsync("/api/discrepancies?state=nonsense"), HttpStatusCode.UnprocessableEntity, "bad-state");
        await PlanApiTests.ProblemAsync(await viewer.GetAsync("/api/discrepancies?sort=nonsense"), HttpStatusCode.UnprocessableEntity, "bad-sort");
        Assert.Contains("pi__pardot_hard_bounced__c=True; external_hard_bounced__c=False", await viewer.GetStringAsync("/api/discrepancies.csv"), StringComparison.Ordinal);

        var accept = $"/api/discrepancies/{one.GetProperty("id").GetGuid():D}/accept";
        await PlanApiTests.ProblemAsync(await viewer.PostAsJsonAsync(accept, new { reason = "x" }), HttpStatusCode.Forbidden, "forbidden");
        var admin = await host.ApiAsync("crm-admin");
        await PlanApiTests.ProblemAsync(await admin.PostAsJsonAsync(accept, new { reason = " " }), HttpStatusCode.UnprocessableEntity, "reason-missing");
        Assert.Equal(HttpStatusCode.NoContent, (await admin.PostAsJsonAsync(accept, new { reason = "Known." })).StatusCode);
        await PlanApiTests.ProblemAsync(await admin.PostAsJsonAsync(accept, new { reason = "Known." }), HttpStatusCode.Conflict, "discrepancy-not-open");
        var kept = (await viewer.GetFromJsonAsync<JsonElement>("/api/discrepancies?state=accepted&record=00Q5e00000D00001AA")).GetProperty("items")[0];
        Assert.Equal(("crm-admin", "Known."), (kept.GetProperty("closedBy").GetString(), kept.GetProperty("closedReason").GetString()));
    }

    [Fact]
    public async Task A_comparison_is_ordered_once_while_it_waits_and_only_where_there_is_something_to_compare()
    {
        var api = await host.ApiAsync("marcom");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync("/api/discrepancies/check", new { connection = "hubspot-main" }), HttpStatusCode.UnprocessableEntity, "connection-unknown");
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("viewer")).PostAsJsonAsync("/api/discrepancies/check", new { connection = World.Staging }), HttpStatusCode.Forbidden, "forbidden");
        var first = await (await api.PostAsJsonAsync("/api/discrepancies/check", new { connection = World.Staging })).Content.ReadFromJsonAsync<JsonElement>();
        var again = await (await api.PostAsJsonAsync("/api/discrepancies/check", new { connection = World.Staging })).Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(first.GetProperty("checkId").GetGuid(), again.GetProperty("checkId").GetGuid());
        await PlanApiTests.ProblemAsync(await api.GetAsync(first.GetProperty("location").GetString()), HttpStatusCode.NotFound, "check-pending");
        await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/discrepancies/checks/{Guid.Empty:D}"), HttpStatusCode.NotFound, "check-unknown");
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task What_a_comparison_found_appears_by_itself_and_is_left_with_a_reason(bool dark, bool narrow)
    {
        await using var visit = await browser.VisitAsync(host.Address, dark, narrow);
        var page = visit.Page;
        var suffix = (narrow ? "-390" : "-1440") + (dark ? "-dark" : "-light");
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));
        await page.GotoAsync("/discrepancies");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Compare icare now" }).ClickAsync();
        await Expect(page.GetByText("The worker is comparing.")).ToBeVisibleAsync();
        var queue = host.World.Get<JobQueue>();
        var job = (await queue.ClaimAsync([JobKinds.CheckFormulas], 9, "w", TimeSpan.FromMinutes(1), CancellationToken.None)).Single(j => JobPayload.Read<CheckFormulas>(j.Payload).Connection == Icare);
        var record = $"00Q5e00000E{(dark ? 1 : 0)}{(narrow ? 1 : 0)}001AA";
        await FoundAsync(JobPayload.Read<CheckFormulas>(job.Payload).CheckId, record, "00Q5e00000E09002AA");
        await queue.CompleteAsync(job.Lease, CancellationToken.None);
        await Expect(page.GetByText("read again:")).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than the window.");
        await visit.ShootAsync("discrepancies" + suffix);

        var row = page.Locator("tbody tr").Filter(new LocatorFilterOptions { HasText = record });
        await row.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Leave it…" }).ClickAsync();
        await page.Locator("dialog[open] textarea").FillAsync("The formula is mended on Monday.");
        await visit.ShootAsync("discrepancies-leave" + suffix, whole: false);
        await page.Locator("dialog[open] .primary").ClickAsync();
        await Expect(page.GetByText("Your reason is in the ledger.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Accepted", Exact = true }).ClickAsync();
        await Expect(row).ToContainTextAsync("The formula is mended on Monday.");
        await page.GotoAsync("/");
        await Expect(page.GetByText("not equal what").First).ToBeVisibleAsync();
        Assert.Empty(visit.Troubles);
    }

    private Task FoundAsync(params string[] records) => FoundAsync(host.World.Get<IIdSource>().Next(), records);

    private async Task FoundAsync(Guid check, params string[] records)
    {
        var contract = host.World.Get<PolicySource>().Current.Contract(Icare, "Lead", "overall_hard_bounced__c")!;
        var found = records.Select(id => FormulaJudge.Judge(contract, new LiveRecord(new RecordKey(Icare, "Lead", id), RecordState.Live, "v", new Dictionary<string, FieldValue>(StringComparer.Ordinal)
        {
            [contract.Field] = FieldValue.FromCanonical("false"),
            ["pi__pardot_hard_bounced__c"] = FieldValue.True,
            ["external_hard_bounced__c"] = FieldValue.FromCanonical("false"),
        }))!).ToList();
        Assert.NotNull(await host.World.Get<DiscrepancyStore>().SaveAsync(check, Icare, "crm-admin", [new FormulaFinding("Lead", contract.Field, records, found)], 2, CancellationToken.None));
    }
}
