using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using static ClayAspire.CrmSandbox.Tests.SalesforceClient;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Lead conversion and merge, and what is left of the records.</summary>
public sealed class ConversionTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 5, 4, 9, 30, 0, TimeSpan.Zero));
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;

    public async Task InitializeAsync()
    {
        twin = await RunningTwin.Start(clock);
        admin = await twin.Admin();
    }

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Fact]
    public async Task A_converted_lead_becomes_account_contact_and_opportunity_and_is_read_only()
    {
        var lead = (await admin.Load("Lead", new { LastName = "Ek", FirstName = "Ada", Company = "Acme", Email = "ada@acme.example", City = "Lund", Industry = "Energy", external_hard_bounced__c = true, GBU__c = "Mobility" }))[0];
        var result = (await Action(new { leadId = lead, convertedStatus = "Closed - Converted", createOpportunity = true, opportunityName = "Deal" })).Body[0];
        Assert.True(result.GetProperty("isSuccess").GetBoolean());
        var output = result.GetProperty("outputValues");
        var contact = await admin.Get($"/sobjects/Contact/{output.GetProperty("contactId").GetString()}");
        Assert.Equal("Ada Ek,ada@acme.example,Lund,Mobility,True,True", string.Join(',', new[] { "Name", "Email", "MailingCity", "GBU__c", "external_hard_bounced__c", "overall_hard_bounced__c" }.Select(f => contact.GetProperty(f).ToString())));
        Assert.Equal("Acme Energy Deal", string.Join(' ', (await admin.Records("SELECT Name, Industry FROM Account")).Select(r => $"{r.GetProperty("Name")} {r.GetProperty("Industry")}").Concat(await admin.Column("SELECT Name FROM Opportunity", "Name"))));
        var closed = (await admin.Records($"SELECT IsConverted, Status, ConvertedDate, ConvertedContactId, ConvertedAccountId, ConvertedOpportunityId FROM Lead WHERE Id = '{lead}'"))[0];
        Assert.Equal((true, "Closed - Converted", "2026-05-04", output.GetProperty("contactId").GetString()), (closed.GetProperty("IsConverted").GetBoolean(), closed.GetProperty("Status").GetString(), closed.GetProperty("ConvertedDate").GetString(), closed.GetProperty("ConvertedContactId").GetString()));
        Assert.Contains("leadConverted", await admin.Column($"SELECT Field FROM LeadHistory WHERE LeadId = '{lead}'", "Field"));

        Assert.Equal("CANNOT_UPDATE_CONVERTED_LEAD", Code((await admin.UpdateMany(false, Row("Lead", ("id", lead), ("Title", "x"))))[0]));
        var (status, body, _) = await admin.Send(HttpMethod.Patch, $"/sobjects/Lead/{lead}", new { Title = "x" });
        Assert.Equal((400, "CANNOT_UPDATE_CONVERTED_LEAD"), (status, body[0].GetProperty("errorCode").GetString()));
        var (again, errors, _) = await Action(new { leadId = lead, convertedStatus = "Closed - Converted" });
        Assert.Equal((400, "CANNOT_UPDATE_CONVERTED_LEAD"), (again, errors[0].GetProperty("errors")[0].GetProperty("statusCode").GetString()));
        var campaign = (await admin.Load("Campaign", new { Name = "C" }))[0];
        Assert.Equal("CANNOT_UPDATE_CONVERTED_LEAD", Code((await admin.CreateMany(false, Row("CampaignMember", ("CampaignId", campaign), ("LeadId", lead))))[0]));
    }

    [Fact]
    public async Task Known_records_get_only_what_they_lack_and_memberships_follow_the_contact()
    {
        var account = (await admin.Load("Account", new { Name = "Known", Industry = "Retail" }))[0];
        var contact = (await admin.Load("Contact", new { LastName = "Known", AccountId = account, LeadSource = "Web" }))[0];
        var lead = (await admin.Load("Lead", new { LastName = "Ek", Company = "Acme", Industry = "Energy", Phone = "7", Title = "CTO", LeadSource = "Clay" }))[0];
        var campaigns = await admin.Load("Campaign", new { Name = "Both" }, new { Name = "Lead only" });
        var members = await admin.Load("CampaignMember", new { CampaignId = campaigns[0], LeadId = lead }, new { CampaignId = campaigns[0], ContactId = contact }, new { CampaignId = campaigns[1], LeadId = lead });

        var (status, body, _) = await admin.Send(HttpMethod.Post, "/_twin/convert", new { leadId = lead, accountId = account, contactId = contact, overwriteLeadSource = true });
        Assert.Equal((200, contact), (status, body.GetProperty("contactId").GetString()));
        Assert.Equal("Known Retail 7", string.Join(' ', new[] { "Name", "Industry", "Phone" }.Select(f => admin.Get($"/sobjects/Account/{account}").Result.GetProperty(f).ToString())));
        var kept = await admin.Get($"/sobjects/Contact/{contact}");
        Assert.Equal("Known CTO Clay", string.Join(' ', new[] { "LastName", "Title", "LeadSource" }.Select(f => kept.GetProperty(f).ToString())));
        Assert.Empty(await admin.Records("SELECT Id FROM Opportunity"));

        Assert.Equal(members.Skip(1).Order(StringComparer.Ordinal), (await admin.Column("SELECT Id FROM CampaignMember", "Id")).Order(StringComparer.Ordinal));
        var moved = (await admin.Records($"SELECT LeadId, ContactId, LeadOrContactId, Type FROM CampaignMember WHERE Id = '{members[2]}'"))[0];
        Assert.Equal((lead, contact, contact, "Contact"), (moved.GetProperty("LeadId").GetString(), moved.GetProperty("ContactId").GetString(), moved.GetProperty("LeadOrContactId").GetString(), moved.GetProperty("Type").GetString()));
        // The membership can still be written, whatever became of the lead.
        Assert.Equal("ok", Code((await (await twin.Integration()).UpdateMany(false, Row("CampaignMember", ("id", members[2]), ("Has_Replied__c", true))))[0]));
    }

    [Fact]
    public async Task A_refused_conversion_leaves_nothing_behind_and_needs_the_permission()
    {
        var lead = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        var (status, body, _) = await Action(new { leadId = lead, convertedStatus = "MQL" });
        Assert.Equal((400, "INVALID_STATUS"), (status, body[0].GetProperty("errors")[0].GetProperty("statusCode").GetString()));
        Assert.Equal(400, (await Action(new { leadId = lead, contactId = "003000000000099AAA" })).Status);
        var (denied, reason, _) = await (await twin.Integration()).Send(HttpMethod.Post, "/actions/standard/convertLead", new { inputs = new[] { new { leadId = lead } } });
        Assert.Equal((400, "INSUFFICIENT_ACCESS_OR_READONLY"), (denied, reason[0].GetProperty("errors")[0].GetProperty("statusCode").GetString()));
        Assert.Empty(await admin.Records("SELECT Id FROM Account"));
        Assert.Equal(["Closed - Converted"], await admin.Column("SELECT MasterLabel FROM LeadStatus WHERE IsConverted = true", "MasterLabel"));
        Assert.Equal("INVALID_STATUS", Code((await admin.UpdateMany(false, Row("Lead", ("id", lead), ("Status", "Closed - Converted"))))[0]));
    }

    [Fact]
    public async Task A_merged_record_names_its_survivor_and_gives_it_what_it_had()
    {
        var ids = await admin.Load("Lead", new { LastName = "Survivor", Company = "A" }, new { LastName = "Loser", Company = "B", Title = "CTO" }, new { LastName = "Other", Company = "C" });
        var campaigns = await admin.Load("Campaign", new { Name = "Both" }, new { Name = "Loser only" });
        var members = await admin.Load("CampaignMember", new { CampaignId = campaigns[0], LeadId = ids[0] }, new { CampaignId = campaigns[0], LeadId = ids[1] }, new { CampaignId = campaigns[1], LeadId = ids[1] });
        var before = (await admin.Column($"SELECT SystemModstamp FROM Lead WHERE Id = '{ids[0]}'", "SystemModstamp"))[0];

        Assert.Equal(204, (await admin.Send(HttpMethod.Post, "/_twin/merge", new { id = ids[0], others = new[] { ids[1] } })).Status);

        Assert.Equal(["Survivor", "Other"], await admin.Column("SELECT LastName FROM Lead", "LastName"));
        var gone = (await admin.Get("/queryAll?q=" + Uri.EscapeDataString("SELECT Id, MasterRecordId, IsDeleted FROM Lead WHERE IsDeleted = true"))).GetProperty("records")[0];
        Assert.Equal((ids[1], ids[0]), (gone.GetProperty("Id").GetString(), gone.GetProperty("MasterRecordId").GetString()));
        Assert.Equal([members[0], members[2]], await admin.Column($"SELECT Id FROM CampaignMember WHERE LeadId = '{ids[0]}'", "Id"));
        Assert.NotEqual(before, (await admin.Column($"SELECT SystemModstamp FROM Lead WHERE Id = '{ids[0]}'", "SystemModstamp"))[0]);
        Assert.Equal("ENTITY_IS_DELETED", Code((await admin.UpdateMany(false, Row("Lead", ("id", ids[1]), ("Title", "x"))))[0]));
        Assert.Equal(404, (await admin.Send(HttpMethod.Patch, $"/sobjects/Lead/{ids[1]}", new { Title = "x" })).Status);
        Assert.Equal(400, (await admin.Send(HttpMethod.Post, "/_twin/undelete", new { ids = new[] { ids[1] } })).Status);
        Assert.Equal(400, (await admin.Send(HttpMethod.Post, "/_twin/merge", new { id = ids[0], others = new[] { ids[1] } })).Status);
    }

    private Task<(int Status, JsonElement Body, HttpResponseMessage Response)> Action(object input) => admin.Send(HttpMethod.Post, "/actions/standard/convertLead", new { inputs = new[] { input } });
}
