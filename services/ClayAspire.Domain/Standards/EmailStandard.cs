using System.Diagnostics.CodeAnalysis;

namespace ClayAspire.Domain.Standards;

/// <summary>E-mail addresses of the common form (RFC 5321 dot-string): quoted local parts, comments and address literals are not standard.</summary>
internal sealed class EmailStandard() : TextStandard("email",
    "the bare address in lower case, without mailto: or display name, international domains in punycode; syntax only", "ann@example.com", "robert@example.org")
{
    // RFC 5321, 4.5.3.1: 64 octets of local part, and a path of 256 with its angle brackets.
    private const int LongestLocal = 64;
    private const int LongestAddress = 254;

    protected override int Longest => 512;

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        why = "It is no plain e-mail address. Send one address as name@example.com.";
        var address = text;
        if (address.EndsWith('>') && address.IndexOf('<', StringComparison.Ordinal) is >= 0 and var open)
            address = address[(open + 1)..^1].Trim();
        if (address.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
            address = address["mailto:".Length..];
        var at = address.LastIndexOf('@');
        if (at is < 1 or > LongestLocal || !IsLocal(address.AsSpan(0, at)) || address.EndsWith('.') || DomainStandard.Host(address[(at + 1)..]) is not { } host)
            return false;
        var bare = $"{address[..at].ToLowerInvariant()}@{host}";
        if (bare.Length > LongestAddress)
            return false;
        canonical = bare;
        why = null;
        return true;
    }

    private static bool IsLocal(ReadOnlySpan<char> local)
    {
        var previous = '.';
        foreach (var c in local)
        {
            if (c == '.' ? previous == '.' : !char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal))
                return false;
            previous = c;
        }
        return previous != '.';
    }
}
