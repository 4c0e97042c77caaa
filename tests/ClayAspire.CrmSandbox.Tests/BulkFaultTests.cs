using System.Globalization;
using System.Text;
using static ClayAspire.CrmSandbox.Tests.SalesforceClient;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Faults of bulk jobs, and locks on parents.</summary>
public sealed class BulkFaultTests : IAsyncLifetime
{
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;
    private BulkClient bulk = null!;

    public async Task InitializeAsync()
    {
        twin = await RunningTwin.Start(null, ("Platform:BulkBatch", "10"), ("Platform:BulkChunk", "5"));
        admin = await twin.Admin();
        bulk = new BulkClient(admin);
    }

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Fact]
    public async Task Some_rows_fail_and_the_job_is_complete_all_the_same()
    {
        await Fault(new { failBulkRows = 3 });
        var (id, info) = await bulk.Run(new { @object = "Lead", operation = "insert" }, Rows(20));
        Assert.Equal(("JobComplete", 3), (info.GetProperty("state").GetString(), info.GetProperty("numberRecordsFailed").GetInt32()));
        Assert.All(await bulk.Results(id, "failedResults"), r => Assert.Contains("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:", r, StringComparison.Ordinal));
        Assert.Equal(17, (await admin.Records("SELECT Id FROM Lead")).Length);
    }

    [Fact]
    public async Task A_job_that_fails_half_way_keeps_what_it_wrote_and_lists_the_rest_as_unprocessed()
    {
        await Fault(new { failBulkJobs = 1 });
        var (id, info) = await bulk.Run(new { @object = "Lead", operation = "insert" }, Rows(20));
        Assert.Equal(("Failed", "InternalServerError : Batch failed after too many retries"), (info.GetProperty("state").GetString(), info.GetProperty("errorMessage").GetString()));
        var (done, left) = (await bulk.Results(id, "successfulResults"), await bulk.Results(id, "unprocessedrecords"));
        Assert.Equal((5, 15), (done.Length, left.Length));
        Assert.Equal(5, (await admin.Records("SELECT Id FROM Lead")).Length);
        Assert.Empty(done.Select(Last).Intersect(left.Select(Last)));
        var (again, _) = await bulk.Run(new { @object = "Lead", operation = "insert" }, "LastName,Company,Clay_Row_Id__c\n" + string.Join('\n', left));
        Assert.Equal(15, (await bulk.Results(again, "successfulResults")).Length);
        Assert.Equal(20, (await admin.Records("SELECT Id FROM Lead")).Length);
    }

    [Fact]
    public async Task A_stuck_job_goes_on_after_it_was_looked_at_and_can_be_aborted_before()
    {
        await Fault(new { stuckBulkJobs = 2, stuckPolls = 3 });
        async Task<string> Closed(string csv)
        {
            var id = (await bulk.Create(new { @object = "Lead", operation = "insert" })).GetProperty("id").GetString()!;
            await bulk.Upload(id, csv);
            await bulk.Patch(id, "UploadComplete");
            return id;
        }

        var first = await Closed(Rows(5));
        for (var i = 0; i < 3; i++)
            Assert.Equal("UploadComplete", (await bulk.Info(first)).GetProperty("state").GetString());
        Assert.Equal("JobComplete", (await bulk.Ended(first)).GetProperty("state").GetString());

        var second = await Closed("LastName,Company\nNever,N\n");
        Assert.Equal(400, (await admin.Send(HttpMethod.Delete, $"/jobs/ingest/{second}")).Status);
        Assert.Equal(200, await bulk.Patch(second, "Aborted"));
        Assert.Equal("Aborted", (await bulk.Info(second)).GetProperty("state").GetString());
        // The worker is free again.
        Assert.Equal("JobComplete", (await bulk.Run(new { @object = "Lead", operation = "insert" }, "LastName,Company\nAfter,N\n")).Info.GetProperty("state").GetString());
        Assert.Empty(await admin.Records("SELECT Id FROM Lead WHERE LastName = 'Never'"));
    }

    [Fact]
    public async Task Batches_that_share_a_parent_fight_for_it_and_rows_sorted_by_parent_do_not()
    {
        var leads = await admin.Load("Lead", [.. Enumerable.Range(0, 40).Select(i => (object)new { LastName = $"L{i}", Company = "A" })]);
        var campaigns = await admin.Load("Campaign", [.. Enumerable.Range(0, 4).Select(i => (object)new { Name = $"C{i}" })]);
        var rows = Enumerable.Range(0, 40).Select(i => (Lead: leads[i], Campaign: campaigns[i % 4])).ToList();
        await Fault(new { lockParentsMs = 1000 });
        string Csv(IEnumerable<(string Lead, string Campaign)> members) => "LeadId,CampaignId\n" + string.Concat(members.Select(m => $"{m.Lead},{m.Campaign}\n"));

        var (mixed, info) = await bulk.Run(new { @object = "CampaignMember", operation = "insert" }, Csv(rows));
        // The batch that comes first holds all four campaigns until the job ends.
        Assert.Equal(30, info.GetProperty("numberRecordsFailed").GetInt32());
        Assert.All(await bulk.Results(mixed, "failedResults"), r => Assert.Contains("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: 701", r, StringComparison.Ordinal));

        var failed = (await bulk.Results(mixed, "failedResults")).Select(r => r.Split(',')).Select(c => (c[2].Trim('"'), c[3].Trim('"'))).ToList();
        Assert.Equal(30, failed.Count);
        var left = failed.OrderBy(f => f.Item2, StringComparer.Ordinal).ToList();
        var attempts = 1;
        while (left.Count > 0)
        {
            Assert.True(attempts++ <= 6, "Rows of locked parents must get in at last.");
            var (job, _) = await bulk.Run(new { @object = "CampaignMember", operation = "insert" }, Csv(left));
            left = [.. (await bulk.Results(job, "failedResults")).Select(r => r.Split(',')).Select(c => (c[2].Trim('"'), c[3].Trim('"'))).OrderBy(f => f.Item2, StringComparer.Ordinal)];
        }

        Assert.Equal(40, (await admin.Query("SELECT COUNT() FROM CampaignMember")).GetProperty("totalSize").GetInt32());
    }

    [Fact]
    public async Task Collections_of_two_writers_fight_for_a_parent_until_its_lock_is_old()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 9, 30, 0, TimeSpan.Zero));
        await twin.DisposeAsync();
        twin = await RunningTwin.Start(clock);
        admin = await twin.Admin();
        var leads = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B" });
        var campaign = (await admin.Load("Campaign", new { Name = "C" }))[0];
        await Fault(new { lockParentsMs = 1000 });
        async Task<string> Add(string lead) => Code((await admin.CreateMany(false, Row("CampaignMember", ("CampaignId", campaign), ("LeadId", lead))))[0]);
        Assert.Equal(["ok", "UNABLE_TO_LOCK_ROW"], new[] { await Add(leads[0]), await Add(leads[1]) });
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("ok", await Add(leads[1]));
    }

    private static string Rows(int count)
    {
        var csv = new StringBuilder("LastName,Company,Clay_Row_Id__c\n");
        for (var i = 0; i < count; i++)
            csv.Append(CultureInfo.InvariantCulture, $"L,C,k{i}\n");
        return csv.ToString();
    }

    private static string Last(string line) => line.Split(',')[^1];

    private async Task Fault(object faults) => Assert.Equal(200, (await admin.Send(HttpMethod.Post, "/_twin/faults", faults)).Status);
}
