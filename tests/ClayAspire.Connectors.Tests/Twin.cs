using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ClayAspire.Connectors.Tests;

/// <summary>The twin as a process, with its administrator's view of one org.</summary>
public sealed class Twin : IAsyncDisposable
{
    public const string ClientId = "clayaspire-integration";
    public const string Secret = "integration-secret";

    private readonly ServiceProcess _process;

    private Twin(ServiceProcess process)
    {
        _process = process;
        Main = new TwinOrg(new Uri(process.Address, "salesforce/"));
        Staging = new TwinOrg(new Uri(process.Address, "salesforce-staging/"));
        Clay = new TwinClay(new Uri(process.Address, "clay/"));
    }

    public TwinOrg Main { get; }

    public TwinOrg Staging { get; }

    public TwinClay Clay { get; }

    public static async Task<Twin> StartAsync(params (string Name, string Value)[] settings) =>
        new(await ServiceProcess.StartAsync("ClayAspire.CrmSandbox", settings.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal)));

    public async ValueTask DisposeAsync()
    {
        Main.Dispose();
        Staging.Dispose();
        Clay.Dispose();
        await _process.DisposeAsync();
    }
}

/// <summary>One org of the twin, as its administrator sees it.</summary>
public sealed class TwinOrg : IDisposable
{
    private readonly HttpClient _http;
    private string? _token;

    public TwinOrg(Uri address)
    {
        Address = address;
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("demo:demo-secret")));
    }

    public Uri Address { get; }

    public async Task ResetAsync()
    {
        (await _http.PostAsync("_twin/reset", null)).EnsureSuccessStatusCode();
        (await _http.DeleteAsync("_twin/faults")).EnsureSuccessStatusCode();
        (await _http.DeleteAsync("_twin/writes")).EnsureSuccessStatusCode();
        // Resetting ends sessions, the administrator's too.
        _token = null;
    }

    /// <summary>Loads records as they are; the ids in order.</summary>
    public async Task<IReadOnlyList<string>> LoadAsync(string type, IEnumerable<object> records)
    {
        var response = await _http.PostAsJsonAsync("_twin/load", new { type, records });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return [.. answer.GetProperty("ids").EnumerateArray().Select(i => i.GetString()!)];
    }

    public async Task FaultsAsync(object faults)
    {
        var response = await _http.PostAsJsonAsync("_twin/faults", faults);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Any order to the twin itself, below <c>/_twin</c>.</summary>
    public async Task<JsonElement> OrderAsync(string path, object order)
    {
        var response = await _http.PostAsJsonAsync($"_twin/{path}", order);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    /// <summary>What the twin itself knows, below <c>/_twin</c>.</summary>
    public async Task<JsonElement> LookAsync(string path) => await _http.GetFromJsonAsync<JsonElement>($"_twin/{path}");

    public async Task PermitAsync(string @object, string field, bool read, bool edit)
    {
        var response = await _http.PostAsJsonAsync("_twin/permissions", new { client = Twin.ClientId, @object, field, read, edit });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Every cell that an API client wrote.</summary>
    public async Task<IReadOnlyList<TwinWrite>> WritesAsync()
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>("_twin/writes");
        return [.. answer.GetProperty("cells").EnumerateArray().Select(c => new TwinWrite(
            c.GetProperty("object").GetString()!, c.GetProperty("id").GetString()!, c.GetProperty("field").GetString()!,
            c.GetProperty("received").GetInt32(), c.GetProperty("committed").GetInt32(),
            [.. c.GetProperty("first").EnumerateArray().Select(f => f.GetProperty("value").ToString())]))];
    }

    /// <summary>A record's fields as the administrator reads them.</summary>
    public async Task<JsonElement> RecordAsync(string type, string id)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"services/data/v66.0/sobjects/{type}/{id}"));
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string soql)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"services/data/v66.0/query?q={Uri.EscapeDataString(soql)}"));
        return [.. (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("records").EnumerateArray()];
    }

    /// <summary>A change by somebody else.</summary>
    public async Task UpdateAsync(string type, string id, object fields)
    {
        using var _ = await SendAsync(() => new HttpRequestMessage(HttpMethod.Patch, $"services/data/v66.0/sobjects/{type}/{id}") { Content = JsonContent.Create(fields) });
    }

    /// <summary>A record made over the API by the administrator; its id.</summary>
    public async Task<string> CreateAsync(string type, object fields)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, $"services/data/v66.0/sobjects/{type}") { Content = JsonContent.Create(fields) });
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    /// <summary>A change by <c>human</c>, <c>integration</c> or <c>automation</c>, or by any user.</summary>
    public Task EditAsync(string by, string id, object fields) => EditAsync(by, [(id, fields)]);

    /// <summary>Changes in one go.</summary>
    public async Task EditAsync(string by, IEnumerable<(string Id, object Fields)> edits)
    {
        var response = await _http.PostAsJsonAsync("_twin/edits", new { by, edits = edits.Select(e => new { id = e.Id, fields = e.Fields }) });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Turns the history of a field on or off.</summary>
    public async Task TrackAsync(string @object, string field, bool tracked)
    {
        var response = await _http.PostAsJsonAsync("_twin/history", new { @object, field, tracked });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task DeleteAsync(string type, string id)
    {
        using var _ = await SendAsync(() => new HttpRequestMessage(HttpMethod.Delete, $"services/data/v66.0/sobjects/{type}/{id}"));
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make)
    {
        _token ??= await SignInAsync();
        using var request = make();
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        var response = await _http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return response;
    }

    private async Task<string> SignInAsync()
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = "demo",
            ["client_secret"] = "demo-secret",
        });
        using var anonymous = new HttpClient();
        var response = await anonymous.PostAsync(new Uri(Address, "services/oauth2/token"), form);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }
}

/// <summary>What the twin says about one cell that an API client wrote.</summary>
public sealed record TwinWrite(string Object, string Id, string Field, int Received, int Committed, IReadOnlyList<string> Values);
