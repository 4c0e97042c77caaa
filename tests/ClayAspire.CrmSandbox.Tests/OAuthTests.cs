using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ClayAspire.CrmSandbox.Tests;

public sealed class OAuthTests
{
    [Fact]
    public async Task Client_credentials_answer_with_the_address_that_was_called_and_a_well_formed_id()
    {
        await using var twin = await RunningTwin.Start();
        using var http = twin.Anonymous();
        var token = await SalesforceClient.Token(http, twin.Address, "salesforce-staging", ("grant_type", "client_credentials"), ("client_id", "demo"), ("client_secret", "demo-secret"));
        Assert.Equal($"{twin.Address}salesforce-staging", token.GetProperty("instance_url").GetString());
        Assert.Matches("/id/00D[0-9A-Za-z]{15}/005[0-9A-Za-z]{15}$", token.GetProperty("id").GetString());
        Assert.Contains('!', token.GetProperty("access_token").GetString()!);
        Assert.False(token.TryGetProperty("refresh_token", out _));
    }

    [Fact]
    public async Task Client_credentials_may_stand_in_the_basic_header()
    {
        await using var twin = await RunningTwin.Start();
        using var http = twin.Anonymous();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("demo:demo-secret"u8));
        var token = await SalesforceClient.Token(http, twin.Address, "salesforce", ("grant_type", "client_credentials"));
        Assert.True(token.TryGetProperty("access_token", out _));
    }

    [Theory]
    [InlineData("client_credentials", "nobody", "x", "invalid_client_id", "client identifier invalid")]
    [InlineData("client_credentials", "demo", "wrong", "invalid_client", "invalid client credentials")]
    [InlineData("password", "demo", "demo-secret", "unsupported_grant_type", "grant type not supported")]
    public async Task A_refused_token_request_says_why(string grant, string id, string secret, string error, string description)
    {
        await using var twin = await RunningTwin.Start();
        using var http = twin.Anonymous();
        var body = await SalesforceClient.Token(http, twin.Address, "salesforce", ("grant_type", grant), ("client_id", id), ("client_secret", secret));
        Assert.Equal((error, description), (body.GetProperty("error").GetString(), body.GetProperty("error_description").GetString()));
    }

    [Fact]
    public async Task A_call_without_a_live_session_is_401_INVALID_SESSION_ID()
    {
        await using var twin = await RunningTwin.Start();
        using var http = twin.Anonymous();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "00Dnope!AQ");
        var response = await http.GetAsync(new Uri("/salesforce/services/data/v62.0/limits", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("INVALID_SESSION_ID", (await response.Content.ReadFromJsonAsync<JsonElement>())[0].GetProperty("errorCode").GetString());
    }

    [Fact]
    public async Task Jwt_bearer_takes_only_what_is_signed_with_the_users_key()
    {
        using var key = RSA.Create(2048);
        using var other = RSA.Create(2048);
        await using var twin = await RunningTwin.Start(null, ("Integration:PublicKeyPem", key.ExportSubjectPublicKeyInfoPem()));
        var expiry = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 180;
        const string User = "clayaspire@crm-sandbox.example";

        var good = await Exchange(twin, Jwt(key, "clayaspire-integration", User, "https://login.salesforce.com", expiry));
        Assert.True(good.TryGetProperty("access_token", out _));
        Assert.False(good.TryGetProperty("issued_at", out _));
        Assert.Equal("invalid assertion", Reason(await Exchange(twin, Jwt(other, "clayaspire-integration", User, "https://login.salesforce.com", expiry))));
        Assert.Equal("audience is invalid", Reason(await Exchange(twin, Jwt(key, "clayaspire-integration", User, "https://example.test", expiry))));
        Assert.Equal("expired authorization code", Reason(await Exchange(twin, Jwt(key, "clayaspire-integration", User, "https://login.salesforce.com", expiry - 400))));
        Assert.Equal("user hasn't approved this consumer", Reason(await Exchange(twin, Jwt(key, "clayaspire-integration", "other@x.example", "https://login.salesforce.com", expiry))));
        Assert.Equal("client identifier invalid", Reason(await Exchange(twin, Jwt(key, "somebody", User, "https://login.salesforce.com", expiry))));
    }

    private static string? Reason(JsonElement body) => body.GetProperty("error_description").GetString();

    private static async Task<JsonElement> Exchange(RunningTwin twin, string assertion)
    {
        using var http = twin.Anonymous();
        return await SalesforceClient.Token(http, twin.Address, "salesforce", ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion));
    }

    private static string Jwt(RSA key, string issuer, string subject, string audience, long expiry)
    {
        var signed = Part(new { alg = "RS256" }) + "." + Part(new { iss = issuer, sub = subject, aud = audience, exp = expiry });
        return signed + "." + System.Buffers.Text.Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static string Part(object value) => System.Buffers.Text.Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
