using ClayAspire.Domain.Policy;
using ClayAspire.Storage.Policies;
using ClayAspire.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

/// <summary>A contract's life at the pages, in Chromium.</summary>
public sealed class ContractBrowserTests(ConsoleHost host, Browser browser) : IClassFixture<ConsoleHost>, IClassFixture<Browser>
{
    [SkippableFact]
    public async Task A_DPO_sees_what_waits_and_what_it_costs_signs_it_and_stops_it_again()
    {
        await ContractTests.CostAsync(host.World, World.Staging, "Industry");
        await using var visit = await browser.VisitAsync(host.Address);
        var page = visit.Page;
        await visit.SignInAsync("dpo", World.Password("dpo"));
        await page.GotoAsync($"/contracts?connection={World.Staging}");
        await Expect(page.Locator(".waits").First).ToContainTextAsync("25.0 % now, up to 66.7 % if signed");
        await visit.ShootAsync("contracts-waiting");
        await page.Locator(".waits a").First.ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Lead.Industry");
        await visit.ShootAsync("contract-pending");

        await page.GetByLabel("Legal basis").FillAsync("Art. 6(1)(f) GDPR; legitimate interest assessment of 3 March");
        var last = DateOnly.FromDateTime(host.World.Get<TimeProvider>().GetUtcNow().UtcDateTime).AddDays(10);
        await page.GetByLabel("Last day, if it is to end").FillAsync(last.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign the contract" }).ClickAsync();
        await Expect(page.GetByText("Signed. Values held for this field are offered")).ToBeVisibleAsync();
        await Expect(page.Locator(".title-line .chip")).ToHaveTextAsync("Active");
        await Expect(page.GetByText("The signature ends in")).ToBeVisibleAsync();
        Assert.Equal(ContractStatus.Active, host.World.Get<PolicySource>().Current.Contract(World.Staging, "Lead", "Industry")!.Status);
        await visit.ShootAsync("contract-signed");
        await page.GotoAsync("/");
        await Expect(page.Locator(".notice.warn")).ToContainTextAsync("The signature of a field contract ends in");
        await visit.ShootAsync("today-signature-ends");
        await page.GotoAsync($"/contracts/{World.Staging}/Lead/Industry");

        // A reason is asked for before anything is sent.
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Suspend now" }).ClickAsync();
        await Expect(page.Locator(".title-line .chip")).ToHaveTextAsync("Active");
        await page.GetByLabel("Reason", new PageGetByLabelOptions { Exact = true }).FillAsync("The works council asks for it");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Suspend now" }).ClickAsync();
        await Expect(page.Locator(".title-line .chip")).ToHaveTextAsync("Suspended");
        await Expect(page.Locator(".timeline li")).ToHaveCountAsync(2);
        await visit.ShootAsync("contract-suspended");
        await page.GotoAsync($"/contracts?connection={World.Staging}");
        await visit.ShootAsync("contracts-suspended");
        Assert.Empty(visit.Troubles);
    }

    [SkippableTheory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Both_pages_fit_their_window_in_both_themes(bool dark, bool narrow)
    {
        await using var visit = await browser.VisitAsync(host.Address, dark, narrow);
        await visit.SignInAsync("dpo", World.Password("dpo"));
        foreach (var (name, path) in new[] { ("contracts-life", "/contracts?connection=icare"), ("contract-life", "/contracts/icare/Lead/company_description__c") })
        {
            await visit.Page.GotoAsync(path);
            await Expect(visit.Page.Locator("main")).ToContainTextAsync("company_description__c");
            await visit.ShootAsync($"{name}{(narrow ? "-390" : "-1440")}{(dark ? "-dark" : "-light")}");
            Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{path} is wider than the window.");
        }
        Assert.Empty(visit.Troubles);
    }

    [SkippableFact]
    public async Task A_contract_is_signed_without_script()
    {
        await using var visit = await browser.VisitAsync(host.Address, script: false);
        await visit.SignInAsync("dpo", World.Password("dpo"));
        await visit.Page.GotoAsync("/contracts/icare/Lead/Industry");
        await visit.Page.GetByLabel("Legal basis").FillAsync("Consent");
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign the contract" }).ClickAsync();
        await Expect(visit.Page.Locator(".title-line .chip")).ToHaveTextAsync("Active");
    }
}
