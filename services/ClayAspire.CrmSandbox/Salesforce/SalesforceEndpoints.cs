using ClayAspire.CrmSandbox.Salesforce.Bulk;
using ClayAspire.CrmSandbox.Salesforce.Conversion;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Twin;

namespace ClayAspire.CrmSandbox.Salesforce;

/// <summary>All addresses of one org below its base path.</summary>
internal static class SalesforceEndpoints
{
    public static void MapSalesforce(this IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        var group = routes.MapGroup($"/{org.Name}");
        group.MapOAuth(org);
        group.MapDescribe(org);
        group.MapReplication(org);
        group.MapQuery(org);
        group.MapRecords(org);
        group.MapCollections(org);
        group.MapComposite(org);
        group.MapBulk(org);
        group.MapConversion(org);
        group.MapTwin(org);
        foreach (var method in new[] { "GET", "POST", "PATCH", "PUT", "DELETE" })
            group.MapApi(org, method, "/services/{**rest}", _ => throw ApiFailure.NotFound());
    }
}
