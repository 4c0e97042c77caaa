using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>SOQL over a handful of leads loaded once.</summary>
public sealed class QueryTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 18, 12, 0, 0, TimeSpan.Zero);
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;

    public async Task InitializeAsync()
    {
        twin = await RunningTwin.Start(new FakeTimeProvider(Now));
        admin = await twin.Admin();
        await admin.Load("Lead",
            new { LastName = "Ash", FirstName = "Ada", Company = "North", Email = "ada@north.example", Industry = "Energy", NumberOfEmployees = 10, HasOptedOutOfEmail = false, CreatedDate = "2026-11-18T08:00:00.000+0000" },
            new { LastName = "Birk", FirstName = "Bo", Company = "North", Email = "bo@north.example", Industry = (string?)null, NumberOfEmployees = 200, HasOptedOutOfEmail = true, CreatedDate = "2026-11-17T08:00:00.000+0000" },
            new { LastName = "Cole", FirstName = "Cy", Company = "South 100%", Email = "cy@south.example", Industry = "Retail", NumberOfEmployees = 30, HasOptedOutOfEmail = false, CreatedDate = "2026-11-10T08:00:00.000+0000" },
            new { LastName = "Dorn", FirstName = "Di", Company = "O'Malley", Email = (string?)null, Industry = "energy", NumberOfEmployees = (int?)null, HasOptedOutOfEmail = false, CreatedDate = "2026-08-01T08:00:00.000+0000" });
    }

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Theory]
    [InlineData("Industry = 'ENERGY'", "Ash,Dorn")]
    [InlineData("industry = null", "Birk")]
    [InlineData("Industry != 'Energy'", "Birk,Cole")]
    [InlineData("Industry != null AND Email != null", "Ash,Cole")]
    [InlineData("Company LIKE 'no%'", "Ash,Birk")]
    [InlineData("LastName LIKE '_or_'", "Dorn")]
    [InlineData(@"Company LIKE '%100\%'", "Cole")]
    [InlineData("(NOT Company LIKE 'North')", "Cole,Dorn")]
    [InlineData(@"Company = 'O\'Malley'", "Dorn")]
    [InlineData("LastName IN ('ash', 'Cole')", "Ash,Cole")]
    [InlineData("Email NOT IN ('ada@north.example', 'bo@north.example')", "Cole,Dorn")]
    [InlineData("Email IN ('ADA@NORTH.EXAMPLE', null)", "Ash,Dorn")]
    [InlineData("NumberOfEmployees > 10 AND (Company = 'North' OR Industry = 'Retail')", "Birk,Cole")]
    [InlineData("NumberOfEmployees <= 30", "Ash,Cole")]
    [InlineData("NumberOfEmployees >= 30 AND NumberOfEmployees < 200", "Cole")]
    [InlineData("HasOptedOutOfEmail = true", "Birk")]
    [InlineData("HasOptedOutOfEmail != TRUE AND NOT (LastName = 'Ash' OR LastName = 'Cole')", "Dorn")]
    [InlineData("CreatedDate = TODAY", "Ash")]
    [InlineData("CreatedDate = YESTERDAY", "Birk")]
    [InlineData("CreatedDate = LAST_N_DAYS:8", "Ash,Birk,Cole")]
    [InlineData("CreatedDate < LAST_N_DAYS:8", "Dorn")]
    [InlineData("CreatedDate > LAST_WEEK", "Ash,Birk")]
    [InlineData("CreatedDate = THIS_YEAR AND CreatedDate != THIS_MONTH", "Dorn")]
    [InlineData("CreatedDate >= 2026-11-17T08:00:00Z", "Ash,Birk")]
    [InlineData("CreatedDate > 2026-11-17T08:00:00.000Z", "Ash")]
    [InlineData("CreatedDate <= 2026-11-17T09:00:00+01:00", "Birk,Cole,Dorn")]
    [InlineData("Owner.Name = 'Sandbox Administrator' AND Lead.LastName = 'Ash'", "Ash")]
    [InlineData("Cold_Lead_Eligible__c = false", "Birk")]
    public async Task Where_selects(string where, string expected) =>
        Assert.Equal(expected, string.Join(',', await admin.Column($"SELECT Id, LastName FROM Lead WHERE {where} ORDER BY LastName", "LastName")));

    [Theory]
    [InlineData("ORDER BY NumberOfEmployees", "Dorn,Ash,Cole,Birk")]
    [InlineData("ORDER BY NumberOfEmployees NULLS LAST", "Ash,Cole,Birk,Dorn")]
    [InlineData("ORDER BY NumberOfEmployees DESC NULLS LAST", "Birk,Cole,Ash,Dorn")]
    [InlineData("ORDER BY Company DESC, LastName ASC", "Cole,Dorn,Ash,Birk")]
    [InlineData("ORDER BY LastName LIMIT 2 OFFSET 1", "Birk,Cole")]
    [InlineData("WHERE Industry = 'Energy' ORDER BY CreatedDate DESC LIMIT 1", "Ash")]
    public async Task Order_limit_and_offset_apply(string clauses, string expected) =>
        Assert.Equal(expected, string.Join(',', await admin.Column($"select Id, lastname from LEAD l {clauses}", "LastName")));

    [Fact]
    public async Task Ids_are_found_in_both_lengths_and_keep_their_case()
    {
        var id = (await admin.Column("SELECT Id FROM Lead WHERE LastName = 'Cole'", "Id"))[0];
        Assert.Equal(18, id.Length);
        Assert.Equal(["Cole"], await admin.Column($"SELECT LastName FROM Lead WHERE Id = '{id[..15]}'", "LastName"));
        Assert.Equal(["Cole"], await admin.Column($"SELECT LastName FROM Lead WHERE Id IN ('{id}', '00Q000000000001EAA')", "LastName"));
    }

    [Fact]
    public async Task Counting_answers_a_number_or_grouped_rows()
    {
        var count = await admin.Query("SELECT COUNT() FROM Lead WHERE Company = 'North'");
        Assert.Equal((2, 0), (count.GetProperty("totalSize").GetInt32(), count.GetProperty("records").GetArrayLength()));

        var groups = await admin.Records("SELECT Industry, COUNT(Id), MAX(NumberOfEmployees) largest FROM Lead GROUP BY Industry ORDER BY COUNT(Id) DESC, Industry NULLS LAST");
        Assert.Equal(["Energy:2:10", "Retail:1:30", ":1:200"],
            groups.Select(g => $"{g.GetProperty("Industry")}:{g.GetProperty("expr0")}:{g.GetProperty("largest")}"));
        Assert.Equal("AggregateResult", groups[0].GetProperty("attributes").GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_relationship_is_a_nested_record()
    {
        var lead = (await admin.Column("SELECT Id FROM Lead WHERE LastName = 'Ash'", "Id"))[0];
        var campaign = (await admin.Load("Campaign", new { Name = "Spring" }))[0];
        await admin.Load("CampaignMember", new { CampaignId = campaign, LeadId = lead });
        var member = (await admin.Records($"SELECT Id, Lead.Email, Lead.Company, Campaign.Name, Contact.Email FROM CampaignMember WHERE Campaign.Name = 'Spring'"))[0];
        Assert.Equal("ada@north.example", member.GetProperty("Lead").GetProperty("Email").GetString());
        Assert.Equal("Lead", member.GetProperty("Lead").GetProperty("attributes").GetProperty("type").GetString());
        Assert.Equal(JsonValueKind.Null, member.GetProperty("Contact").ValueKind);
        Assert.Equal(["Ash"], await admin.Column("SELECT LastName FROM Lead WHERE Id IN (SELECT LeadId FROM CampaignMember WHERE Campaign.Name = 'Spring')", "LastName"));
        Assert.Equal(3, (await admin.Query("SELECT COUNT() FROM Lead WHERE Id NOT IN (SELECT LeadId FROM CampaignMember)")).GetProperty("totalSize").GetInt32());
    }

    [Fact]
    public async Task Datetimes_are_spelled_without_a_colon_in_the_offset() =>
        Assert.Equal("2026-11-18T08:00:00.000+0000", (await admin.Column("SELECT CreatedDate FROM Lead WHERE LastName = 'Ash'", "CreatedDate"))[0]);

    [Theory]
    [InlineData("SELECT Id FROM", "MALFORMED_QUERY", "unexpected token: '<EOF>'")]
    [InlineData("SELECT Id Lead", "MALFORMED_QUERY", "unexpected token: 'Lead'")]
    [InlineData("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected token")]
    [InlineData("SELECT Id FROM Lead WHERE LastName = 'a' AND Company = 'b' OR Company = 'c'", "MALFORMED_QUERY", "unexpected token: 'OR'")]
    [InlineData("SELECT Id FROM Lead WHERE LastName = 'open", "MALFORMED_QUERY", "mismatched character")]
    [InlineData("SELECT Id FROM Lead WHERE LastName ~ 'x'", "MALFORMED_QUERY", "unexpected char")]
    [InlineData("SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY", "unexpected token: 'x'")]
    [InlineData("SELECT LastName, COUNT(Id) FROM Lead", "MALFORMED_QUERY", "Field must be grouped or aggregated: LastName")]
    [InlineData("SELECT Id, Nope__c FROM Lead", "INVALID_FIELD", "No such column 'Nope__c' on entity 'Lead'")]
    [InlineData("SELECT Id FROM Lead WHERE Nope = 1", "INVALID_FIELD", "No such column 'Nope' on entity 'Lead'")]
    [InlineData("SELECT Id FROM Lead ORDER BY Nope", "INVALID_FIELD", "No such column 'Nope' on entity 'Lead'")]
    [InlineData("SELECT Boss.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Boss'")]
    [InlineData("SELECT Id FROM Lead WHERE LastName = 5", "INVALID_FIELD", "must be of type string and should be enclosed in quotes")]
    [InlineData("SELECT Id FROM Lead WHERE NumberOfEmployees = '5'", "INVALID_FIELD", "must be of type int and should not be enclosed in quotes")]
    [InlineData("SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'", "INVALID_FIELD", "must be of type dateTime")]
    [InlineData("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime")]
    [InlineData("SELECT Id FROM Lead WHERE company_description__c = null", "INVALID_FIELD", "can not be filtered in a query call")]
    [InlineData("SELECT Id FROM Lead WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc")]
    [InlineData("SELECT Id FROM Nothing__c", "INVALID_TYPE", "sObject type 'Nothing__c' is not supported")]
    [InlineData("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")]
    public async Task A_bad_statement_is_refused_with_the_platforms_code(string soql, string code, string message)
    {
        var refusal = await admin.Refusal(soql);
        Assert.Equal((400, code), (refusal.Status, refusal.Code));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_field_without_read_right_refuses_the_entire_query()
    {
        var integration = await twin.Integration();
        Assert.Equal("INVALID_FIELD", (await integration.Refusal("SELECT Id, Email, Description FROM Lead")).Code);
        Assert.Equal("INVALID_FIELD", (await integration.Refusal("SELECT Id FROM Lead WHERE Fax = 'x'")).Code);
        Assert.Equal(4, (await integration.Query("SELECT Id, Email, LastName FROM Lead")).GetProperty("totalSize").GetInt32());
    }

    [Fact]
    public async Task Large_answers_come_in_pages_of_2000_or_as_the_header_says()
    {
        await admin.Load("Campaign", [.. Enumerable.Range(0, 4500).Select(i => (object)new { Name = "C" + i.ToString("D5", CultureInfo.InvariantCulture) })]);
        var page = await admin.Query("SELECT Name FROM Campaign ORDER BY Name");
        var names = new List<string>();
        var pages = 0;
        while (true)
        {
            pages++;
            Assert.Equal(4500, page.GetProperty("totalSize").GetInt32());
            names.AddRange(page.GetProperty("records").EnumerateArray().Select(r => r.GetProperty("Name").GetString()!));
            if (page.GetProperty("done").GetBoolean())
                break;
            page = await admin.Get(page.GetProperty("nextRecordsUrl").GetString()!);
        }

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 4500).Select(i => "C" + i.ToString("D5", CultureInfo.InvariantCulture)), names);
        var (_, small, _) = await admin.Send(HttpMethod.Get, "/query?q=SELECT+Id+FROM+Campaign", null, ("Sforce-Query-Options", "batchSize=200"));
        Assert.Equal(200, small.GetProperty("records").GetArrayLength());
        var other = await twin.Integration();
        var (status, _, _) = await other.Send(HttpMethod.Get, small.GetProperty("nextRecordsUrl").GetString()!);
        Assert.Equal(400, status);
    }

    [Fact]
    public async Task QueryAll_shows_deleted_records_too()
    {
        var id = (await admin.Column("SELECT Id FROM Lead WHERE LastName = 'Dorn'", "Id"))[0];
        Assert.Equal(204, (await admin.Send(HttpMethod.Delete, $"/sobjects/Lead/{id}")).Status);
        Assert.Empty(await admin.Records("SELECT Id FROM Lead WHERE LastName = 'Dorn'"));
        var all = (await admin.Get("/queryAll?q=" + Uri.EscapeDataString("SELECT Id, IsDeleted FROM Lead WHERE LastName = 'Dorn'"))).GetProperty("records");
        Assert.True(all[0].GetProperty("IsDeleted").GetBoolean());
    }
}
