using ClayAspire.Testing;
using Microsoft.Playwright;

namespace ClayAspire.AppHost.Tests;

/// <summary>A CRM Admin at a real browser, the whole stack behind the pages.</summary>
[Collection(StackCollection.Name)]
public sealed class ConsoleInBrowserTests(Stack stack, Browser browser) : IClassFixture<Browser>
{
    [SkippableFact]
    public async Task A_crm_admin_signs_in_reads_the_kpis_approves_a_plan_and_sees_the_run_turn_green()
    {
        await using var visit = await browser.VisitAsync(stack.App.GetEndpoint("console"));
        var page = visit.Page;
        await visit.SignInAsync("crm-admin", "demo-crm-admin");
        await visit.ShootAsync("stack-today");

        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "KPI board" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "KPI board" }).WaitForAsync();
        await page.Locator("canvas, svg.chart, .chart svg").First.WaitForAsync();
        await visit.ShootAsync("stack-kpis");

        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Plans" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Plans", Exact = true }).WaitForAsync();
        await visit.ShootAsync("stack-plans");
        // The demo leaves one plan of hard bounces for a person to release.
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "bounce-sync" }).First.ClickAsync();
        await page.Locator("#open-approve").ClickAsync();
        await visit.ShootAsync("stack-approve", whole: false);
        await page.Locator("dialog[open] .primary").ClickAsync();
        await page.Locator("#run-progress[data-state=green]").WaitForAsync(new LocatorWaitForOptions { Timeout = 60_000 });
        await visit.ShootAsync("stack-green");

        Assert.Empty(visit.Troubles);
        var bounced = await stack.QueryAsync("salesforce", "SELECT Id FROM Lead WHERE external_hard_bounced__c = true AND overall_hard_bounced__c = true");
        Assert.NotEmpty(bounced);
    }
}
