using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClayAspire.Ingestion.Tests;

public sealed class SmartleadEndpointTests : IAsyncLifetime
{
    private const string Path = "/v1/smartlead/events";
    private const string Reply = """{"event_type":"EMAIL_REPLY","event_timestamp":"2026-03-31T08:00:00.000Z","sl_lead_email":"lead@example.com","campaign_name":"Spring","reply_message":{"message_id":"<m1@x>"}}""";

    private IngestionService _service = null!;

    public async Task InitializeAsync() => _service = await IngestionService.StartAsync();

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task A_key_a_signature_or_a_secret_in_the_body_lets_an_event_in()
    {
        Assert.Equal(202, (await _service.PostAsync(Path, Reply, client: _service.Client(IngestionService.SmartleadKey))).Status);
        var signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(IngestionService.SmartleadSecret), Encoding.UTF8.GetBytes(Reply)));
        var (_, signed) = await _service.PostAsync(Path, Reply, "application/json", _service.Client(null), ("X-Smartlead-Signature", signature));
        Assert.True(signed.GetProperty("duplicate").GetBoolean());
        foreach (var secret in (string[])[IngestionService.SmartleadSecret, IngestionService.SmartleadKey])
        {
            var body = Reply.Replace("{\"event_type\"", $"{{\"secret_key\":\"{secret}\",\"event_type\"", StringComparison.Ordinal);
            Assert.Equal(202, (await _service.PostAsync(Path, body, client: _service.Client(null))).Status);
        }
        var signal = Assert.Single(await _service.SignalsAsync());
        Assert.DoesNotContain("secret", signal.Payload, StringComparison.Ordinal);
        Assert.Equal("smartlead.reply", signal.Kind);
        Assert.Equal(new DateTimeOffset(2026, 3, 31, 8, 0, 0, TimeSpan.Zero), signal.OccurredAt);
    }

    [Fact]
    public async Task Everything_else_is_kept_out()
    {
        var nobody = _service.Client(null);
        Assert.Equal(401, (await _service.PostAsync(Path, Reply, client: nobody)).Status);
        Assert.Equal(401, (await _service.PostAsync(Path, "{broken", client: nobody)).Status);
        Assert.Equal(401, (await _service.PostAsync(Path, Reply.Replace("{\"event_type\"", "{\"secret_key\":\"guess\",\"event_type\"", StringComparison.Ordinal), client: nobody)).Status);
        var (status, problem) = await _service.PostAsync(Path, Reply, "application/json", _service.Client(IngestionService.SmartleadKey), ("X-Smartlead-Signature", "sha256=00"));
        Assert.Equal((401, "signature-wrong"), (status, problem.GetProperty("code").GetString()));
        Assert.Equal(403, (await _service.PostAsync(Path, Reply, client: _service.Client(IngestionService.ClayKey))).Status);
        Assert.Empty(await _service.SignalsAsync());
    }

    [Fact]
    public async Task The_request_id_tells_deliveries_apart()
    {
        var client = _service.Client(IngestionService.SmartleadKey);
        await _service.PostAsync(Path, Reply, "application/json", client, ("X-Request-Id", "a"));
        var (_, again) = await _service.PostAsync(Path, Reply, "application/json", client, ("X-Request-Id", "a"));
        Assert.True(again.GetProperty("duplicate").GetBoolean());
        Assert.Single(await _service.SignalsAsync());
    }

    [Fact]
    public async Task An_array_of_all_generations_is_one_delivery_and_unknown_types_are_kept_as_ignored()
    {
        const string body = """
            [
              {"event_type":"EMAIL_REPLY","time_replied":"2026-03-30T07:00:00Z","to_email":"old@example.com","campaign_id":1,"message_id":"<s>"},
              {"event":"EMAIL_BOUNCED","timestamp":"2026-03-30T07:00:00Z","lead":{"email":"gone@example.com"},"bounce":{"message":"550 5.1.1 unknown user"}},
              {"event_type":"CAMPAIGN_STATUS_CHANGED","campaign_id":1,"campaign_status":"PAUSED"},
              {"event_type":"EMAIL_REPLY"},
              {"event_type":"EMAIL_OPEN","sl_lead_email":"o@example.com","event_timestamp":"2026-03-30T07:00:00Z","stats_id":"s"}
            ]
            """;
        var (status, answer) = await _service.PostAsync(Path, body, client: _service.Client(IngestionService.SmartleadKey));
        Assert.Equal(202, status);
        Assert.Equal((4, 1), (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("quarantined").GetInt32()));
        var signals = await _service.SignalsAsync();
        Assert.Equal(["smartlead.bounce", "smartlead.opened", "smartlead.other", "smartlead.reply"], signals.Select(s => s.Kind).Order(StringComparer.Ordinal));
        using var bounce = JsonDocument.Parse(signals.Single(s => s.Kind == "smartlead.bounce").Payload);
        Assert.Equal("hard", bounce.RootElement.GetProperty("bounce_class").GetString());
        Assert.Equal("lead-missing", Assert.Single(await _service.QuarantineAsync()).ReasonCode);
        var outcomes = await _service.OutcomesAsync();
        Assert.Equal((2, 2), (outcomes["pending"], outcomes["ignored"]));
        var (_, again) = await _service.PostAsync(Path, body, client: _service.Client(IngestionService.SmartleadKey));
        Assert.Equal((0, 4), (again.GetProperty("accepted").GetInt32(), again.GetProperty("duplicates").GetInt32()));
    }

    [Fact]
    public async Task A_malformed_event_of_a_known_caller_says_where()
    {
        var (status, problem) = await _service.PostAsync(Path, "{\"event_type\": oops}", client: _service.Client(IngestionService.SmartleadKey));
        Assert.Equal((400, 16), (status, problem.GetProperty("column").GetInt32()));
    }
}
