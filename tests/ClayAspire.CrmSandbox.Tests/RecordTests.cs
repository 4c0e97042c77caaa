using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Single records: keys, conditions, recycle bin, replication, limits.</summary>
public sealed class RecordTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 5, 4, 9, 30, 0, 400, TimeSpan.Zero));
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;

    public async Task InitializeAsync()
    {
        twin = await RunningTwin.Start(clock);
        admin = await twin.Admin();
    }

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Fact]
    public async Task A_key_addresses_a_record_for_reading_and_deleting_and_lists_the_matches_when_there_are_several()
    {
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A", Clay_Row_Id__c = "k 1", Email = "x@a.example" }, new { LastName = "B", Company = "B", Email = "X@a.example" });
        Assert.Equal("A", (await admin.Get("/sobjects/Lead/Clay_Row_Id__c/k%201?fields=LastName")).GetProperty("LastName").GetString());
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete })
        {
            var (status, matches, _) = await admin.Send(method, "/sobjects/Lead/Email/x@a.example");
            Assert.Equal((300, $"/services/data/v62.0/sobjects/Lead/{ids[0]}"), (status, matches[0].GetString()));
            Assert.Equal(404, (await admin.Send(method, "/sobjects/Lead/Clay_Row_Id__c/none")).Status);
            Assert.Equal(404, (await admin.Send(method, "/sobjects/Lead/Website/x")).Status);
        }

        Assert.Equal(204, (await admin.Send(HttpMethod.Delete, "/sobjects/Lead/Clay_Row_Id__c/k%201")).Status);
        Assert.Equal(["B"], await admin.Column("SELECT LastName FROM Lead", "LastName"));
    }

    [Fact]
    public async Task An_upsert_of_a_known_row_has_a_body_since_version_46_and_may_be_kept_from_creating()
    {
        await admin.Load("Lead", new { LastName = "A", Company = "A", Clay_Row_Id__c = "k1" });
        Assert.Equal(200, (await admin.Send(HttpMethod.Patch, "/sobjects/Lead/Clay_Row_Id__c/k1", new { Title = "x" })).Status);
        Assert.Equal(204, (await admin.Send(HttpMethod.Patch, "/services/data/v45.0/sobjects/Lead/Clay_Row_Id__c/k1", new { Title = "y" })).Status);
        Assert.Equal(404, (await admin.Send(HttpMethod.Patch, "/sobjects/Lead/Clay_Row_Id__c/k2?updateOnly=true", new { LastName = "B", Company = "B" })).Status);
        var (status, body, response) = await admin.Send(HttpMethod.Patch, "/services/data/v45.0/sobjects/Lead/Clay_Row_Id__c/k2", new { LastName = "B", Company = "B" });
        Assert.Equal((201, true), (status, body.GetProperty("created").GetBoolean()));
        Assert.EndsWith(body.GetProperty("id").GetString()!, response.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_is_read_or_written_only_if_it_has_not_changed_since_a_whole_second()
    {
        var id = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        const string Same = "Mon, 04 May 2026 09:30:00 GMT";
        const string Before = "Mon, 04 May 2026 09:29:59 GMT";
        async Task<int> Status(HttpMethod method, string header, string date, object? body = null) => (await admin.Send(method, $"/sobjects/Lead/{id}", body, (header, date))).Status;
        Assert.Equal(304, await Status(HttpMethod.Get, "If-Modified-Since", Same));
        Assert.Equal(200, await Status(HttpMethod.Get, "If-Modified-Since", Before));
        Assert.Equal(412, await Status(HttpMethod.Get, "If-Unmodified-Since", Before));
        Assert.Equal(412, await Status(HttpMethod.Patch, "If-Unmodified-Since", Before, new { Title = "x" }));
        Assert.Equal(400, await Status(HttpMethod.Patch, "If-Unmodified-Since", "yesterday", new { Title = "x" }));
        Assert.Equal("", (await admin.Column("SELECT Title FROM Lead", "Title"))[0]);
        Assert.Equal(204, await Status(HttpMethod.Patch, "If-Unmodified-Since", Same, new { Title = "x" }));
        // A change within the same second is not seen: that is the grain of the platform.
        Assert.Equal(204, await Status(HttpMethod.Patch, "If-Unmodified-Since", Same, new { Title = "y" }));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(204, await Status(HttpMethod.Patch, "If-Unmodified-Since", Same, new { Title = "z" }));
        Assert.Equal(412, await Status(HttpMethod.Patch, "If-Unmodified-Since", Same, new { Title = "zz" }));
        // An entity tag guards nothing but accounts.
        Assert.Equal(204, await Status(HttpMethod.Patch, "If-Match", "\"other\"", new { Title = "again" }));
    }

    [Fact]
    public async Task Accounts_have_entity_tags()
    {
        var id = (await admin.Load("Account", new { Name = "A" }))[0];
        var (_, _, first) = await admin.Send(HttpMethod.Get, $"/sobjects/Account/{id}");
        var tag = first.Headers.ETag!.ToString();
        Assert.Equal(304, (await admin.Send(HttpMethod.Get, $"/sobjects/Account/{id}", null, ("If-None-Match", tag))).Status);
        Assert.Equal(204, (await admin.Send(HttpMethod.Patch, $"/sobjects/Account/{id}", new { Phone = "1" }, ("If-Match", tag))).Status);
        Assert.Equal(412, (await admin.Send(HttpMethod.Patch, $"/sobjects/Account/{id}", new { Phone = "2" }, ("If-Match", tag))).Status);
    }

    [Fact]
    public async Task Describe_is_not_sent_again_until_rights_or_picklists_change()
    {
        var integration = await twin.Integration();
        var (_, _, first) = await integration.Send(HttpMethod.Get, "/sobjects/Lead/describe");
        var since = first.Content.Headers.LastModified!.Value.ToString("R");
        Assert.Equal(304, (await integration.Send(HttpMethod.Get, "/sobjects/Lead/describe", null, ("If-Modified-Since", since))).Status);
        clock.Advance(TimeSpan.FromSeconds(2));
        await admin.Send(HttpMethod.Post, "/_twin/permissions", new { client = "clayaspire-integration", @object = "Lead", field = "Industry", read = true, edit = false });
        var (status, body, _) = await integration.Send(HttpMethod.Get, "/sobjects/Lead/describe", null, ("If-Modified-Since", since));
        Assert.Equal(200, status);
        Assert.False(body.GetProperty("fields").EnumerateArray().Single(f => f.GetProperty("name").GetString() == "Industry").GetProperty("updateable").GetBoolean());
    }

    [Fact]
    public async Task What_was_deleted_is_found_by_queryAll_and_by_deleted_and_comes_back_with_its_memberships()
    {
        var lead = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        var campaigns = await admin.Load("Campaign", new { Name = "C" }, new { Name = "D" });
        var members = await admin.Load("CampaignMember", new { CampaignId = campaigns[0], LeadId = lead }, new { CampaignId = campaigns[1], LeadId = lead });
        await admin.Send(HttpMethod.Delete, $"/sobjects/CampaignMember/{members[1]}");
        clock.Advance(TimeSpan.FromMinutes(2));
        await admin.Send(HttpMethod.Delete, $"/sobjects/Lead/{lead}");

        var all = (await admin.Get("/queryAll?q=" + Uri.EscapeDataString("SELECT Id, IsDeleted FROM Lead"))).GetProperty("records");
        Assert.True(all[0].GetProperty("IsDeleted").GetBoolean());
        var deleted = await admin.Get("/sobjects/Lead/deleted/?start=2026-05-04T09%3A31%3A50%2B00%3A00&end=2026-05-04T09%3A40%3A10%2B00%3A00");
        Assert.Equal(lead, deleted.GetProperty("deletedRecords")[0].GetProperty("id").GetString());
        Assert.Equal(("2026-04-04T09:32:00.000+0000", "2026-05-04T09:32:00.000+0000"), (deleted.GetProperty("earliestDateAvailable").GetString(), deleted.GetProperty("latestDateCovered").GetString()));

        Assert.Equal(200, (await admin.Send(HttpMethod.Post, "/_twin/undelete", new { ids = new[] { lead } })).Status);
        Assert.Equal(200, (await admin.Send(HttpMethod.Get, $"/sobjects/Lead/{lead}")).Status);
        Assert.Equal([members[0]], await admin.Column("SELECT Id FROM CampaignMember", "Id"));
        Assert.Equal(400, (await admin.Send(HttpMethod.Post, "/_twin/undelete", new { ids = new[] { lead } })).Status);
    }

    [Fact]
    public async Task Updated_ignores_seconds_looks_back_thirty_days_and_says_how_far_it_reached()
    {
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B" });
        clock.Advance(TimeSpan.FromMinutes(10));
        await admin.UpdateMany(false, SalesforceClient.Row("Lead", ("id", ids[1]), ("Title", "x")));
        Task<(int Status, JsonElement Body, HttpResponseMessage)> Ask(string start, string end) =>
            admin.Send(HttpMethod.Get, $"/sobjects/Lead/updated?start={Uri.EscapeDataString(start)}&end={Uri.EscapeDataString(end)}");
        var late = (await Ask("2026-05-04T09:40:59Z", "2026-05-04T12:00:00Z")).Body;
        Assert.Equal([ids[1]], late.GetProperty("ids").EnumerateArray().Select(i => i.GetString()));
        Assert.Equal("2026-05-04T09:40:00.000+0000", late.GetProperty("latestDateCovered").GetString());
        // The first was loaded in the minute of half past nine; the window ends before the second's last change.
        Assert.Equal([ids[0]], (await Ask("2026-05-04T09:30:30Z", "2026-05-04T09:40:00Z")).Body.GetProperty("ids").EnumerateArray().Select(i => i.GetString()));
        foreach (var (start, end) in new[] { ("2026-05-04T09:40:00Z", "2026-05-04T09:40:30Z"), ("2026-04-01T09:40:00Z", "2026-05-04T09:40:30Z"), ("soon", "2026-05-04T09:40:30Z") })
        {
            var (status, body, _) = await Ask(start, end);
            Assert.Equal((400, "INVALID_REPLICATION_DATE"), (status, body[0].GetProperty("errorCode").GetString()));
        }
    }
}
