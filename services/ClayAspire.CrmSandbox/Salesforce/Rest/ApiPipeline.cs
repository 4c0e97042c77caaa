using System.Globalization;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>What every API request passes: faults, session, quota, body, errors, the usage header, the count of calls.</summary>
internal static class ApiPipeline
{
    /// <summary>Maps one endpoint below the data path.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes, SalesforceOrg org, string method, string pattern, Func<ApiCall, ApiResponse> handle)
    {
        // A POST that only reads (retrieve by ids) is no write: it must not use up the write faults.
        var writes = method is "POST" or "PATCH" or "DELETE" && !pattern.EndsWith("/composite/sobjects/{type}", StringComparison.Ordinal);
        routes.MapMethods(pattern, [method], http => Run(org, http, $"{method} {pattern}", writes, handle));
    }

    private static async Task Run(SalesforceOrg org, HttpContext http, string endpoint, bool writes, Func<ApiCall, ApiResponse> handle)
    {
        var user = Authenticate(org, http);
        var client = user?.ClientId ?? "anonymous";
        var latency = org.Faults.LatencyFor(client);
        if (latency > TimeSpan.Zero)
            await Task.Delay(latency, org.Clock, http.RequestAborted);
        var response = await Answer(org, http, user, writes, handle);
        org.Calls.Count(endpoint, client, response?.Status ?? 503);
        if (response is null)
        {
            http.Abort();
            return;
        }

        await Send(org, http, response);
    }

    // Null: the answer was lost on the way.
    private static async Task<ApiResponse?> Answer(SalesforceOrg org, HttpContext http, SandboxUser? user, bool writes, Func<ApiCall, ApiResponse> handle)
    {
        if (user is null)
            return ApiResponse.Error(401, "INVALID_SESSION_ID", "Session expired or invalid");
        if (!org.Quota.TryTake())
            return ApiResponse.Error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
        if (writes ? org.Faults.TakeFailBeforeCommit(user.ClientId) : org.Faults.TakeFailRead(user.ClientId))
            return Unavailable();
        ApiResponse response;
        try
        {
            using var document = await ReadBody(http);
            response = handle(new ApiCall(org, http, user, document?.RootElement ?? default));
        }
        catch (ApiFailure failure)
        {
            return ApiResponse.Error(failure.Status, failure.Code, failure.Message, failure.Fields);
        }

        if (writes && org.Faults.TakeFailAfterCommit(user.ClientId))
            return org.Faults.Current.DropConnection ? null : Unavailable();
        return response;
    }

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

    private static async Task<JsonDocument?> ReadBody(HttpContext http)
    {
        if (http.Request.Method is not ("POST" or "PATCH" or "PUT"))
            return null;
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        if (buffer.Length == 0)
            return null;
        if (!http.Request.HasJsonContentType())
            throw new ApiFailure(415, "UNSUPPORTED_MEDIA_TYPE", $"Content type '{http.Request.ContentType}' is not supported; send application/json");
        try
        {
            return JsonDocument.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        }
        catch (JsonException e)
        {
            throw ApiFailure.Malformed($"{e.Message.Split(" LineNumber", 2)[0]} at [line:{e.LineNumber + 1}, column:{e.BytePositionInLine + 1}]");
        }
    }

    private static async Task Send(SalesforceOrg org, HttpContext http, ApiResponse response)
    {
        http.Response.StatusCode = response.Status;
        http.Response.Headers["Sforce-Limit-Info"] = string.Create(CultureInfo.InvariantCulture, $"api-usage={org.Quota.Used}/{org.Quota.Max}");
        if (response.Status == 204)
            return;
        http.Response.ContentType = "application/json;charset=UTF-8";
        http.Response.ContentLength = response.Body.Length;
        await http.Response.Body.WriteAsync(response.Body, http.RequestAborted);
    }
}
