using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>What a write call came to.</summary>
internal abstract record WriteAnswer
{
    private WriteAnswer()
    {
    }

    /// <summary>The CRM answered row by row.</summary>
    public sealed record Rows(List<CollectionRow> Items) : WriteAnswer;

    /// <summary>The CRM refused the call as a whole: nothing was written.</summary>
    public sealed record Refused(ErrorRule Rule, ApiError Error) : WriteAnswer;

    /// <summary>No usable answer came back: written or not, nobody knows.</summary>
    public sealed record Lost(string Why, bool MayStillRun) : WriteAnswer;
}

/// <summary>Sends calls with a token, signs in anew once on 401, reads the budget header, and turns refusals into rules of the error table.</summary>
internal sealed partial class SalesforceTransport(string connection, ConnectionSettings settings, Func<HttpClient> http, SalesforceSession session, TimeProvider clock)
{
    private const int ReadAttempts = 2;

    /// <summary>Tokens that one call tries: an old one may have died, and a fresh one may die at once when somebody ends all sessions.</summary>
    private const int MostTokens = 3;

    private const string CsvType = "text/csv";

    /// <summary>The slowest line that an upload still comes through on.</summary>
    private const int BytesASecond = 1_000_000;

    /// <summary>As much longer may the results of a bulk job take.</summary>
    private const int LongestDownloadSeconds = 60;

    private readonly Lock _quotaGate = new();
    private Quota _quota;

    public Quota Quota
    {
        get
        {
            lock (_quotaGate)
                return _quota;
        }
    }

