using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Storage.Drift;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using ClayAspire.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

/// <summary>The drift page, its API and its export, over a real database and in real Chromium.</summary>
public sealed class DriftTests(DriftTests.Drifted drifted, Browser browser) : IClassFixture<DriftTests.Drifted>, IClassFixture<Browser>
{
    private const int Human = 6;
    private const int Automation = 3;
    private const int Integration = 2;
    private const int Unknown = 1;

    [Fact]
    public async Task The_rates_stand_by_field_and_by_whom_with_sample_size_and_interval()
    {
        var report = await (await drifted.Host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>($"/api/drift?connection={World.Staging}&sort=rate&desc=true");
        Assert.Equal(30, report.GetProperty("days").GetInt32());
        var rates = report.GetProperty("rates").EnumerateArray().ToArray();
        Assert.Equal(["City", "FirstName"], rates.Select(r => r.GetProperty("field").GetString()));
        var city = rates[0];
        var sample = city.GetProperty("sample").GetInt32();
        Assert.Equal(drifted.Cities, sample);
        Assert.Equal(Human + Automation + Integration + Unknown, city.GetProperty("changed").GetProperty("count").GetInt32());
        foreach (var (kind, count) in new[] { ("human", Human), ("automation", Automation), ("integration", Integration), ("unknown", Unknown), ("us", 0) })
        {
            var share = city.GetProperty("by").GetProperty(kind);
            Assert.Equal(count, share.GetProperty("count").GetInt32());
            Assert.Equal((double)count / sample, share.GetProperty("rate").GetDouble(), 10);
            Assert.InRange(share.GetProperty("rate").GetDouble(), share.GetProperty("low95").GetDouble(), share.GetProperty("high95").GetDouble());
        }
        Assert.Equal(0, rates[1].GetProperty("changed").GetProperty("count").GetInt32());
        Assert.Empty((await (await drifted.Host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>("/api/drift?connection=icare")).GetProperty("rates").EnumerateArray());
    }

    [Fact]
    public async Task The_cells_behind_a_rate_are_filtered_sorted_paged_and_exported()
    {
        var api = await drifted.Host.ApiAsync("viewer");
        var page = await api.GetFromJsonAsync<JsonElement>("/api/drift/cells?field=Lead.City&by=human&sort=record&desc=true&page=2&size=4");
        Assert.Equal((Human, 2, Human - 4), (page.GetProperty("total").GetInt32(), page.GetProperty("page").GetInt32(), page.GetProperty("items").GetArrayLength()));
        Assert.All(page.GetProperty("items").EnumerateArray(), c => Assert.Equal(("changed", "Elsewhere"), (c.GetProperty("outcome").GetString(), c.GetProperty("seen").GetString())));
        Assert.Equal(drifted.World.EditedRecord, page.GetProperty("items").EnumerateArray().Last().GetProperty("recordId").GetString());
        var unknown = (await api.GetFromJsonAsync<JsonElement>("/api/drift/cells?by=unknown")).GetProperty("items")[0];
        Assert.Equal("history-not-tracked", unknown.GetProperty("gapCode").GetString());

        var rates = (await api.GetStringAsync("/api/drift.csv")).Trim().Split('\n');
        Assert.StartsWith("connection,object,field,sample,changed,rate,low95,high95,unknown,", rates[0], StringComparison.Ordinal);
        Assert.Equal(3, rates.Length);
        var cells = (await api.GetStringAsync("/api/drift/cells.csv?outcome=changed")).Trim().Split('\n');
        Assert.Equal(1 + Human + Automation + Integration + Unknown, cells.Length);
    }

    [Fact]
    public async Task A_look_is_asked_for_by_those_who_may_and_found_when_it_was_taken()
    {
        await PlanApiTests.ProblemAsync(await (await drifted.Host.ApiAsync("viewer")).PostAsJsonAsync("/api/drift/sample", new { connection = "icare" }), HttpStatusCode.Forbidden, "forbidden");
        var api = await drifted.Host.ApiAsync("crm-admin");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync("/api/drift/sample", new { connection = "nowhere" }), HttpStatusCode.UnprocessableEntity, "connection-unknown");
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync("/api/drift/sample", new { connection = "icare", cells = 0 }), HttpStatusCode.UnprocessableEntity, "bad-cells");

        var ordered = await api.PostAsJsonAsync("/api/drift/sample", new { connection = "icare", cells = 50, seed = 9 });
        Assert.Equal(HttpStatusCode.Accepted, ordered.StatusCode);
        var answer = await ordered.Content.ReadFromJsonAsync<JsonElement>();
        // While it waits, another request is covered by it.
        var second = await (await api.PostAsJsonAsync("/api/drift/sample", new { connection = "icare" })).Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(answer.GetProperty("sampleId").GetGuid(), second.GetProperty("sampleId").GetGuid());
        var location = answer.GetProperty("location").GetString()!;
        await PlanApiTests.ProblemAsync(await api.GetAsync(location), HttpStatusCode.NotFound, "drift-pending");
        var (order, lease) = await drifted.World.TakeOrderAsync();
        Assert.Equal(("icare", "crm-admin", 50, 9L), (order.Connection, order.AskedBy, order.Cells, order.Seed));
        await drifted.Host.World.Get<DriftStore>().SaveAsync(new DriftSampleRow { Id = order.SampleId, Connection = order.Connection, AskedBy = order.AskedBy, Asked = 50, Seed = 9, SampledAt = drifted.Host.World.Get<TimeProvider>().GetUtcNow().AddDays(-1) }, [], CancellationToken.None);
        await drifted.Host.World.Get<JobQueue>().CompleteAsync(lease, CancellationToken.None);
        var taken = await api.GetFromJsonAsync<JsonElement>(location);
        Assert.Equal(("crm-admin", 50, 0), (taken.GetProperty("askedBy").GetString(), taken.GetProperty("asked").GetInt32(), taken.GetProperty("cells").GetInt32()));
    }

