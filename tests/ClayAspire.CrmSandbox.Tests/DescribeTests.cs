using System.Text.Json;

namespace ClayAspire.CrmSandbox.Tests;

public sealed class DescribeTests
{
    [Fact]
    public async Task Describe_leaves_out_what_the_caller_may_not_read_and_marks_what_it_may_not_edit()
    {
        await using var twin = await RunningTwin.Start();
        var admin = await Fields(await twin.Admin(), "Lead");
        var integration = await Fields(await twin.Integration(), "Lead");

        Assert.Contains("Description", admin.Keys);
        Assert.DoesNotContain("Description", integration.Keys);
        Assert.True(Flag(integration["Industry"], "updateable"));
        Assert.True(Flag(integration["external_hard_bounced__c"], "updateable"));
        Assert.False(Flag(integration["Title"], "updateable"));
        Assert.False(Flag(integration["pi__pardot_hard_bounced__c"], "updateable"));
        Assert.True(Flag(admin["pi__pardot_hard_bounced__c"], "updateable"));
        foreach (var fields in new[] { admin, integration })
        {
            Assert.True(Flag(fields["overall_hard_bounced__c"], "calculated"));
            Assert.False(Flag(fields["overall_hard_bounced__c"], "updateable"));
        }
    }

    [Fact]
    public async Task The_staging_org_lets_the_integration_user_edit_more()
    {
        await using var twin = await RunningTwin.Start();
        var staging = await Fields(await twin.Integration("salesforce-staging"), "Lead");
        Assert.True(Flag(staging["City"], "updateable"));
        Assert.True(Flag(staging["FirstName"], "updateable"));
        Assert.False(Flag(staging["Clay_Row_Id__c"], "updateable"));
    }

    [Fact]
    public async Task Picklists_lengths_and_keys_stand_in_describe()
    {
        await using var twin = await RunningTwin.Start();
        var member = await Fields(await twin.Admin(), "CampaignMember");
        var classification = member["ReplyClassification__c"];
        Assert.True(Flag(classification, "restrictedPicklist"));
        Assert.Contains("Do Not Contact", classification.GetProperty("picklistValues").EnumerateArray().Select(v => v.GetProperty("value").GetString()));
        Assert.False(Flag(member["LeadId"], "updateable"));
        Assert.True(Flag(member["LeadId"], "createable"));
        var lead = await Fields(await twin.Admin(), "Lead");
        Assert.Equal(80, lead["Email"].GetProperty("length").GetInt32());
        Assert.True(Flag(lead["Email"], "idLookup"));
        Assert.True(Flag(lead["Clay_Row_Id__c"], "externalId"));
        Assert.False(Flag(lead["LastName"], "nillable"));
    }

    [Fact]
    public async Task An_object_without_read_right_does_not_exist_for_the_caller()
    {
        await using var twin = await RunningTwin.Start();
        var integration = await twin.Integration();
        var (status, _, _) = await integration.Send(HttpMethod.Get, "/sobjects/Account/describe");
        Assert.Equal(404, status);
        Assert.Equal("INVALID_TYPE", (await integration.Refusal("SELECT Id FROM Account")).Code);
        var names = (await integration.Get("/sobjects")).GetProperty("sobjects").EnumerateArray().Select(o => o.GetProperty("name").GetString());
        Assert.DoesNotContain("Account", names);
    }

    [Fact]
    public async Task Rights_on_a_field_can_be_taken_away_while_the_twin_runs()
    {
        await using var twin = await RunningTwin.Start();
        var (admin, integration) = (await twin.Admin(), await twin.Integration());
        await admin.Send(HttpMethod.Post, "/_twin/permissions", new { client = "clayaspire-integration", @object = "Lead", field = "Industry", read = false, edit = false });
        Assert.DoesNotContain("Industry", (await Fields(integration, "Lead")).Keys);
        Assert.Equal("INVALID_FIELD", (await integration.Refusal("SELECT Industry FROM Lead")).Code);
    }

    [Fact]
    public async Task Versions_resources_limits_and_identity_are_there()
    {
        await using var twin = await RunningTwin.Start();
        var admin = await twin.Admin();
        using var http = twin.Anonymous();
        Assert.Contains("68.0", await http.GetStringAsync(new Uri("/salesforce/services/data/", UriKind.Relative)), StringComparison.Ordinal);
        var resources = await admin.Get("/");
        Assert.StartsWith($"{twin.Address}salesforce/id/00D", resources.GetProperty("identity").GetString(), StringComparison.Ordinal);
        var (_, limits, response) = await admin.Send(HttpMethod.Get, "/limits");
        Assert.True(limits.GetProperty("DailyApiRequests").GetProperty("Remaining").GetInt32() > 0);
        Assert.Matches(@"^api-usage=\d+/\d+$", response.Headers.GetValues("Sforce-Limit-Info").Single());
        Assert.Equal("admin@crm-sandbox.example", (await admin.Get("/services/oauth2/userinfo")).GetProperty("preferred_username").GetString());
    }

    private static async Task<Dictionary<string, JsonElement>> Fields(SalesforceClient client, string type) =>
        (await client.Get($"/sobjects/{type}/describe")).GetProperty("fields").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!);

    private static bool Flag(JsonElement field, string name) => field.GetProperty(name).GetBoolean();
}
