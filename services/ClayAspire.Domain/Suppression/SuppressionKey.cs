using System.Security.Cryptography;
using System.Text;
using ClayAspire.Domain.Standards;

namespace ClayAspire.Domain.Suppression;

/// <summary>Under what an address or a domain is listed: the list must outlive an address itself, and never gives it away as text.</summary>
public static class SuppressionKey
{
    private static readonly IStandard Domains = StandardRegistry.Find("domain")!;

    /// <summary>SHA-256 of the address in lower case, without blanks around it, as 64 hex digits; the same as <c>export.key_of</c> makes.</summary>
    public static string Of(string email) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().ToLowerInvariant())));

    /// <summary>
    /// The domain of an address, of a web address or of itself, and every domain above it of at least two labels: <c>mail.example.com</c> is
    /// listed when <c>example.com</c> is. Empty when the text holds no domain.
    /// </summary>
    public static IEnumerable<string> DomainsOf(string text)
    {
        if (!Domains.TryStandardise(text, out var domain, out _))
            yield break;
        for (var rest = domain; rest.Contains('.', StringComparison.Ordinal); rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..])
            yield return rest;
    }
}
