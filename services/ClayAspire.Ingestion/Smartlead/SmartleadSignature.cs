using System.Security.Cryptography;
using System.Text;

namespace ClayAspire.Ingestion.Smartlead;

/// <summary>Checks <c>X-Smartlead-Signature: sha256=&lt;hex&gt;</c>, an HMAC-SHA256 over the raw body.</summary>
internal static class SmartleadSignature
{
    public const string Header = "X-Smartlead-Signature";

    /// <summary>Whether the header signs exactly these bytes with one of the secrets.</summary>
    public static bool Matches(string header, ReadOnlySpan<byte> body, IEnumerable<string> secrets)
    {
        const string prefix = "sha256=";
        if (!header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            return false;
        byte[] given;
        try
        {
            given = Convert.FromHexString(header.AsSpan(prefix.Length).Trim());
        }
        catch (FormatException)
        {
            return false;
        }
        var matches = false;
        foreach (var secret in secrets)
            matches |= CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body), given);
        return matches;
    }

    /// <summary>Whether the text is one of the secrets, in time that does not depend on where they differ.</summary>
    public static bool IsSecret(string given, IEnumerable<string> secrets)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(given));
        var matches = false;
        foreach (var secret in secrets)
            matches |= CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(secret)), hash);
        return matches;
    }
}
