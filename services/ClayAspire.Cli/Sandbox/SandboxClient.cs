using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Sandbox;

/// <summary>One org of the CRM twin, as its administrator.</summary>
internal sealed class SandboxClient
{
    private const string Version = "v62.0";

    private readonly ServiceClient _client;
    private readonly string _org;

    private SandboxClient(ServiceClient client, string org)
    {
        _client = client;
        _org = org;
    }

    /// <summary>The twin's org behind a connection: each Salesforce org has its own base path.</summary>
    public static string OrgOf(string connection) => connection.EndsWith("-staging", StringComparison.Ordinal) ? "salesforce-staging" : "salesforce";

    /// <summary>Signs in with client credentials.</summary>
    public static async Task<SandboxClient> SignInAsync(Session session, string org, string clientId, string clientSecret, CancellationToken cancel)
    {
        var address = session.Endpoints.Of(Endpoints.Sandbox);
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"), new("client_id", clientId), new("client_secret", clientSecret),
        ]);
        var (_, token) = await session.Client(Endpoints.Sandbox, address, null).SendAsync(HttpMethod.Post, $"{org}/services/oauth2/token", form, cancel);
        return new SandboxClient(session.Client(Endpoints.Sandbox, address, ServiceClient.Text(token, "access_token")), org);
    }

    /// <summary>The records that a query finds, all pages.</summary>
    public async IAsyncEnumerable<JsonElement> QueryAsync(string soql, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var path = $"{_org}/services/data/{Version}/query?q={Uri.EscapeDataString(soql)}";
        while (true)
        {
            var page = await _client.GetAsync(path, cancel);
            foreach (var record in page.GetProperty("records").EnumerateArray())
                yield return record;
            if (ServiceClient.Text(page, "nextRecordsUrl") is not { Length: > 0 } next)
                yield break;
            // The platform names the next page by a path from its own root.
            path = next.StartsWith($"/{_org}/", StringComparison.Ordinal) ? next : $"{_org}/{next.TrimStart('/')}";
        }
    }

    /// <summary>One record's field as text.</summary>
    public async Task<string> FieldAsync(string type, string id, string field, CancellationToken cancel) =>
        ServiceClient.Text(await _client.GetAsync($"{_org}/services/data/{Version}/sobjects/{type}/{id}?fields={field}", cancel), field);

    /// <summary>Puts records in as they are; gives how many.</summary>
    public async Task<int> LoadAsync(string type, IEnumerable<IReadOnlyDictionary<string, string>> records, CancellationToken cancel)
    {
        var lines = new StringBuilder();
        foreach (var record in records)
            lines.Append(JsonSerializer.Serialize(record)).Append('\n');
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(lines.ToString()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        var (_, answer) = await _client.SendAsync(HttpMethod.Post, $"{_org}/_twin/load?type={Uri.EscapeDataString(type)}", content, cancel);
        return answer.GetProperty("loaded").GetInt32();
    }

    /// <summary>Edits one record as another user; a null clears.</summary>
    public Task<JsonElement> EditAsync(string by, string id, IReadOnlyDictionary<string, string?> fields, CancellationToken cancel) =>
        _client.PostAsync($"{_org}/_twin/edits", new { by, edits = new[] { new { id, fields } } }, cancel);

    /// <summary>The lines of one of the demo's streams: <c>events</c> or <c>clay-rows</c>.</summary>
    public IAsyncEnumerable<string> DemoAsync(string stream, CancellationToken cancel) => _client.LinesAsync($"_twin/demo/{stream}", cancel);
}
