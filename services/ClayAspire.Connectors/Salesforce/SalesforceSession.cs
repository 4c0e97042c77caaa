using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>A token and where calls go with it.</summary>
/// <param name="AccessToken">The token.</param>
/// <param name="Instance">Where calls go.</param>
/// <param name="UserId">The id of the user that it stands for; null when the answer did not say.</param>
internal sealed record SalesforceToken(string AccessToken, Uri Instance, string? UserId);

/// <summary>
/// Signs in by client credentials, or by JWT bearer when a private key is set, and keeps the token until somebody says that it died:
/// the platform tells no life time, so tokens are minted anew on 401 and never by a timer.
/// </summary>
internal sealed class SalesforceSession(string connection, ConnectionSettings settings, Func<HttpClient> http, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan AssertionLife = TimeSpan.FromMinutes(3);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile SalesforceToken? _token;

    public async Task<SalesforceToken> GetAsync(CancellationToken cancellationToken)
    {
        if (_token is { } known)
            return known;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _token ??= await MintAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Says that <paramref name="dead"/> is no longer accepted; a newer token stays.</summary>
    public void Invalidate(SalesforceToken dead) => Interlocked.CompareExchange(ref _token, null, dead);

    public void Dispose() => _gate.Dispose();

    private async Task<SalesforceToken> MintAsync(CancellationToken cancellationToken)
    {
        CallCount.Add();
        using var form = new FormUrlEncodedContent(Form());
        using var client = http();
        try
        {
            using var response = await client.PostAsync(new Uri($"{settings.BaseUrl.TrimEnd('/')}/services/oauth2/token"), form, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw Refused(response, body);
            if (JsonSerializer.Deserialize(body, SalesforceJson.Default.TokenAnswer) is not { AccessToken: { Length: > 0 } token } answer)
                throw new CrmException(connection, SalesforceErrorTable.Malformed, "the token answer has no access_token");
            return new SalesforceToken(token, new Uri((answer.InstanceUrl ?? settings.BaseUrl).TrimEnd('/')), UserIdOf(answer.Id));
        }
        catch (Exception e) when (e is HttpRequestException or UriFormatException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CrmException(connection, SalesforceErrorTable.Unreachable, "signing in", inner: e);
        }
    }

    // https://login.salesforce.com/id/{org}/{user}
    private static string? UserIdOf(string? identity) => SalesforceId.Normalize("User", identity?[(identity.LastIndexOf('/') + 1)..]);

    private CrmException Refused(HttpResponseMessage response, string body)
    {
        if ((int)response.StatusCode >= 500 || (int)response.StatusCode == 429)
            return new CrmException(connection, SalesforceErrorTable.Unavailable, $"signing in, status {(int)response.StatusCode}");
        try
        {
            var error = JsonSerializer.Deserialize(body, SalesforceJson.Default.TokenError);
            return new CrmException(connection, SalesforceErrorTable.BadCredentials, $"{error?.Error}: {error?.Description}");
        }
        catch (JsonException)
        {
            // The refusal stands whatever its body; the status says enough.
            return new CrmException(connection, SalesforceErrorTable.BadCredentials, $"status {(int)response.StatusCode}");
        }
    }

    private IEnumerable<KeyValuePair<string, string>> Form()
    {
        if (string.IsNullOrWhiteSpace(settings.PrivateKeyPem))
        {
            yield return new("grant_type", "client_credentials");
            yield return new("client_id", settings.ClientId);
            yield return new("client_secret", settings.ClientSecret ?? "");
            yield break;
        }
        yield return new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        yield return new("assertion", Assertion());
    }

    private string Assertion()
    {
        var expiry = (clock.GetUtcNow() + AssertionLife).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        static string Text(string value) => $"\"{JsonEncodedText.Encode(value)}\"";
        var claims = $"{{\"iss\":{Text(settings.ClientId)},\"sub\":{Text(settings.Username ?? "")},\"aud\":{Text(settings.Audience)},\"exp\":{expiry}}}";
        var signed = $"{Encode("{\"alg\":\"RS256\"}")}.{Encode(claims)}";
        using var key = RSA.Create();
        key.ImportFromPem(settings.PrivateKeyPem);
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
