using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ClayAspire.Domain.Standards;

/// <summary>Internet domains: the host of a URL or of an e-mail address, in lower-case ASCII.</summary>
internal sealed class DomainStandard() : TextStandard("domain",
    "the host of a domain, URL or e-mail address, in lower case, international names in punycode, without www and final dot", "example.com", "example.org")
{
    private const int LongestHost = 253;
    private const int LongestLabel = 63;

    protected override int Longest => 2_048;

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        why = null;
        canonical = null;
        if (Host(HostPart(text)) is not { } host)
        {
            why = "It holds no internet domain. Send it as example.com.";
            return false;
        }
        // "www.com" is a domain of its own.
        while (host.StartsWith("www.", StringComparison.Ordinal) && host.IndexOf('.', 4) > 0)
            host = host[4..];
        canonical = host;
        return true;
    }

    private static string HostPart(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        var rest = start >= 0 ? text[(start + 3)..] : text.StartsWith("//", StringComparison.Ordinal) ? text[2..] : text;
        if (rest.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
            rest = rest["mailto:".Length..];
        var end = rest.AsSpan().IndexOfAny("/?#");
        if (end >= 0)
            rest = rest[..end];
        rest = rest[(rest.LastIndexOf('@') + 1)..];
        var colon = rest.LastIndexOf(':');
        return colon >= 0 && rest.AsSpan(colon + 1).ContainsAnyExceptInRange('0', '9') is false ? rest[..colon] : rest;
    }

    /// <summary>
    /// A host name in lower-case ASCII: at least two labels of letters, digits and hyphens, the last of which is no number.
    /// Null when the text is none; an IP address is none.
    /// </summary>
    public static string? Host(string text)
    {
        var lower = Normalisation.Compose(text.ToLowerInvariant()).TrimEnd('.');
        if (lower.Length is 0 or > LongestHost)
            return null;
        if (!System.Text.Ascii.IsValid(lower))
        {
            try
            {
                lower = new IdnMapping().GetAscii(lower).ToLowerInvariant();
            }
            // The platform's only way to say that a name cannot be written in punycode; total as this is, such a name is simply none.
            catch (ArgumentException)
            {
                return null;
            }
        }
        var labels = lower.Split('.');
        if (lower.Length > LongestHost || labels.Length < 2 || !labels.All(IsLabel))
            return null;
        return labels[^1].AsSpan().ContainsAnyInRange('a', 'z') && labels[^1].Length > 1 ? lower : null;
    }

    private static bool IsLabel(string label)
    {
        if (label.Length is 0 or > LongestLabel || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (var c in label)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        return true;
    }
}
