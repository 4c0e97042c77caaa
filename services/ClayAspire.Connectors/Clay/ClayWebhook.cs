using System.Net;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Connectors.Clay;

/// <summary>What became of one record sent to Clay.</summary>
public abstract record ClayOutcome
{
    private ClayOutcome()
    {
    }

    /// <summary>Clay took it.</summary>
    public sealed record Taken : ClayOutcome;

    /// <summary>Clay did not take it and will later: it may be sent again.</summary>
    /// <param name="Why">Why, with the remedy.</param>
    /// <param name="After">When to come again; null when unknown.</param>
    public sealed record NotTaken(Reason Why, TimeSpan? After) : ClayOutcome;

    /// <summary>Clay refuses this record for good.</summary>
    /// <param name="Why">Why, with the remedy.</param>
    public sealed record Rejected(Reason Why) : ClayOutcome;

    /// <summary>Clay refuses whatever is sent until a person mends something. This record was not taken.</summary>
    /// <param name="Why">Why, with the remedy.</param>
    public sealed record Stopped(Reason Why) : ClayOutcome;

    /// <summary>No usable answer came back: there or not, nobody knows. It must not be sent again.</summary>
    /// <param name="Why">What is known.</param>
    public sealed record Unknown(Reason Why) : ClayOutcome;
}

/// <summary>Sends records to one webhook source of a Clay table, each once. The webhook can neither be read back nor told that a record is the same.</summary>
/// <param name="name">Its name.</param>
/// <param name="settings">Where it is.</param>
/// <param name="http">Makes a client.</param>
public sealed class ClayWebhook(string name, ClayWebhookSettings settings, Func<HttpClient> http)
{
    /// <summary>The most bytes that a record may have; Clay's support says 100 KB.</summary>
    public const int LargestBody = 100 * 1024;

    private const string AuthHeader = "x-clay-webhook-auth";

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Submissions that it takes in its life.</summary>
    public int Lifetime => settings.Lifetime;

    /// <summary>Which source stands behind the name, told without its address: a new address has its whole life before it.</summary>
    public string Source { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings.Url)))[..32];

    /// <summary>Sends one record.</summary>
    /// <param name="json">The record.</param>
    /// <param name="cancellationToken">Cancels before anything is sent; afterwards it makes the outcome unknown.</param>
    public async Task<ClayOutcome> SendAsync(string json, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(json);
        if (body.Length > LargestBody)
            return new ClayOutcome.Rejected(new Reason("too-large", $"The row has {body.Length} bytes; Clay takes {LargestBody}."));
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(MediaTypeNames.Application.Json, "utf-8");
        if (!string.IsNullOrEmpty(settings.AuthToken))
            request.Headers.Add(AuthHeader, settings.AuthToken);
        using var client = http();
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            return Judge(response);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            // No connection was made, so nothing was sent.
            return new ClayOutcome.NotTaken(new Reason("webhook-unreachable", $"Webhook '{name}' cannot be reached ({e.HttpRequestError}). It is tried again."), null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new ClayOutcome.Unknown(new Reason("answer-lost", $"No answer came back ({e.GetType().Name}): the row may be in Clay. Look for its clayaspire_key there."));
        }
    }

    private ClayOutcome Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        return response.StatusCode switch
        {
            _ when response.IsSuccessStatusCode => new ClayOutcome.Taken(),
            HttpStatusCode.TooManyRequests => new ClayOutcome.NotTaken(
                new Reason("webhook-busy", $"Webhook '{name}' takes no more for the moment (429). It is tried again; lower Clay:RecordsPerSecond if this comes often."), response.Headers.RetryAfter?.Delta),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new ClayOutcome.Stopped(
                new Reason("webhook-refused", $"Webhook '{name}' refused our token ({status}). Set Clay:Webhooks:{name}:AuthToken anew, then resume.")),
            HttpStatusCode.PaymentRequired => new ClayOutcome.Stopped(
                new Reason("clay-credits", $"Clay is out of credits (402). Add credits, then resume.")),
            _ when status is >= 300 and < 400 or 404 or 410 => new ClayOutcome.Stopped(
                new Reason("webhook-gone", $"Webhook '{name}' is not there any more ({status}), or its life is over. Make a new source in Clay and set Clay:Webhooks:{name}:Url, then resume.")),
            _ when status is >= 500 or 408 => new ClayOutcome.Unknown(
                new Reason("answer-lost", $"Clay answered {status}: the row may be there. Look for its clayaspire_key.")),
            _ => new ClayOutcome.Rejected(new Reason("webhook-rejected", $"Clay refused the row ({status}).")),
        };
    }

    /// <summary>A record as JSON, its columns in order.</summary>
    public static string Json(IEnumerable<KeyValuePair<string, string>> row)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (column, value) in row)
                json.WriteString(column, value);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

/// <summary>The configured webhooks.</summary>
/// <param name="webhooks">The webhooks.</param>
public sealed class ClayWebhooks(IEnumerable<ClayWebhook> webhooks)
{
    private readonly Dictionary<string, ClayWebhook> _byName = webhooks.ToDictionary(w => w.Name, StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<ClayWebhook> All => _byName.Values;

    /// <summary>The webhook of that name, or null.</summary>
    public ClayWebhook? Find(string name) => _byName.GetValueOrDefault(name);
}
