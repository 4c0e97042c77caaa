using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Audit;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Model;
using ClayAspire.Testing;
using Microsoft.EntityFrameworkCore;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

/// <summary>Anchors as the console shows and makes them.</summary>
public sealed class AnchorTests(ConsoleHost host, Browser browser) : IClassFixture<ConsoleHost>, IClassFixture<Browser>
{
    [Fact]
    public async Task The_last_anchor_stands_on_the_ledger_page_until_the_ledger_contradicts_it()
    {
        var api = await host.ApiAsync("viewer");
        var session = await Session.SignedInAsync(host, "dpo");
        await PlanApiTests.ProblemAsync(await api.GetAsync("/api/ledger/nowhere/anchor"), HttpStatusCode.NotFound, "ledger-unknown");
        await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/ledger/{World.Staging}/anchor"), HttpStatusCode.Conflict, "ledger-empty");
        await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/ledger/{World.Staging}/anchors/last"), HttpStatusCode.NotFound, "no-anchor-yet");
        Assert.Contains("There is no anchor", await session.PageAsync($"/ledger?connection={World.Staging}"), StringComparison.Ordinal);
        await host.World.ApproveAsync(await host.World.AddPlanAsync(leads: 2));

        // What a caller gets is an anchor by its own hash; the worker's stands in the folder.
        var (asked, problem) = LedgerAnchor.Read(await api.GetStringAsync($"/api/ledger/{World.Staging}/anchor"));
        Assert.Null(problem);
        Assert.Equal((World.Staging, 2, LedgerChain.Genesis), (asked!.Connection, asked.Sequence, asked.PreviousAnchor));
        var anchors = host.World.Get<AnchorStore>();
        var written = (await anchors.WriteAsync(World.Staging, anchors.DueDay(), CancellationToken.None))!;
        await host.World.AddPlanAsync(leads: 1);
        var last = await api.GetFromJsonAsync<JsonElement>($"/api/ledger/{World.Staging}/anchors/last");
        Assert.Equal((true, 1, written.AnchorHash), (last.GetProperty("stands").GetBoolean(), last.GetProperty("since").GetInt32(), last.GetProperty("anchor").GetProperty("anchorHash").GetString()));
        Assert.Equal(written.AnchorHash, LedgerAnchor.Read(await api.GetStringAsync($"/api/ledger/{World.Staging}/anchor")).Anchor!.PreviousAnchor);
        await ShootAsync("ledger-anchor");
        var page = await session.PageAsync($"/ledger?connection={World.Staging}");
        Assert.Contains(AnchorFileName.Of(World.Staging, anchors.DueDay()), page, StringComparison.Ordinal);
        Assert.Contains("1 entry since", page, StringComparison.Ordinal);

        await using (var db = await host.World.Get<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync())
            await db.Database.ExecuteSqlRawAsync("alter table sync.ledger_entry disable trigger user; delete from sync.ledger_entry where sequence > 1");
        Assert.Contains("no longer holds what its last anchor saw", await session.PageAsync($"/ledger?connection={World.Staging}"), StringComparison.Ordinal);
        await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/ledger/{World.Staging}/anchor"), HttpStatusCode.Conflict, "ledger-contradicted");
        await ShootAsync("ledger-contradicted");

        await File.WriteAllTextAsync(Path.Combine(anchors.Folder, AnchorFileName.Of(World.Staging, anchors.DueDay())), "{}");
        Assert.Contains("was altered", await session.PageAsync($"/ledger?connection={World.Staging}"), StringComparison.Ordinal);
        await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/ledger/{World.Staging}/anchors/last"), HttpStatusCode.Conflict, "anchor-altered");
    }

    private async Task ShootAsync(string name)
    {
        if (Browser.Executable is null)
            return;
        await using var visit = await browser.VisitAsync(host.Address, narrow: false);
        await visit.SignInAsync("dpo", World.Password("dpo"));
        await visit.Page.GotoAsync($"/ledger?connection={World.Staging}");
        await Expect(visit.Page.Locator("#last-anchor")).ToBeVisibleAsync();
        await visit.ShootAsync(name);
        Assert.Empty(visit.Troubles);
    }
}
