using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

/// <summary>The page of a plan that waits, with cells of every standing: overwrites, low confidence, declined, drifted; its groups, its dialogs.</summary>
public sealed class PlanInBrowserTests(ConsoleHost host, Browser browser) : IClassFixture<ConsoleHost>, IClassFixture<Browser>
{
    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task The_plan_page_shows_every_standing_in_both_themes_and_sizes(bool dark, bool narrow)
    {
        var plan = await StandingPlanAsync();
        await using var visit = await browser.VisitAsync(host.Address, dark, narrow);
        var suffix = (narrow ? "-390" : "-1440") + (dark ? "-dark" : "-light");
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));
        foreach (var (name, path) in new[]
        {
            ("plan-mixed", ""), ("plan-by-field", "?by=field"), ("plan-by-record", "?by=record"), ("plan-by-kind", "?by=kind"), ("plan-drifted", "?kind=drifted"),
            ("plan-group", "?object=Lead&field=City&kind=overwrite"),
        })
        {
            await visit.Page.GotoAsync($"/plans/{plan.Id:D}{path}");
            Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{name} is wider than the window.");
            await visit.ShootAsync(name + suffix);
        }
        await visit.Page.GotoAsync($"/plans/{plan.Id:D}?by=kind");
        await visit.Page.GetByLabel("Select Overwrites").CheckAsync();
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Approve selected (" }).ClickAsync();
        await visit.ShootAsync("plan-approve-groups" + suffix, whole: false);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Decline selected…" }).ClickAsync();
        await visit.ShootAsync("plan-decline-groups" + suffix, whole: false);
        Assert.Empty(visit.Troubles);
    }

    [SkippableFact]
    public async Task A_group_is_approved_with_the_keyboard_alone()
    {
        var plan = await host.World.AddMixedPlanAsync();
        await using var visit = await browser.VisitAsync(host.Address);
        var page = visit.Page;
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));
        await page.GotoAsync($"/plans/{plan.Id:D}");
        await TabToAsync(page, page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "By field" }));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Changes", Exact = true })).ToBeVisibleAsync();
        await TabToAsync(page, page.GetByLabel("Select Lead.FirstName"));
        await page.Keyboard.PressAsync("Space");
        var names = plan.Changes.Count(c => c.Cell.Field == "FirstName");
        var approve = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = $"Approve selected ({names})…" });
        await Expect(approve).ToBeEnabledAsync();
        await TabToAsync(page, approve, "Shift+Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await Expect(page.Locator("dialog[open] .primary")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText($"Approved {names} of the plan")).ToBeVisibleAsync();
        Assert.Equal(names, (await host.World.Get<RunStore>().FindByPlanAsync(plan.Id, CancellationToken.None))!.Planned);
        await host.World.WorkAsync();
        await host.World.SettleAsync();
        Assert.Empty(visit.Troubles);
    }

    [SkippableFact]
    public async Task What_the_filter_shows_is_what_is_approved_also_when_the_filter_was_changed_in_place()
    {
        var plan = await host.World.AddMixedPlanAsync();
        await using var visit = await browser.VisitAsync(host.Address);
        var page = visit.Page;
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));
        await page.GotoAsync($"/plans/{plan.Id:D}?field=City");
        await page.GetByLabel("Field", new PageGetByLabelOptions { Exact = true }).SelectOptionAsync("FirstName");
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("FirstName");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Approve all that this filter shows…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Approve these changes" }).ClickAsync();
        var names = plan.Changes.Where(c => c.Cell.Field == "FirstName").Select(c => c.Ordinal).ToList();
        await Expect(page.GetByText($"Approved {names.Count} of the plan")).ToBeVisibleAsync();
        await host.World.WorkAsync();
        var run = (await host.World.Get<RunStore>().FindByPlanAsync(plan.Id, CancellationToken.None))!;
        var cells = new List<int>();
        await foreach (var cell in host.World.Get<RunStore>().ReadCellsAsync(run.Id, null, CancellationToken.None))
            cells.Add(cell.Ordinal);
        Assert.Equal(names, cells);
        await host.World.SettleAsync();
        Assert.Empty(visit.Troubles);
    }

    [SkippableFact]
    public async Task What_a_look_for_drift_found_appears_by_itself()
    {
        var plan = await host.World.AddPlanAsync(leads: 5);
        await using var visit = await browser.VisitAsync(host.Address);
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));
        await visit.Page.GotoAsync($"/plans/{plan.Id:D}");
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Look for drift" }).ClickAsync();
        await Expect(visit.Page.Locator("#drift")).ToContainTextAsync("Looking…");
        var queue = host.World.Get<JobQueue>();
        var job = (await queue.ClaimAsync([JobKinds.LookForDrift], 5, "w", TimeSpan.FromMinutes(1), CancellationToken.None)).Single();
        await DriftAsync(plan, 0);
        await queue.CompleteAsync(job.Lease, CancellationToken.None);
        await Expect(visit.Page.Locator("#drift")).ToContainTextAsync($"1 of {plan.Changes.Count()} cells changed since the seal");
        await visit.Page.Locator("#drift a").ClickAsync();
        await Expect(visit.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(visit.Page.Locator("tbody")).ToContainTextAsync("holds now: Rome");
        Assert.Empty(visit.Troubles);
    }

    /// <summary>A mixed plan of which two changes were declined and four drifted.</summary>
    private async Task<Plan> StandingPlanAsync()
    {
        var plan = await host.World.AddMixedPlanAsync(leads: 24);
        var some = plan.Changes.Where(c => c.Cell.Field == "FirstName").Take(2).Select(c => c.Ordinal).ToHashSet();
        Assert.Null(await host.World.Get<PlanStore>().DeclineAsync(plan.Id, plan.Hash, "crm-admin", ["CRM Admin"],
            host.World.Get<Storage.Policies.PolicySource>().Current.Flow(World.Enrichment), some, "The first names come from a list that Sales does not trust.", CancellationToken.None));
        await host.World.SettleAsync();
        await DriftAsync(plan, [.. plan.Changes.Where(c => c.Cell.Field == "City").Take(4).Select(c => c.Ordinal)]);
        return plan;
    }

    private Task DriftAsync(Plan plan, params int[] ordinals) => host.World.Get<PlanStore>().SaveDriftAsync(plan.Id, "crm-admin", host.World.Get<TimeProvider>().GetUtcNow().AddMinutes(-3),
        plan.Changes.Count(), [.. ordinals.Select((o, i) => new DriftedChange(o, new Reason("drifted", "The CRM value was changed since the plan was sealed. The cell is planned anew."), i == 1 ? FieldValue.Blank : FieldValue.FromCanonical("Rome")))], CancellationToken.None);

    private static async Task TabToAsync(IPage page, ILocator target, string key = "Tab")
    {
        for (var i = 0; i < 60 && !await target.EvaluateAsync<bool>("e => e === document.activeElement"); i++)
            await page.Keyboard.PressAsync(key);
        await Expect(target).ToBeFocusedAsync();
    }
}
