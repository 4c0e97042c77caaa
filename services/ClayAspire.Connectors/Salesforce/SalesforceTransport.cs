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
internal sealed partial class SalesforceTransport(string connection, ConnectionSettings settings, Func<HttpClient> http, SalesforceSession session)
{
    private const int ReadAttempts = 2;

    private long _used;
    private long _max;

    public Quota Quota => new(Interlocked.Read(ref _used), Interlocked.Read(ref _max));

    /// <summary>Reads. A lost answer is asked for again once: reading twice does no harm, also when it goes by POST.</summary>
    public async Task<T> ReadAsync<T>(HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var response = await SendAsync(method, path, body, cancellationToken);
                await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
                if (response.IsSuccessStatusCode)
                    return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken) ?? throw new JsonException("The answer is null.");
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
            response = await SendAsync(method, path, body, cancellationToken);
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

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        for (var signedInAnew = false; ; signedInAnew = true)
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
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json, "utf-8");
            }
            CallCount.Add();
            using var client = http();
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
            ReadUsage(response);
            if (response.StatusCode != HttpStatusCode.Unauthorized)
                return response;
            response.Dispose();
            session.Invalidate(token);
            if (signedInAnew)
                throw new CrmException(connection, SalesforceErrorTable.BadCredentials, "a fresh token was refused");
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
        var fallback = new ApiError(response.StatusCode == HttpStatusCode.NotFound ? "NOT_FOUND" : "UNKNOWN_EXCEPTION", null, $"status {(int)response.StatusCode}", null);
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
        Interlocked.Exchange(ref _used, long.Parse(match.Groups["used"].ValueSpan, CultureInfo.InvariantCulture));
        Interlocked.Exchange(ref _max, long.Parse(match.Groups["max"].ValueSpan, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"(?<![\w-])api-usage=(?<used>\d{1,15})/(?<max>\d{1,15})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Usage();
}
