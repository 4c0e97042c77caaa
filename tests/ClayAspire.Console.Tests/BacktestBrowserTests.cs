using System.Net;
using ClayAspire.Console.Operations;
using ClayAspire.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

/// <summary>The page Backtest in Chromium, and without script.</summary>
public sealed class BacktestBrowserTests(BacktestHost host, Browser browser) : IClassFixture<BacktestHost>, IClassFixture<Browser>
{
    private const string City = "/backtest?target=icare-staging%2FLead%2FCity";

    [SkippableFact]
    public async Task A_contract_is_edited_run_and_its_differing_cells_filtered_and_taken_along_as_CSV()
    {
        await using var visit = await browser.VisitAsync(host.Console.Address);
        var page = visit.Page;
        await visit.SignInAsync("dpo", World.Password("dpo"));
        await page.GotoAsync("/contracts/icare-staging/Lead/City");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Backtest a change" }).ClickAsync();
        var text = page.Locator("#text");
        await Expect(page.GetByLabel("Contract or file")).ToHaveValueAsync("icare-staging/Lead/City");
        Assert.StartsWith("    City:\n      type: text\n", await text.InputValueAsync(), StringComparison.Ordinal);
        await Expect(page.GetByLabel("Look at")).ToHaveValueAsync(World.Staging);
        await visit.ShootAsync("backtest-form");

        // What cannot be read is told by the line of the text, and the text is kept.
        var shipped = await text.InputValueAsync();
        await text.FillAsync(shipped.Replace("rule: fill-blank", "rule: newest", StringComparison.Ordinal));
        await RunAsync(page);
        await Expect(page.Locator(".notice.bad")).ToContainTextAsync("line 4 of the text: ");
        await Expect(page.Locator(".notice.bad")).ToContainTextAsync("'newest'");
        Assert.Contains("rule: newest", await text.InputValueAsync(), StringComparison.Ordinal);
        await visit.ShootAsync("backtest-refused");

        await text.FillAsync(shipped.Replace("rule: fill-blank", "rule: latest", StringComparison.Ordinal));
        await RunAsync(page);
        await Expect(page.Locator(".title-line .chip")).ToHaveTextAsync("Done");
        await Expect(page.Locator(".tile").First).ToContainTextAsync("1of 2 that signals offer a value for");
        await Expect(page.Locator(".tile").Nth(2)).ToContainTextAsync("Overwrites added1");
        await Expect(page.Locator("#cells tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("#cells tbody tr")).ToContainTextAsync(BacktestWorld.StagingFilled);
        await page.Locator("#cells").GetByLabel("Difference").SelectOptionAsync("WrittenNowOnly");
        await Expect(page.Locator("#cells")).ToContainTextAsync("No cell matches these filters");
        await page.Locator("#cells").GetByLabel("Difference").SelectOptionAsync("WrittenThenOnly");
        await Expect(page.Locator("#cells tbody tr")).ToHaveCountAsync(1);
        await visit.ShootAsync("backtest-result");

        var cells = await page.APIRequest.GetAsync(new Uri(host.Console.Address, (await page.Locator("#cells a:has-text('CSV')").GetAttributeAsync("href"))!).ToString());
        var lines = (await cells.TextAsync()).Split("\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("connection,object,record,field,difference,start,start_from,now,now_reason,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"icare-staging,Lead,{BacktestWorld.StagingFilled},City,WrittenThenOnly,Antwerp,Plan,Kept,not-blank,", Assert.Single(lines[1..]), StringComparison.Ordinal);
        var fields = await page.APIRequest.GetAsync(new Uri(host.Console.Address, (await page.Locator("#fields a:has-text('CSV')").GetAttributeAsync("href"))!).ToString());
        Assert.Contains("icare-staging,Lead,City,2,1,2,2,", await fields.TextAsync(), StringComparison.Ordinal);

        // From a result its text goes on.
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Edit and run again" }).ClickAsync();
        await Expect(page.Locator("#kept")).ToBeVisibleAsync();
        Assert.Contains("rule: latest", await text.InputValueAsync(), StringComparison.Ordinal);
        await Expect(page.Locator("#kept + p")).ToContainTextAsync("in this console's memory");
        await visit.ShootAsync("backtest-again");
        Assert.Empty(visit.Troubles);
    }

    [SkippableTheory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Form_and_result_fit_their_window_in_both_themes(bool dark, bool narrow)
    {
        await using var visit = await browser.VisitAsync(host.Console.Address, dark, narrow);
        await visit.SignInAsync("crm-admin", World.Password("crm-admin"));
        await visit.Page.GotoAsync(City);
        var name = $"{(narrow ? "-390" : "-1440")}{(dark ? "-dark" : "-light")}";
        await visit.ShootAsync("backtest-form" + name);
        await FitsAsync(visit.Page);
        await visit.Page.Locator("#text").FillAsync((await visit.Page.Locator("#text").InputValueAsync()).Replace("fill-blank", "latest", StringComparison.Ordinal));
        await RunAsync(visit.Page);
        await Expect(visit.Page.Locator(".title-line .chip")).ToHaveTextAsync("Done");
        await visit.ShootAsync("backtest-result" + name);
        await FitsAsync(visit.Page);
        Assert.Empty(visit.Troubles);
    }

    [Fact]
    public async Task Without_script_it_runs_too_and_whole_files_can_be_edited()
    {
        var session = await Session.SignedInAsync(host.Console, "marcom");
        var page = await session.PageAsync("/backtest?target=flows.yaml");
        var mark = MarkOf(page);
        var flows = host.World.Files().Single(f => f.Path == "flows.yaml").Text;
        var refused = await session.SendAsync("/backtest", "/backtest", ("target", "flows.yaml"), ("mark", mark), ("text", flows), ("days", "90"));
        Assert.Contains("nothing would differ", refused, StringComparison.Ordinal);
        refused = await session.SendAsync("/backtest", "/backtest", ("target", "flows.yaml"), ("mark", new string('0', 64)), ("text", flows), ("days", "90"));
        Assert.Contains("flows.yaml was changed since you opened it", refused, StringComparison.Ordinal);
        refused = await session.SendAsync("/backtest", "/backtest", ("target", "flows.yaml"), ("mark", mark), ("text", flows + "\n# more\n"), ("days", "many"));
        Assert.Contains("must be from 1 to 3650", WebUtility.HtmlDecode(refused), StringComparison.Ordinal);
        refused = await session.SendAsync("/backtest", "/backtest", ("target", "../flows.yaml"), ("mark", mark), ("text", "x"));
        Assert.Contains("no such contract or file", refused, StringComparison.Ordinal);

        await session.SendAsync("/backtest", "/backtest", ("target", "flows.yaml"), ("mark", mark), ("text", flows + "\n# more\n"), ("days", "30"));
        var run = host.Console.Services.GetRequiredService<BacktestRuns>().List().First(r => r.Draft.Target == "flows.yaml");
        // The page is asked again until it says so, as a person without script does.
        string result;
        do
            result = await session.PageAsync($"/backtest/{run.Id:D}");
        while (result.Contains("aria-busy", StringComparison.Ordinal));
        Assert.Contains("Both policies decide every cell alike", result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_one_runs_another_is_refused()
    {
        var session = await Session.SignedInAsync(host.Console, "dpo");
        using (host.Console.Services.GetRequiredService<BacktestDesk>().TryTakeTurn())
            Assert.Contains("Another backtest is running", await BeginAsync(session), StringComparison.Ordinal);
        Assert.DoesNotContain("Another backtest is running", await BeginAsync(session), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("it")]
    public async Task Only_who_answers_for_the_policy_sees_the_page(string user)
    {
        var session = await Session.SignedInAsync(host.Console, user);
        Assert.DoesNotContain("/backtest", await session.PageAsync("/contracts"), StringComparison.Ordinal);
        var answer = await session.Client.GetAsync("/backtest");
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await host.Console.ApiAsync(user)).GetAsync($"/api/policy/backtests/{Guid.Empty:D}/cells.csv")).StatusCode);
    }

    [Fact]
    public async Task A_result_that_is_not_kept_is_not_found()
    {
        var session = await Session.SignedInAsync(host.Console, "dpo");
        Assert.Equal(HttpStatusCode.NotFound, (await session.Client.GetAsync($"/backtest/{Guid.Empty:D}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await (await host.Console.ApiAsync("dpo")).GetAsync($"/api/policy/backtests/{Guid.Empty:D}/fields.csv")).StatusCode);
    }

    private static async Task<string> BeginAsync(Session session)
    {
        var page = await session.PageAsync(City);
        var mark = MarkOf(page);
        return await session.SendAsync(City, "/backtest", ("target", "icare-staging/Lead/City"), ("mark", mark), ("text", ""), ("days", "1"), ("connection", World.Staging));
    }

    private static string MarkOf(string page)
    {
        const string before = "name=\"mark\" value=\"";
        return page.Substring(page.IndexOf(before, StringComparison.Ordinal) + before.Length, 64);
    }

    private static Task RunAsync(IPage page) => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Run the backtest" }).ClickAsync();

    private static async Task FitsAsync(IPage page) => Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{page.Url} is wider than the window.");
}
