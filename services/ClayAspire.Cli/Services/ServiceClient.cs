using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ClayAspire.Cli.Services;

/// <summary>Calls one service. What it refuses becomes a <see cref="CliException"/> with its own words; that it cannot be reached, too.</summary>
internal sealed class ServiceClient(string name, Uri address, string? key) : IDisposable
{
    /// <summary>Where the service is.</summary>
    public Uri Address => address;

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), Expect100ContinueTimeout = TimeSpan.FromSeconds(10) })
    {
        BaseAddress = address,
        // An upload takes as long as it takes; the caller's cancellation ends it.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose() => _http.Dispose();

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancel) => (await SendAsync(HttpMethod.Get, path, null, cancel)).Body;

    public async Task<JsonElement> PostAsync(string path, object? body, CancellationToken cancel) =>
        (await SendAsync(HttpMethod.Post, path, body is null ? null : JsonContent.Create(body), cancel)).Body;

    /// <summary>Sends and gives status and JSON body, if it is a success.</summary>
    /// <exception cref="CliException">The service refuses, or cannot be reached.</exception>
    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        var (status, body) = await TrySendAsync(method, path, content, cancel);
        if ((int)status is >= 200 and < 300)
            return (status, body);
        throw Refusal(status, body);
    }

    /// <summary>Sends and gives status and JSON body, whatever the status.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> TrySendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        using var response = await OpenAsync(method, path, content, HttpCompletionOption.ResponseContentRead, cancel);
        return (response.StatusCode, await JsonOfAsync(response, cancel));
    }

    /// <summary>Opens a long answer to be read line by line.</summary>
    public Task<HttpResponseMessage> StreamAsync(string path, CancellationToken cancel) => StreamAsync(HttpMethod.Get, path, null, cancel);

    private async Task<HttpResponseMessage> StreamAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        var response = await OpenAsync(method, path, content, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw Refusal(response.StatusCode, await JsonOfAsync(response, cancel));
    }

    /// <summary>The lines of a long answer.</summary>
    public IAsyncEnumerable<string> LinesAsync(string path, CancellationToken cancel) => LinesAsync(HttpMethod.Get, path, null, cancel);

    /// <summary>The lines of the long answer to what is posted.</summary>
    public IAsyncEnumerable<string> PostLinesAsync(string path, object body, CancellationToken cancel) => LinesAsync(HttpMethod.Post, path, JsonContent.Create(body), cancel);

    private async IAsyncEnumerable<string> LinesAsync(HttpMethod method, string path, HttpContent? content, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var response = await StreamAsync(method, path, content, cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            if (line.Length > 0)
                yield return line;
        }
    }

    public static string Text(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? value.ToString()
            : "";

    public CliException Refusal(HttpStatusCode status, JsonElement problem)
    {
        var code = Text(problem, "code");
        var detail = string.Join(' ', new[] { Text(problem, "detail"), Text(problem, "remedy") }.Where(t => t.Length > 0));
        if (detail.Length == 0)
            detail = Text(problem, "title");
        var hint = status == HttpStatusCode.Unauthorized && key is null ? " No key was sent: give --key or set CLAYASPIRE_KEY." : "";
        return new CliException(ExitCodes.Refused, $"{name} refused ({(int)status}{(code.Length > 0 ? $", {code}" : "")}): {(detail.Length > 0 ? detail : status.ToString())}{hint}")
        {
            Problem = problem.ValueKind == JsonValueKind.Undefined ? null : problem,
        };
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, HttpContent? content, HttpCompletionOption completion, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path.TrimStart('/')) { Content = content };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        // A large upload with a wrong key is refused before it is sent.
        if (content is StreamContent)
            request.Headers.ExpectContinue = true;
        try
        {
            return await _http.SendAsync(request, completion, cancel);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            throw new CliException(ExitCodes.Unreachable,
                $"{name} at {address} cannot be reached ({e.HttpRequestError}). Start the stack with: dotnet run --project ClayAspire.AppHost", e);
        }
    }

    private static async Task<JsonElement> JsonOfAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(cancel);
        if (bytes.Length == 0 || response.Content.Headers.ContentType?.MediaType?.Contains("json", StringComparison.OrdinalIgnoreCase) != true)
            return default;
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }
}
