using System.Diagnostics.CodeAnalysis;

namespace ClayAspire.Domain.Standards;

/// <summary>Web addresses: http or https, host in lower-case ASCII, no default port, no marks of campaigns.</summary>
internal sealed class UrlStandard() : TextStandard("url",
    "an absolute http or https address: https:// where no scheme is given, host in lower case and punycode, without default port, campaign marks (utm_…, gclid, fbclid) and final slash of the root",
    "https://www.example.com", "https://example.org/about")
{
    private const string NoWebAddress = "It is no web address. Send it as https://www.example.com.";

    private static readonly string[] CampaignMarks = ["gclid", "fbclid", "msclkid", "mc_cid", "mc_eid", "trk"];

    protected override int Longest => 2_048;

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        why = null;
        if (Read(text) is { } url)
            canonical = Absolute(url);
        if (canonical is not null)
            return true;
        why = NoWebAddress;
        return false;
    }

    /// <summary>Reads a web address that may lack its scheme; null when it is none, or names a user.</summary>
    public static Uri? Read(string text)
    {
        if (text.Contains(' ', StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal))
            return null;
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var isScheme = scheme > 0 && !text.AsSpan(0, scheme).ContainsAny("/.?#");
        var whole = isScheme ? text : $"https://{text.TrimStart('/')}";
        return Uri.TryCreate(whole, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 ? url : null;
    }

    private static string? Absolute(Uri url)
    {
        // The host as it was written: Uri's own reading of international names follows an older standard.
        if (DomainStandard.Host(url.Host) is not { } host)
            return null;
        var port = url.IsDefaultPort ? "" : $":{url.Port}";
        var path = url.AbsolutePath == "/" ? "" : url.AbsolutePath;
        var query = Query(url.Query);
        if (path.Length == 0 && (query.Length > 0 || url.Fragment.Length > 1))
            path = "/";
        return $"{url.Scheme}://{host}{port}{path}{query}{(url.Fragment.Length > 1 ? url.Fragment : "")}";
    }

    private static string Query(string query)
    {
        if (query.Length <= 1)
            return "";
        var kept = query[1..].Split('&').Where(p => p.Length > 0 && !IsCampaignMark(p.Split('=')[0])).ToArray();
        return kept.Length == 0 ? "" : "?" + string.Join('&', kept);
    }

    private static bool IsCampaignMark(string name) =>
        name.StartsWith("utm_", StringComparison.OrdinalIgnoreCase) || CampaignMarks.Contains(name, StringComparer.OrdinalIgnoreCase);
}
