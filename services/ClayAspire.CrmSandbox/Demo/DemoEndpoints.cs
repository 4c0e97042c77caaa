using System.Text.Encodings.Web;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce;
using ClayAspire.CrmSandbox.Salesforce.Twin;

namespace ClayAspire.CrmSandbox.Demo;

/// <summary>What belongs to the demo organisation but comes from other systems: sequencer webhooks and Clay rows, as NDJSON.</summary>
internal static class DemoEndpoints
{
    private static readonly JsonSerializerOptions Line = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    public static void MapDemo(this IEndpointRouteBuilder routes, SandboxOrgs orgs)
    {
        var group = routes.MapGroup("/_twin/demo").RequireAdministrator(orgs.All);
        group.MapGet("/events", (HttpContext http) => Send(orgs.Demo, http, DemoEvents.Of));
        group.MapGet("/clay-rows", (HttpContext http) => Send(orgs.Demo, http, DemoClayRows.Of));
    }

    private static IResult Send<T>(SalesforceOrg org, HttpContext http, Func<DemoOrganisation, IEnumerable<T>> lines)
    {
        if (DemoSeeder.Find(org) is not { } demo)
            return Results.Problem($"The org {org.Name} holds no demo data. Start the twin with CrmSandbox:Demo=true on an empty data directory.", statusCode: 404);
        return Results.Stream(async stream =>
        {
            foreach (var line in lines(demo))
            {
                await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, Line), http.RequestAborted);
                await stream.WriteAsync(NewLine, http.RequestAborted);
            }
        }, "application/x-ndjson");
    }
}
