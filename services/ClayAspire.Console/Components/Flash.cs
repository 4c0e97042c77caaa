using Microsoft.AspNetCore.DataProtection;

namespace ClayAspire.Console.Components;

/// <summary>One message for the next page, in a protected cookie that is taken out when it is shown.</summary>
internal static class Flash
{
    private const string Cookie = "clay-flash";
    private const string Purpose = "ClayAspire.Console.Flash";
    private const char Between = '\n';

    public static void Set(HttpContext http, string tone, string text) =>
        http.Response.Cookies.Append(Cookie, Protector(http).Protect($"{tone}{Between}{text}", TimeSpan.FromMinutes(2)),
            new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, IsEssential = true, Secure = http.Request.IsHttps, Path = "/" });

    public static (string Tone, string Text)? Take(HttpContext http)
    {
        // A fragment is not the next page.
        if (http.Request.Cookies[Cookie] is not { } text || http.Request.Headers.ContainsKey("HX-Request"))
            return null;
        http.Response.Cookies.Delete(Cookie);
        try
        {
            var parts = Protector(http).Unprotect(text).Split(Between, 2);
            return (parts[0], parts[1]);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            // Too old, or not ours: the cookie is gone now, and there was no message.
            return null;
        }
    }

    private static ITimeLimitedDataProtector Protector(HttpContext http) =>
        http.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector(Purpose).ToTimeLimitedDataProtector();
}
