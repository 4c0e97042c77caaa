using System.Security.Cryptography;
using System.Text;

namespace ClayAspire.Domain.Suppression;

/// <summary>The key under which an e-mail address is listed: the list must outlive the address itself, and never gives it away as text.</summary>
public static class SuppressionKey
{
    /// <summary>SHA-256 of the address in lower case, without blanks around it, as 64 hex digits; the same as <c>export.key_of</c> makes.</summary>
    public static string Of(string email) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().ToLowerInvariant())));
}
