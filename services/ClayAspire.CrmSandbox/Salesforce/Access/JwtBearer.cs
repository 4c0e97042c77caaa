using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>Checks a JWT bearer assertion as the platform's token endpoint does: RS256, issuer, subject, audience, expiry.</summary>
internal static class JwtBearer
{
    private static readonly string[] PublicAudiences = ["https://login.salesforce.com", "https://test.salesforce.com"];

    /// <summary>The user that the assertion stands for, or the OAuth error.</summary>
    public static (SandboxUser? User, OAuthError? Error) Check(string assertion, IEnumerable<SandboxUser> users, string ownAudience, DateTimeOffset now)
    {
        var parts = assertion.Split('.');
        if (parts.Length != 3 || Decode(parts[0]) is not { } head || Decode(parts[1]) is not { } body || Decode(parts[2]) is not { } signature)
            return (null, OAuthError.InvalidGrant("invalid assertion"));
        Dictionary<string, JsonElement> header, claims;
        try
        {
            header = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(head)!;
            claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(body)!;
        }
        catch (JsonException)
        {
            return (null, OAuthError.InvalidGrant("invalid assertion"));
        }

        if (!string.Equals(Text(header, "alg"), "RS256", StringComparison.Ordinal))
            return (null, OAuthError.InvalidGrant("algorithm not supported"));
        var client = users.Where(u => string.Equals(u.ClientId, Text(claims, "iss"), StringComparison.Ordinal)).ToList();
        if (client.Count == 0)
            return (null, new OAuthError("invalid_client_id", "client identifier invalid"));
        var user = client.Find(u => string.Equals(u.Username, Text(claims, "sub"), StringComparison.OrdinalIgnoreCase));
        if (user is null)
            return (null, OAuthError.InvalidGrant("user hasn't approved this consumer"));
        if (!Verify(user.Credentials.PublicKeyPem, $"{parts[0]}.{parts[1]}", signature))
            return (null, OAuthError.InvalidGrant("invalid assertion"));
        var audience = Text(claims, "aud")?.TrimEnd('/');
        if (audience is null || !(PublicAudiences.Contains(audience, StringComparer.Ordinal) || string.Equals(audience, ownAudience, StringComparison.Ordinal)))
            return (null, OAuthError.InvalidGrant("audience is invalid"));
        if (!claims.TryGetValue("exp", out var exp) || !exp.TryGetInt64(out var expiry) || expiry <= now.ToUnixTimeSeconds())
            return (null, OAuthError.InvalidGrant("expired authorization code"));
        return (user, null);
    }

    private static bool Verify(string? pem, string signed, byte[] signature)
    {
        if (string.IsNullOrWhiteSpace(pem))
            return false;
        using var certificate = pem.Contains("CERTIFICATE", StringComparison.Ordinal) ? X509Certificate2.CreateFromPem(pem) : null;
        using var key = certificate?.GetRSAPublicKey() ?? RSA.Create();
        if (certificate is null)
            key.ImportFromPem(pem);
        return key.VerifyData(Encoding.ASCII.GetBytes(signed), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static string? Text(Dictionary<string, JsonElement> values, string name) =>
        values.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Decode(string part)
    {
        var bytes = new byte[part.Length];
        return System.Buffers.Text.Base64Url.TryDecodeFromChars(part, bytes, out var written) ? bytes[..written] : null;
    }
}

/// <summary>The body of a refused token request.</summary>
internal sealed record OAuthError(string Error, string Description)
{
    public static OAuthError InvalidGrant(string description) => new("invalid_grant", description);
}
