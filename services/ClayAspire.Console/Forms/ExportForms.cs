using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Exports;
using FromFormAttribute = Microsoft.AspNetCore.Mvc.FromFormAttribute;

namespace ClayAspire.Console.Forms;

/// <summary>What the forms on the pages of exports post to.</summary>
internal static class ExportForms
{
    public static void MapExportForms(this RouteGroupBuilder forms)
    {
        forms.MapPost("/exports", StartAsync).RequireAuthorization(Access.ExportCampaigns);
        forms.MapPost("/exports/{id:guid}/resume", async (Guid id, HttpContext http, CampaignExportStore store, [FromForm] string? _, CancellationToken cancel) =>
            Done(http, id, await store.ResumeAsync(id, cancel), "Goes on. Rows that were sent are not sent again.")).RequireAuthorization(Access.ExportCampaigns);
        forms.MapPost("/exports/{id:guid}/cancel", async (Guid id, HttpContext http, CampaignExportStore store, [FromForm] string? _, CancellationToken cancel) =>
            Done(http, id, await store.CancelAsync(id, Caller.Of(http.User).UserName, cancel), "Cancelled: it ends before the next row.")).RequireAuthorization(Access.ExportCampaigns);
        forms.MapPost("/exports/{id:guid}/unknown", async (Guid id, HttpContext http, CampaignExportStore store, [FromForm] bool arrived, CancellationToken cancel) =>
        {
            var (rows, refusal) = await store.ResolveAsync(id, arrived, Caller.Of(http.User).UserName, cancel);
            return Done(http, id, refusal, $"{Show.Number(rows)} {(rows == 1 ? "row" : "rows")} {(arrived ? "settled as arrived." : "to be sent again.")}");
        }).RequireAuthorization(Access.ExportCampaigns);
    }

    private static async Task<IResult> StartAsync(HttpContext http, ExportDesk desk, [FromForm] string? connection, [FromForm] string? campaign, [FromForm] string? target, CancellationToken cancel)
    {
        var (id, refusal) = await desk.StartAsync(connection, campaign, target, Caller.Of(http.User), cancel);
        if (refusal is null)
            return Results.LocalRedirect($"/exports/{id:D}");
        Flash.Set(http, "bad", refusal.Text);
        return Results.LocalRedirect("/exports");
    }

    private static IResult Done(HttpContext http, Guid id, Reason? refusal, string done)
    {
        Flash.Set(http, refusal is null ? "good" : "bad", refusal?.Text ?? done);
        return Results.LocalRedirect($"/exports/{id:D}");
    }
}
