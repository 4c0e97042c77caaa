using ClayAspire.CrmSandbox.Salesforce.Twin;

namespace ClayAspire.CrmSandbox.Pardot;

/// <summary>What only a twin has, below <c>/_twin</c> of a business unit: bounces, opt-outs, a run of the connector.</summary>
internal static class PardotTwinEndpoints
{
    public static void MapPardotTwin(this IEndpointRouteBuilder routes, PardotAccount account)
    {
        var twin = routes.MapGroup("/_twin").RequireAdministrator(account.Org);
        twin.MapGet("/account", () => Results.Json(new { businessUnitId = account.BusinessUnitId, quota = new { account.Quota.Max, account.Quota.Used } }));
        twin.MapPost("/bounce", (BounceOrder order) => Results.Json(new { prospects = ProspectSync.Bounce(account, order.Email, order.Hard, order.Reason) }));
        twin.MapPost("/opt-out", (OptOutOrder order) => Results.Json(new { prospects = ProspectSync.OptOut(account, order.Email, order.OptedOut) }));
        twin.MapPost("/sync", () => Results.Json(ProspectSync.Run(account)));
    }
}

/// <summary>The body of <c>POST /_twin/bounce</c>.</summary>
internal sealed record BounceOrder(string Email, bool Hard = true, string? Reason = null);

/// <summary>The body of <c>POST /_twin/opt-out</c>.</summary>
internal sealed record OptOutOrder(string Email, bool OptedOut = true);
