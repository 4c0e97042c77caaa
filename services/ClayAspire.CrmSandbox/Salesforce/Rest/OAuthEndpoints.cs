using System.Globalization;
using System.Text;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>Token, revocation, identity.</summary>
internal static class OAuthEndpoints
{
    private const string JwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    public static void MapOAuth(this IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        routes.MapPost("/services/oauth2/token", http => Token(org, http));
        routes.MapPost("/services/oauth2/revoke", async http =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            if (org.Sessions.Close(form["token"].ToString()))
                return;
            await Refuse(http, new OAuthError("unsupported_token_type", "this token type is not supported"));
        });
        routes.MapApi(org, "GET", "/services/oauth2/userinfo", call => ApiResponse.Json(json => WriteIdentity(json, call)));
        routes.MapApi(org, "GET", "/id/{org}/{user}", call => ApiResponse.Json(json => WriteIdentity(json, call)));
    }

    /// <summary>The address of the org as the caller reached it: scheme, host and base path.</summary>
    public static string BaseOf(HttpContext http, SalesforceOrg org) => http.Items.ContainsKey(RootOrg.Mark)
        ? $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}"
        : $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}/{org.Name}";

    public static string IdentityUrl(HttpContext http, SalesforceOrg org, SandboxUser user) => $"{BaseOf(http, org)}/id/{org.OrgId}/{user.Id}";

    private static async Task Token(SalesforceOrg org, HttpContext http)
    {
        if (!http.Request.HasFormContentType)
        {
            await Refuse(http, new OAuthError("invalid_request", "send the request as application/x-www-form-urlencoded"));
            return;
        }

        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var grant = form["grant_type"].ToString();
        var (user, error) = grant switch
        {
            "client_credentials" => ClientCredentials(org, http, form),
            JwtGrant => JwtBearer.Check(form["assertion"].ToString(), org.Users, BaseOf(http, org), org.Clock.GetUtcNow()),
            _ => (null, new OAuthError("unsupported_grant_type", "grant type not supported")),
        };
        org.Calls.Count("POST /services/oauth2/token", user?.ClientId ?? "anonymous", user is null ? 400 : 200);
        if (user is null)
        {
            await Refuse(http, error!);
            return;
        }

        var token = org.Sessions.Open(user);
        var response = ApiResponse.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("access_token", token);
            json.WriteString("scope", user.Rights.CanRead(org.Schema.Get("Lead")) ? "api pardot_api" : "api");
            json.WriteString("instance_url", BaseOf(http, org));
            json.WriteString("id", IdentityUrl(http, org, user));
            json.WriteString("token_type", "Bearer");
            if (grant == "client_credentials")
            {
                json.WriteString("signature", Convert.ToBase64String(Encoding.ASCII.GetBytes(token[^32..])));
                json.WriteString("issued_at", org.Clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
                json.WriteString("api_instance_url", BaseOf(http, org));
            }

            json.WriteEndObject();
        });
        await Write(http, response);
    }

    private static (SandboxUser? User, OAuthError? Error) ClientCredentials(SalesforceOrg org, HttpContext http, IFormCollection form)
    {
        var (id, secret) = BasicCredentials.Read(http.Request) ?? (form["client_id"].ToString(), form["client_secret"].ToString());
        var user = org.Users.FirstOrDefault(u => string.Equals(u.ClientId, id, StringComparison.Ordinal));
        if (user is null)
            return (null, new OAuthError("invalid_client_id", "client identifier invalid"));
        return string.Equals(user.Credentials.ClientSecret, secret, StringComparison.Ordinal)
            ? (user, null)
            : (null, new OAuthError("invalid_client", "invalid client credentials"));
    }

    private static void WriteIdentity(Utf8JsonWriter json, ApiCall call)
    {
        var (org, http, user) = (call.Org, call.Http, call.User);
        var root = BaseOf(http, org);
        json.WriteStartObject();
        json.WriteString("id", IdentityUrl(http, org, user));
        json.WriteString("sub", IdentityUrl(http, org, user));
        json.WriteBoolean("asserted_user", true);
        json.WriteString("user_id", user.Id);
        json.WriteString("organization_id", org.OrgId);
        json.WriteString("username", user.Username);
        json.WriteString("preferred_username", user.Username);
        json.WriteString("nick_name", user.LastName);
        json.WriteString("display_name", $"{user.FirstName} {user.LastName}");
        json.WriteString("name", $"{user.FirstName} {user.LastName}");
        json.WriteString("email", user.Username);
        json.WriteString("first_name", user.FirstName);
        json.WriteString("last_name", user.LastName);
        json.WriteString("user_type", "STANDARD");
        json.WriteBoolean("active", true);
        json.WriteString("locale", "en_GB");
        json.WriteStartObject("urls");
        json.WriteString("rest", $"{root}/services/data/v{{version}}/");
        json.WriteString("sobjects", $"{root}/services/data/v{{version}}/sobjects/");
        json.WriteString("query", $"{root}/services/data/v{{version}}/query/");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static Task Refuse(HttpContext http, OAuthError error) => Write(http, ApiResponse.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("error", error.Error);
        json.WriteString("error_description", error.Description);
        json.WriteEndObject();
    }, 400));

    private static async Task Write(HttpContext http, ApiResponse response)
    {
        http.Response.StatusCode = response.Status;
        http.Response.ContentType = "application/json;charset=UTF-8";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.Body.WriteAsync(response.Body, http.RequestAborted);
    }
}
