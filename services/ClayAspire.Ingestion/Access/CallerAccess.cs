using System.Security.Cryptography;
using System.Text;
using ClayAspire.Storage.People;
using Microsoft.AspNetCore.Mvc;

namespace ClayAspire.Ingestion.Access;

/// <summary>Who calls, and whether the key may do this. The key itself is never logged and never kept.</summary>
internal sealed class CallerAccess(ApiKeyStore keys)
{
    public const string ClayHeader = "x-clay-webhook-auth";

    /// <summary>The key that the request carries; null when it carries none.</summary>
    public static string? Key(HttpRequest request)
    {
        if (request.Headers[ClayHeader].ToString().Trim() is { Length: > 0 } clay)
            return clay.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? clay[7..].Trim() : clay;
        return request.Headers.Authorization.ToString() is { } given && given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && given[7..].Trim() is { Length: > 0 } bearer
            ? bearer
            : null;
    }

    /// <summary>The key's hash, or the caller's address: whom the rate limit counts.</summary>
    public static string RatePartition(HttpContext context) =>
        Key(context.Request) is { } key
            ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)), 0, 8)
            : context.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>The caller, or why it is refused.</summary>
    /// <param name="key">The key as sent.</param>
    /// <param name="scopes">Any of them suffices; the first is named in the refusal.</param>
    /// <param name="cancel">Stops the look-up.</param>
    public async Task<Admission> AdmitAsync(string? key, string[] scopes, CancellationToken cancel)
    {
        if (key is null || await keys.AuthenticateAsync(key, cancel) is not { } caller)
            return new Admission(null, Problems.Unauthenticated);
        return scopes.Any(s => caller.Scopes.Contains(s, StringComparer.Ordinal))
            ? new Admission(caller.Name, null)
            : new Admission(null, Problems.ScopeMissing(scopes[0]));
    }
}

/// <summary>A caller's name, or the refusal.</summary>
internal sealed record Admission(string? Caller, ProblemDetails? Refusal);

/// <summary>Lets a request through only with a key of one of the scopes; the caller's name is then in <see cref="HttpContext.Items"/>.</summary>
internal sealed class RequireScopeFilter(string[] scopes) : IEndpointFilter
{
    public static object CallerItem { get; } = new();

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var access = http.RequestServices.GetRequiredService<CallerAccess>();
        var admission = await access.AdmitAsync(CallerAccess.Key(http.Request), scopes, http.RequestAborted);
        if (admission.Refusal is { } refusal)
        {
            if (refusal.Status == StatusCodes.Status401Unauthorized)
                http.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Result(refusal);
        }
        http.Items[CallerItem] = admission.Caller;
        return await next(context);
    }
}
