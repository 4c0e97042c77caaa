using System.Text.Json;

namespace ClayAspire.Ingestion.Tests;

public sealed class ClayEndpointTests : IAsyncLifetime
{
    private IngestionService _service = null!;

    public async Task InitializeAsync() => _service = await IngestionService.StartAsync();

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task One_row_is_stored_and_its_second_delivery_is_harmless(string contentType)
    {
        var (status, first) = await _service.PostAsync("/v1/clay/rows/people", """{"row_id":"r1","email":"a@example.com"}""", contentType);
        var (_, again) = await _service.PostAsync("/v1/clay/rows/people", """{ "email":"a@example.com", "row_id":"r1" }""", contentType);
        Assert.Equal(202, status);
        Assert.Equal("accepted", first.GetProperty("status").GetString());
        Assert.Equal(first.GetProperty("id").GetInt64(), again.GetProperty("id").GetInt64());
        Assert.True(again.GetProperty("duplicate").GetBoolean());
        var signal = Assert.Single(await _service.SignalsAsync());
        Assert.Equal(("clay", "clay.row", "people"), (signal.Source, signal.Kind, signal.TableName));
        Assert.Equal(1, (await _service.OutcomesAsync())["pending"]);
    }

    [Fact]
    public async Task Bad_rows_of_an_array_go_to_quarantine_with_position_and_reason()
    {
        var (status, answer) = await _service.PostAsync("/v1/clay/rows/people", """[{"a":1},5,{"a":1},{"a":"x\u0000"},{"a":2}]""");
        Assert.Equal(202, status);
        Assert.Equal((2, 1, 2), (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("duplicates").GetInt32(), answer.GetProperty("quarantined").GetInt32()));
        var rows = await _service.QuarantineAsync();
        Assert.Equal([(2L, "row-not-an-object"), (4L, "bad-text")], rows.Select(r => (r.Line!.Value, r.ReasonCode)));
        Assert.Equal("5", rows[0].Raw);
    }

    [Fact]
    public async Task Ndjson_lines_are_rows()
    {
        var (_, answer) = await _service.PostAsync("/v1/clay/rows/people", "{\"a\":1}\n{\"a\":\n{\"a\":3}\n", "application/x-ndjson");
        Assert.Equal((2, 1), (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("quarantined").GetInt32()));
        Assert.Equal(2, answer.GetProperty("reasons")[0].GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task A_malformed_body_gets_problem_details_with_line_column_and_remedy()
    {
        using var response = await _service.Http.PostAsync("/v1/clay/rows/people", new StringContent("{\n  \"title\": \"the \"boss\"\"\n}"));
        var problem = await IngestionService.JsonOf(response);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("malformed-json", problem.GetProperty("code").GetString());
        Assert.Equal((2, 18), (problem.GetProperty("line").GetInt32(), problem.GetProperty("column").GetInt32()));
        Assert.Contains("quotes", problem.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        Assert.Contains("'title'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(await _service.SignalsAsync());
    }

    [Fact]
    public async Task Without_a_key_401_and_with_another_scope_403()
    {
        Assert.Equal(401, (await _service.PostAsync("/v1/clay/rows/people", "{}", client: _service.Client(null))).Status);
        Assert.Equal(401, (await _service.PostAsync("/v1/clay/rows/people", "{}", client: _service.Client("wrong"))).Status);
        var (status, problem) = await _service.PostAsync("/v1/clay/rows/people", "{}", client: _service.Client(IngestionService.SmartleadKey));
        Assert.Equal((403, "scope-missing"), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Clays_own_header_carries_the_key_too() =>
        Assert.Equal(202, (await _service.PostAsync("/v1/clay/rows/people", """{"a":1}""", "application/json", _service.Client(null), ("x-clay-webhook-auth", IngestionService.ClayKey))).Status);

    [Fact]
    public async Task A_table_name_that_cannot_be_used_is_refused() =>
        Assert.Equal("table-name", (await _service.PostAsync("/v1/clay/rows/%20x", "{}")).Body.GetProperty("code").GetString());

    [Fact]
    public async Task Nothing_of_a_payload_stands_in_an_answer_that_logs_might_keep()
    {
        var (_, answer) = await _service.PostAsync("/v1/clay/rows/people", """["secret value"]""");
        Assert.DoesNotContain("secret value", answer.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_past_the_limit_gets_413_that_names_the_way_for_files()
    {
        await using var small = await IngestionService.StartAsync(("Ingestion:MaxBodyBytes", "2048"));
        var (status, problem) = await small.PostAsync("/v1/clay/rows/people", JsonSerializer.Serialize(new { a = new string('x', 3000) }));
        Assert.Equal(413, status);
        Assert.Contains("/v1/files", problem.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_requests_than_allowed_get_429_with_the_seconds_to_wait()
    {
        await using var slow = await IngestionService.StartAsync(("Ingestion:RequestsPerMinute", "60"));
        for (var i = 0; i < 60; i++)
            await slow.PostAsync("/v1/clay/rows/people", "{}", client: slow.Client("another"));
        // Another key has its own budget; this one's was never used.
        Assert.Equal(202, (await slow.PostAsync("/v1/clay/rows/people", """{"a":1}""")).Status);
        HttpResponseMessage? refused = null;
        for (var i = 0; i < 200 && refused is null; i++)
        {
            var response = await slow.Http.PostAsync("/v1/clay/rows/people", new StringContent("""{"a":1}"""));
            if ((int)response.StatusCode == 429)
                refused = response;
        }
        Assert.NotNull(refused);
        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal("too-many-requests", (await IngestionService.JsonOf(refused)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Metrics_name_sources_and_reasons_only()
    {
        await _service.PostAsync("/v1/clay/rows/people", """[{"email":"someone@example.com"},3]""");
        await _service.PostAsync("/v1/clay/rows/people", """{"email":"someone@example.com"}""");
        var text = await _service.Http.GetStringAsync("/metrics");
        Assert.Matches("""clay_signals_total\{[^}]*kind="clay.row",source="clay"\} 1""", text);
        Assert.Matches("""clay_signals_duplicate_total\{[^}]*source="clay"[^}]*\} 1""", text);
        Assert.Matches("""clay_quarantined_total\{[^}]*reason="row-not-an-object"[^}]*\} 1""", text);
        Assert.Matches("""clay_signals_total\{[^}]*kind="smartlead.reply",source="smartlead"\} 0""", text);
        Assert.DoesNotContain("someone", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_describes_itself()
    {
        var document = await IngestionService.JsonOf(await _service.Http.GetAsync("/openapi/v1.json"));
        Assert.True(document.GetProperty("paths").TryGetProperty("/v1/clay/rows/{table}", out _));
        Assert.True(document.GetProperty("paths").TryGetProperty("/v1/files", out _));
        Assert.Equal(200, (int)(await _service.Http.GetAsync("/health")).StatusCode);
    }
}
