using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ClayAspire.Connectors.Tests;

/// <summary>The twin's Clay webhooks, as its administrator sees them.</summary>
public sealed class TwinClay : IDisposable
{
    private readonly HttpClient _http;

    public TwinClay(Uri address)
    {
        Address = address;
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("demo:demo-secret")));
    }

    public Uri Address { get; }

    /// <summary>The address of a webhook; it exists as soon as something is sent to it.</summary>
    public Uri Webhook(string id) => new(Address, $"v3/sources/webhook/{id}");

    /// <summary>What a webhook has received.</summary>
    public async Task<TwinWebhook> ReceivedAsync(string id)
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>($"_twin/webhooks/{id}");
        return new TwinWebhook(answer.GetProperty("rows").GetInt32(), answer.GetProperty("distinctKeys").GetInt32(), answer.GetProperty("mostPerKey").GetInt32(), answer.GetProperty("throttled").GetInt32());
    }

    public async Task<IReadOnlyList<JsonElement>> RowsAsync(string id) => [.. (await _http.GetFromJsonAsync<JsonElement>($"_twin/webhooks/{id}/rows")).EnumerateArray()];

    /// <summary>Makes the next answers go wrong; the row is kept all the same when only the answer does.</summary>
    public async Task BreakAsync(string id, int status, int count, bool kept = false)
    {
        var response = await _http.PostAsJsonAsync($"_twin/webhooks/{id}/faults", new { status, count, kept });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>What a webhook of the twin has received.</summary>
public sealed record TwinWebhook(int Rows, int DistinctKeys, int MostPerKey, int Throttled);
