using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace ClayAspire.CrmSandbox.Tests;

public sealed class DemoTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 18, 12, 0, 0, TimeSpan.Zero);
    private readonly string directory = Directory.CreateTempSubdirectory("twin-demo").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task The_demo_organisation_has_the_promised_size_and_blanks()
    {
        await using var twin = await RunningTwin.Start(new FakeTimeProvider(Now), ("Demo", "true"));
        var admin = await twin.Admin();
        var counts = (await admin.Records("SELECT COUNT(Id) a, COUNT(Email) e, COUNT(LinkedIn_URL__c) l, COUNT(Industry) i, COUNT(Website) w, COUNT_DISTINCT(Email) d, MIN(CreatedDate) first, MAX(CreatedDate) last FROM Lead"))[0];
        int N(string name) => counts.GetProperty(name).GetInt32();
        Assert.Equal(2000, N("a"));
        Assert.InRange(2000 - N("e"), 30, 90);
        Assert.InRange(2000 - N("l"), 320, 480);
        Assert.InRange(2000 - N("i"), 420, 580);
        Assert.InRange(2000 - N("w"), 110, 210);
        Assert.InRange(N("e") - N("d"), 15, 40);
        Assert.True(string.CompareOrdinal(counts.GetProperty("first").GetString(), "2026-10-07") >= 0);
        Assert.True(string.CompareOrdinal(counts.GetProperty("last").GetString(), "2026-11-18T12:00") <= 0);
        Assert.Equal(6, (await admin.Query("SELECT COUNT() FROM Campaign")).GetProperty("totalSize").GetInt32());
        Assert.Equal(2600, (await admin.Query("SELECT COUNT() FROM CampaignMember")).GetProperty("totalSize").GetInt32());
        Assert.Equal(1, (await admin.Query("SELECT COUNT() FROM User WHERE IsActive = false")).GetProperty("totalSize").GetInt32());
        Assert.InRange((await admin.Query("SELECT COUNT() FROM Lead WHERE pi__pardot_hard_bounced__c = true")).GetProperty("totalSize").GetInt32(), 15, 50);
        Assert.Equal(0, (await admin.Query("SELECT COUNT() FROM Lead WHERE (NOT Email LIKE '%.example') AND (NOT Email LIKE '%.test') AND Email != null")).GetProperty("totalSize").GetInt32());
        Assert.Equal(0, (await (await twin.Admin("salesforce-staging")).Query("SELECT COUNT() FROM Lead")).GetProperty("totalSize").GetInt32());
    }

    [Fact]
    public async Task Events_and_rows_point_at_the_orgs_own_records_and_are_the_same_after_a_restart_days_later()
    {
        string[] events, rows;
        await using (var twin = await RunningTwin.Start(new FakeTimeProvider(Now), ("Demo", "true"), ("DataDirectory", directory)))
        {
            events = await Lines(twin, "events");
            rows = await Lines(twin, "clay-rows");
            var admin = await twin.Admin();
            var first = JsonElement.Parse(events[0]).GetProperty("body");
            var custom = first.GetProperty("lead_data").GetProperty("custom_fields");
            Assert.Equal([first.GetProperty("sl_lead_email").GetString()!], await admin.Column($"SELECT Email FROM Lead WHERE Id = '{custom.GetProperty("salesforce_lead_id")}'", "Email"));
            Assert.Equal([first.GetProperty("campaign_name").GetString()!], await admin.Column($"SELECT Name FROM Campaign WHERE Id = '{custom.GetProperty("salesforce_campaign_id")}'", "Name"));
            var row = JsonElement.Parse(rows.First(r => r.Contains("00Q", StringComparison.Ordinal)));
            Assert.Single(await admin.Records($"SELECT Id FROM Lead WHERE Id = '{row.GetProperty("salesforce_id")}'"));
        }

        Assert.Equal(500, rows.Length);
        var bodies = events.Select(e => JsonElement.Parse(e).GetProperty("body")).ToList();
        var kinds = bodies.CountBy(b => b.GetProperty("event_type").GetString()!).ToDictionary(k => k.Key, k => k.Value);
        Assert.Equal(["EMAIL_BOUNCE", "EMAIL_OPEN", "EMAIL_REPLY", "EMAIL_SENT", "LEAD_CATEGORY_UPDATED", "LEAD_UNSUBSCRIBED"], kinds.Keys.Order(StringComparer.Ordinal));
        Assert.All(bodies, b => Assert.True(b.GetProperty("event_timestamp").GetDateTimeOffset() < Now));
        var bounces = bodies.Where(b => b.GetProperty("event_type").GetString() == "EMAIL_BOUNCE").Select(b => b.GetProperty("bounce_message").GetProperty("text").GetString()!).ToList();
        Assert.Contains(bounces, b => b.Contains(" 5.", StringComparison.Ordinal));
        Assert.Contains(bounces, b => b.Contains(" 4.", StringComparison.Ordinal));

        await using var later = await RunningTwin.Start(new FakeTimeProvider(Now.AddDays(3)), ("Demo", "true"), ("DataDirectory", directory));
        Assert.Equal(events, await Lines(later, "events"));
        Assert.Equal(rows, await Lines(later, "clay-rows"));
    }

    [Fact]
    public async Task Without_demo_both_orgs_are_empty_and_the_events_say_why_there_are_none()
    {
        await using var twin = await RunningTwin.Start();
        Assert.Equal(0, (await (await twin.Admin()).Query("SELECT COUNT() FROM Lead")).GetProperty("totalSize").GetInt32());
        using var http = Basic(twin);
        Assert.Equal(404, (int)(await http.GetAsync(new Uri("/_twin/demo/events", UriKind.Relative))).StatusCode);
        using var anonymous = twin.Anonymous();
        Assert.Equal(401, (int)(await anonymous.GetAsync(new Uri("/_twin/demo/events", UriKind.Relative))).StatusCode);
    }

    private static async Task<string[]> Lines(RunningTwin twin, string name)
    {
        using var http = Basic(twin);
        return (await http.GetStringAsync(new Uri($"/_twin/demo/{name}", UriKind.Relative))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static HttpClient Basic(RunningTwin twin)
    {
        var http = twin.Anonymous();
        http.DefaultRequestHeaders.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Basic", Convert.ToBase64String("demo:demo-secret"u8));
        return http;
    }
}
