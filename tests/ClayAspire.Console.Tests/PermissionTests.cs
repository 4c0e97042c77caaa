using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Permissions;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Permissions;
using ClayAspire.Storage.Queue;
using ClayAspire.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

/// <summary>The page Permissions, its API and its export, over a real database and in real Chromium.</summary>
public sealed class PermissionTests(ConsoleHost host, Browser browser) : IClassFixture<ConsoleHost>, IClassFixture<Browser>
{
    private static readonly PermissionFinding[] Findings =
    [
        new(PermissionArea.Profile, "ClayAspire Integration (API only)", PermissionStanding.Right, "ClayAspire Integration (API only)", "ClayAspire Integration (API only)", [], "An API-only profile, as permissions.yaml names it."),
        new(PermissionArea.PermissionSet, "ClayAspire_Integration", PermissionStanding.Right, "ClayAspire_*", "assigned", [], "Made for this user. What it grants is judged below."),
        new(PermissionArea.Role, "SBS", PermissionStanding.Right, "SBS", "SBS", [], "The role that sharing asks for."),
        new(PermissionArea.System, "ModifyAllData", PermissionStanding.TooMuch, "not granted", "granted", ["ClayAspire_Broad"], "Take the system permission ModifyAllData away from ClayAspire_Broad; nothing here needs it."),
        new(PermissionArea.Object, "Lead delete", PermissionStanding.TooMuch, "not granted", "granted", ["ClayAspire_Broad"], "Take delete on Lead away from ClayAspire_Broad."),
        new(PermissionArea.Field, "CampaignMember.ReplyClassification__c", PermissionStanding.Missing, "edit", "read", ["ClayAspire_Integration"], "The contract is Active and the user cannot edit the field. Grant edit by the dedicated permission set."),
        .. new[] { "Automation", "Energy Systems", "Life Sciences", "Mobility", "Public Sector" }.Select((u, i) =>
            new PermissionFinding(PermissionArea.Gbu, $"Lead: {u}", PermissionStanding.Right, "at least 1 record", $"{(i + 3) * 117} records", [], "Reachable.")),
        .. Enumerable.Range(0, 60).Select(i => new PermissionFinding(PermissionArea.Field, $"Lead.Field_{i:00}__c", PermissionStanding.Right, "read", "read", ["ClayAspire_Integration"], "Needed for reading, and there.")),
    ];

