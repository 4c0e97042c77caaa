using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Explain;
using ClayAspire.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ClayAspire.Console.Tests;

/// <summary>Explanations over a real database, a real server and real Chromium.</summary>
public sealed class ExplainTests(ExplainTests.Fates fates, Browser browser) : IClassFixture<ExplainTests.Fates>, IClassFixture<Browser>
{
    [Theory]
    [InlineData("Lead", ExplainWorld.Written, "City", "Write", "fills-blank", "WrittenByUs", "Utrecht", "later-time")]
    [InlineData("Lead", ExplainWorld.HeldOrRefused, "Industry", "Hold", "pending-legal", "NotByUs", null, "contract-active")]
    [InlineData("Lead", ExplainWorld.HeldOrRefused, "NumberOfEmployees", "Refuse", "not-in-allowlist", "Unknown", null, "contract-added")]
    [InlineData("Lead", ExplainWorld.Kept, "City", "Keep", "not-blank", "NotByUs", "Antwerp", "blank-live-value")]
    [InlineData("Lead", ExplainWorld.Edited, "FirstName", "Write", "fills-blank", "EditedSince", "Freja", "live-value-there")]
    [InlineData("CampaignMember", ExplainWorld.Member, "ReplyClassification__c", "Keep", "already-equal", "NotByUs", "Interested", "later-time")]
    public async Task A_cell_tells_its_verdict_its_value_s_origin_and_what_would_have_altered_it(
        string @object, string record, string field, string verdict, string reason, string origin, string? value, string change)
    {
        var story = await (await fates.Host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>("/api" + ExplainWorld.Path(@object, record, field));
        var decision = story.GetProperty("decision");
        Assert.Equal((verdict, reason), (decision.GetProperty("verdict").GetString(), decision.GetProperty("reason").GetProperty("code").GetString()));
        Assert.Equal((origin, value), (story.GetProperty("current").GetProperty("origin").GetString(), story.GetProperty("current").GetProperty("value").GetString()));
        Assert.Equal(change, story.GetProperty("change").GetProperty("code").GetString());
        Assert.NotEmpty(story.GetProperty("timeline").EnumerateArray());
        Assert.False(string.IsNullOrWhiteSpace(story.GetProperty("story").GetString()));
    }

    [Fact]
    public async Task A_written_cell_names_run_approver_and_why_the_other_value_lost()
    {
        var story = await (await fates.Host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>("/api" + ExplainWorld.Path("Lead", ExplainWorld.Written, "City"));
        var current = story.GetProperty("current");
        Assert.Equal(fates.World.EnrichmentRun, current.GetProperty("runId").GetGuid());
        Assert.Equal("crm-admin", current.GetProperty("approver").GetString());
        var candidates = story.GetProperty("candidates").EnumerateArray().ToArray();
        Assert.Equal(["Wins", "Loses"], candidates.Select(c => c.GetProperty("standing").GetString()));
        Assert.Contains("Happened earlier", candidates[1].GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Equal(["offered", "offered", "decided", "released", "sent", "verified", "read"], story.GetProperty("timeline").EnumerateArray().Select(e => e.GetProperty("kind").GetString()));
    }

    [Theory]
    [InlineData("/api/explain/icare-staging/Lead/00Q5e00000NOBODYAA/City", HttpStatusCode.NotFound, "record-unknown")]
    [InlineData("/api/explain/nowhere/Lead/00Q5e00000EXP01AAA/City", HttpStatusCode.UnprocessableEntity, "connection-unknown")]
    [InlineData("/api/explain/icare/Lead/00Q5e00000EXP01AAA/City", HttpStatusCode.NotFound, "record-unknown")]
    public async Task What_is_not_known_is_said_so(string path, HttpStatusCode status, string code)
    {
        var answer = await (await fates.Host.ApiAsync("viewer")).GetAsync(path);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Explanations_are_for_those_who_may_read() =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await fates.Host.Client().GetAsync("/api" + ExplainWorld.Path("Lead", ExplainWorld.Written, "City"))).StatusCode);

    [Fact]
    public async Task The_search_lists_the_record_s_fields_those_with_offers_first()
    {
        var fields = await fates.Host.World.Get<ExplanationStore>().FieldsAsync(new RecordKey(World.Staging, "Lead", ExplainWorld.HeldOrRefused), CancellationToken.None);
        Assert.Equal(["Industry", "NumberOfEmployees", "City"], fields.Select(f => f.Field));
        Assert.Equal(("Hold", 1L, 1L), (fields[0].Verdict, fields[0].Offers, fields[0].Plans));
        var session = await Session.SignedInAsync(fates.Host, "viewer");
        var page = await session.PageAsync($"/explain?connection={World.Staging}&object=Lead&record={ExplainWorld.HeldOrRefused}");
        Assert.Contains(ExplainWorld.Path("Lead", ExplainWorld.HeldOrRefused, "Industry"), page, StringComparison.Ordinal);
        Assert.Contains("Nothing is known of Lead", await session.PageAsync($"/explain?connection={World.Staging}&object=Lead&record=00Qnone"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await session.Client.GetAsync(ExplainWorld.Path("Lead", "00Qnone", "City"))).StatusCode);
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_plan_s_cell_leads_to_its_explanation(bool dark, bool narrow)
    {
        await using var visit = await browser.VisitAsync(fates.Host.Address, dark, narrow);
        var suffix = (narrow ? "-390" : "-1440") + (dark ? "-dark" : "-light");
        await visit.SignInAsync("viewer", World.Password("viewer"));
        await visit.Page.GotoAsync($"/plans/{fates.World.EnrichmentPlan:D}");
        await visit.ShootAsync("explain-from-plan" + suffix);
        await visit.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = $"why? Lead {ExplainWorld.Written} City" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Lead.City" })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("Written by us, verified")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("What would have changed this")).ToBeVisibleAsync();
        foreach (var (name, path) in new[]
        {
            ("written", ExplainWorld.Path("Lead", ExplainWorld.Written, "City")), ("held", ExplainWorld.Path("Lead", ExplainWorld.HeldOrRefused, "Industry")),
            ("refused", ExplainWorld.Path("Lead", ExplainWorld.HeldOrRefused, "NumberOfEmployees")), ("kept", ExplainWorld.Path("Lead", ExplainWorld.Kept, "City")),
            ("edited", ExplainWorld.Path("Lead", ExplainWorld.Edited, "FirstName")), ("late", ExplainWorld.Path("CampaignMember", ExplainWorld.Member, "ReplyClassification__c")),
            ("search", $"/explain?connection={World.Staging}&object=Lead&record={ExplainWorld.HeldOrRefused}"), ("from-run", $"/runs/{fates.World.EnrichmentRun:D}"),
        })
        {
            await visit.Page.GotoAsync(path);
            Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{path} is wider than the window.");
            await visit.ShootAsync($"explain-{name}{suffix}");
        }
        Assert.Empty(visit.Troubles);
    }

    /// <summary>One host with the five fates in its database.</summary>
    public sealed class Fates : IAsyncLifetime
    {
        internal ConsoleHost Host { get; } = new();

        internal ExplainWorld World { get; private set; } = default!;

        public async Task InitializeAsync()
        {
            await Host.InitializeAsync();
            World = await ExplainWorld.MakeAsync(Host.World);
        }

        public Task DisposeAsync() => Host.DisposeAsync();
    }
}
