using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using static ClayAspire.CrmSandbox.Tests.SalesforceClient;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Account Engagement v5: prospects, and what its connector does to leads and contacts.</summary>
public sealed class PardotTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 5, 4, 9, 30, 0, TimeSpan.Zero));
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;
    private SalesforceClient integration = null!;
    private string businessUnit = "";

    public Task InitializeAsync() => Start();

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Fact]
    public async Task Prospects_are_read_page_by_page_with_the_fields_that_were_asked_for()
    {
        await admin.Load("Lead", [.. Enumerable.Range(0, 5).Select(i => (object)new { LastName = $"L{i}", Company = "A", Email = $"l{i}@a.example" })]);
        Assert.Equal(5, (await Twin("sync", new { })).GetProperty("created").GetInt32());
        var (status, first) = await Prospects("?fields=id,email,isEmailHardBounced,salesforceId,updatedAt&orderBy=id&limit=2");
        Assert.Equal(200, status);
        Assert.Equal(["id", "email", "isEmailHardBounced", "salesforceId", "updatedAt"], first.GetProperty("values")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal("2026-05-04T09:30:00+00:00", first.GetProperty("values")[0].GetProperty("updatedAt").GetString());
        var (emails, page) = (new List<string?>(), first);
        while (true)
        {
            emails.AddRange(page.GetProperty("values").EnumerateArray().Select(v => v.GetProperty("email").GetString()));
            if (page.GetProperty("nextPageUrl").GetString() is not { } next)
                break;
            page = (await Send(next)).Body;
        }

        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"l{i}@a.example"), emails);
        var id = first.GetProperty("values")[1].GetProperty("id").GetInt64();
        Assert.Equal("l1@a.example", (await Prospects($"/{id}?fields=email")).Body.GetProperty("email").GetString());
        Assert.Equal(404, (await Prospects("/9999?fields=email")).Status);
        clock.Advance(TimeSpan.FromMinutes(5));
        await Twin("bounce", new { email = "L3@a.example", reason = "550" });
        var changed = (await Prospects("?fields=email,isEmailHardBounced,emailBouncedReason,isDoNotEmail&updatedAtAfterOrEqualTo=2026-05-04T09:31:00Z")).Body.GetProperty("values");
        Assert.Equal("l3@a.example True 550 True", string.Join(' ', changed[0].EnumerateObject().Select(p => p.Value.ToString())));
        Assert.Equal(1, changed.GetArrayLength());
    }

    [Fact]
    public async Task Without_fields_token_or_business_unit_there_is_no_answer()
    {
        Assert.Equal(400, (await Prospects("")).Status);
        Assert.Equal(400, (await Prospects("?fields=nope")).Status);
        var unit = businessUnit;
        businessUnit = "0Uv000000000001AAA";
        var (status, body) = await Prospects("?fields=id");
        Assert.Equal((401, JsonValueKind.Number), (status, body.GetProperty("code").ValueKind));
        businessUnit = unit;
        integration = await SignIn(twin.Address, "salesforce", "clayaspire-minimal", "minimal-secret");
        Assert.Equal(401, (await Prospects("?fields=id")).Status);
        Assert.Equal("INVALID_TYPE", (await admin.Refusal("SELECT Id FROM Prospect")).Code);
    }

    [Fact]
    public async Task A_hard_bounce_is_checked_once_and_not_again_when_it_was_unchecked_by_hand()
    {
        var lead = (await admin.Load("Lead", new { LastName = "A", Company = "A", Email = "a@a.example" }))[0];
        await Twin("sync", new { });
        await Twin("bounce", new { email = "a@a.example" });
        Assert.Equal(1, (await Twin("sync", new { })).GetProperty("bounced").GetInt32());
        async Task<string> State() => string.Join(' ', (await admin.Records($"SELECT pi__pardot_hard_bounced__c, overall_hard_bounced__c, LastModifiedBy.Name FROM Lead WHERE Id = '{lead}'"))
            .Select(r => $"{r.GetProperty("pi__pardot_hard_bounced__c")} {r.GetProperty("overall_hard_bounced__c")} {r.GetProperty("LastModifiedBy").GetProperty("Name")}"));
        Assert.Equal("True True B2BMA Integration", await State());

        await admin.Send(HttpMethod.Post, "/_twin/edits", new { by = "human", edits = new[] { new { id = lead, fields = new { pi__pardot_hard_bounced__c = false } } } });
        Assert.Equal(0, (await Twin("sync", new { })).GetProperty("bounced").GetInt32());
        Assert.Equal("False False Sales Person", await State());
        Assert.True((await Prospects("?fields=isEmailHardBounced&email=a@a.example")).Body.GetProperty("values")[0].GetProperty("isEmailHardBounced").GetBoolean());
        await Twin("bounce", new { email = "a@a.example" });
        await Twin("sync", new { });
        Assert.StartsWith("True", await State(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_soft_bounces_stop_the_mail_but_are_no_hard_bounce()
    {
        await admin.Load("Lead", new { LastName = "A", Company = "A", Email = "a@a.example" });
        await Twin("sync", new { });
        for (var i = 0; i < 5; i++)
        {
            Assert.False((await Prospects("?fields=isDoNotEmail")).Body.GetProperty("values")[0].GetProperty("isDoNotEmail").GetBoolean());
            await Twin("bounce", new { email = "a@a.example", hard = false });
        }

        Assert.Equal("True False", string.Join(' ', (await Prospects("?fields=isDoNotEmail,isEmailHardBounced")).Body.GetProperty("values")[0].EnumerateObject().Select(p => p.Value.ToString())));
        Assert.Equal(0, (await Twin("sync", new { })).GetProperty("bounced").GetInt32());
    }

    [Theory]
    [InlineData("true", "False")]
    [InlineData("false", "True")]
    public async Task An_opt_out_written_in_salesforce_stands_only_when_salesforces_value_is_used(string pardotsValue, string left)
    {
        await twin.DisposeAsync();
        await Start(("Pardot:OptOutUsesPardotsValue", pardotsValue));
        var lead = (await admin.Load("Lead", new { LastName = "A", Company = "A", Email = "a@a.example" }))[0];
        await Twin("sync", new { });
        await admin.UpdateMany(false, Row("Lead", ("id", lead), ("HasOptedOutOfEmail", true)));
        Assert.Equal(1, (await Twin("sync", new { })).GetProperty("optOuts").GetInt32());
        Assert.Equal([left], await admin.Column("SELECT HasOptedOutOfEmail FROM Lead", "HasOptedOutOfEmail"));
        Assert.Equal(left, (await Prospects("?fields=optedOut")).Body.GetProperty("values")[0].GetProperty("optedOut").ToString());
        Assert.Equal(0, (await Twin("sync", new { })).GetProperty("optOuts").GetInt32());
    }

    [Fact]
    public async Task A_prospect_follows_its_lead_to_the_contact_and_to_a_new_address()
    {
        var lead = (await admin.Load("Lead", new { LastName = "A", Company = "A", Email = "a@a.example" }))[0];
        await Twin("sync", new { });
        await Twin("bounce", new { email = "a@a.example" });
        await Twin("sync", new { });
        await admin.UpdateMany(false, Row("Lead", ("id", lead), ("Email", "b@a.example")));
        Assert.Equal(1, (await Twin("sync", new { })).GetProperty("addresses").GetInt32());
        Assert.Equal("b@a.example False", string.Join(' ', (await Prospects("?fields=email,isEmailHardBounced")).Body.GetProperty("values")[0].EnumerateObject().Select(p => p.Value.ToString())));
        var contact = (await admin.Send(HttpMethod.Post, "/_twin/convert", new { leadId = lead })).Body.GetProperty("contactId").GetString();
        Assert.Equal(0, (await Twin("sync", new { })).GetProperty("created").GetInt32());
        var values = (await Prospects("?fields=salesforceId,salesforceLeadId,salesforceContactId")).Body.GetProperty("values");
        Assert.Equal($"{contact} {lead} {contact}", string.Join(' ', values[0].EnumerateObject().Select(p => p.Value.ToString())));
        Assert.Equal(1, values.GetArrayLength());
    }

    [Fact]
    public async Task The_daily_calls_are_counted_apart_from_salesforces()
    {
        await twin.DisposeAsync();
        await Start(("Pardot:DailyRequests", "1"));
        Assert.Equal(200, (await Prospects("?fields=id")).Status);
        Assert.Equal(429, (await Prospects("?fields=id")).Status);
        Assert.Equal(200, (await integration.Send(HttpMethod.Get, "/limits")).Status);
    }

    private async Task Start(params (string, string)[] settings)
    {
        twin = await RunningTwin.Start(clock, settings);
        (admin, integration) = (await twin.Admin(), await twin.Integration());
        businessUnit = (await Get("_twin/account")).GetProperty("businessUnitId").GetString()!;
    }

    private async Task<JsonElement> Get(string path) => JsonElement.Parse(await admin.Http.GetStringAsync(new Uri(twin.Address, $"/pardot/{path}")));

    private async Task<JsonElement> Twin(string what, object order)
    {
        using var response = await admin.Http.PostAsync(new Uri(twin.Address, $"/pardot/_twin/{what}"), System.Net.Http.Json.JsonContent.Create(order));
        return JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    private Task<(int Status, JsonElement Body)> Prospects(string rest) => Send($"{twin.Address}pardot/api/v5/objects/prospects{rest}");

    private async Task<(int Status, JsonElement Body)> Send(string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("Pardot-Business-Unit-Id", businessUnit);
        using var response = await integration.Http.SendAsync(request);
        return ((int)response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync()));
    }
}
