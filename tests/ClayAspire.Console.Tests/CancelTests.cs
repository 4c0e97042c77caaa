using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

/// <summary>Cancelling runs from the console: who may, by page and by API.</summary>
public sealed class CancelTests(ConsoleHost host, Browser browser) : IClassFixture<ConsoleHost>, IClassFixture<Browser>
{
    [Fact]
    public async Task The_API_cancels_a_queued_run_for_who_releases_its_flow_and_tells_others_why_not()
    {
        var run = await host.World.ApproveAsync(await host.World.AddPlanAsync(leads: 2));
        foreach (var user in (string[])["viewer", "marcom", "it", "dpo"])
            await PlanApiTests.ProblemAsync(await (await host.ApiAsync(user)).PostAsync($"/api/runs/{run}/cancel", null), HttpStatusCode.Forbidden, "wrong-role");
        var api = await host.ApiAsync("crm-admin");
        await PlanApiTests.ProblemAsync(await api.PostAsync($"/api/runs/{Guid.Empty}/cancel", null), HttpStatusCode.NotFound, "run-unknown");

        var answer = await api.PostAsync($"/api/runs/{run}/cancel", null);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var summary = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("cancelled", "crm-admin"), (summary.GetProperty("state").GetString(), summary.GetProperty("cancelAskedBy").GetString()));
        Assert.Equal(summary.GetProperty("planned").GetInt32(), summary.GetProperty("skipped").GetInt32());
        await PlanApiTests.ProblemAsync(await api.PostAsync($"/api/runs/{run}/cancel", null), HttpStatusCode.Conflict, "run-ended");
        await PlanApiTests.ProblemAsync(await api.PostAsync($"/api/runs/{run}/undo", null), HttpStatusCode.Conflict, "nothing-to-undo");
        Assert.Contains("crm-admin", await api.GetStringAsync("/api/runs.csv"), StringComparison.Ordinal);
        Assert.Contains("/api/runs/{id}/cancel", await api.GetStringAsync("/openapi/v1.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_works_without_script_and_the_ledger_page_names_who_asked()
    {
        var run = await host.World.ApproveAsync(await host.World.AddPlanAsync(leads: 2));
        var session = await Session.SignedInAsync(host, "admin");
        Assert.Contains("Cancel this run…", await session.PageAsync($"/runs/{run}"), StringComparison.Ordinal);
        Assert.DoesNotContain("Cancel this run…", await (await Session.SignedInAsync(host, "marcom")).PageAsync($"/runs/{run}"), StringComparison.Ordinal);

        await session.SendAsync($"/runs/{run}", $"/runs/{run}/cancel");

        var page = await session.PageAsync($"/runs/{run}");
        Assert.Contains("Cancelled", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Cancel this run…", page, StringComparison.Ordinal);
        var ledger = await session.PageAsync($"/ledger?connection={World.Staging}&kind=run-cancelled");
        Assert.Contains("by admin", ledger, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_run_under_way_is_cancelled_in_the_browser_and_the_page_follows_it_to_its_end()
    {
        await host.World.AddPlanAsync(leads: 1);
        var run = await host.World.ApproveAsync(await host.World.AddPlanAsync(leads: 4));
        var runs = host.World.Get<RunStore>();
        var queue = host.World.Get<JobQueue>();
        var job = (await queue.ClaimAsync([JobKinds.ApplyPlan], 1, "worker-1", TimeSpan.FromMinutes(5), CancellationToken.None)).Single();
        await runs.StartIfLeaseHeldAsync(job.Lease, run, "worker-1", CancellationToken.None);
        var first = (await runs.OpenCellsAsync(run, CancellationToken.None)).Take(3).ToList();
        await runs.MoveCellsIfLeaseHeldAsync(job.Lease, run, [.. first.Select(c => new CellMove(c.Ordinal, RunCellStates.Intent, Batch: 1))], 1, CancellationToken.None);
        await using var visit = await browser.VisitAsync(host.Address);
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));
        await visit.Page.GotoAsync($"/runs/{run:D}");
        await Expect(visit.Page.Locator("#run-progress")).ToHaveAttributeAsync("data-state", "running");

        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Cancel this run…" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("The next plan offers what is left again.");
        await visit.ShootAsync("run-cancel", whole: false);
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Cancel the run" }).ClickAsync();
        await Expect(visit.Page.Locator("#run-progress")).ToContainTextAsync("ends after the batch under way");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Cancel this run…" })).ToHaveCountAsync(0);

        // The worker's part: the batch ends, then the run.
        await runs.MoveCellsIfLeaseHeldAsync(job.Lease, run, [.. first.Select(c => new CellMove(c.Ordinal, RunCellStates.Verified))], 1, CancellationToken.None);
        await runs.CancelIfLeaseHeldAsync(job.Lease, run, CancellationToken.None);
        await queue.CompleteAsync(job.Lease, CancellationToken.None);
        await Expect(visit.Page.Locator("#run-progress")).ToHaveAttributeAsync("data-state", "cancelled");
        await Expect(visit.Page.Locator("#run-progress .chip")).ToHaveTextAsync("Cancelled");
        // What was verified can be undone, and the page offers it without a reload.
        await Expect(visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undo this run…" })).ToBeVisibleAsync();
        await visit.ShootAsync("run-cancelled");
        Assert.Empty(visit.Troubles);
    }
}
