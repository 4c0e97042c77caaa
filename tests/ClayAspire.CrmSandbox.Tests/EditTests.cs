using System.Text.Json;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Field history with its authors: who changed which field, and what the org keeps of it.</summary>
public sealed class EditTests : IAsyncLifetime
{
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;
    private SalesforceClient integration = null!;

    public async Task InitializeAsync()
    {
        twin = await RunningTwin.Start();
        (admin, integration) = (await twin.Admin(), await twin.Integration());
    }

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Theory]
    [InlineData("human", "Standard", "Sales User")]
    [InlineData("integration", "Standard", "Salesforce API Only System Integrations")]
    [InlineData("automation", "AutomatedProcess", null)]
    [InlineData("b2bma@salesforce.example", "AutomatedProcess", "B2BMA Integration User")]
    public async Task An_edit_as_somebody_else_stands_in_the_history_with_its_author(string by, string userType, string? profile)
    {
        var id = (await admin.Load("Lead", new { LastName = "A", Company = "A", City = "Turin" }))[0];

        Assert.Equal(200, await EditAsync(by, id, new { City = "Lund", Description = "not tracked", company_description__c = "long text" }));

        var rows = await integration.Records($"SELECT Field, OldValue, NewValue, CreatedById FROM LeadHistory WHERE LeadId = '{id}' ORDER BY Field");
        Assert.Equal(["City Turin→Lund", "company_description__c →"], rows.Select(r => $"{r.GetProperty("Field")} {r.GetProperty("OldValue")}→{r.GetProperty("NewValue")}"));
        var author = Assert.Single(await integration.Records($"SELECT Id, UserType, Profile.Name FROM User WHERE Id = '{rows[0].GetProperty("CreatedById").GetString()}'"));
        Assert.Equal(userType, author.GetProperty("UserType").GetString());
        Assert.Equal(profile, author.GetProperty("Profile") is { ValueKind: JsonValueKind.Object } p ? p.GetProperty("Name").GetString() : null);
        Assert.Equal(author.GetProperty("Id").GetString(), (await admin.Get($"/sobjects/Lead/{id}")).GetProperty("LastModifiedById").GetString());
    }

    [Fact]
    public async Task A_contact_has_history_too_and_a_campaign_member_has_none()
    {
        var contact = (await admin.Load("Contact", new { LastName = "A" }))[0];
        await EditAsync("human", contact, new { Title = "Director" });
        Assert.Equal(["Title"], await integration.Column($"SELECT Field FROM ContactHistory WHERE ContactId = '{contact}'", "Field"));

        Assert.Equal("LeadHistory LeadId", await HistoryAsync("Lead"));
        Assert.Equal("ContactHistory ContactId", await HistoryAsync("Contact"));
        Assert.Null(await HistoryAsync("CampaignMember"));
    }

    [Fact]
    public async Task Tracking_can_be_turned_off_and_on_and_the_field_definitions_say_so()
    {
        var id = (await admin.Load("Lead", new { LastName = "A", Company = "A", City = "Turin" }))[0];
        Assert.Equal("True", await TrackedAsync("City"));
        Assert.Equal("False", await TrackedAsync("Country"));

        Assert.Equal(204, await TrackAsync("City", false));
        Assert.Equal(204, await TrackAsync("Country", true));
        await EditAsync("human", id, new { City = "Lund", Country = "Sweden" });

        Assert.Equal(("False", "True"), (await TrackedAsync("City"), await TrackedAsync("Country")));
        Assert.Equal(["Country"], await admin.Column($"SELECT Field FROM LeadHistory WHERE LeadId = '{id}'", "Field"));
        Assert.Equal(400, await TrackAsync("overall_hard_bounced__c", true));
        await admin.Send(HttpMethod.Post, "/_twin/reset");
        Assert.Equal("True", await TrackedAsync("City"));
    }

    [Fact]
    public async Task An_edit_that_the_org_refuses_takes_all_edits_of_its_call_with_it()
    {
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B" });

        var (status, body, _) = await admin.Send(HttpMethod.Post, "/_twin/edits", new { by = "human", edits = new[] { new { id = ids[0], fields = new { City = "Lund", Email = "" } }, new { id = ids[1], fields = new { City = "", Email = "no address" } } } });

        Assert.Equal(400, status);
        Assert.Contains("INVALID_EMAIL_ADDRESS", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(await admin.Records("SELECT Id FROM LeadHistory"));
        Assert.Equal(400, await EditAsync("nobody", ids[0], new { City = "Lund" }));
        Assert.Equal(400, await EditAsync("human", "rubbish", new { City = "Lund" }));
        Assert.Equal(401, (await integration.Send(HttpMethod.Post, "/_twin/edits", new { by = "human", edits = Array.Empty<object>() })).Status);
    }

    private async Task<int> EditAsync(string by, string id, object fields) =>
        (await admin.Send(HttpMethod.Post, "/_twin/edits", new { by, edits = new[] { new { id, fields } } })).Status;

    private async Task<int> TrackAsync(string field, bool tracked) => (await admin.Send(HttpMethod.Post, "/_twin/history", new { @object = "Lead", field, tracked })).Status;

    private async Task<string> TrackedAsync(string field) => (await integration.Column(
        $"SELECT QualifiedApiName, IsFieldHistoryTracked FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead' AND QualifiedApiName = '{field}'", "IsFieldHistoryTracked"))[0];

    private async Task<string?> HistoryAsync(string type) => (await integration.Get($"/sobjects/{type}/describe")).GetProperty("childRelationships").EnumerateArray()
        .Where(c => c.GetProperty("relationshipName").GetString() == "Histories").Select(c => $"{c.GetProperty("childSObject")} {c.GetProperty("field")}").SingleOrDefault();
}
