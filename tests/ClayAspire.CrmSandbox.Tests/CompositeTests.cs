using System.Text.Json;
using static ClayAspire.CrmSandbox.Tests.SalesforceClient;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>Several requests in one: references, transactions, limits.</summary>
public sealed class CompositeTests : IAsyncLifetime
{
    private const string Data = "/services/data/v62.0";
    private RunningTwin twin = null!;
    private SalesforceClient admin = null!;

    public async Task InitializeAsync()
    {
        twin = await RunningTwin.Start();
        admin = await twin.Admin();
    }

    public async Task DisposeAsync() => await twin.DisposeAsync();

    [Fact]
    public async Task Later_parts_use_what_earlier_ones_answered()
    {
        var used = await UsedCallsAsync();

        var parts = await CompositeAsync(false,
            Part("POST", "/sobjects/Lead", "lead", new { LastName = "A", Company = "A" }),
            Part("POST", "/sobjects/Campaign", "campaign", new { Name = "C" }),
            Part("POST", "/composite/sobjects", "members", new { records = new[] { Row("CampaignMember", ("CampaignId", "@{campaign.id}"), ("LeadId", "@{lead.id}")) } }),
            Part("GET", "/sobjects/CampaignMember/@{members[0].id}?fields=LeadId,Status", "read"),
            Part("GET", $"/query?q={Uri.EscapeDataString("SELECT Id FROM Lead WHERE LastName = 'A'")}", "found"),
            Part("PATCH", "/sobjects/Lead/@{found.records[0].Id}", "changed", new { Title = "of @{campaign.id}" }),
            Part("DELETE", "/sobjects/CampaignMember/@{members[0].id}", "gone"));

        Assert.Equal([201, 201, 200, 200, 200, 204, 204], parts.Select(Status));
        Assert.Equal(Body(parts, 0).GetProperty("id").GetString(), Body(parts, 3).GetProperty("LeadId").GetString());
        Assert.Equal("Sent", Body(parts, 3).GetProperty("Status").GetString());
        Assert.Equal(JsonValueKind.Null, Body(parts, 5).ValueKind);
        Assert.Equal($"{Data}/sobjects/Lead/{Body(parts, 0).GetProperty("id")}", parts[0].GetProperty("httpHeaders").GetProperty("Location").GetString());
        Assert.Equal([$"of {Body(parts, 1).GetProperty("id")}"], await admin.Column("SELECT Title FROM Lead", "Title"));
        Assert.Empty(await admin.Records("SELECT Id FROM CampaignMember"));
        Assert.Equal(3, await UsedCallsAsync() - used);
    }

    [Fact]
    public async Task A_part_that_refers_to_a_failed_one_is_halted_and_the_others_stand()
    {
        var parts = await CompositeAsync(false,
            Part("POST", "/sobjects/Lead", "bad", new { LastName = "No company" }),
            Part("PATCH", "/sobjects/Lead/@{bad.id}", "after", new { Title = "x" }),
            Part("POST", "/sobjects/Lead", "good", new { LastName = "B", Company = "B" }),
            Part("GET", "/nothing", "lost"));
        Assert.Equal([400, 400, 201, 404], parts.Select(Status));
        Assert.Equal(["REQUIRED_FIELD_MISSING", "PROCESSING_HALTED", "NOT_FOUND"], new[] { 0, 1, 3 }.Select(i => ErrorCode(parts, i)));
        Assert.Equal(["B"], await admin.Column("SELECT LastName FROM Lead", "LastName"));
    }

    [Fact]
    public async Task All_or_none_takes_back_every_part_and_a_collection_inside_it_too()
    {
        var id = (await admin.Load("Lead", new { LastName = "Kept", Company = "A", City = "Old" }))[0];

        var parts = await CompositeAsync(true,
            Part("PATCH", $"/sobjects/Lead/{id}", "first", new { City = "New" }),
            Part("PATCH", "/composite/sobjects", "many", new { allOrNone = false, records = new[] { Row("Lead", ("id", id), ("Title", "T")), Row("Lead", ("id", "00Q000000000099EAA"), ("Title", "T")) } }),
            Part("POST", "/sobjects/Lead", "never", new { LastName = "N", Company = "N" }));

        Assert.Equal([400, 200, 400], parts.Select(Status));
        Assert.Equal("PROCESSING_HALTED", ErrorCode(parts, 0));
        Assert.Equal(["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_CROSS_REFERENCE_KEY"], Body(parts, 1).EnumerateArray().Select(Code));
        Assert.Equal("Old", (await admin.Column("SELECT City FROM Lead", "City")).Single());
        var cell = (await admin.Get($"/_twin/writes?id={id}&field=City")).GetProperty("cells")[0];
        Assert.Equal((1, 0), (cell.GetProperty("received").GetInt32(), cell.GetProperty("committed").GetInt32()));

        var good = await CompositeAsync(true, Part("PATCH", $"/sobjects/Lead/{id}", "first", new { City = "New" }), Part("POST", "/sobjects/Lead", "second", new { LastName = "N", Company = "N" }));
        Assert.Equal([204, 201], good.Select(Status));
        Assert.Equal(1, (await admin.Get($"/_twin/writes?id={id}&field=City")).GetProperty("cells")[0].GetProperty("committed").GetInt32());
    }

