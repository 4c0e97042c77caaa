using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

public sealed class BrowserTests(ConsoleHost host, Browser browser) : IClassFixture<ConsoleHost>, IClassFixture<Browser>
{
    [SkippableFact]
    public async Task A_person_signs_in_reads_the_figures_approves_a_plan_and_sees_its_run_turn_green()
    {
        var plan = await host.World.AddPlanAsync();
        await using var visit = await browser.VisitAsync(host.Address);
        var page = visit.Page;
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));

        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "KPI board" }).ClickAsync();
        await Expect(page.Locator(".tile-value").First).ToHaveTextAsync("83.1%");
        await Expect(page.Locator(".chart canvas").First).ToBeVisibleAsync();
        await Expect(page.GetByText("20261123T021500123Z.parquet").First).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Plans", Exact = false }).First.ClickAsync();
        await page.Locator($"a[href='/plans/{plan.Id:D}']").ClickAsync();
        await page.Locator("#open-approve").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByText("reads every one of them back")).ToBeVisibleAsync();
        await Expect(page.Locator("#run-progress")).ToHaveAttributeAsync("data-state", "queued");

        // The worker's part, step by step; the page must follow without a reload.
        var steps = 0;
        await host.World.WorkAsync(async () =>
        {
            if (steps++ == 1)
                await Expect(page.Locator("#run-progress")).ToHaveAttributeAsync("data-state", "running");
        });
        await Expect(page.Locator("#run-progress")).ToHaveAttributeAsync("data-state", "green");
        await Expect(page.Locator("#run-progress .chip")).ToHaveTextAsync("Green");
        await visit.ShootAsync("plan-green");
        Assert.Empty(visit.Troubles);
    }

    [SkippableFact]
    public async Task Sign_in_and_approval_work_with_the_keyboard_alone()
    {
        var plan = await host.World.AddPlanAsync(leads: 3);
        await using var visit = await browser.VisitAsync(host.Address);
        var page = visit.Page;
        await page.GotoAsync($"/plans/{plan.Id:D}");
        await Expect(page.GetByLabel("User name")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("crm-admin");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(World.Password("crm-admin"));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/plans/{plan.Id:D}");

        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByText("Skip to content")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        for (var i = 0; i < 10 && !await page.Locator("#open-approve").EvaluateAsync<bool>("e => e === document.activeElement"); i++)
            await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator("#open-approve")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        for (var i = 0; i < 5 && !await page.Locator("dialog[open] .primary").EvaluateAsync<bool>("e => e === document.activeElement"); i++)
            await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("reads every one of them back")).ToBeVisibleAsync();
        Assert.Equal("approved", (await host.World.Get<PlanStore>().FindAsync(plan.Id, CancellationToken.None))!.State);
        await host.World.WorkAsync();
        Assert.Empty(visit.Troubles);
    }

    [SkippableFact]
    public async Task Chosen_cells_are_approved_and_the_others_are_not()
    {
        var plan = await host.World.AddPlanAsync(leads: 6);
        await using var visit = await browser.VisitAsync(host.Address);
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));
        await visit.Page.GotoAsync($"/plans/{plan.Id:D}?verdict=Write&sort=record&desc=true");
        await Expect(visit.Page.Locator("[data-needs-chosen][commandfor=approve-chosen]").First).ToBeDisabledAsync();
        await visit.Page.Locator("input[name=ordinals]").Nth(0).CheckAsync();
        await visit.Page.Locator("input[name=ordinals]").Nth(1).CheckAsync();
        await visit.Page.Locator("[data-needs-chosen][commandfor=approve-chosen]").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Approve selected", Exact = true }).ClickAsync();
        await Expect(visit.Page.GetByText("Approved 2 of the plan")).ToBeVisibleAsync();
        Assert.Equal(2, (await host.World.Get<RunStore>().FindByPlanAsync(plan.Id, CancellationToken.None))!.Planned);
        await host.World.WorkAsync();
        Assert.Empty(visit.Troubles);
    }

    [SkippableFact]
    public async Task A_plan_that_is_being_made_appears_by_itself_when_it_is_sealed()
    {
        await using var visit = await browser.VisitAsync(host.Address);
        await visit.SignInAsync("marcom", World.Password("marcom"));
        await visit.Page.GotoAsync("/plans/new");
        await visit.Page.GetByLabel("enrichment-writeback → icare-staging", new PageGetByLabelOptions { Exact = false }).CheckAsync();
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make plan" }).ClickAsync();
        await Expect(visit.Page.GetByText("The plan is being made")).ToBeVisibleAsync();
        await visit.ShootAsync("plan-being-made", whole: false);

        var queue = host.World.Get<JobQueue>();
        await host.World.SettleAsync();
        var job = (await queue.ClaimAsync([JobKinds.MakePlan], 1, "w", TimeSpan.FromMinutes(1), CancellationToken.None)).Single();
        var order = JobPayload.Read<MakePlan>(job.Payload);
        var now = host.World.Get<TimeProvider>().GetUtcNow();
        await host.World.Get<PlanStore>().SaveAsync(
            Plan.Seal(order.PlanId, order.Connection, order.Flow, "p", order.Author, now, now.AddHours(1), [], new PlanCost(0, 0)), PlanFacts.Whole, CancellationToken.None);
        await queue.CompleteAsync(job.Lease, CancellationToken.None);
        await Expect(visit.Page.GetByText("Nothing to write")).ToBeVisibleAsync();
        Assert.Empty(visit.Troubles);
    }

    [SkippableFact]
    public async Task Without_script_every_page_still_shows_its_numbers_and_a_plan_can_be_filtered()
    {
        var plan = await host.World.AddPlanAsync();
        await using var visit = await browser.VisitAsync(host.Address, script: false);
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));
        await visit.Page.GotoAsync("/kpis");
        await visit.Page.Locator("#fill summary").ClickAsync();
        await Expect(visit.Page.Locator("#fill table")).ToContainTextAsync("83.1 %");
        await visit.Page.GotoAsync($"/plans/{plan.Id:D}");
        await visit.Page.GetByLabel("Field", new PageGetByLabelOptions { Exact = true }).SelectOptionAsync("City");
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Filter" }).ClickAsync();
        await Expect(visit.Page.Locator("tbody")).Not.ToContainTextAsync("Industry");
        await visit.Page.Locator("#open-approve").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Approve" }).ClickAsync();
        await Expect(visit.Page.GetByText("reads every one of them back")).ToBeVisibleAsync();
        await host.World.WorkAsync();
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Every_page_opens_without_console_errors_in_both_themes_and_sizes(bool dark, bool narrow)
    {
        var world = host.World;
        await world.AddHeldValuesAsync();
        var waiting = await world.AddPlanAsync(leads: 60, author: "marcom");
        await world.AddPlanAsync(leads: 9, age: TimeSpan.FromHours(5), connection: World.Staging, flow: "bounce-sync");
        await world.AddPlanAsync(leads: 4, age: TimeSpan.FromHours(30));
        var done = await world.AddPlanAsync(leads: 14, age: TimeSpan.FromHours(2));
        await world.ApproveAsync(done);
        var run = await world.WorkAsync(reject: c => c.Ordinal % 9 == 4 ? new Reason("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Salesforce refused it: City does not belong to the country.") : null);

        await using var visit = await browser.VisitAsync(host.Address, dark, narrow);
        var suffix = (narrow ? "-390" : "-1440") + (dark ? "-dark" : "-light");
        await visit.Page.GotoAsync("/sign-in");
        await visit.ShootAsync("sign-in" + suffix);
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));
        foreach (var (name, path) in new[]
        {
            ("today", "/"), ("kpis", "/kpis"), ("plans", "/plans"), ("plan-new", "/plans/new"), ("plan", $"/plans/{waiting.Id:D}"), ("runs", "/runs"),
            ("run", $"/runs/{run.Id:D}"), ("flows", "/flows"), ("contracts", "/contracts?connection=icare-staging"), ("ledger", $"/ledger?connection={World.Staging}&verify=yes"),
        })
        {
            await visit.Page.GotoAsync(path);
            if (name == "kpis")
                await Expect(visit.Page.Locator(".chart canvas")).ToHaveCountAsync(5);
            // A page wider than the window is a broken page, above all on a phone.
            Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{path} is wider than the window.");
            await visit.ShootAsync(name + suffix);
        }
        await visit.Page.GotoAsync($"/plans/{waiting.Id:D}");
        await visit.Page.Locator("#open-approve").ClickAsync();
        await visit.ShootAsync("plan-approve" + suffix, whole: false);
        Assert.Empty(visit.Troubles);
    }
}
