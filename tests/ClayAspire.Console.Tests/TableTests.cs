using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Console.Tests;

public sealed class TableTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Fact]
    public async Task Cells_are_filtered_sorted_and_paged_by_the_database()
    {
        var plan = await host.World.AddPlanAsync(leads: 30);
        var api = await host.ApiAsync("viewer");
        var holds = plan.Cells.Where(c => c.Decision.Verdict == Verdict.Hold).ToList();

        var page = await api.GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}/cells?verdict=Hold&sort=record&desc=true&page=2&size=10");
        Assert.Equal(holds.Count, page.GetProperty("total").GetInt32());
        Assert.Equal(2, page.GetProperty("page").GetInt32());
        var records = page.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("recordId").GetString()!).ToList();
        Assert.Equal(holds.Select(c => c.Cell.Record.Id).OrderDescending(StringComparer.Ordinal).Skip(10).Take(10), records);
        Assert.All(page.GetProperty("items").EnumerateArray(), c => Assert.Equal("DPO", c.GetProperty("waitsFor").GetString()));
    }

    [Fact]
    public async Task Text_is_looked_for_literally()
    {
        var plan = await host.World.AddPlanAsync(leads: 12);
        var api = await host.ApiAsync("viewer");
        async Task<int> FoundAsync(string text) => (await api.GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}/cells?q={Uri.EscapeDataString(text)}")).GetProperty("total").GetInt32();
        Assert.Equal(plan.Cells.Count(c => c.Cell.Field == "Cold_Lead_Eligible__c"), await FoundAsync("Cold_Lead"));
        Assert.Equal(0, await FoundAsync("Cold%Lead"));
        Assert.Equal(0, await FoundAsync("'; drop table sync.plan; --"));
    }

    [Theory]
    [InlineData("sort=nonsense", "bad-sort")]
    [InlineData("verdict=Maybe", "bad-verdict")]
    public async Task A_filter_that_does_not_exist_is_named(string query, string code)
    {
        var plan = await host.World.AddPlanAsync(leads: 1);
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("viewer")).GetAsync($"/api/plans/{plan.Id}/cells?{query}"), HttpStatusCode.UnprocessableEntity, code);
    }

    [Theory]
    [InlineData("/plans?page=2147483647&sort=x&desc=maybe")]
    [InlineData("/plans?page=-3&state=%27")]
    [InlineData("/runs?page=99999999999")]
    [InlineData("/ledger?page=1000000&connection=nowhere&q=%25")]
    [InlineData("/contracts?sort=nonsense&connection=nowhere&status=x")]
    [InlineData("/kpis?kpi=nonsense&by=nonsense&sort=x")]
    [InlineData("/drift?sort=nonsense&connection=nowhere&field=x&days=999999999999&sample=rubbish")]
    [InlineData("/drift?sample=00000000-0000-7000-8000-000000000001&days=0")]
    [InlineData("/suppression?sort=x&state=x&kind=x&reason=%27&domain=%25&entry=abc&page=-1")]
    [InlineData("/suppression?entry=999999999999")]
    [InlineData("/exports?state=x&sort=x&page=-1")]
    [InlineData("/permissions?audit=rubbish&area=x&standing=x&subject=%27&sort=x&page=-1&connection=nowhere")]
    [InlineData("/drift/cells?sort=x&by=nobody&outcome=x&record=%27&page=-1")]
    public async Task A_page_with_a_strange_address_still_opens(string path) =>
        Assert.Contains("<main", await (await Session.SignedInAsync(host, "viewer")).PageAsync(path), StringComparison.Ordinal);

    [Fact]
    public async Task The_plan_page_shows_what_the_filter_in_its_address_asks_for()
    {
        var plan = await host.World.AddPlanAsync(leads: 6);
        var page = await (await Session.SignedInAsync(host, "viewer")).PageAsync($"/plans/{plan.Id}?verdict=Refuse&field=Cold_Lead_Eligible__c");
        Assert.Contains("is read-only", page, StringComparison.Ordinal);
        Assert.DoesNotContain("fills-blank", page, StringComparison.Ordinal);
        Assert.DoesNotContain("open-approve", page, StringComparison.Ordinal);
        Assert.Contains("Waits for CRM Admin", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_nobody_made_is_not_found()
    {
        var answer = await (await Session.SignedInAsync(host, "viewer")).Client.GetAsync("/plans/00000000-0000-7000-8000-000000000001");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("No such plan", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_leads_nowhere_is_not_found()
    {
        var answer = await (await Session.SignedInAsync(host, "viewer")).Client.GetAsync("/nowhere");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("There is nothing at this address", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cells_as_CSV_are_all_rows_of_the_filter_and_formulas_are_harmless()
    {
        var plan = await host.World.AddPlanAsync(leads: 7);
        var text = await (await host.ApiAsync("viewer")).GetStringAsync($"/api/plans/{plan.Id}/cells.csv?verdict=Write");
        var lines = text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("ordinal,object,record,field,verdict,old,new", lines[0], StringComparison.Ordinal);
        Assert.Equal(plan.Changes.Count(), lines.Length - 1);

        await host.World.AlterCellAsync(plan.Id, "=HYPERLINK(\"x\")");
        var altered = await (await host.ApiAsync("viewer")).GetStringAsync($"/api/plans/{plan.Id}/cells.csv?verdict=Write");
        Assert.Contains("'=HYPERLINK", altered, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/plans.csv")]
    [InlineData("/api/runs.csv")]
    [InlineData("/api/contracts.csv")]
    [InlineData("/api/kpis.csv")]
    [InlineData("/api/drift.csv")]
    [InlineData("/api/drift/cells.csv")]
    public async Task Every_list_comes_as_CSV(string path)
    {
        var answer = await (await Session.SignedInAsync(host, "viewer")).Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task The_ledger_is_read_exported_and_verified()
    {
        await host.World.AddPlanAsync(leads: 1);
        var api = await host.ApiAsync("viewer");
        var verdict = await api.GetFromJsonAsync<JsonElement>($"/api/ledger/{World.Staging}/verify");
        Assert.True(verdict.GetProperty("isIntact").GetBoolean());
        var lines = (await api.GetStringAsync($"/api/ledger/{World.Staging}/export")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(verdict.GetProperty("entries").GetInt64(), lines.Length);
        Assert.Equal(1, JsonDocument.Parse(lines[0]).RootElement.GetProperty("sequence").GetInt64());
        var after = await api.GetFromJsonAsync<JsonElement>($"/api/ledger/{World.Staging}/entries?after={lines.Length - 1}&limit=5");
        Assert.Equal(1, after.GetArrayLength());
        await PlanApiTests.ProblemAsync(await api.GetAsync("/api/ledger/nowhere/verify"), HttpStatusCode.NotFound, "ledger-unknown");
        Assert.Contains("The chain holds", await (await Session.SignedInAsync(host, "dpo")).PageAsync($"/ledger?connection={World.Staging}&verify=yes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_KPI_page_names_the_snapshot_its_time_and_its_file()
    {
        var page = await (await Session.SignedInAsync(host, "viewer")).PageAsync("/kpis");
        Assert.Contains("20261123T021500123Z", page, StringComparison.Ordinal);
        Assert.Contains("snapshots/crm_record/date=2026-11-23/20261123T021500123Z.parquet", page, StringComparison.Ordinal);
        Assert.Contains("23 Nov 2026, 02:15 UTC", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, HttpStatusCode.NotFound, "no-snapshot-yet")]
    [InlineData(HttpStatusCode.InternalServerError, HttpStatusCode.BadGateway, "analytics-failed")]
    public async Task When_analytics_has_no_figures_the_pages_say_so(HttpStatusCode given, HttpStatusCode expected, string code)
    {
        host.Analytics = _ => new HttpResponseMessage(given);
        try
        {
            var session = await Session.SignedInAsync(host, "viewer");
            Assert.Contains("No ", await session.PageAsync("/kpis"), StringComparison.Ordinal);
            Assert.Contains("No health numbers right now", await session.PageAsync("/"), StringComparison.Ordinal);
            await PlanApiTests.ProblemAsync(await session.Client.GetAsync("/api/kpis"), expected, code);
        }
        finally
        {
            host.Analytics = KpiSample.Answer;
        }
    }

    [Fact]
    public async Task A_snapshot_is_asked_for_once_from_the_analytics_service()
    {
        var asked = new List<string>();
        host.Analytics = request =>
        {
            asked.Add(string.Create(CultureInfo.InvariantCulture, $"{request.Method} {request.RequestUri!.AbsolutePath}"));
            return KpiSample.Answer(request);
        };
        try
        {
            var page = await (await Session.SignedInAsync(host, "marcom")).SendAsync("/kpis", "/kpis/snapshot");
            Assert.Contains("Snapshot taken", page, StringComparison.Ordinal);
            Assert.Single(asked, "POST /v1/snapshots");
        }
        finally
        {
            host.Analytics = KpiSample.Answer;
        }
    }

    [Fact]
    public async Task The_mirror_is_read_anew_for_each_object_of_a_connection()
    {
        var api = await host.ApiAsync("it");
        var answer = await api.PostAsJsonAsync("/api/mirror/refresh", new { connection = "icare" });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync("/api/mirror/refresh", new { connection = "nowhere" }), HttpStatusCode.UnprocessableEntity, "connection-unknown");
    }

    [Fact]
    public async Task A_flow_paused_on_its_page_says_who_paused_it()
    {
        var session = await Session.SignedInAsync(host, "crm-admin");
        var page = await session.SendAsync("/flows", "/flows/reply-sync/switch", ("to", "paused"));
        Assert.Contains("reply-sync is paused", page, StringComparison.Ordinal);
        Assert.Contains("by crm-admin", page, StringComparison.Ordinal);
        Assert.Contains("runs again", await session.SendAsync("/flows", "/flows/reply-sync/switch", ("to", "running")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_OpenAPI_document_lists_the_operations()
    {
        var document = await host.Client().GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        foreach (var path in new[] { "/api/plans", "/api/plans/{id}/approve", "/api/runs/{id}/cells", "/api/ledger/{connection}/verify", "/api/kpis", "/api/flows/{name}/pause", "/api/drift", "/api/drift/sample", "/api/permissions/audits", "/api/exports", "/api/exports/{id}/rows", "/api/info", "/api/contracts", "/api/contracts/{connection}/{object}/{field}/sign", "/api/suppression", "/api/suppression/find", "/api/suppression/import", "/api/suppression/{id}/remove", "/api/suppression.csv" })
            Assert.Contains(path, paths);
        Assert.DoesNotContain(paths, p => p.StartsWith("/sign-in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Anybody_may_ask_which_product_this_is_and_whether_it_is_a_demo()
    {
        var info = await host.Client().GetFromJsonAsync<JsonElement>("/api/info");
        Assert.Equal("ClayAspire", info.GetProperty("product").GetString());
        Assert.True(info.GetProperty("demo").GetBoolean());
    }

    [Fact]
    public async Task Metrics_tell_the_age_of_waiting_plans_and_count_decisions()
    {
        var plan = await host.World.AddPlanAsync(leads: 1, age: TimeSpan.FromHours(3), connection: "icare", flow: "bounce-sync");
        using (var refused = await (await host.ApiAsync("crm-admin")).PostAsJsonAsync($"/api/plans/{plan.Id}/refuse", new { hash = plan.Hash, reason = "test" }))
            Assert.True(refused.IsSuccessStatusCode, await refused.Content.ReadAsStringAsync());
        await host.World.AddPlanAsync(leads: 1, age: TimeSpan.FromHours(3), connection: "icare", flow: "bounce-sync");
        // Meters are heard process-wide, so another test class may count too: the series asked for is this test's own.
        var age = new Regex("clay_plan_age_seconds\\{[^}]*connection=\"icare\",flow=\"bounce-sync\"[^}]*\\} 1[01]\\d{3}(\\.|\\s)", RegexOptions.None, TimeSpan.FromSeconds(1));
        var approvals = new Regex("clay_approvals_total\\{[^}]*verdict=\"refused\"[^}]*\\} [1-9]", RegexOptions.None, TimeSpan.FromSeconds(1));
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(60);
        string ours;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            ours = string.Join('\n', (await host.Client().GetStringAsync("/metrics")).Split('\n').Where(l => l.StartsWith("clay_", StringComparison.Ordinal)));
        }
        while (TimeProvider.System.GetUtcNow() < deadline && !(age.IsMatch(ours) && approvals.IsMatch(ours)));
        Assert.Matches(age, ours);
        Assert.Matches(approvals, ours);
    }
}
