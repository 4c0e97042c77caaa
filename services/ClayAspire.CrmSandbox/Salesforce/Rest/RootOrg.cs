namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>
/// Serves the orgs at the root of the host too. A real org has a host of its own, and some clients (jsforce's Bulk 2.0) drop whatever path
/// follows the host in <c>instance_url</c>. The org is the one that the token belongs to; without a token, the first.
/// </summary>
internal static class RootOrg
{
    /// <summary>Set in the items of a request that came to the root.</summary>
    public const string Mark = "salesforce-root";

    public static void UseRootOrg(this IApplicationBuilder app, SandboxOrgs orgs) => app.Use((http, next) =>
    {
        var path = http.Request.Path;
        if (path.StartsWithSegments("/services", StringComparison.Ordinal) || path.StartsWithSegments("/id", StringComparison.Ordinal))
        {
            http.Items[Mark] = true;
            http.Request.Path = $"/{OrgOf(http, orgs).Name}{path}";
        }

        return next(http);
    });

    private static SalesforceOrg OrgOf(HttpContext http, SandboxOrgs orgs)
    {
        var token = http.Request.Headers.Authorization.ToString();
        return orgs.All.FirstOrDefault(o => token.Contains($" {o.OrgId[..15]}!", StringComparison.Ordinal)) ?? orgs.All[0];
    }
}
