using System.Globalization;
using System.Text.Json;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Bulk API 2.0, query jobs.</summary>
public sealed class BulkQueryTests : IAsyncLifetime
{
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;
    private BulkClient bulk = null!;

    public async Task InitializeAsync()
    {
        twin = await RunningTwin.Start();
        admin = await twin.Admin();
        bulk = new BulkClient(admin);
    }

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Fact]
    public async Task Columns_come_in_the_order_of_the_select_and_values_as_csv_spells_them()
    {
        await admin.Load("Lead", new { LastName = "A, \"B\"", Company = "Ö", DoNotCall = true, NumberOfEmployees = 12, AnnualRevenue = 12, Date_of_Birth__c = "2000-02-29", CreatedDate = "2026-05-04T09:30:00.250+0000" });
        var text = await Query("SELECT Company, LastName, DoNotCall, NumberOfEmployees, AnnualRevenue, Date_of_Birth__c, Title, CreatedDate, Owner.Name, overall_hard_bounced__c FROM Lead");
        Assert.Equal("\"Company\",\"LastName\",\"DoNotCall\",\"NumberOfEmployees\",\"AnnualRevenue\",\"Date_of_Birth__c\",\"Title\",\"CreatedDate\",\"Owner.Name\",\"overall_hard_bounced__c\"\n"
            + "\"Ö\",\"A, \"\"B\"\"\",\"true\",\"12\",\"12.0\",\"2000-02-29\",\"\",\"2026-05-04T09:30:00.250Z\",\"Sandbox Administrator\",\"false\"\n", text);
    }

    [Fact]
    public async Task Pages_are_followed_by_locator_until_it_says_null()
    {
        await admin.Load("Lead", [.. Enumerable.Range(0, 25).Select(i => (object)new { LastName = $"L{i:D2}", Company = "A" })]);
        var id = await Ended("SELECT LastName FROM Lead ORDER BY LastName");
        var (names, counts, locator) = (new List<string>(), new List<string>(), "");
        do
        {
            using var response = await admin.Http.GetAsync(new Uri($"{admin.Instance}/services/data/v62.0/jobs/query/{id}/results?maxRecords=10&locator={locator}"));
            counts.Add(response.Headers.GetValues("Sforce-NumberOfRecords").Single());
            locator = response.Headers.GetValues("Sforce-Locator").Single();
            names.AddRange((await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1));
        }
        while (locator != "null");
        Assert.Equal(["10", "10", "5"], counts);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"L{i:D2}\"")), names);
        Assert.Equal(400, (await admin.Send(HttpMethod.Get, $"/jobs/query/{id}/results?locator=xyz")).Status);
        Assert.Equal(409, (await admin.Send(HttpMethod.Get, $"/services/data/v61.0/jobs/query/{id}/results")).Status);
    }

    [Fact]
    public async Task Results_of_a_job_that_is_not_complete_are_refused_and_queryAll_shows_what_was_deleted()
    {
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B" });
        await admin.Send(HttpMethod.Delete, $"/sobjects/Lead/{ids[0]}");
        await admin.Send(HttpMethod.Post, "/_twin/faults", new { stuckBulkJobs = 1, stuckPolls = 2 });
        var id = await Create("SELECT Id, IsDeleted FROM Lead", "queryAll");
        var (status, body, _) = await admin.Send(HttpMethod.Get, $"/jobs/query/{id}/results");
        Assert.Equal((400, "JOB_NOT_COMPLETE"), (status, body[0].GetProperty("errorCode").GetString()));
        Assert.Equal(["UploadComplete", "UploadComplete"], new[] { await bulk.Info(id, "query"), await bulk.Info(id, "query") }.Select(i => i.GetProperty("state").GetString()));
        Assert.Equal("JobComplete", (await bulk.Ended(id, "query")).GetProperty("state").GetString());
        Assert.Equal($"\"Id\",\"IsDeleted\"\n\"{ids[0]}\",\"true\"\n\"{ids[1]}\",\"false\"\n", await bulk.Text($"/jobs/query/{id}/results"));
        Assert.Equal($"\"Id\"\n\"{ids[1]}\"\n", await Query("SELECT Id FROM Lead"));
    }

    [Theory]
    [InlineData("SELECT COUNT() FROM Lead", "MALFORMED_QUERY")]
    [InlineData("SELECT Industry, COUNT(Id) FROM Lead GROUP BY Industry", "MALFORMED_QUERY")]
    [InlineData("SELECT Id FROM Lead LIMIT 5 OFFSET 5", "MALFORMED_QUERY")]
    [InlineData("SELECT Nope FROM Lead", "INVALID_FIELD")]
    [InlineData("SELECT FROM", "MALFORMED_QUERY")]
    public async Task What_a_bulk_query_may_not_be_is_refused_when_it_is_made(string soql, string code)
    {
        var (status, body, _) = await admin.Send(HttpMethod.Post, "/jobs/query", new { operation = "query", query = soql });
        Assert.Equal((400, code), (status, body[0].GetProperty("errorCode").GetString()));
    }

    [Fact]
    public async Task The_daily_number_of_query_jobs_is_limited()
    {
        await twin.DisposeAsync();
        twin = await RunningTwin.Start(null, ("Platform:DailyBulkQueryJobs", "1"));
        admin = await twin.Admin();
        Assert.Equal(200, (await admin.Send(HttpMethod.Post, "/jobs/query", new { operation = "query", query = "SELECT Id FROM Lead" })).Status);
        Assert.Equal(400, (await admin.Send(HttpMethod.Post, "/jobs/query", new { operation = "query", query = "SELECT Id FROM Lead" })).Status);
        Assert.Equal(0, (await admin.Get("/limits")).GetProperty("DailyBulkV2QueryJobs").GetProperty("Remaining").GetInt32());
    }

    private async Task<string> Query(string soql) => await bulk.Text($"/jobs/query/{await Ended(soql)}/results");

    private async Task<string> Ended(string soql)
    {
        var id = await Create(soql);
        Assert.Equal("JobComplete", (await bulk.Ended(id, "query")).GetProperty("state").GetString());
        return id;
    }

    private async Task<string> Create(string soql, string operation = "query")
    {
        var (status, body, _) = await admin.Send(HttpMethod.Post, "/jobs/query", new { operation, query = soql });
        Assert.True(status == 200, body.ToString());
        Assert.Equal("UploadComplete", body.GetProperty("state").GetString());
        return body.GetProperty("id").GetString()!;
    }
}