    [Fact]
    public async Task An_audit_is_asked_for_by_those_who_may_and_found_with_when_it_was_read()
    {
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("viewer")).PostAsJsonAsync("/api/permissions/audits", new { connection = "icare" }), HttpStatusCode.Forbidden, "forbidden");
        var api = await host.ApiAsync("it");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync("/api/permissions/audits", new { connection = "nowhere" }), HttpStatusCode.UnprocessableEntity, "connection-unknown");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync("/api/permissions/audits", new { connection = "hubspot-main" }), HttpStatusCode.UnprocessableEntity, "permissions-not-stated");
        await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/permissions/audits/{Guid.Empty}"), HttpStatusCode.NotFound, "permission-audit-unknown");
        var ordered = await api.PostAsJsonAsync("/api/permissions/audits", new { connection = "icare" });
        Assert.Equal(HttpStatusCode.Accepted, ordered.StatusCode);
        var location = (await ordered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("location").GetString()!;
        await PlanApiTests.ProblemAsync(await api.GetAsync(location), HttpStatusCode.NotFound, "permission-audit-pending");
        var (order, lease) = await TakeOrderAsync();
        Assert.Equal(("icare", "it"), (order.Connection, order.AskedBy));
        await SaveAsync(order.AuditId, "icare");
        await host.World.Get<JobQueue>().CompleteAsync(lease, CancellationToken.None);

        var audit = await api.GetFromJsonAsync<JsonElement>(location);
        Assert.Equal(("too-much-and-missing", 2, 1, "SBS"), (audit.GetProperty("verdict").GetString(), audit.GetProperty("tooMuch").GetInt32(), audit.GetProperty("missing").GetInt32(), audit.GetProperty("role").GetString()));
        Assert.NotEqual(default, audit.GetProperty("readAt").GetDateTimeOffset());
        var viewer = await host.ApiAsync("viewer");
        Assert.Contains((await viewer.GetFromJsonAsync<JsonElement>("/api/permissions")).EnumerateArray(), a => a.GetProperty("id").GetGuid() == order.AuditId);
        var much = await viewer.GetFromJsonAsync<JsonElement>($"{location}/findings?standing=too-much&sort=subject");
        Assert.Equal(["Lead delete", "ModifyAllData"], much.GetProperty("items").EnumerateArray().Select(f => f.GetProperty("subject").GetString()));
        var page = await viewer.GetFromJsonAsync<JsonElement>($"{location}/findings?area=field&subject=field_&sort=subject&desc=true&page=2&size=25");
        Assert.Equal((60, "Lead.Field_34__c"), (page.GetProperty("total").GetInt32(), page.GetProperty("items")[0].GetProperty("subject").GetString()));
        await PlanApiTests.ProblemAsync(await viewer.GetAsync($"{location}/findings?area=nonsense"), HttpStatusCode.UnprocessableEntity, "bad-area");
        await PlanApiTests.ProblemAsync(await viewer.GetAsync($"{location}/findings.csv?standing=nonsense"), HttpStatusCode.UnprocessableEntity, "bad-standing");
        var csv = (await viewer.GetStringAsync($"{location}/findings.csv")).Trim().Split('\n');
        Assert.Equal("connection,read_at,area,subject,standing,expected,found,granted_by,text", csv[0].Trim());
        Assert.Equal(Findings.Length + 1, csv.Length);
    }

    [Fact]
    public async Task What_kept_the_worker_from_reading_is_shown_with_its_remedy()
    {
        var id = Guid.CreateVersion7(host.World.Get<TimeProvider>().GetUtcNow());
        await host.World.Get<PermissionAuditStore>().SaveAsync(
            new PermissionAuditRow { Id = id, Connection = "icare-staging", AskedBy = "it", ReadAt = host.World.Get<TimeProvider>().GetUtcNow(), PolicyVersion = "x", Verdict = "unknown", FaultCode = "permissions-not-read", Fault = "The credentials were refused. Set them anew." },
            [], CancellationToken.None);
        var page = await (await Session.SignedInAsync(host, "viewer")).PageAsync($"/permissions?audit={id}");
        Assert.Contains("The credentials were refused. Set them anew.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Audit icare now", page, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task The_page_shows_the_verdict_first_and_what_is_not_right_above_the_rest(bool dark, bool narrow)
    {
        await SaveAsync(host.World.Get<Domain.Primitives.IIdSource>().Next(), "icare");
        await using var visit = await browser.VisitAsync(host.Address, dark, narrow);
        var page = visit.Page;
        await visit.SignInAsync("viewer", World.Password("viewer"));
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Permissions", Exact = true }).ClickAsync();
        await Expect(page.Locator(".tile").First).ToContainTextAsync("Too much and missing");
        await Expect(page.Locator("tbody tr").Nth(0)).ToContainTextAsync("ModifyAllData");
        await Expect(page.Locator("tbody tr").Nth(2)).ToContainTextAsync("ReplyClassification__c");
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than the window.");
        await visit.ShootAsync($"permissions{(narrow ? "-390" : "-1440")}{(dark ? "-dark" : "-light")}");
        // Taking the picture leaves a blank style attribute at the inputs, which the content security policy refuses to have copied.
        await page.ReloadAsync();
        await page.GetByLabel("Area").SelectOptionAsync("gbu");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(5);
        await page.Locator("nav[aria-label=Standing]").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Missing" }).ClickAsync();
        await Expect(page.GetByText("No finding matches these filters")).ToBeVisibleAsync();
        Assert.True(visit.Troubles.Count == 0, string.Join("\n", visit.Troubles));
    }

    [SkippableFact]
    public async Task An_audit_asked_for_on_the_page_appears_there_by_itself()
    {
        var own = new ConsoleHost();
        await own.InitializeAsync();
        try
        {
            await using var visit = await browser.VisitAsync(own.Address);
            await visit.SignInAsync("dpo", World.Password("dpo"));
            await visit.Page.GotoAsync("/permissions");
            await Expect(visit.Page.GetByText("Nobody has audited icare yet")).ToBeVisibleAsync();
            await visit.ShootAsync("permissions-empty");
            await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Audit icare now" }).ClickAsync();
            await Expect(visit.Page.GetByText("The worker is reading the CRM.")).ToBeVisibleAsync();
            var job = (await own.World.Get<JobQueue>().ClaimAsync([JobKinds.AuditPermissions], 1, "worker-1", TimeSpan.FromMinutes(5), CancellationToken.None)).Single();
            await SaveAsync(JobPayload.Read<AuditPermissions>(job.Payload).AuditId, "icare", own);
            await own.World.Get<JobQueue>().CompleteAsync(job.Lease, CancellationToken.None);
            await Expect(visit.Page.GetByText("asked for by dpo")).ToBeVisibleAsync();
            Assert.True(visit.Troubles.Count == 0, string.Join("\n", visit.Troubles));
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    private async Task<(AuditPermissions Order, JobLease Lease)> TakeOrderAsync()
    {
        var job = (await host.World.Get<JobQueue>().ClaimAsync([JobKinds.AuditPermissions], 1, "worker-1", TimeSpan.FromMinutes(5), CancellationToken.None)).Single();
        return (JobPayload.Read<AuditPermissions>(job.Payload), job.Lease);
    }

    private async Task SaveAsync(Guid id, string connection, ConsoleHost? at = null)
    {
        var world = (at ?? host).World;
        var report = new PermissionReport(Findings);
        Assert.True(await world.Get<PermissionAuditStore>().SaveAsync(
            new PermissionAuditRow
            {
                Id = id,
                Connection = connection,
                AskedBy = at is null ? "it" : "dpo",
                ReadAt = world.Get<TimeProvider>().GetUtcNow(),
                PolicyVersion = "0123456789abcdef",
                Verdict = PermissionNaming.Name(report.Verdict),
                Rights = report.Count(PermissionStanding.Right),
                TooMuch = report.Count(PermissionStanding.TooMuch),
                Missing = report.Count(PermissionStanding.Missing),
                Unknown = 0,
                UserId = "005000000000001AAA",
                UserName = "clayaspire@crm-sandbox.example",
                Profile = "ClayAspire Integration (API only)",
                Role = "SBS",
                ApiCalls = 16,
            }, Findings, CancellationToken.None));
    }
}
