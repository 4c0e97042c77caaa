using ClayAspire.CrmSandbox.Salesforce.Access;

namespace ClayAspire.CrmSandbox.Salesforce.Twin;

/// <summary>Lets only the twin's administrator pass: bearer token of any org, or HTTP Basic with client id and secret.</summary>
internal static class Administrator
{
    public static bool IsSignedIn(HttpRequest request, params IEnumerable<SalesforceOrg> orgs)
    {
        var header = request.Headers.Authorization.ToString();
        var token = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : null;
        var basic = BasicCredentials.Read(request);
        return orgs.Any(org => token is not null
            ? org.Sessions.Find(token) is { IsAdministrator: true }
            : org.Users.Any(u => u.IsAdministrator && basic is { } given
                && string.Equals(given.Id, u.ClientId, StringComparison.Ordinal)
                && string.Equals(given.Secret, u.Credentials.ClientSecret, StringComparison.Ordinal)));
    }

    /// <summary>Answers 401 to everybody else.</summary>
    public static RouteGroupBuilder RequireAdministrator(this RouteGroupBuilder group, params IEnumerable<SalesforceOrg> orgs)
    {
        group.AddEndpointFilter(async (context, next) => IsSignedIn(context.HttpContext.Request, orgs)
            ? await next(context)
            : Results.Problem("Sign in as the twin's administrator: bearer token of its client id, or HTTP Basic.", statusCode: 401));
        return group;
    }
}
