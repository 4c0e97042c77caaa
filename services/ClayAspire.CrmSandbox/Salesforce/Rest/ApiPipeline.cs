using System.Globalization;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Twin;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>Whether a call writes: the faults of writes and of reads are counted apart.</summary>
internal enum ApiKind
{
    /// <summary>As its method says.</summary>
    ByMethod,

    /// <summary>A POST that only reads (retrieve by ids): it must not use up the write faults.</summary>
    Read,
}

/// <summary>What every API request passes: faults, session, quota, body, errors, the usage header, the count of calls.</summary>
internal static class ApiPipeline
{
    /// <summary>Maps one endpoint below the org's base, for HTTP and for parts of composite requests alike.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes, SalesforceOrg org, string method, string pattern, Func<ApiCall, ApiResponse> handle, ApiKind kind = ApiKind.ByMethod)
    {
        var writes = method is "POST" or "PATCH" or "PUT" or "DELETE" && kind == ApiKind.ByMethod;
        org.Routes.Add(method, pattern, handle);
        routes.MapMethods(pattern, [method], http => Run(org, http, $"{method} {pattern}", writes, handle));
    }

    /// <summary>Runs a handler; a refusal becomes its answer.</summary>
    public static ApiResponse Handle(ApiCall call, Func<ApiCall, ApiResponse> handle)
    {
        try
        {
            return handle(call);
        }
        catch (ApiFailure failure)
        {
            return Refusal(call.Org, failure);
        }
    }

    private static async Task Run(SalesforceOrg org, HttpContext http, string endpoint, bool writes, Func<ApiCall, ApiResponse> handle)
    {
        var user = Authenticate(org, http);
        var client = user?.ClientId ?? "anonymous";
        using var running = org.Running.Enter();
        var (acts, latency, endsSession) = org.Faults.Begin(client, writes);
        foreach (var act in acts)
            Acts.Do(org, act);
        if (endsSession)
            org.Sessions.CloseAll(includingAdministrator: false);
        if (latency > TimeSpan.Zero)
            await Task.Delay(latency, org.Clock, http.RequestAborted);
        // What happened in between may have ended the session.
        user = Authenticate(org, http);
        var response = await Answer(org, http, user, writes, handle, running.IsOneTooMany);
        org.Calls.Count(endpoint, client, response?.Status ?? 503);
        if (response is null)
        {
            http.Abort();
            return;
        }

        await Send(org, http, response);
    }

    // Null: the answer was lost on the way.
    private static async Task<ApiResponse?> Answer(SalesforceOrg org, HttpContext http, SandboxUser? user, bool writes, Func<ApiCall, ApiResponse> handle, bool tooMany)
    {
        if (user is null)
            return Refusal(org, new ApiFailure(401, "INVALID_SESSION_ID", "Session expired or invalid"));
        if (tooMany)
            return Refusal(org, new ApiFailure(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."));
        if (org.Faults.TakeRefuseForQuota(user.ClientId) || !org.Quota.TryTake())
            return Refusal(org, new ApiFailure(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."));
        if (writes ? org.Faults.TakeFailBeforeCommit(user.ClientId) : org.Faults.TakeFailRead(user.ClientId))
            return Unavailable();
        ApiResponse response;
        try
        {
            var content = await ReadContent(http);
            using var document = ParseBody(http, content);
            response = handle(new ApiCall(org, ApiRequest.Of(http, content, document?.RootElement ?? default), user));
        }
        catch (ApiFailure failure)
        {
            return Refusal(org, failure);
        }

        if (writes && org.Faults.TakeFailAfterCommit(user.ClientId))
            return org.Faults.Current.DropConnection ? null : Unavailable();
        return response;
    }

    private static ApiResponse Refusal(SalesforceOrg org, ApiFailure failure) =>
        ApiResponse.Error(failure.Status, failure.Code, org.Message(failure.Code, failure.Message), failure.Fields);

    private static ApiResponse Unavailable() => ApiResponse.Error(503, "SERVER_UNAVAILABLE", "We are down for maintenance.");

    private static SandboxUser? Authenticate(SalesforceOrg org, HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var space = header.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && header[..space] is var scheme
            && (scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || scheme.Equals("OAuth", StringComparison.OrdinalIgnoreCase))
            ? org.Sessions.Find(header[(space + 1)..].Trim())
            : null;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadContent(HttpContext http)
    {
        if (http.Request.Method is not ("POST" or "PATCH" or "PUT"))
            return default;
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static JsonDocument? ParseBody(HttpContext http, ReadOnlyMemory<byte> content)
    {
        // CSV and multipart bodies are read by the endpoints that take them.
        if (content.Length == 0 || IsOther(http.Request.ContentType))
            return null;
        if (!http.Request.HasJsonContentType())
            throw new ApiFailure(415, "UNSUPPORTED_MEDIA_TYPE", $"Content type '{http.Request.ContentType}' is not supported; send application/json");
        try
        {
            return JsonDocument.Parse(content);
        }
        catch (JsonException e)
        {
            throw ApiFailure.Malformed($"{e.Message.Split(" LineNumber", 2)[0]} at [line:{e.LineNumber + 1}, column:{e.BytePositionInLine + 1}]");
        }
    }

    private static bool IsOther(string? contentType) => contentType is not null
        && (contentType.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) || contentType.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase));

    private static async Task Send(SalesforceOrg org, HttpContext http, ApiResponse response)
    {
        http.Response.StatusCode = response.Status;
        http.Response.Headers["Sforce-Limit-Info"] = string.Create(CultureInfo.InvariantCulture, $"api-usage={org.Quota.Used}/{org.Quota.Max}");
        foreach (var (name, value) in response.Headers)
            http.Response.Headers[name] = value;
        if (response.Status is 204 or 304)
            return;
        if (response.Body.Length > 0)
            http.Response.ContentType = response.ContentType;
        http.Response.ContentLength = response.Body.Length;
        await http.Response.Body.WriteAsync(response.Body, http.RequestAborted);
    }
}
