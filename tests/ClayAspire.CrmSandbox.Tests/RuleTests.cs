using System.Text.Json;
using static ClayAspire.CrmSandbox.Tests.SalesforceClient;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Duplicate rules, validation rules, picklists with record types, the assignment rule, member statuses.</summary>
public sealed class RuleTests : IAsyncLifetime
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

    [Fact]
    public async Task An_alert_names_the_match_and_is_passed_by_the_header_and_a_block_is_not()
    {
        var known = (await admin.Load("Lead", new { LastName = "A", Company = "A", Email = "x@a.example" }))[0];
        object Twin(string last) => new { LastName = last, Company = "B", Email = "X@a.example" };
        var allow = ("Sforce-Duplicate-Rule-Header", "allowSave=true; includeRecordDetails=true");
        await Set("/duplicate-rules", new[] { new { @object = "Lead", name = "Same_Mail", fields = new[] { "Email" }, action = "alert" } });

        var (status, body, _) = await admin.Send(HttpMethod.Post, "/sobjects/Lead", Twin("B"));
        Assert.Equal((400, "DUPLICATES_DETECTED", "Use one of these records?"), (status, body[0].GetProperty("errorCode").GetString(), body[0].GetProperty("message").GetString()));
        var found = body[0].GetProperty("duplicateResult");
        Assert.True(found.GetProperty("allowSave").GetBoolean());
        Assert.Equal("Same_Mail", found.GetProperty("duplicateRule").GetString());
        Assert.Equal(known, found.GetProperty("matchResults")[0].GetProperty("matchRecords")[0].GetProperty("record").GetProperty("Id").GetString());
        // A collection tells no more than the code.
        var row = (await admin.CreateMany(false, Row("Lead", ("LastName", "C"), ("Company", "B"), ("Email", "x@a.example"))))[0];
        Assert.Equal("DUPLICATES_DETECTED", Code(row));
        Assert.False(row.GetProperty("errors")[0].TryGetProperty("duplicateResult", out _));
        Assert.Equal(201, (await admin.Send(HttpMethod.Post, "/sobjects/Lead", Twin("D"), allow)).Status);
        // An update that does not touch the compared field is not looked at.
        Assert.Equal("ok", Code((await admin.UpdateMany(false, Row("Lead", ("id", known), ("Title", "x"))))[0]));

        var bulk = new BulkClient(admin);
        var (job, _) = await bulk.Run(new { @object = "Lead", operation = "insert" }, "LastName,Company,Email\nE,E,x@a.example\n");
        Assert.Contains("DUPLICATES_DETECTED:Use one of these records?:--", (await bulk.Results(job, "failedResults")).Single(), StringComparison.Ordinal);

        await Set("/duplicate-rules", new[] { new { @object = "Lead", name = "Same_Mail", fields = new[] { "Email" }, action = "block" } });
        Assert.Equal(400, (await admin.Send(HttpMethod.Post, "/sobjects/Lead", Twin("F"), allow)).Status);
        Assert.Equal(["A", "D"], await admin.Column("SELECT LastName FROM Lead ORDER BY LastName", "LastName"));
        Assert.Equal(400, (await admin.Send(HttpMethod.Post, "/_twin/duplicate-rules", new[] { new { @object = "Lead", name = "n", fields = new[] { "Nope" } } })).Status);
    }

    [Fact]
    public async Task A_validation_rule_refuses_with_its_own_words_unless_the_user_may_bypass_it()
    {
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B", Phone = "1" });
        await Set("/validation-rules", new[] { new { @object = "Lead", name = "Reachable", refuses = "Email = null AND Phone = null", message = "A lead needs an e-mail or a phone.", field = "Email" } });
        var results = await admin.UpdateMany(false, Row("Lead", ("id", ids[0]), ("Industry", "Retail")), Row("Lead", ("id", ids[1]), ("Industry", "Retail")));
        Assert.Equal(["FIELD_CUSTOM_VALIDATION_EXCEPTION", "ok"], results.Select(Code));
        Assert.Equal(("A lead needs an e-mail or a phone.", "Email"), (results[0].GetProperty("errors")[0].GetProperty("message").GetString(), results[0].GetProperty("errors")[0].GetProperty("fields")[0].GetString()));
        Assert.Equal("ok", Code((await integration.UpdateMany(false, Row("Lead", ("id", ids[0]), ("Industry", "Energy"))))[0]));
        Assert.Equal(400, (await admin.Send(HttpMethod.Post, "/_twin/validation-rules", new[] { new { @object = "Lead", name = "n", refuses = "Nope = null", message = "m" } })).Status);
        await admin.Send(HttpMethod.Post, "/_twin/reset");
        Assert.Equal(0, (await admin.Get("/_twin/validation-rules")).GetArrayLength());
    }

    [Fact]
    public async Task A_picklist_can_be_restricted_lose_a_value_and_get_one_and_describe_says_so()
    {
        var id = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        async Task<string> Write(string value) => Code((await integration.UpdateMany(false, Row("Lead", ("id", id), ("Industry", value))))[0]);
        Assert.Equal("ok", await Write("Anything"));
        await Set("/picklists", new { @object = "Lead", field = "Industry", value = "Retail", active = false, restricted = true });
        await Set("/picklists", new { @object = "Lead", field = "Industry", value = "Space", active = true });
        Assert.Equal(["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "ok", "ok"],
            new[] { await Write("Something"), await Write("Retail"), await Write("space"), await Write("Energy") });
        var field = (await integration.Get("/sobjects/Lead/describe")).GetProperty("fields").EnumerateArray().Single(f => f.GetProperty("name").GetString() == "Industry");
        Assert.True(field.GetProperty("restrictedPicklist").GetBoolean());
        var values = field.GetProperty("picklistValues").EnumerateArray().ToDictionary(v => v.GetProperty("value").GetString()!, v => v.GetProperty("active").GetBoolean());
        Assert.Equal((false, true, true), (values["Retail"], values["Space"], values["Energy"]));
        Assert.Equal(400, (await admin.Send(HttpMethod.Post, "/_twin/picklists", new { @object = "Lead", field = "Title", restricted = true })).Status);
    }

    [Fact]
    public async Task A_record_type_leaves_some_values_of_a_restricted_picklist()
    {
        var types = (await integration.Records("SELECT Id, DeveloperName FROM RecordType WHERE SobjectType = 'CampaignMember'")).ToDictionary(r => r.GetProperty("DeveloperName").GetString()!, r => r.GetProperty("Id").GetString()!);
        var lead = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        var campaign = (await admin.Load("Campaign", new { Name = "C" }))[0];
        var member = (await admin.Load("CampaignMember", new { CampaignId = campaign, LeadId = lead, RecordTypeId = types["Event"] }))[0];
        async Task<string> Write(string value) => Code((await integration.UpdateMany(false, Row("CampaignMember", ("id", member), ("ReplyClassification__c", value))))[0]);
        Assert.Equal(["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "ok"], new[] { await Write("Meeting Request"), await Write("Interested") });
        await admin.UpdateMany(false, Row("CampaignMember", ("id", member), ("RecordTypeId", types["Email_Outreach"])));
        Assert.Equal("ok", await Write("Meeting Request"));
        var infos = (await integration.Get("/sobjects/CampaignMember/describe")).GetProperty("recordTypeInfos").EnumerateArray().ToDictionary(r => r.GetProperty("developerName").GetString()!, r => r.GetProperty("recordTypeId").GetString());
        Assert.Equal((types["Event"], "012000000000000AAA"), (infos["Event"], infos["Master"]));
        var partner = (await admin.Column("SELECT Id FROM RecordType WHERE SobjectType = 'Lead' AND DeveloperName = 'Partner'", "Id"))[0];
        Assert.Equal("INVALID_CROSS_REFERENCE_KEY", Code((await admin.UpdateMany(false, Row("CampaignMember", ("id", member), ("RecordTypeId", partner))))[0]));
    }

    [Fact]
    public async Task New_leads_pass_the_assignment_rule_unless_the_header_says_false()
    {
        var owner = (await admin.Column("SELECT Id FROM User WHERE Username = 'sales@salesforce.example'", "Id"))[0];
        await Set("/assignment-rule", new { ownerId = owner });
        object Lead(string name) => new { LastName = name, Company = "A" };
        await admin.Send(HttpMethod.Post, "/sobjects/Lead", Lead("assigned"));
        await admin.Send(HttpMethod.Post, "/sobjects/Lead", Lead("kept"), ("Sforce-Auto-Assign", "FALSE"));
        await admin.Send(HttpMethod.Post, "/composite/sobjects", new { records = new[] { Row("Lead", ("LastName", "many"), ("Company", "A")) } }, ("Sforce-Auto-Assign", "false"));
        Assert.Equal(["assigned"], await admin.Column($"SELECT LastName FROM Lead WHERE OwnerId = '{owner}'", "LastName"));
        await new BulkClient(admin).Run(new { @object = "Lead", operation = "insert" }, "LastName,Company\nbulk,A\n");
        await new BulkClient(admin).Run(new { @object = "Lead", operation = "insert", assignmentRuleId = "01Q000000000001AAA" }, "LastName,Company\nbulkrule,A\n");
        Assert.Equal(["assigned", "bulkrule"], await admin.Column($"SELECT LastName FROM Lead WHERE OwnerId = '{owner}' ORDER BY LastName", "LastName"));
        await admin.UpdateMany(false, Row("Lead", ("id", (await admin.Column("SELECT Id FROM Lead WHERE LastName = 'kept'", "Id"))[0]), ("Title", "x")));
        Assert.Equal(2, (await admin.Records($"SELECT Id FROM Lead WHERE OwnerId = '{owner}'")).Length);
    }

    [Fact]
    public async Task A_member_has_one_of_its_campaigns_statuses()
    {
        var campaign = (await admin.Send(HttpMethod.Post, "/sobjects/Campaign", new { Name = "C" })).Body.GetProperty("id").GetString()!;
        Assert.Equal(["Sent", "Responded"], await integration.Column($"SELECT Label FROM CampaignMemberStatus WHERE CampaignId = '{campaign}' ORDER BY SortOrder", "Label"));
        await admin.Send(HttpMethod.Post, "/sobjects/CampaignMemberStatus", new { CampaignId = campaign, Label = "Attended", SortOrder = 3, HasResponded = true });
        var leads = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B" }, new { LastName = "C", Company = "C" });
        await admin.CreateMany(false, Row("CampaignMember", ("CampaignId", campaign), ("LeadId", leads[0]), ("Status", "attended")),
            Row("CampaignMember", ("CampaignId", campaign), ("LeadId", leads[1]), ("Status", "Invented")), Row("CampaignMember", ("CampaignId", campaign), ("LeadId", leads[2])));
        Assert.Equal(["Attended True", "Sent False", "Sent False"], (await admin.Records("SELECT Status, HasResponded FROM CampaignMember ORDER BY Id")).Select(r => $"{r.GetProperty("Status")} {r.GetProperty("HasResponded")}"));

        await twin.DisposeAsync();
        twin = await RunningTwin.Start(null, ("Platform:UnknownMemberStatusBecomesDefault", "false"));
        admin = await twin.Admin();
        campaign = (await admin.Load("Campaign", new { Name = "C" }))[0];
        var lead = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        Assert.Equal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", Code((await admin.CreateMany(false, Row("CampaignMember", ("CampaignId", campaign), ("LeadId", lead), ("Status", "Invented"))))[0]));
    }

    [Fact]
    public async Task The_text_of_an_error_is_a_setting()
    {
        await twin.DisposeAsync();
        twin = await RunningTwin.Start(null, ("Platform:Messages:NOT_FOUND", "not here"), ("Platform:Messages:REQUIRED_FIELD_MISSING", "something is missing"));
        admin = await twin.Admin();
        Assert.Equal("not here", (await admin.Send(HttpMethod.Get, "/sobjects/Nothing/describe")).Body[0].GetProperty("message").GetString());
        Assert.Contains("something is missing", (await admin.CreateMany(false, Row("Lead", ("LastName", "A"))))[0].ToString(), StringComparison.Ordinal);
    }

    private async Task Set(string path, object body) => Assert.Equal(204, (await admin.Send(HttpMethod.Post, "/_twin" + path, body)).Status);
}