    [Fact]
    public async Task The_explanation_of_a_cell_that_a_person_changed_says_when_and_by_which_kind_of_editor()
    {
        var story = await (await drifted.Host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>($"/api/explain/{World.Staging}/Lead/{drifted.World.EditedRecord}/City");
        var current = story.GetProperty("current");
        Assert.Equal(("EditedSince", "Human", "Elsewhere"), (current.GetProperty("origin").GetString(), current.GetProperty("editedBy").GetString(), current.GetProperty("value").GetString()));
        Assert.NotEqual(default, current.GetProperty("editedAt").GetDateTimeOffset());
        Assert.True(story.GetProperty("contract").GetProperty("protectsHumanEdits").GetBoolean());
        Assert.Contains("checked", story.GetProperty("timeline").EnumerateArray().Select(e => e.GetProperty("kind").GetString()));
        var page = await (await Session.SignedInAsync(drifted.Host, "viewer")).PageAsync($"/explain/{World.Staging}/Lead/{drifted.World.EditedRecord}/City");
        Assert.Contains("Changed since by", page, StringComparison.Ordinal);
        Assert.Contains("Edited by a person in the CRM", page, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task The_page_leads_from_a_rate_to_its_cells_and_to_the_story_of_one(bool dark, bool narrow)
    {
        await using var visit = await browser.VisitAsync(drifted.Host.Address, dark, narrow);
        var page = visit.Page;
        var suffix = (narrow ? "-390" : "-1440") + (dark ? "-dark" : "-light");
        await visit.SignInAsync("viewer", World.Password("viewer"));
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Drift", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Rates by field" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Look at icare-staging now" })).ToHaveCountAsync(0);
        await FitsAsync(page);
        await visit.ShootAsync("drift" + suffix);
        if (!narrow)
        {
            await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Sample", Exact = true }).ClickAsync();
            await Expect(page.Locator("th[aria-sort]")).ToContainTextAsync("Sample");
        }

        await page.Locator("#rates").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Lead.City" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(Human + Automation + Integration + Unknown);
        await page.GetByLabel("Changed by").SelectOptionAsync("human");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(Human);
        await FitsAsync(page);
        await visit.ShootAsync("drift-cells" + suffix);
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = $"why? Lead {drifted.World.EditedRecord} City" }).ClickAsync();
        await Expect(page.GetByText("A person changed it in the CRM")).ToBeVisibleAsync();
        await FitsAsync(page);
        await visit.ShootAsync("drift-explain" + suffix);
        Assert.Empty(visit.Troubles);
    }

    [SkippableFact]
    public async Task A_look_asked_for_on_the_page_appears_there_by_itself_when_it_was_taken()
    {
        var host = new ConsoleHost();
        await host.InitializeAsync();
        try
        {
            var written = await DriftWorld.MakeAsync(host.World, leads: 5);
            await using var visit = await browser.VisitAsync(host.Address);
            await visit.SignInAsync("it", World.Password("it"));
            await visit.Page.GotoAsync("/drift");
            await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Look at icare-staging now" }).ClickAsync();
            await Expect(visit.Page.GetByText("The worker is looking.")).ToBeVisibleAsync();

            var (order, lease) = await written.TakeOrderAsync();
            var sample = await written.SampleAsync(order.SampleId, human: 1);
            await host.World.Get<JobQueue>().CompleteAsync(lease, CancellationToken.None);

            await Expect(visit.Page.GetByText($"{sample.Cells} of {sample.Cells} cells of icare-staging were looked at; 1 had changed.")).ToBeVisibleAsync();
            await visit.ShootAsync("drift-taken");
            Assert.Empty(visit.Troubles);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static async Task FitsAsync(IPage page) =>
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{page.Url} is wider than the window.");

    /// <summary>One host whose database has a sampling.</summary>
    public sealed class Drifted : IAsyncLifetime
    {
        internal ConsoleHost Host { get; } = new();

        internal DriftWorld World { get; private set; } = default!;

        internal int Cities { get; private set; }

        public async Task InitializeAsync()
        {
            await Host.InitializeAsync();
            World = await DriftWorld.MakeAsync(Host.World, leads: 60);
            await World.SampleAsync(human: Human, automation: Automation, integration: Integration, unknown: Unknown);
            Cities = World.CitiesWritten;
        }

        public Task DisposeAsync() => Host.DisposeAsync();
    }
}
