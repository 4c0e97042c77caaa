using System.Text.Encodings.Web;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ClayAspire.Console.Security;

/// <summary>Callers with a key: <c>Authorization: Bearer KEY</c>. The key needs scope <c>api</c> and acts as a person, whose roles count.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiKeyStore keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "api-key";
    private const string Bearer = "Bearer ";
    private Reason _refusal = new("key-missing", "Send 'Authorization: Bearer KEY' with a key of scope 'api'.");

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.Fail("No bearer key.");
        var caller = await keys.AuthenticateAsync(header[Bearer.Length..].Trim(), Context.RequestAborted);
        if (caller is null)
            return Refuse("key-unknown", "This key is not known, or it was revoked.");
        if (!caller.Scopes.Contains(ApiScopes.Api))
            return Refuse("scope-missing", "This key has no scope 'api'.");
        if (caller.Person is not { } person)
            return Refuse("key-acts-for-nobody", "This key acts as no person, so it has no role. Make one that does.");
        return AuthenticateResult.Success(new AuthenticationTicket(ConsoleSecurity.Principal(person, Scheme), Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Api.Problems.Of(_refusal, StatusCodes.Status401Unauthorized).ExecuteAsync(Context);
    }

    private AuthenticateResult Refuse(string code, string text)
    {
        _refusal = new Reason(code, text);
        return AuthenticateResult.Fail(code);
    }
}