    /// <summary>Reads. A lost answer is asked for again once: reading twice does no harm, also when it goes by POST.</summary>
    public Task<T> ReadAsync<T>(HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        ReadAsync(method, path, body, MediaTypeNames.Application.Json, async (response, cancel) =>
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancel);
            return await JsonSerializer.DeserializeAsync(stream, type, cancel) ?? throw new JsonException("The answer is null.");
        }, cancellationToken);

    /// <summary>Reads CSV.</summary>
    public async Task<string> ReadTextAsync(string path, CancellationToken cancellationToken) => (await ReadPageAsync(path, cancellationToken)).Text;

    /// <summary>Reads one page of a bulk query: its CSV, and where the next begins; null after the last.</summary>
    public Task<(string Text, string? Next)> ReadPageAsync(string path, CancellationToken cancellationToken) =>
        ReadAsync(HttpMethod.Get, path, null, CsvType, async (response, cancel) =>
            (await response.Content.ReadAsStringAsync(cancel),
            response.Headers.TryGetValues("Sforce-Locator", out var locators) && locators.FirstOrDefault() is { Length: > 0 } next && next != "null" ? next : null), cancellationToken);

    private async Task<T> ReadAsync<T>(
        HttpMethod method, string path, byte[]? body, string accept, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var response = await SendAsync(method, path, body, MediaTypeNames.Application.Json, accept, cancellationToken);
                if (response.IsSuccessStatusCode)
                    return await read(response, cancellationToken);
                if ((int)response.StatusCode < 500 && response.StatusCode != HttpStatusCode.TooManyRequests)
                    throw Failure(response, await ErrorAsync(response, cancellationToken));
                if (attempt >= ReadAttempts)
                    throw new CrmException(connection, SalesforceErrorTable.Unavailable, $"status {(int)response.StatusCode}", RetryAfter(response));
            }
            catch (Exception e) when (IsTransportFault(e, cancellationToken))
            {
                if (attempt >= ReadAttempts)
                    throw new CrmException(connection, e is JsonException ? SalesforceErrorTable.Malformed : SalesforceErrorTable.Unreachable, e.GetType().Name, inner: e);
            }
        }
    }

    /// <summary>Fills a bulk job, once. False when the answer was lost or the job takes no data: the caller ends that job and makes another.</summary>
    public async Task<bool> UploadAsync(string path, byte[] csv, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(HttpMethod.Put, path, csv, CsvType, null, cancellationToken);
            if (response.IsSuccessStatusCode)
                return true;
            if ((int)response.StatusCode >= 500)
                return false;
            var failure = Failure(response, await ErrorAsync(response, cancellationToken));
            return failure.Rule.Code == SalesforceErrorTable.InvalidJobState ? false : throw failure;
        }
        catch (Exception e) when (IsTransportFault(e, cancellationToken))
        {
            return false;
        }
    }

    /// <summary>
    /// Changes something that knows its own state, so that the caller looks it up when this is false: the answer was lost, or the change was refused.
    /// </summary>
    /// <exception cref="CrmException">The CRM does not serve us now.</exception>
    public async Task<bool> TryPatchAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(HttpMethod.Patch, path, body, MediaTypeNames.Application.Json, null, cancellationToken);
            if (response.IsSuccessStatusCode)
                return true;
            if ((int)response.StatusCode < 500 && Failure(response, await ErrorAsync(response, cancellationToken)) is { Rule.Action: ErrorAction.Wait or ErrorAction.Stop } failure)
                throw failure;
            return false;
        }
        catch (Exception e) when (IsTransportFault(e, cancellationToken))
        {
            return false;
        }
    }

    /// <summary>The id of the user that we write as: from the token's answer, or where that did not say, from <c>userinfo</c>.</summary>
    public async Task<string> UserIdAsync(CancellationToken cancellationToken)
    {
        if ((await session.GetAsync(cancellationToken)).UserId is { } id)
            return id;
        var info = await ReadAsync(HttpMethod.Get, "/services/oauth2/userinfo", null, SalesforceJson.Default.UserInfoAnswer, cancellationToken);
        return SalesforceId.Normalize("User", info.UserId) ?? throw new CrmException(connection, SalesforceErrorTable.Malformed, "userinfo has no user_id");
    }

    /// <summary>Writes once. It is sent again only when the CRM said that it did not look at it (401).</summary>
    public async Task<WriteAnswer> WriteAsync(HttpMethod method, string path, byte[] body, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await SendAsync(method, path, body, MediaTypeNames.Application.Json, null, cancellationToken);
            var status = (int)response.StatusCode;
            if (status >= 500)
                return new WriteAnswer.Lost($"status {status.ToString(CultureInfo.InvariantCulture)}", MayStillRun: status == (int)HttpStatusCode.GatewayTimeout);
            if (!response.IsSuccessStatusCode)
            {
                var error = await ErrorAsync(response, cancellationToken);
                var rule = SalesforceErrorTable.Find(error.Code, error.Message ?? "");
                if (status == (int)HttpStatusCode.TooManyRequests || rule.Action is ErrorAction.Wait or ErrorAction.Stop or ErrorAction.Reauthenticate)
                    throw Failure(response, error);
                return new WriteAnswer.Refused(rule, error);
            }
            // A single record is answered without a body.
            if (status == (int)HttpStatusCode.NoContent)
                return new WriteAnswer.Rows([]);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(stream, SalesforceJson.Default.ListCollectionRow, cancellationToken) is { } rows
                ? new WriteAnswer.Rows(rows)
                : new WriteAnswer.Lost("empty answer", MayStillRun: false);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            // No connection was made, so nothing was sent.
            throw new CrmException(connection, SalesforceErrorTable.Unreachable, e.HttpRequestError.ToString(), inner: e);
        }
        catch (Exception e) when (e is not CrmException && !cancellationToken.IsCancellationRequested)
        {
            // Whatever broke after sending began: timeout, reset, unreadable body. The outcome is unknown, and the caller must probe by reading.
            return new WriteAnswer.Lost(e.GetType().Name, MayStillRun: e is not JsonException);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body, string bodyType, string? accept, CancellationToken cancellationToken)
    {
        for (var tokens = 1; ; tokens++)
        {
            var token = await session.GetAsync(cancellationToken);
            using var request = new HttpRequestMessage(method, AddressOf(token, path));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.AccessToken);
            // Our own name on every change lets others, and our own change reader, tell our writes apart.
            request.Headers.Add("Sforce-Call-Options", "client=clayaspire");
            if (method != HttpMethod.Get)
                request.Headers.Add("Sforce-Auto-Assign", "FALSE");
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(bodyType, "utf-8");
            }
            if (accept is not null)
                request.Headers.Accept.ParseAdd(accept);
            CallCount.Add();
            using var client = http();
            // Large data takes its time on the way; what the timeout is for is an answer that does not come.
            if (client.Timeout != Timeout.InfiniteTimeSpan)
                client.Timeout += TimeSpan.FromSeconds(accept == CsvType ? LongestDownloadSeconds : (body?.Length ?? 0) / BytesASecond);
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
            ReadUsage(response);
            if (response.StatusCode != HttpStatusCode.Unauthorized)
                return response;
            response.Dispose();
            session.Invalidate(token);
            if (tokens >= MostTokens)
                throw new CrmException(connection, SalesforceErrorTable.TokenRefused, "");
        }
    }

    // A path from the root is not one of the data services.
    private Uri AddressOf(SalesforceToken token, string path)
    {
        var instance = token.Instance.AbsoluteUri.TrimEnd('/');
        return new Uri(path.StartsWith('/') ? instance + path : $"{instance}/services/data/v{settings.ApiVersion}/{path}");
    }

    private static async Task<ApiError> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var fallback = new ApiError(SalesforceErrorTable.CodeOf((int)response.StatusCode), null, $"status {(int)response.StatusCode}", null);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var errors = await JsonSerializer.DeserializeAsync(stream, SalesforceJson.Default.ListApiError, cancellationToken);
            return errors is { Count: > 0 } ? errors[0] : fallback;
        }
        catch (JsonException)
        {
            // A proxy's page instead of the CRM's error list: the status is all there is.
            return fallback;
        }
    }

    private CrmException Failure(HttpResponseMessage response, ApiError error) =>
        new(connection, SalesforceErrorTable.Find(error.Code, error.Message ?? ""), "", RetryAfter(response));

    private static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta;

    private static bool IsTransportFault(Exception e, CancellationToken cancellationToken) =>
        e is not CrmException && !cancellationToken.IsCancellationRequested;

    private void ReadUsage(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Sforce-Limit-Info", out var values))
            return;
        var match = Usage().Match(string.Join(';', values));
        if (!match.Success)
            return;
        var told = new Quota(
            long.Parse(match.Groups["used"].ValueSpan, CultureInfo.InvariantCulture), long.Parse(match.Groups["max"].ValueSpan, CultureInfo.InvariantCulture), clock.GetUtcNow());
        lock (_quotaGate)
            _quota = told;
    }

    [GeneratedRegex(@"(?<![\w-])api-usage=(?<used>\d{1,15})/(?<max>\d{1,15})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Usage();
}