    [Fact]
    public async Task A_part_can_be_guarded_by_its_own_condition()
    {
        var id = (await admin.Load("Lead", new { LastName = "A", Company = "A", LastModifiedDate = "2026-05-01T10:00:00.700+0000" }))[0];
        object Guarded(string date, string reference) => new { method = "PATCH", url = $"{Data}/sobjects/Lead/{id}", referenceId = reference, httpHeaders = new Dictionary<string, string> { ["If-Unmodified-Since"] = date }, body = new { Title = reference } };
        var parts = await CompositeAsync(false, Guarded("Fri, 01 May 2026 09:59:59 GMT", "stale"), Guarded("Fri, 01 May 2026 10:00:00 GMT", "fresh"), Guarded("Fri, 01 May 2026 10:00:00 GMT", "late"));
        Assert.Equal([412, 204, 412], parts.Select(Status));
        Assert.Equal(["fresh"], await admin.Column("SELECT Title FROM Lead", "Title"));
    }

    [Fact]
    public async Task Too_many_parts_forbidden_headers_and_repeated_references_refuse_the_request()
    {
        object Read(int i) => Part("GET", "/sobjects/Lead/describe", $"r{i}");
        Assert.Equal("LIMIT_EXCEEDED", await RefusedAsync([.. Enumerable.Range(0, 26).Select(Read)]));
        Assert.Equal("LIMIT_EXCEEDED", await RefusedAsync([.. Enumerable.Range(0, 6).Select(i => Part("GET", "/query?q=SELECT+Id+FROM+Lead", $"q{i}"))]));
        Assert.Equal("INVALID_INPUT", await RefusedAsync([Read(1), Read(1)]));
        Assert.Equal("INVALID_INPUT", await RefusedAsync([new { method = "GET", url = $"{Data}/limits", referenceId = "a", httpHeaders = new { Authorization = "x" } }]));
        Assert.Equal(404, Status((await CompositeAsync(false, Part("POST", "/composite", "inner", new { })))[0]));
    }

    [Fact]
    public async Task A_batch_answers_each_part_costs_a_call_for_each_and_halts_when_told_to()
    {
        var used = await UsedCallsAsync();
        object Order(bool halt) => new
        {
            haltOnError = halt,
            batchRequests = new object[]
            {
                new { method = "POST", url = "v62.0/sobjects/Lead", richInput = new { LastName = "A", Company = "A" } },
                new { method = "POST", url = "v62.0/sobjects/Lead", richInput = new { LastName = "No company" } },
                new { method = "GET", url = "v62.0/sobjects/Lead/describe" },
            },
        };
        var (status, body, _) = await admin.Send(HttpMethod.Post, "/composite/batch", Order(false));
        Assert.Equal(200, status);
        Assert.True(body.GetProperty("hasErrors").GetBoolean());
        Assert.Equal([201, 400, 200], body.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("statusCode").GetInt32()));
        Assert.Equal(3, await UsedCallsAsync() - used);
        var halted = (await admin.Send(HttpMethod.Post, "/composite/batch", Order(true))).Body.GetProperty("results")[2];
        Assert.Equal((412, "BATCH_PROCESSING_HALTED"), (halted.GetProperty("statusCode").GetInt32(), halted.GetProperty("result")[0].GetProperty("errorCode").GetString()));
    }

    private static object Part(string method, string path, string reference, object? body = null) =>
        body is null ? new { method, url = Data + path, referenceId = reference } : new { method, url = Data + path, referenceId = reference, body };

    private async Task<JsonElement[]> CompositeAsync(bool allOrNone, params object[] parts)
    {
        var (status, body, _) = await admin.Send(HttpMethod.Post, "/composite", new { allOrNone, compositeRequest = parts });
        Assert.True(status == 200, body.ToString());
        return [.. body.GetProperty("compositeResponse").EnumerateArray()];
    }

    private async Task<string> RefusedAsync(object[] parts)
    {
        var (status, body, _) = await admin.Send(HttpMethod.Post, "/composite", new { compositeRequest = parts });
        Assert.Equal(400, status);
        return body[0].GetProperty("errorCode").GetString()!;
    }

    private static int Status(JsonElement part) => part.GetProperty("httpStatusCode").GetInt32();

    private static JsonElement Body(JsonElement[] parts, int i) => parts[i].GetProperty("body");

    private static string ErrorCode(JsonElement[] parts, int i) => Body(parts, i)[0].GetProperty("errorCode").GetString()!;

    private async Task<int> UsedCallsAsync() => (await admin.Get("/_twin/calls")).GetProperty("quota").GetProperty("used").GetInt32();
}
