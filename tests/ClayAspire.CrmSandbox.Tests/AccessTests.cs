using System.Text.Json;
using static ClayAspire.CrmSandbox.Tests.SalesforceClient;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Rights as records that can be queried, and as what is enforced: the two must agree.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;

    public async Task InitializeAsync()
    {
        twin = await RunningTwin.Start();
        admin = await twin.Admin();
    }

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Fact]
    public async Task The_integration_user_finds_its_profile_role_sets_and_what_they_grant()
    {
        var client = await twin.Integration();
        var user = (await client.Records("SELECT Id, IsActive, UserType, Profile.Name, UserRole.Name FROM User WHERE Username = 'clayaspire@crm-sandbox.example'"))[0];
        Assert.Equal(("ClayAspire Integration (API only)", "SBS"), (user.GetProperty("Profile").GetProperty("Name").GetString(), user.GetProperty("UserRole").GetProperty("Name").GetString()));
        var assigned = await client.Records($"SELECT PermissionSetId, PermissionSet.Name, PermissionSet.IsOwnedByProfile, PermissionSet.Type FROM PermissionSetAssignment WHERE AssigneeId = '{user.GetProperty("Id").GetString()}'");
        Assert.Equal(["False Regular", "True Profile"], assigned.Select(a => $"{a.GetProperty("PermissionSet").GetProperty("IsOwnedByProfile")} {a.GetProperty("PermissionSet").GetProperty("Type")}").Order(StringComparer.Ordinal));
        var sets = string.Join(',', assigned.Select(a => $"'{a.GetProperty("PermissionSetId").GetString()}'"));
        var objects = await client.Records($"SELECT SobjectType, PermissionsRead, PermissionsCreate, PermissionsEdit, PermissionsDelete, PermissionsViewAllRecords, PermissionsModifyAllRecords FROM ObjectPermissions WHERE ParentId IN ({sets}) ORDER BY SobjectType");
        Assert.Equal(["Campaign R", "CampaignMember RE", "Contact R", "Lead RE"], objects.Select(o => o.GetProperty("SobjectType").GetString() + " " + Letters(o)));
        var edits = await client.Column($"SELECT Field FROM FieldPermissions WHERE ParentId IN ({sets}) AND PermissionsEdit = true ORDER BY Field", "Field");
        Assert.Equal(["CampaignMember.Has_Replied__c", "CampaignMember.ReplyClassification__c", "Lead.company_description__c", "Lead.external_hard_bounced__c", "Lead.Industry"], edits);
        var system = await client.Records($"SELECT PermissionsModifyAllData, PermissionsViewAllData, PermissionsApiEnabled, PermissionsViewSetup FROM PermissionSet WHERE Id IN ({sets})");
        Assert.All(system, s => Assert.False(s.GetProperty("PermissionsModifyAllData").GetBoolean() || s.GetProperty("PermissionsViewAllData").GetBoolean()));
        var bypass = await client.Records($"SELECT SetupEntityId FROM SetupEntityAccess WHERE ParentId IN ({sets}) AND SetupEntityType = 'CustomPermission'");
        Assert.Equal(["Bypass_Validation_Rules"], await client.Column($"SELECT DeveloperName FROM CustomPermission WHERE Id = '{bypass.Single().GetProperty("SetupEntityId").GetString()}'", "DeveloperName"));
    }

    [Theory]
    [InlineData("salesforce", "clayaspire-integration", "integration-secret")]
    [InlineData("salesforce-staging", "clayaspire-integration", "integration-secret")]
    [InlineData("salesforce", "clayaspire-overprivileged", "overprivileged-secret")]
    [InlineData("salesforce", "clayaspire-incomplete", "incomplete-secret")]
    public async Task Field_permissions_say_what_describe_shows(string org, string id, string secret)
    {
        var client = await SignIn(twin.Address, org, id, secret);
        var me = (await client.Get("/services/oauth2/userinfo")).GetProperty("user_id").GetString();
        foreach (var type in new[] { "Lead", "CampaignMember", "Contact" })
        {
            var rows = await client.Records($"SELECT Field, PermissionsRead, PermissionsEdit FROM FieldPermissions WHERE SobjectType = '{type}' AND ParentId IN (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '{me}')");
            HashSet<string> Fields(string right) => [.. rows.Where(r => r.GetProperty(right).GetBoolean()).Select(r => r.GetProperty("Field").GetString()![(type.Length + 1)..])];
            var (read, edit) = (Fields("PermissionsRead"), Fields("PermissionsEdit"));
            var described = (await client.Get($"/sobjects/{type}/describe")).GetProperty("fields").EnumerateArray().Where(f => f.GetProperty("permissionable").GetBoolean()).ToList();
            Assert.Equal(read.Order(StringComparer.Ordinal), described.Select(f => f.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
            Assert.Equal(edit.Order(StringComparer.Ordinal), described.Where(f => f.GetProperty("updateable").GetBoolean()).Select(f => f.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_right_taken_away_is_gone_from_the_records_too()
    {
        var client = await twin.Integration();
        async Task<int> Rows() => (await client.Records("SELECT Id FROM FieldPermissions WHERE Field = 'Lead.Industry' AND Parent.Name = 'ClayAspire_Integration'")).Length;
        Assert.Equal(1, await Rows());
        await Permit(read: false, edit: false);
        Assert.Equal(0, await Rows());
        await Permit(read: true, edit: true);
        Assert.Equal(1, await Rows());
        await admin.Send(HttpMethod.Post, "/_twin/reset");
        Assert.Equal(1, await Rows());
    }

    [Fact]
    public async Task The_three_users_of_the_audit_differ_in_what_they_can_do()
    {
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A", GBU__c = "Automation" }, new { LastName = "B", Company = "B", GBU__c = "Mobility" });
        var campaign = (await admin.Load("Campaign", new { Name = "C" }))[0];
        var member = (await admin.Load("CampaignMember", new { CampaignId = campaign, LeadId = ids[0] }))[0];
        var (right, broad, incomplete) = (await twin.Integration(), await SignIn(twin.Address, "salesforce", "clayaspire-overprivileged", "overprivileged-secret"), await SignIn(twin.Address, "salesforce", "clayaspire-incomplete", "incomplete-secret"));
        async Task<string> Classify(SalesforceClient c) => Code((await c.UpdateMany(false, Row("CampaignMember", ("id", member), ("ReplyClassification__c", "Interested"))))[0]);
        async Task<string> Bounce(SalesforceClient c) => Code((await c.UpdateMany(false, Row("Lead", ("id", ids[0]), ("pi__pardot_hard_bounced__c", true))))[0]);
        Assert.Equal(["ok", "ok", "INVALID_FIELD_FOR_INSERT_UPDATE"], new[] { await Classify(right), await Classify(broad), await Classify(incomplete) });
        Assert.Equal(["INVALID_FIELD_FOR_INSERT_UPDATE", "ok", "INVALID_FIELD_FOR_INSERT_UPDATE"], new[] { await Bounce(right), await Bounce(broad), await Bounce(incomplete) });
        // Modify All Data opens every object, but no field.
        Assert.Equal(201, (await broad.Send(HttpMethod.Post, "/sobjects/Contact", new { LastName = "New" })).Status);
        Assert.Equal("INVALID_FIELD_FOR_INSERT_UPDATE", Code((await broad.UpdateMany(false, Row("Lead", ("id", ids[0]), ("City", "x"))))[0]));
        Assert.Equal(204, (await broad.Send(HttpMethod.Delete, $"/sobjects/Lead/{ids[1]}")).Status);
        Assert.Equal("RE", Letters((await right.Records("SELECT PermissionsRead, PermissionsCreate, PermissionsEdit, PermissionsDelete, PermissionsViewAllRecords, PermissionsModifyAllRecords FROM ObjectPermissions WHERE Parent.Name = 'ClayAspire_Incomplete' AND SobjectType = 'Lead'"))[0]));
        Assert.Equal("CREDVM", Letters((await right.Records("SELECT PermissionsRead, PermissionsCreate, PermissionsEdit, PermissionsDelete, PermissionsViewAllRecords, PermissionsModifyAllRecords FROM ObjectPermissions WHERE Parent.Name = 'ClayAspire_Broad' AND SobjectType = 'Contact'"))[0]));
    }

    [Fact]
    public async Task A_role_that_reaches_one_business_unit_sees_no_record_of_the_others()
    {
        var leads = await admin.Load("Lead", new { LastName = "A", Company = "A", GBU__c = "Automation" }, new { LastName = "M", Company = "M", GBU__c = "Mobility" }, new { LastName = "N", Company = "N" });
        var campaign = (await admin.Load("Campaign", new { Name = "C", GBU__c = "Mobility" }))[0];
        await admin.Load("CampaignMember", new { CampaignId = campaign, LeadId = leads[0] });
        var client = await SignIn(twin.Address, "salesforce", "clayaspire-one-gbu", "one-gbu-secret");
        Assert.Equal(["A", "N"], await client.Column("SELECT LastName FROM Lead", "LastName"));
        Assert.Empty(await client.Records("SELECT Id FROM CampaignMember"));
        Assert.Equal(404, (await client.Send(HttpMethod.Get, $"/sobjects/Lead/{leads[1]}")).Status);
        Assert.Equal(["ok", "INVALID_CROSS_REFERENCE_KEY"], (await client.UpdateMany(false, Row("Lead", ("id", leads[0]), ("Industry", "Retail")), Row("Lead", ("id", leads[1]), ("Industry", "Retail")))).Select(Code));
        Assert.Equal(3, (await (await twin.Integration()).Records("SELECT Id FROM Lead")).Length);
    }

    [Fact]
    public async Task Set_up_is_seen_by_those_alone_who_may_view_it()
    {
        var minimal = await SignIn(twin.Address, "salesforce", "clayaspire-minimal", "minimal-secret");
        Assert.Equal(403, (await minimal.Send(HttpMethod.Get, "/limits")).Status);
        Assert.Equal("INVALID_TYPE", (await minimal.Refusal("SELECT Id FROM PermissionSet")).Code);
        Assert.Equal("INVALID_TYPE", (await minimal.Refusal("SELECT Id FROM Lead")).Code);
        Assert.NotEmpty(await minimal.Records("SELECT Id, Name FROM Profile"));
        var integration = await twin.Integration();
        Assert.Equal(200, (await integration.Send(HttpMethod.Get, "/limits")).Status);
        Assert.NotEmpty(await integration.Records("SELECT Id FROM PermissionSet"));
    }

    private static string Letters(JsonElement row) => string.Concat(new[] { ("C", "Create"), ("R", "Read"), ("E", "Edit"), ("D", "Delete"), ("V", "ViewAllRecords"), ("M", "ModifyAllRecords") }
        .Where(p => row.GetProperty("Permissions" + p.Item2).GetBoolean()).Select(p => p.Item1));

    private async Task Permit(bool read, bool edit) =>
        Assert.Equal(204, (await admin.Send(HttpMethod.Post, "/_twin/permissions", new { client = "clayaspire-integration", @object = "Lead", field = "Industry", read, edit })).Status);
}
