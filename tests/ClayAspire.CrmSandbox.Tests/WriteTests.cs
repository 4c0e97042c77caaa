using System.Globalization;
using System.Text.Json;
using static ClayAspire.CrmSandbox.Tests.SalesforceClient;

namespace ClayAspire.CrmSandbox.Tests;

public sealed class WriteTests : IAsyncLifetime
{
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;
    private SalesforceClient integration = null!;

    public async Task InitializeAsync()
    {
        twin = await RunningTwin.Start();
        admin = await twin.Admin();
        integration = await twin.Integration();
    }

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Fact]
    public async Task Each_row_of_a_collection_has_its_own_result_in_order()
    {
        var results = await admin.CreateMany(false,
            Row("Lead", ("LastName", "Good"), ("Company", "A")),
            Row("Lead", ("LastName", "No company")),
            Row("Lead", ("LastName", "Unknown"), ("Company", "A"), ("Nope__c", 1)),
            Row("Lead", ("LastName", new string('x', 81)), ("Company", "A")),
            Row("Lead", ("LastName", "Mail"), ("Company", "A"), ("Email", "not an address")),
            Row("Lead", ("LastName", "Owner"), ("Company", "A"), ("OwnerId", "005000000000099AAA")),
            Row("Lead", ("LastName", "Last"), ("Company", "A")));
        Assert.Equal(["ok", "REQUIRED_FIELD_MISSING", "INVALID_FIELD", "STRING_TOO_LONG", "INVALID_EMAIL_ADDRESS", "INVALID_CROSS_REFERENCE_KEY", "ok"], results.Select(Code));
        Assert.Equal("Company", results[1].GetProperty("errors")[0].GetProperty("fields")[0].GetString());
        Assert.False(results[1].TryGetProperty("id", out _));
        Assert.Equal(["Good", "Last"], await admin.Column("SELECT LastName FROM Lead ORDER BY LastName", "LastName"));
    }

    [Fact]
    public async Task All_or_none_takes_everything_back_and_says_so_of_the_good_rows()
    {
        var id = (await admin.Load("Lead", new { LastName = "Kept", Company = "A", City = "Old" }))[0];
        var before = (await admin.Records($"SELECT City, SystemModstamp FROM Lead WHERE Id = '{id}'"))[0].ToString();
        var results = await admin.UpdateMany(true,
            Row("Lead", ("id", id), ("City", "New")),
            Row("Lead", ("id", "00Q000000000099EAA"), ("City", "New")));
        Assert.Equal(["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_CROSS_REFERENCE_KEY"], results.Select(Code));
        Assert.Equal(before, (await admin.Records($"SELECT City, SystemModstamp FROM Lead WHERE Id = '{id}'"))[0].ToString());
        var created = await admin.CreateMany(true, Row("Lead", ("LastName", "Gone"), ("Company", "A"), ("Clay_Row_Id__c", "r1")), Row("Lead", ("LastName", "Bad")));
        Assert.Equal(["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"], created.Select(Code));
        Assert.Empty(await admin.Records("SELECT Id FROM Lead WHERE Clay_Row_Id__c = 'r1'"));
        Assert.Equal("ok", Code((await admin.CreateMany(true, Row("Lead", ("LastName", "Now"), ("Company", "A"), ("Clay_Row_Id__c", "r1"))))[0]));
    }

    [Fact]
    public async Task More_than_200_rows_a_missing_type_or_a_wrong_json_type_refuse_the_request()
    {
        object[] many = [.. Enumerable.Range(0, 201).Select(i => (object)Row("Lead", ("LastName", $"L{i}"), ("Company", "A")))];
        Assert.Equal((400, "EXCEEDED_MAX_SIZE_REQUEST"), await Refused(HttpMethod.Post, "/composite/sobjects", new { records = many }));
        Assert.Equal((400, "INVALID_TYPE"), await Refused(HttpMethod.Post, "/composite/sobjects", new { records = new[] { new { LastName = "x" } } }));
        Assert.Equal((400, "JSON_PARSER_ERROR"), await Refused(HttpMethod.Post, "/composite/sobjects", new { records = new[] { Row("Lead", ("LastName", "x"), ("Company", "A"), ("DoNotCall", "maybe")) } }));
        Assert.Empty(await admin.Records("SELECT Id FROM Lead"));
    }

    [Fact]
    public async Task The_integration_user_writes_only_its_fields()
    {
        var id = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        var refused = await integration.UpdateMany(false, Row("Lead", ("id", id), ("Title", "Director"), ("external_hard_bounced__c", true)));
        Assert.Equal("INVALID_FIELD_FOR_INSERT_UPDATE", Code(refused[0]));
        Assert.Equal("Title", refused[0].GetProperty("errors")[0].GetProperty("fields")[0].GetString());
        foreach (var field in new[] { "pi__pardot_hard_bounced__c", "overall_hard_bounced__c", "Cold_Lead_Eligible__c", "SystemModstamp" })
            Assert.Equal("INVALID_FIELD_FOR_INSERT_UPDATE", Code((await integration.UpdateMany(false, Row("Lead", ("id", id), (field, true))))[0]));
        Assert.Equal("INVALID_FIELD_FOR_INSERT_UPDATE", Code((await admin.UpdateMany(false, Row("Lead", ("id", id), ("overall_hard_bounced__c", true))))[0]));
        Assert.Equal("ok", Code((await integration.UpdateMany(false, Row("Lead", ("id", id), ("external_hard_bounced__c", true), ("Industry", "Retail"), ("company_description__c", "x"))))[0]));
        Assert.Equal("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", Code((await integration.CreateMany(false, Row("Lead", ("LastName", "B"), ("Company", "B"))))[0]));
        Assert.Equal((403, "INSUFFICIENT_ACCESS_OR_READONLY"), await Refused(HttpMethod.Delete, $"/sobjects/Lead/{id}", null, integration));
    }

    [Fact]
    public async Task Formulas_follow_their_inputs_and_do_not_move_the_modstamp()
    {
        var lead = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        var campaign = (await admin.Load("Campaign", new { Name = "C" }))[0];
        var member = (await admin.Load("CampaignMember", new { CampaignId = campaign, LeadId = lead }))[0];
        async Task<string> State() => (await admin.Records($"SELECT overall_hard_bounced__c, Cold_Lead_Eligible__c FROM Lead WHERE Id = '{lead}'"))[0] is var r
            ? $"{r.GetProperty("overall_hard_bounced__c")} {r.GetProperty("Cold_Lead_Eligible__c")}" : "";
        Assert.Equal("False True", await State());
        await admin.UpdateMany(false, Row("Lead", ("id", lead), ("pi__pardot_hard_bounced__c", true)));
        Assert.Equal("True False", await State());
        await admin.UpdateMany(false, Row("Lead", ("id", lead), ("pi__pardot_hard_bounced__c", false), ("external_hard_bounced__c", true)));
        Assert.Equal("True False", await State());
        await admin.UpdateMany(false, Row("Lead", ("id", lead), ("external_hard_bounced__c", null), ("Status", "Unqualified")));
        Assert.Equal("False False", await State());

        // The member's e-mail is derived from the lead: it changes, the member's own stamp does not.
        var before = await admin.Column($"SELECT SystemModstamp FROM CampaignMember WHERE Id = '{member}'", "SystemModstamp");
        await admin.UpdateMany(false, Row("Lead", ("id", lead), ("Email", "new@a.example")));
        Assert.Equal(["new@a.example"], await admin.Column($"SELECT Email FROM CampaignMember WHERE Id = '{member}'", "Email"));
        Assert.Equal(before, await admin.Column($"SELECT SystemModstamp FROM CampaignMember WHERE Id = '{member}'", "SystemModstamp"));
    }

    [Fact]
    public async Task The_modstamp_rises_strictly_with_each_commit_and_names_who()
    {
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B" });
        var stamps = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            await integration.UpdateMany(false, Row("Lead", ("id", ids[i % 2]), ("Industry", "Retail")));
            stamps.Add((await admin.Column($"SELECT SystemModstamp FROM Lead WHERE Id = '{ids[i % 2]}'", "SystemModstamp"))[0]);
        }

        Assert.Equal(stamps.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal), stamps);
        Assert.Equal(["ClayAspire Integration"], (await admin.Records($"SELECT LastModifiedBy.Name FROM Lead WHERE Id = '{ids[0]}'")).Select(r => r.GetProperty("LastModifiedBy").GetProperty("Name").GetString()));
        Assert.Equal([ids[1]], await admin.Column($"SELECT Id FROM Lead WHERE SystemModstamp >= {stamps[^1].Replace("+0000", "Z", StringComparison.Ordinal)}", "Id"));
    }

    [Fact]
    public async Task History_keeps_old_and_new_values_of_tracked_fields_only_when_they_change()
    {
        var id = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        await integration.UpdateMany(false, Row("Lead", ("id", id), ("Industry", "Retail"), ("external_hard_bounced__c", true)));
        await integration.UpdateMany(false, Row("Lead", ("id", id), ("Industry", "Retail")));
        await admin.UpdateMany(false, Row("Lead", ("id", id), ("Industry", "Energy"), ("company_description__c", "long")));
        var rows = await admin.Records($"SELECT Field, OldValue, NewValue, CreatedBy.Name FROM LeadHistory WHERE LeadId = '{id}' ORDER BY Field, CreatedDate");
        Assert.Equal(
            ["company_description__c:→ Sandbox Administrator", "external_hard_bounced__c:False→True ClayAspire Integration", "Industry:→Retail ClayAspire Integration", "Industry:Retail→Energy Sandbox Administrator"],
            rows.Select(r => $"{r.GetProperty("Field")}:{r.GetProperty("OldValue")}→{r.GetProperty("NewValue")} {r.GetProperty("CreatedBy").GetProperty("Name")}"));
    }

    [Fact]
    public async Task Single_record_calls_answer_with_the_platforms_status()
    {
        var (created, body, _) = await admin.Send(HttpMethod.Post, "/sobjects/Lead", new { LastName = " Trimmed ", Company = "A", Title = "  " });
        Assert.Equal(201, created);
        var id = body.GetProperty("id").GetString()!;
        var lead = await admin.Get($"/sobjects/Lead/{id[..15]}");
        Assert.Equal(("Trimmed", JsonValueKind.Null), (lead.GetProperty("LastName").GetString(), lead.GetProperty("Title").ValueKind));
        Assert.Equal(204, (await admin.Send(HttpMethod.Patch, $"/sobjects/Lead/{id}", new { Title = "CTO" })).Status);
        Assert.Equal("CTO", (await admin.Get($"/sobjects/Lead/{id}?fields=Title,Id")).GetProperty("Title").GetString());
        Assert.Equal((400, "INVALID_FIELD"), await Refused(HttpMethod.Patch, $"/sobjects/Lead/{id}", new { Nope = 1 }));
        Assert.Equal((404, "NOT_FOUND"), await Refused(HttpMethod.Get, "/sobjects/Lead/00Q000000000099EAA", null));
        Assert.Equal((404, "NOT_FOUND"), await Refused(HttpMethod.Get, "/sobjects/Nothing/00Q000000000099EAA", null));
        Assert.Equal(204, (await admin.Send(HttpMethod.Delete, $"/sobjects/Lead/{id}")).Status);
        Assert.Equal((404, "ENTITY_IS_DELETED"), await Refused(HttpMethod.Get, $"/sobjects/Lead/{id}", null));
        Assert.Equal("ENTITY_IS_DELETED", Code((await admin.UpdateMany(false, Row("Lead", ("id", id), ("Title", "x"))))[0]));
    }

    [Fact]
    public async Task Upsert_creates_updates_and_refuses_what_matches_more_than_one()
    {
        var path = "/sobjects/Lead/Clay_Row_Id__c/r_7";
        var (first, body, _) = await admin.Send(HttpMethod.Patch, path, new { LastName = "A", Company = "A" });
        Assert.Equal((201, true), (first, body.GetProperty("created").GetBoolean()));
        var (second, again, _) = await admin.Send(HttpMethod.Patch, path, new { Title = "CTO" });
        Assert.Equal((200, false, body.GetProperty("id").GetString()), (second, again.GetProperty("created").GetBoolean(), again.GetProperty("id").GetString()));
        await admin.Load("Lead", new { LastName = "T1", Company = "A", Email = "t@a.example" }, new { LastName = "T2", Company = "A", Email = "T@a.example" });
        var (many, matches, _) = await admin.Send(HttpMethod.Patch, "/sobjects/Lead/Email/t@a.example", new { Title = "x" });
        Assert.Equal((300, 2), (many, matches.GetArrayLength()));

        var rows = await admin.Collection(HttpMethod.Patch, "/composite/sobjects/Lead/Clay_Row_Id__c", false,
            Row("Lead", ("Clay_Row_Id__c", "r_7"), ("Title", "CIO")), Row("Lead", ("Clay_Row_Id__c", "r_8"), ("LastName", "B"), ("Company", "B")), Row("Lead", ("LastName", "no key")));
        Assert.Equal(["ok", "ok", "MISSING_ARGUMENT"], rows.Select(Code));
        Assert.Equal([false, true], rows.Take(2).Select(r => r.GetProperty("created").GetBoolean()));
        var byEmail = await admin.Collection(HttpMethod.Patch, "/composite/sobjects/Lead/Email", false, Row("Lead", ("Email", "t@a.example"), ("Title", "x")));
        Assert.Equal("DUPLICATE_EXTERNAL_ID", Code(byEmail[0]));
        Assert.Equal((404, "NOT_FOUND"), await Refused(HttpMethod.Patch, "/composite/sobjects/Lead/Website", new { records = new[] { Row("Lead", ("Website", "x")) } }));
    }

    [Fact]
    public async Task Unique_keys_converted_leads_and_repeated_ids_are_refused()
    {
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A", Clay_Row_Id__c = "k1" }, new { LastName = "B", Company = "B", IsConverted = true, Status = "Closed - Converted" });
        var results = await admin.CreateMany(false, Row("Lead", ("LastName", "C"), ("Company", "C"), ("Clay_Row_Id__c", "K1")));
        Assert.Equal("DUPLICATE_VALUE", Code(results[0]));
        Assert.Contains(ids[0][..15], results[0].ToString(), StringComparison.Ordinal);
        var updates = await admin.UpdateMany(false, Row("Lead", ("id", ids[1]), ("Title", "x")), Row("Lead", ("id", ids[0]), ("Title", "x")), Row("Lead", ("id", ids[0]), ("Title", "y")), Row("Lead", ("id", "rubbish"), ("Title", "y")));
        Assert.Equal(["CANNOT_UPDATE_CONVERTED_LEAD", "ok", "DUPLICATE_VALUE", "MALFORMED_ID"], updates.Select(Code));
    }

    [Fact]
    public async Task Campaign_members_are_unique_and_cannot_be_moved()
    {
        var lead = (await admin.Load("Lead", new { LastName = "A", Company = "A" }))[0];
        var campaigns = await admin.Load("Campaign", new { Name = "C" }, new { Name = "D" });
        var made = await admin.CreateMany(false, Row("CampaignMember", ("CampaignId", campaigns[0]), ("LeadId", lead)), Row("CampaignMember", ("CampaignId", campaigns[0]), ("LeadId", lead)), Row("CampaignMember", ("CampaignId", campaigns[0])));
        Assert.Equal(["ok", "DUPLICATE_VALUE", "REQUIRED_FIELD_MISSING"], made.Select(Code));
        Assert.Contains("Already a campaign member.", made[1].ToString(), StringComparison.Ordinal);
        var member = made[0].GetProperty("id").GetString()!;
        Assert.Equal("INVALID_FIELD_FOR_INSERT_UPDATE", Code((await admin.UpdateMany(false, Row("CampaignMember", ("id", member), ("CampaignId", campaigns[1]))))[0]));
        Assert.Equal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", Code((await integration.UpdateMany(false, Row("CampaignMember", ("id", member), ("ReplyClassification__c", "Maybe"))))[0]));
        Assert.Equal("ok", Code((await integration.UpdateMany(false, Row("CampaignMember", ("id", member), ("ReplyClassification__c", "Interested"), ("Has_Replied__c", true))))[0]));
        await admin.UpdateMany(false, Row("CampaignMember", ("id", member), ("Status", "Responded")));
        Assert.Equal(["True"], await admin.Column($"SELECT HasResponded FROM CampaignMember WHERE Id = '{member}'", "HasResponded"));
        await admin.Send(HttpMethod.Delete, $"/sobjects/Lead/{lead}");
        Assert.Empty(await admin.Records("SELECT Id FROM CampaignMember"));
    }

    [Fact]
    public async Task Retrieve_keeps_the_order_and_answers_null_for_what_is_not_there()
    {
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B" });
        var (_, posted, _) = await integration.Send(HttpMethod.Post, "/composite/sobjects/Lead", new { ids = new[] { ids[1], "00Q000000000099EAA", ids[0] }, fields = new[] { "LastName", "overall_hard_bounced__c" } });
        Assert.Equal(["B", null, "A"], posted.EnumerateArray().Select(r => r.ValueKind == JsonValueKind.Null ? null : r.GetProperty("LastName").GetString()));
        var got = await integration.Get($"/composite/sobjects/Lead?ids={ids[0]},{ids[1]}&fields=LastName");
        Assert.Equal(2, got.GetArrayLength());
        Assert.Equal((400, "INVALID_FIELD"), await Refused(HttpMethod.Post, "/composite/sobjects/Lead", new { ids, fields = new[] { "Description" } }, integration));
        var deleted = (await admin.Send(HttpMethod.Delete, $"/composite/sobjects?ids={ids[0]},00Q000000000099EAA&allOrNone=false")).Body;
        Assert.Equal(["ok", "INVALID_CROSS_REFERENCE_KEY"], deleted.EnumerateArray().Select(Code));
    }

    [Fact]
    public async Task The_audit_counts_every_write_of_a_cell_and_who_sent_it()
    {
        var id = (await admin.Load("Lead", new { LastName = "A", Company = "A", Industry = "Retail" }))[0];
        await integration.UpdateMany(false, Row("Lead", ("id", id), ("Industry", "Retail")));
        await integration.UpdateMany(false, Row("Lead", ("id", id), ("Industry", "Energy")));
        await admin.UpdateMany(true, Row("Lead", ("id", id), ("Industry", "Media")), Row("Lead", ("id", "rubbish")));
        var cell = (await admin.Get($"/_twin/writes?object=Lead&id={id[..15]}&field=industry")).GetProperty("cells")[0];
        Assert.Equal("3 2 1", string.Join(' ', new[] { "received", "committed", "sameValue" }.Select(n => cell.GetProperty(n).GetInt32().ToString(CultureInfo.InvariantCulture))));
        Assert.Equal((2, 1), (cell.GetProperty("by").GetProperty("clayaspire-integration").GetInt32(), cell.GetProperty("by").GetProperty("demo").GetInt32()));
        var summary = await admin.Get("/_twin/writes/summary");
        Assert.Equal((3, 2), (summary.GetProperty("received").GetInt32(), summary.GetProperty("mostCommittedPerCell").GetInt32()));
        await integration.UpdateMany(false, Row("Lead", ("id", id), ("overall_hard_bounced__c", true), ("Title", "x"), ("Nope", 1)));
        foreach (var field in new[] { "overall_hard_bounced__c", "Title" })
        {
            var refused = (await admin.Get($"/_twin/writes?id={id}&field={field}")).GetProperty("cells")[0];
            Assert.Equal((1, 0), (refused.GetProperty("received").GetInt32(), refused.GetProperty("committed").GetInt32()));
        }

        Assert.Equal(401, (await integration.Send(HttpMethod.Get, "/_twin/writes")).Status);
    }

    [Fact]
    public async Task Of_eight_clients_that_create_the_same_key_at_once_one_wins()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
            admin.CreateMany(false, Row("Lead", ("LastName", $"L{i}"), ("Company", "A"), ("Clay_Row_Id__c", "same")), Row("Lead", ("LastName", $"M{i}"), ("Company", "A"))))));
        Assert.Equal(1, results.Count(r => Code(r[0]) == "ok"));
        Assert.All(results, r => Assert.Equal("ok", Code(r[1])));
        Assert.Equal(9, (await admin.Query("SELECT COUNT() FROM Lead")).GetProperty("totalSize").GetInt32());
    }

    [Fact]
    public async Task Three_hundred_ids_fit_into_a_query_and_an_address_over_16_KB_is_414()
    {
        string Ids(int count) => string.Join(',', Enumerable.Range(0, count).Select(_ => "'00Q000000000099EAA'"));
        Assert.Equal(200, (await admin.Send(HttpMethod.Get, $"/query?q={Uri.EscapeDataString($"SELECT Id FROM Lead WHERE Id IN ({Ids(300)})")}")).Status);
        Assert.Equal(414, (await admin.Send(HttpMethod.Get, $"/query?q={Uri.EscapeDataString($"SELECT Id FROM Lead WHERE Id IN ({Ids(800)})")}")).Status);
    }

    private async Task<(int, string)> Refused(HttpMethod method, string path, object? body, SalesforceClient? client = null)
    {
        var (status, answer, _) = await (client ?? admin).Send(method, path, body);
        return (status, answer[0].GetProperty("errorCode").GetString()!);
    }
}
