using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using FromFormAttribute = Microsoft.AspNetCore.Mvc.FromFormAttribute;

namespace ClayAspire.Console.Forms;

/// <summary>What the form on the page Permissions posts to.</summary>
internal static class PermissionForms
{
    public static void MapPermissionForms(this RouteGroupBuilder forms) =>
        forms.MapPost("/permissions/audit", AuditAsync).RequireAuthorization(Access.AuditPermissions);

    private static async Task<IResult> AuditAsync(HttpContext http, PermissionDesk desk, [FromForm] string? connection, CancellationToken cancel)
    {
        var (id, refusal) = await desk.RequestAsync(connection, Caller.Of(http.User), cancel);
        if (refusal is null)
            return Results.LocalRedirect($"/permissions?audit={id:D}&connection={Uri.EscapeDataString(connection!)}");
        Flash.Set(http, "bad", refusal.Text);
        return Results.LocalRedirect("/permissions");
    }
}
