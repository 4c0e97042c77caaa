using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce;
using ClayAspire.CrmSandbox.Salesforce.Twin;

namespace ClayAspire.CrmSandbox.Clay;

/// <summary>Webhook sources of Clay tables: take one JSON object a request, count it, and can be read by the administrator only.</summary>
internal static class ClayWebhookEndpoints
{
    private const int LargestBody = 100 * 1024;

    public static void MapClay(this IEndpointRouteBuilder routes, SandboxOrgs orgs, ClayOptions options, TimeProvider clock)
    {
        var tables = new ClayTables(options, clock);
        routes.MapPost("/clay/v3/sources/webhook/{id}", (string id, HttpContext http) => ReceiveAsync(tables, options, id, http));
        var twin = routes.MapGroup("/clay/_twin").RequireAdministrator(orgs.All);
        twin.MapGet("/webhooks/{id}", (string id) => Results.Json(tables.Describe(id)));
        twin.MapGet("/webhooks/{id}/rows", (string id) => Results.Json(tables.Rows(id)));
        twin.MapDelete("/webhooks/{id}", (string id) =>
        {
            tables.Forget(id);
            return Results.NoContent();
        });
        twin.MapPost("/webhooks/{id}/faults", (string id, WebhookFaults faults) =>
        {
            tables.Break(id, faults);
            return Results.NoContent();
        });
    }

    private static async Task<IResult> ReceiveAsync(ClayTables tables, ClayOptions options, string id, HttpContext http)
    {
        if (!string.IsNullOrEmpty(options.AuthToken) && http.Request.Headers["x-clay-webhook-auth"] != options.AuthToken)
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (body.Length > LargestBody)
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        JsonElement row;
        try
        {
            row = JsonElement.Parse(body.ToArray());
        }
        catch (JsonException)
        {
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }
        var status = tables.Receive(id, row);
        if (status == StatusCodes.Status429TooManyRequests)
            http.Response.Headers.RetryAfter = "1";
        return Results.StatusCode(status);
    }
}

/// <summary>The body of <c>POST /clay/_twin/webhooks/{id}/faults</c>: the next so many answers.</summary>
/// <param name="Status">The status that is answered.</param>
/// <param name="Count">How many times.</param>
/// <param name="Kept">Whether the row is kept all the same, as when only the answer goes wrong.</param>
internal sealed record WebhookFaults(int Status, int Count, bool Kept = false);
