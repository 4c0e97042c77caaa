using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Bulk API 2.0, ingest jobs.</summary>
public sealed class BulkIngestTests : IAsyncLifetime
{
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;
    private BulkClient bulk = null!;

    public Task InitializeAsync() => Start();

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Fact]
    public async Task A_job_goes_from_open_to_complete_and_tells_of_every_row()
    {
        var open = await bulk.Create(new { @object = "Lead", operation = "insert" });
        var id = open.GetProperty("id").GetString()!;
        Assert.StartsWith("750", id, StringComparison.Ordinal);
        Assert.Equal(("Open", $"services/data/v62.0/jobs/ingest/{id}/batches", "LF", "COMMA", JsonValueKind.Number), (open.GetProperty("state").GetString(), open.GetProperty("contentUrl").GetString(),
            open.GetProperty("lineEnding").GetString(), open.GetProperty("columnDelimiter").GetString(), open.GetProperty("apiVersion").ValueKind));

        Assert.Equal(400, (await admin.Send(HttpMethod.Get, $"/jobs/ingest/{id}/failedResults")).Status);
        Assert.Equal(201, await bulk.Upload(id, "LastName,Company,Clay_Row_Id__c\n\"A, the \"\"first\"\"\",X,k1\nB,,k2\n\nC,Y,k3\n"));
        Assert.Equal(400, await bulk.Upload(id, "LastName\nagain\n"));
        Assert.Empty(await admin.Records("SELECT Id FROM Lead"));
        Assert.Equal(200, await bulk.Patch(id, "UploadComplete"));
        var info = await bulk.Ended(id);

        // Complete is not successful: one row failed.
        Assert.Equal("JobComplete 3 1 V2Ingest", $"{info.GetProperty("state")} {info.GetProperty("numberRecordsProcessed")} {info.GetProperty("numberRecordsFailed")} {info.GetProperty("jobType")}");
        Assert.StartsWith("\"sf__Id\",\"sf__Created\",\"LastName\",\"Company\",\"Clay_Row_Id__c\"\n", await bulk.Text($"/jobs/ingest/{id}/successfulResults"), StringComparison.Ordinal);
        var ids = await admin.Column("SELECT Id FROM Lead ORDER BY Clay_Row_Id__c", "Id");
        Assert.Equal([$"\"{ids[0]}\",\"true\",\"A, the \"\"first\"\"\",\"X\",\"k1\"", $"\"{ids[1]}\",\"true\",\"C\",\"Y\",\"k3\""], await bulk.Results(id, "successfulResults"));
        Assert.Equal(["\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --\",\"B\",\"\",\"k2\""], await bulk.Results(id, "failedResults"));
        Assert.Equal("\"LastName\",\"Company\",\"Clay_Row_Id__c\"\n", await bulk.Text($"/jobs/ingest/{id}/unprocessedrecords"));
        Assert.Equal(400, await bulk.Patch(id, "Aborted"));
        Assert.Equal(204, (await admin.Send(HttpMethod.Delete, $"/jobs/ingest/{id}")).Status);
        Assert.Equal(404, (await admin.Send(HttpMethod.Get, $"/jobs/ingest/{id}")).Status);
    }

    [Fact]
    public async Task A_blank_cell_changes_nothing_and_the_null_mark_clears()
    {
        var id = (await admin.Load("Lead", new { LastName = "A", Company = "A", Title = "CTO", City = "Lund", DoNotCall = true, NumberOfEmployees = 12, EmailBouncedDate = "2026-01-02T03:04:05.000+0000" }))[0];
        var (job, info) = await bulk.Run(new { @object = "Lead", operation = "update" }, $"Id,Title,City,DoNotCall,NumberOfEmployees,EmailBouncedDate\n{id},,#N/A,#N/A,#N/A,2026-05-01T10:00:00.000Z\n");
        Assert.True(info.GetProperty("numberRecordsFailed").GetInt32() == 0, await bulk.Text($"/jobs/ingest/{job}/failedResults"));
        var lead = await admin.Get($"/sobjects/Lead/{id}");
        Assert.Equal("CTO,,False,,2026-05-01T10:00:00.000+0000", string.Join(',', new[] { "Title", "City", "DoNotCall", "NumberOfEmployees", "EmailBouncedDate" }.Select(f => lead.GetProperty(f).ToString())));
        Assert.Equal([$"\"{id}\",\"false\",\"{id}\",\"\",\"#N/A\",\"#N/A\",\"#N/A\",\"2026-05-01T10:00:00.000Z\""], await bulk.Results(job, "successfulResults"));
    }

    [Fact]
    public async Task Upsert_finds_rows_by_their_key_and_lookups_by_the_key_of_the_other_record()
    {
        await admin.Load("Account", new { Name = "Acme", Clay_Row_Id__c = "acc" });
        await admin.Load("Contact", new { LastName = "Old", Clay_Row_Id__c = "c1" });
        var (id, _) = await bulk.Run(new { @object = "Contact", operation = "upsert", externalIdFieldName = "Clay_Row_Id__c" },
            "Clay_Row_Id__c,LastName,Account.Clay_Row_Id__c\nc1,New,acc\nc2,Second,acc\nc3,Third,nobody\n,NoKey,acc\n");
        Assert.Equal(["New", "Second"], (await admin.Records("SELECT LastName, Account.Name FROM Contact WHERE Account.Name = 'Acme' ORDER BY LastName")).Select(r => r.GetProperty("LastName").GetString()));
        Assert.Equal(["false", "true"], (await bulk.Results(id, "successfulResults")).OrderBy(r => r.Contains("\"c2\"", StringComparison.Ordinal)).Select(r => r.Split(',')[1].Trim('"')));
        var failed = await bulk.Results(id, "failedResults");
        Assert.Contains("INVALID_FIELD:Foreign key external ID: nobody not found for field Clay_Row_Id__c in entity Account:AccountId --", failed.Single(f => f.Contains("c3", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("MISSING_ARGUMENT:Clay_Row_Id__c not specified", failed.Single(f => f.Contains("NoKey", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TAB", "LF", "LastName\tCompany\n\"A\tB\"\tX\n")]
    [InlineData("SEMICOLON", "CRLF", "LastName;Company\r\nA\tB;X\r\n")]
    [InlineData("PIPE", null, "LastName|Company\nA\tB|X")]
    [InlineData("CARET", "LF", "LastName^Company\nA\tB^X\n")]
    [InlineData("BACKQUOTE", "LF", "LastName`Company\nA\tB`X\n")]
    public async Task Delimiters_and_line_endings_are_those_of_the_job(string delimiter, string? ending, string csv)
    {
        var (id, info) = await bulk.Run(new { @object = "Lead", operation = "insert", columnDelimiter = delimiter, lineEnding = ending }, csv);
        Assert.Equal(0, info.GetProperty("numberRecordsFailed").GetInt32());
        Assert.Equal(["A\tB"], await admin.Column("SELECT LastName FROM Lead", "LastName"));
        Assert.EndsWith(ending == "CRLF" ? "\"Company\"\r\n" : "\"Company\"\n", (await bulk.Text($"/jobs/ingest/{id}/unprocessedrecords")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LastName,Nope\nA,B\n", "InvalidBatch : Field name not found : Nope")]
    [InlineData("LastName,Company\r\nA,B\r\n", "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF")]
    [InlineData("LastName,Company\nA\n", "ClientInputError : CSV Parse Error: line 2 has 1 cells, the header has 2")]
    [InlineData("LastName,Company\n\"A,B\n", "ClientInputError : CSV Parse Error: EOF reached before encapsulated token finished")]
    public async Task Data_that_cannot_be_read_fails_the_job_and_writes_nothing(string csv, string message)
    {
        var (id, info) = await bulk.Run(new { @object = "Lead", operation = "insert" }, csv);
        Assert.Equal(("Failed", message), (info.GetProperty("state").GetString(), info.GetProperty("errorMessage").GetString()));
        Assert.Empty(await admin.Records("SELECT Id FROM Lead"));
        if (message.StartsWith("InvalidBatch", StringComparison.Ordinal))
            Assert.Equal(["\"A\",\"B\""], await bulk.Results(id, "unprocessedrecords"));
    }

    [Fact]
    public async Task What_a_job_may_not_be_is_refused_when_it_is_made()
    {
        async Task<string> Refused(object job, SalesforceClient? client = null)
        {
            var (status, body, _) = await (client ?? admin).Send(HttpMethod.Post, "/jobs/ingest", job);
            return $"{status} {body[0].GetProperty("errorCode").GetString()} {body[0].GetProperty("message").GetString()}";
        }

        Assert.Equal("400 INVALIDJOB InvalidJob : Field name provided, Website does not match an External ID, Salesforce Id, or indexed field for Account", await Refused(new { @object = "Account", operation = "upsert", externalIdFieldName = "Website" }));
        Assert.StartsWith("400 INVALIDJOB InvalidJob : External ID was blank", await Refused(new { @object = "Account", operation = "upsert" }), StringComparison.Ordinal);
        Assert.StartsWith("400 INVALIDENTITY", await Refused(new { @object = "Nothing", operation = "insert" }), StringComparison.Ordinal);
        Assert.StartsWith("400 INVALIDENTITY", await Refused(new { @object = "Account", operation = "insert" }, await twin.Integration()), StringComparison.Ordinal);
        Assert.StartsWith("400 INVALIDJOB", await Refused(new { @object = "Lead", operation = "replace" }), StringComparison.Ordinal);
        Assert.StartsWith("400 INVALIDJOB", await Refused(new { @object = "Lead", operation = "insert", columnDelimiter = "COLON" }), StringComparison.Ordinal);
        Assert.StartsWith("400 FEATURENOTENABLED", await Refused(new { @object = "Lead", operation = "hardDelete" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_meet_the_same_rights_and_rules_as_over_rest()
    {
        var integration = new BulkClient(await twin.Integration());
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B" });
        var (id, info) = await integration.Run(new { @object = "Lead", operation = "update" },
            $"Id,Industry,Title\n{ids[0]},Retail,\n{ids[1]},Energy,Director\n{ids[0]},Media,\nrubbish,Media,\n");
        Assert.Equal((4, 3), (info.GetProperty("numberRecordsProcessed").GetInt32(), info.GetProperty("numberRecordsFailed").GetInt32()));
        Assert.Single(await integration.Results(id, "successfulResults"));
        var codes = (await integration.Results(id, "failedResults")).Select(r => r.Split(',')[1].Trim('"').Split(':')[0]);
        Assert.Equal(["DUPLICATE_VALUE", "INVALID_FIELD_FOR_INSERT_UPDATE", "MALFORMED_ID"], codes.Order(StringComparer.Ordinal));
        Assert.Equal(404, (await (await SalesforceClient.SignIn(twin.Address, "salesforce", "clayaspire-incomplete", "incomplete-secret")).Send(HttpMethod.Get, $"/jobs/ingest/{id}")).Status);
        var typed = await bulk.Run(new { @object = "Lead", operation = "update" }, $"Id,DoNotCall,NumberOfEmployees\n{ids[0]},maybe,\n{ids[1]},yes,ten\n");
        Assert.Equal(["INVALID_TYPE_ON_FIELD_IN_RECORD:DoNotCall: value not of required type: maybe:DoNotCall --", "INVALID_TYPE_ON_FIELD_IN_RECORD:NumberOfEmployees: value not of required type: ten:NumberOfEmployees --"],
            (await bulk.Results(typed.Id, "failedResults")).Select(r => r.Split(',')[1].Trim('"')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Internal_batches_run_in_no_order_and_results_come_in_none()
    {
        await Restart(("Platform:BulkBatch", "50"), ("Platform:BulkChunk", "10"));
        var csv = new StringBuilder("LastName,Company,NumberOfEmployees\n");
        for (var i = 0; i < 500; i++)
            csv.Append(CultureInfo.InvariantCulture, $"L,C,{i}\n");
        var (id, info) = await bulk.Run(new { @object = "Lead", operation = "insert" }, csv.ToString());
        Assert.Equal(500, info.GetProperty("numberRecordsProcessed").GetInt32());
        var written = (await admin.Column("SELECT NumberOfEmployees FROM Lead ORDER BY Id", "NumberOfEmployees")).Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToList();
        Assert.NotEqual(Enumerable.Range(0, 500), written);
        Assert.Equal(Enumerable.Range(0, 500), written.Order());
        // Rows of one chunk are written together and in order.
        Assert.All(written.Chunk(10), c => Assert.Equal(Enumerable.Range(c[0], 10), c));
        var lines = (await bulk.Text($"/jobs/ingest/{id}/successfulResults")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')[^1].Trim('"')).ToList();
        Assert.NotEqual(written.Select(w => w.ToString(CultureInfo.InvariantCulture)), lines);
        Assert.Equal(500, lines.Distinct(StringComparer.Ordinal).Count());
        var limits = (await admin.Get("/limits")).GetProperty("DailyBulkApiBatches");
        Assert.Equal(10, limits.GetProperty("Max").GetInt32() - limits.GetProperty("Remaining").GetInt32());
    }

    [Fact]
    public async Task Size_and_daily_limits_hold()
    {
        await Restart(("Platform:BulkDataBytes", "400"), ("Platform:DailyBulkBatches", "1"));
        var id = (await bulk.Create(new { @object = "Lead", operation = "insert" })).GetProperty("id").GetString()!;
        // 301 bytes are 404 after base64.
        Assert.Equal(413, await bulk.Upload(id, "LastName,Company\n" + new string('x', 301 - 17)));
        Assert.Equal(415, await bulk.Upload(id, "{}", "application/json"));
        Assert.Equal(201, await bulk.Upload(id, "LastName,Company\nA,A\n"));
        await bulk.Patch(id, "UploadComplete");
        Assert.Equal("JobComplete", (await bulk.Ended(id)).GetProperty("state").GetString());
        var (_, second) = await bulk.Run(new { @object = "Lead", operation = "insert" }, "LastName,Company\nB,B\n");
        Assert.Equal(("Failed", "ExceededQuota : ApiBatchItems Limit exceeded."), (second.GetProperty("state").GetString(), second.GetProperty("errorMessage").GetString()));
    }

    [Fact]
    public async Task An_aborted_job_writes_nothing_and_rows_are_deleted_by_id()
    {
        var ids = await admin.Load("Lead", new { LastName = "A", Company = "A" }, new { LastName = "B", Company = "B" });
        var job = (await bulk.Create(new { @object = "Lead", operation = "delete" })).GetProperty("id").GetString()!;
        await bulk.Upload(job, $"Id\n{ids[0]}\n");
        Assert.Equal(200, await bulk.Patch(job, "Aborted"));
        Assert.Equal(400, await bulk.Patch(job, "UploadComplete"));
        Assert.Equal(2, (await admin.Records("SELECT Id FROM Lead")).Length);
        var (id, _) = await bulk.Run(new { @object = "Lead", operation = "delete" }, $"Id\n{ids[0]}\n{ids[0]}\n");
        Assert.Equal([ids[1]], await admin.Column("SELECT Id FROM Lead", "Id"));
        Assert.Contains("ENTITY_IS_DELETED:entity is deleted:--", (await bulk.Results(id, "failedResults")).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_multipart_request_makes_uploads_and_closes_a_job()
    {
        using var content = new MultipartFormDataContent();
        var job = new StringContent("""{"object":"Lead","operation":"insert"}""", Encoding.UTF8, "application/json");
        var csv = new StringContent("LastName,Company\nA,A\n", Encoding.UTF8, "text/csv");
        content.Add(job, "job");
        content.Add(csv, "content", "content.csv");
        using var response = await admin.Http.PostAsync(new Uri($"{admin.Instance}/services/data/v62.0/jobs/ingest"), content);
        var made = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("UploadComplete", made.GetProperty("state").GetString());
        Assert.Equal("JobComplete", (await bulk.Ended(made.GetProperty("id").GetString()!)).GetProperty("state").GetString());
        Assert.Single(await admin.Records("SELECT Id FROM Lead"));
        var listed = (await admin.Get("/jobs/ingest")).GetProperty("records").EnumerateArray().Select(j => j.GetProperty("id").GetString());
        Assert.Contains(made.GetProperty("id").GetString(), listed);
    }

    private async Task Start(params (string, string)[] settings)
    {
        twin = await RunningTwin.Start(null, settings);
        admin = await twin.Admin();
        bulk = new BulkClient(admin);
    }

    private async Task Restart(params (string, string)[] settings)
    {
        await twin.DisposeAsync();
        await Start(settings);
    }
}
