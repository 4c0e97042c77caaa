using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>The twin in this process, on a free port, with clients that have signed in.</summary>
internal sealed class RunningTwin : IAsyncDisposable
{
    private readonly WebApplication app;

    private RunningTwin(WebApplication app)
    {
        this.app = app;
        Address = new Uri(app.Urls.First());
    }

    public Uri Address { get; }

    public static async Task<RunningTwin> Start(TimeProvider? clock = null, params (string Name, string Value)[] settings)
    {
        var args = settings.Select(s => $"--CrmSandbox:{s.Name}={s.Value}").Append("--urls=http://127.0.0.1:0").ToArray();
        var web = SandboxApp.Build(args, builder =>
        {
            if (clock is not null)
                builder.Services.Replace(ServiceDescriptor.Singleton(clock));
        });
        await web.StartAsync();
        return new RunningTwin(web);
    }

    public HttpClient Anonymous() => new() { BaseAddress = Address };

    public Task<SalesforceClient> Admin(string org = "salesforce") => SalesforceClient.SignIn(Address, org, "demo", "demo-secret");

    public Task<SalesforceClient> Integration(string org = "salesforce") => SalesforceClient.SignIn(Address, org, "clayaspire-integration", "integration-secret");

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}

/// <summary>A signed-in caller of one org, as thin as possible: paths below the data path, JSON in and out.</summary>
internal sealed class SalesforceClient(HttpClient http, Uri instance)
{
    public HttpClient Http { get; } = http;
    public Uri Instance { get; } = instance;

    public static async Task<SalesforceClient> SignIn(Uri address, string org, string id, string secret)
    {
        var http = new HttpClient();
        var token = await Token(http, address, org, ("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("access_token").GetString());
        return new SalesforceClient(http, new Uri(token.GetProperty("instance_url").GetString()!));
    }

    public static async Task<JsonElement> Token(HttpClient http, Uri address, string org, params (string Name, string Value)[] form)
    {
        using var response = await http.PostAsync(new Uri(address, $"/{org}/services/oauth2/token"), new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value))));
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<(int Status, JsonElement Body, HttpResponseMessage Response)> Send(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith("/_twin", StringComparison.Ordinal) || path.StartsWith("/services", StringComparison.Ordinal) || path.StartsWith("/id", StringComparison.Ordinal)
            ? $"{Instance}{path}"
            : $"{Instance}/services/data/v62.0{path}");
        if (body is not null)
            request.Content = JsonContent.Create(body);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text), response);
    }

    public async Task<JsonElement> Get(string path) => (await Send(HttpMethod.Get, path)).Body;

    public async Task<JsonElement> Query(string soql) => (await Send(HttpMethod.Get, "/query?q=" + Uri.EscapeDataString(soql))).Body;

    public async Task<JsonElement[]> Records(string soql) => [.. (await Query(soql)).GetProperty("records").EnumerateArray()];

    /// <summary>The values of the first selected column.</summary>
    public async Task<string[]> Column(string soql, string field) => [.. (await Records(soql)).Select(r => r.GetProperty(field).ToString())];

    /// <summary>Code and message of a refused query.</summary>
    public async Task<(int Status, string Code, string Message)> Refusal(string soql)
    {
        var (status, body, _) = await Send(HttpMethod.Get, "/query?q=" + Uri.EscapeDataString(soql));
        return (status, body[0].GetProperty("errorCode").GetString()!, body[0].GetProperty("message").GetString()!);
    }

    public async Task<string[]> Load(string type, params object[] records)
    {
        var (status, body, _) = await Send(HttpMethod.Post, "/_twin/load", new { type, records });
        Assert.True(status == 200, body.ToString());
        return [.. body.GetProperty("ids").EnumerateArray().Select(i => i.GetString()!)];
    }

    public async Task<JsonElement[]> Collection(HttpMethod method, string path, bool allOrNone, params object[] records)
    {
        var (status, body, _) = await Send(method, path, new { allOrNone, records });
        Assert.True(status == 200, body.ToString());
        return [.. body.EnumerateArray()];
    }

    public Task<JsonElement[]> UpdateMany(bool allOrNone, params object[] records) => Collection(HttpMethod.Patch, "/composite/sobjects", allOrNone, records);

    public Task<JsonElement[]> CreateMany(bool allOrNone, params object[] records) => Collection(HttpMethod.Post, "/composite/sobjects", allOrNone, records);

    public static Dictionary<string, object?> Row(string type, params (string Name, object? Value)[] fields)
    {
        var row = fields.ToDictionary(f => f.Name, f => f.Value);
        row["attributes"] = new { type };
        return row;
    }

    public static string Code(JsonElement result) => result.GetProperty("success").GetBoolean() ? "ok" : result.GetProperty("errors")[0].GetProperty("statusCode").GetString()!;
}
