using System.Security.Claims;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace ClayAspire.Console.Security;

/// <summary>Sign-in of people by cookie, of callers by key; headers.</summary>
internal static class ConsoleSecurity
{
    public const string SignInPath = "/sign-in";
    private const string Csp =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    private const string ByRequest = "by-request";
    private const string CheckedAt = "clay:checked-at";

    /// <summary>Adds authentication, the access policies and antiforgery.</summary>
    public static void AddConsoleSecurity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var settings = builder.Configuration.GetSection(ConsoleSettings.Section).Get<ConsoleSettings>() ?? new ConsoleSettings();
        var secure = settings.RequireHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        services.AddAuthentication(ByRequest)
            .AddPolicyScheme(ByRequest, null, o => o.ForwardDefaultSelector = c =>
                c.Request.Headers.Authorization.Count > 0 ? ApiKeyHandler.Scheme : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.Scheme, null)
            .AddCookie(o =>
            {
                o.Cookie.Name = "clayaspire";
                o.Cookie.HttpOnly = true;
                o.Cookie.SameSite = SameSiteMode.Lax;
                o.Cookie.SecurePolicy = secure;
                o.LoginPath = SignInPath;
                o.AccessDeniedPath = "/problem/403";
                o.ReturnUrlParameter = "returnUrl";
                o.ExpireTimeSpan = TimeSpan.FromHours(settings.SessionHours);
                o.SlidingExpiration = true;
                o.Events.OnRedirectToLogin = c => Answer(c, StatusCodes.Status401Unauthorized);
                o.Events.OnRedirectToAccessDenied = c => Answer(c, StatusCodes.Status403Forbidden);
                o.Events.OnValidatePrincipal = StillValidAsync;
            });
        services.AddAuthorization(o =>
        {
            foreach (var (name, roles) in Access.Policies)
                o.AddPolicy(name, p => p.RequireAuthenticatedUser().RequireRole(roles));
        });
        services.AddAntiforgery(o =>
        {
            o.Cookie.Name = "clayaspire-form";
            o.Cookie.SecurePolicy = secure;
            o.Cookie.SameSite = SameSiteMode.Strict;
            o.HeaderName = "X-CSRF-TOKEN";
        });
    }

    /// <summary>Security headers on every answer: nothing from elsewhere, no inline script or style, no framing, no caching of pages.</summary>
    public static void UseConsoleSecurityHeaders(this WebApplication app)
    {
        if (app.Services.GetRequiredService<ConsoleSettings>().RequireHttps)
        {
            app.UseHsts();
            app.UseHttpsRedirection();
        }
        app.Use((context, next) =>
        {
            // When the answer starts, so that an error page, which begins with a cleared answer, has them too.
            context.Response.OnStarting(() =>
            {
                var headers = context.Response.Headers;
                headers.ContentSecurityPolicy = Csp;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "same-origin";
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                if (headers.CacheControl.Count == 0)
                    headers.CacheControl = "no-store";
                return Task.CompletedTask;
            });
            return next();
        });
    }

    /// <summary>The cookie's content for a person.</summary>
    public static ClaimsPrincipal Principal(PersonRow person, string scheme)
    {
        var identity = new ClaimsIdentity(scheme, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, person.UserName));
        identity.AddClaim(new Claim(ClaimTypes.Name, person.DisplayName));
        identity.AddClaims(person.Roles.Select(r => new Claim(ClaimTypes.Role, r)));
        return new ClaimsPrincipal(identity);
    }

    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || status == StatusCodes.Status403Forbidden)
            context.Response.StatusCode = status;
        else if (request.Headers.ContainsKey("HX-Request"))
            // A fragment must not swallow the sign-in page: the whole page goes there.
            context.Response.Headers["HX-Redirect"] = SignInPath;
        else
            context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }

    /// <summary>A person who is gone, or whose roles changed, is signed out within a minute.</summary>
    private static async Task StillValidAsync(CookieValidatePrincipalContext context)
    {
        var now = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        if (context.Properties.GetString(CheckedAt) is { } text
            && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var at) && now - at < TimeSpan.FromMinutes(1))
            return;
        var people = context.HttpContext.RequestServices.GetRequiredService<PersonStore>();
        var caller = Caller.Of(context.Principal!);
        var person = await people.FindAsync(caller.UserName, context.HttpContext.RequestAborted);
        if (person is null || !person.Roles.ToHashSet(StringComparer.Ordinal).SetEquals(caller.Roles))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return;
        }
        context.Properties.SetString(CheckedAt, now.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        context.ShouldRenew = true;
    }
}
