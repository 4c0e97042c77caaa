using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace ClayAspire.Analytics.Tests;

public sealed class ApiTests
{
    [Fact]
    public async Task Every_kpi_names_its_snapshot_and_recomputing_gives_the_same_figures()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        await SeedAsync(database);
        await using var service = new Service(database.ExportConnectionString);
        using var client = service.CreateClient();

        var before = await client.GetAsync("/v1/kpis");
        using var taken = await client.PostAsync("/v1/snapshots", null);
        var kpis = (await client.GetFromJsonAsync<JsonNode>("/v1/kpis"))!;
        var id = (string)kpis["snapshot"]!["id"]!;
        using var recomputed = await client.PostAsync($"/v1/snapshots/{id}/recompute", null);
        var again = (await recomputed.Content.ReadFromJsonAsync<JsonNode>())!;
        var list = (await client.GetFromJsonAsync<JsonNode>("/v1/snapshots"))!;
        var run = (await client.GetFromJsonAsync<JsonNode>("/v1/models/runs/latest"))!;

        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);
        Assert.Equal("no-snapshot-yet", (string?)(await before.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal(
            ["fill-rate", "duplicate-rate", "bounce-rate", "time-to-first-touch", "reply-rate"],
            kpis["kpis"]!.AsArray().Select(k => (string)k!["key"]!));
        foreach (var kpi in kpis["kpis"]!.AsArray())
        {
            Assert.Equal(id, (string?)kpi!["snapshot"]!["id"]);
            Assert.All(kpi["snapshot"]!["files"]!.AsArray(), f => Assert.True(File.Exists(Path.Combine(service.DataDirectory, (string)f!))));
            Assert.DoesNotContain('{', (string)kpi["drillDown"]!);
        }
        Assert.True((bool)again["equal"]!, again["differences"]!.ToJsonString());
        Assert.Equal(id, (string?)list["snapshots"]![0]!["id"]);
        Assert.True((bool)run["passed"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/v1/snapshots/20200101T000000000Z/recompute", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/v1/snapshots/..%2Fx/recompute", null)).StatusCode);
    }

    [Fact]
    public async Task A_restarted_service_shows_the_stored_figures_at_once()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        await SeedAsync(database);
        var directory = Directory.CreateTempSubdirectory("clayaspire-analytics-").FullName;
        string before;
        await using (var first = new Service(database.ExportConnectionString, directory))
        {
            using var client = first.CreateClient();
            using var taken = await client.PostAsync("/v1/snapshots", null);
            before = (await client.GetFromJsonAsync<JsonNode>("/v1/kpis"))!["kpis"]!.ToJsonString();
        }

        await using var second = new Service("Host=127.0.0.1;Port=1;Username=nobody", directory);
        using var other = second.CreateClient();

        Assert.Equal(before, (await other.GetFromJsonAsync<JsonNode>("/v1/kpis"))!["kpis"]!.ToJsonString());
        using var refused = await other.PostAsync("/v1/snapshots", null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("database-unavailable", (string?)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_database_without_the_export_schema_is_named_with_the_remedy()
    {
        await using var database = await AnalyticsDatabase.CreateAsync(migrated: false);
        await using var service = new Service(database.ExportConnectionString);
        using var client = service.CreateClient();

        using var refused = await client.PostAsync("/v1/snapshots", null);
        var problem = (await refused.Content.ReadFromJsonAsync<JsonNode>())!;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("export-not-ready", (string?)problem["code"]);
        Assert.Contains("migrations", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schedule_takes_the_first_snapshot_as_soon_as_there_is_data()
    {
        await using var database = await AnalyticsDatabase.CreateAsync(migrated: false);
        await using var service = new Service(database.ExportConnectionString, scheduled: true);
        using var client = service.CreateClient();
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/v1/kpis")).StatusCode);

        await database.MigrateAsync();
        await SeedAsync(database);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await client.GetAsync("/v1/kpis", deadline.Token)).StatusCode != HttpStatusCode.OK)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline.Token);
    }

    [SkippableFact]
    public async Task Metrics_show_the_figures_and_pass_promtool()
    {
        Skip.If(Promtool.Path is null, "promtool is not on PATH.");
        await using var database = await AnalyticsDatabase.CreateAsync();
        await SeedAsync(database);
        await using var service = new Service(database.ExportConnectionString);
        using var client = service.CreateClient();
        using var taken = await client.PostAsync("/v1/snapshots", null);

        var text = await ScrapeAsync(client);

        foreach (var expected in (string[])
        [
            "clay_field_fill_ratio{", "field=\"email\"", "clay_duplicate_ratio{", "clay_bounce_ratio{", "source=\"(all)\"", "clay_first_touch_p50_seconds{",
            "clay_first_touch_p90_seconds{", "clay_snapshot_age_seconds{", "clay_snapshot_rows{", "view=\"crm_record\"", "clay_snapshot_seconds{",
            "clay_kpi_target_ratio{", "clay_snapshot_failures_total{",
        ])
            Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        var (exit, output) = await Promtool.RunAsync(text, "check", "metrics");
        Assert.True(exit == 0, output);
    }

    // The exporter answers from a short cache, so the first scrapes may still show the time before the snapshot.
    private static async Task<string> ScrapeAsync(HttpClient client)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var text = await client.GetStringAsync("/metrics", deadline.Token);
            if (text.Contains("clay_snapshot_age_seconds", StringComparison.Ordinal))
                return text;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline.Token);
        }
    }

    private static async Task SeedAsync(AnalyticsDatabase database)
    {
        await database.AddRecordAsync("icare", "Lead", "a", SmallDataSetTests.At("2026-03-02"), SmallDataSetTests.Fields("a", "Email=a@a.example;LeadSource=Clay"));
        await database.AddSignalAsync("smartlead.sent", SmallDataSetTests.At("2026-03-03"), "a@a.example", "one", "key1");
    }

    private sealed class Service(string connectionString, string? directory = null, bool scheduled = false) : WebApplicationFactory<Program>
    {
        public string DataDirectory { get; } = directory ?? Directory.CreateTempSubdirectory("clayaspire-analytics-").FullName;

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseSetting("ConnectionStrings:export", connectionString);
            builder.UseSetting("Analytics:DataDirectory", DataDirectory);
            builder.UseSetting("Analytics:Scheduled", scheduled ? "true" : "false");
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (directory is null)
                Directory.Delete(DataDirectory, recursive: true);
        }
    }
}
