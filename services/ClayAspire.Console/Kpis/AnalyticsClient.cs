using System.Net;
using System.Text.Json;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Console.Kpis;

/// <summary>The figures, or the reason why there are none: exactly one of the two.</summary>
/// <param name="Board">The figures.</param>
/// <param name="Problem">Why there are none.</param>
public sealed record KpiAnswer(KpiBoard? Board, Reason? Problem);

/// <summary>Asks the analytics service, and nobody else, for figures: the console computes none of its own.</summary>
/// <param name="http">A client whose base address is the analytics service.</param>
/// <param name="log">The log.</param>
internal sealed class AnalyticsClient(HttpClient http, ILogger<AnalyticsClient> log)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The latest figures.</summary>
    public async Task<KpiAnswer> KpisAsync(CancellationToken cancel)
    {
        var answer = await SendAsync(HttpMethod.Get, "v1/kpis", cancel);
        if (answer.Document is not { } document)
            return new KpiAnswer(null, answer.Problem);
        return new KpiAnswer(document.Deserialize<KpiBoard>(Json) ?? throw new JsonException("The analytics service answered 'null' for its figures."), null);
    }

    /// <summary>The latest figures as the analytics service wrote them.</summary>
    public Task<AnalyticsAnswer> KpiDocumentAsync(CancellationToken cancel) => SendAsync(HttpMethod.Get, "v1/kpis", cancel);

    /// <summary>Takes a snapshot and computes the figures anew; answers when both are done.</summary>
    public Task<AnalyticsAnswer> TakeSnapshotAsync(CancellationToken cancel) => SendAsync(HttpMethod.Post, "v1/snapshots", cancel);

    private async Task<AnalyticsAnswer> SendAsync(HttpMethod method, string path, CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await http.SendAsync(request, cancel);
            if (response.IsSuccessStatusCode)
            {
                await using var body = await response.Content.ReadAsStreamAsync(cancel);
                using var document = await JsonDocument.ParseAsync(body, default, cancel);
                return new AnalyticsAnswer(document.RootElement.Clone(), null);
            }
            if (response.StatusCode == HttpStatusCode.NotFound)
                return new AnalyticsAnswer(null, new Reason("no-snapshot-yet", "No snapshot has been taken yet. Take one to see figures."));
            LogMessages.AnalyticsRefused(log, path, (int)response.StatusCode);
            return new AnalyticsAnswer(null, new Reason("analytics-failed", $"The analytics service answered {(int)response.StatusCode}. Its log says why."));
        }
        // Not ours to repair, and not worth a page of its own: the person is told, the log keeps the cause.
        catch (Exception e) when (e is HttpRequestException or Polly.ExecutionRejectedException || (e is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            LogMessages.AnalyticsUnreachable(log, e, path);
            return new AnalyticsAnswer(null, new Reason("analytics-unreachable", "The analytics service does not answer. Check that it runs; figures come back with it."));
        }
    }
}

/// <summary>What the analytics service answered, or why it did not: exactly one of the two.</summary>
/// <param name="Document">Its JSON.</param>
/// <param name="Problem">Why there is none.</param>
internal sealed record AnalyticsAnswer(JsonElement? Document, Reason? Problem);
