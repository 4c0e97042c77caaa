using System.Security.Claims;
using System.Text.Json;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Exports;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Exports;
using ClayAspire.Storage.Model;

namespace ClayAspire.Console.Api;

/// <summary>Exports of campaign members to Clay.</summary>
internal static class ExportEndpoints
{
    private static readonly Reason Unknown = new("export-unknown", "There is no export with this id.");

    public static void MapExports(this RouteGroupBuilder api)
    {
        var exports = api.MapGroup("/exports").WithTags("Exports");
        exports.MapGet("/", async (CampaignExportStore store, string? connection, string? state, string? sort, CancellationToken cancel, bool desc = false, int page = 1, int size = 50) =>
            BadSort(sort, CampaignExportStore.Sorts) is { } bad
                ? Problems.Of(bad)
                : Results.Ok(PageOf<ExportSummary>.Of(await store.ListAsync(connection, state, sort, desc, TableQuery.Bounded(page), size, cancel), ExportSummary.Of)))
            .WithSummary("Exports, newest first unless sorted otherwise.").Produces<PageOf<ExportSummary>>().ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("/exports.csv", (CampaignExportStore store, string? connection, string? state, CancellationToken cancel) =>
            Csv.Of("exports", Csv.Pages(n => store.ListAsync(connection, state, null, false, n, 500, cancel)),
                ["id", "connection", "campaign", "name", "target", "state", "members", "asked_by", "asked_at", "prepared_at", "finished_at", "remark_code", "remark"],
                e => [e.Id, e.Connection, e.CampaignId, e.CampaignName, e.Webhook ?? ExportDesk.File, e.State, e.Members, e.AskedBy, e.AskedAt, e.PreparedAt, e.FinishedAt, e.RemarkCode, e.Remark]))
            .WithTags("Exports").WithSummary("All exports as CSV.");
        exports.MapPost("/", StartAsync).RequireAuthorization(Access.ExportCampaigns).WithSummary("Starts the export of a campaign's members to a webhook of the worker, or to a CSV file (target csv).")
            .Produces<ExportOrdered>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        exports.MapGet("/webhooks", (CampaignExportStore store, CancellationToken cancel) => store.WebhooksAsync(cancel)).WithSummary("The worker's webhooks, and what each has taken of its life.");
        exports.MapGet("/{id:guid}", async (Guid id, CampaignExportStore store, CancellationToken cancel) =>
            await store.StatusAsync(id, cancel) is { } status ? Results.Ok(ExportView.Of(status)) : Problems.Of(Unknown))
            .WithSummary("One export with its counts by state and reason.").Produces<ExportView>().ProducesProblem(StatusCodes.Status404NotFound);
        exports.MapGet("/{id:guid}/rows", async (Guid id, CampaignExportStore store, string? state, string? reason, string? sort, CancellationToken cancel, bool desc = false, int page = 1, int size = 100) =>
            BadSort(sort, CampaignExportStore.RowSorts) is { } bad ? Problems.Of(bad) : await store.FindAsync(id, cancel) is null
                ? Problems.Of(Unknown)
                : Results.Ok(PageOf<ExportRowView>.Of(await store.RowsAsync(id, state, reason, sort, desc, TableQuery.Bounded(page), size, cancel), ExportRowView.Of)))
            .WithSummary("Its members: state, and why they were left out or refused. No personal data.").Produces<PageOf<ExportRowView>>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        exports.MapGet("/{id:guid}/rows.csv", async (Guid id, CampaignExportStore store, string? state, string? reason, CancellationToken cancel) =>
            await store.FindAsync(id, cancel) is null
                ? Problems.Of(Unknown)
                : Csv.Of($"export-{id:N}-rows", Csv.Pages(n => store.RowsAsync(id, state, reason, null, false, n, 500, cancel)),
                    ["member", "object", "record", "clayaspire_key", "state", "reason_code", "reason", "sent_at"],
                    r => [r.MemberId, r.PersonObject, r.PersonId, r.RowKey, r.State, r.ReasonCode, r.Reason, r.SentAt]))
            .WithSummary("The same as CSV.");
        exports.MapGet("/{id:guid}/file.csv", FileAsync).RequireAuthorization(Access.ExportCampaigns).WithSummary("The file of an export to CSV: what would have been sent to Clay. Holds personal data.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        exports.MapPost("/{id:guid}/resume", async (Guid id, CampaignExportStore store, CancellationToken cancel) => await store.ResumeAsync(id, cancel) is { } refusal ? Problems.Of(refusal) : Results.Accepted($"/api/exports/{id:D}"))
            .RequireAuthorization(Access.ExportCampaigns).WithSummary("Takes an export that stands still up again. Rows that were sent are not sent again.")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        exports.MapPost("/{id:guid}/cancel", async (Guid id, CampaignExportStore store, ClaimsPrincipal user, CancellationToken cancel) => await store.CancelAsync(id, Caller.Of(user).UserName, cancel) is { } refusal ? Problems.Of(refusal) : Results.Accepted($"/api/exports/{id:D}"))
            .RequireAuthorization(Access.ExportCampaigns).WithSummary("Cancels an export: what was sent stays in Clay.")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        exports.MapPost("/{id:guid}/unknown", async (Guid id, ExportSettlement order, CampaignExportStore store, ClaimsPrincipal user, CancellationToken cancel) =>
        {
            if (order.Arrived is not { } arrived)
                return Problems.Of(new Reason("bad-settlement", "Say whether the rows are in Clay: arrived true or false."));
            var (rows, refusal) = await store.ResolveAsync(id, arrived, Caller.Of(user).UserName, cancel);
            return refusal is null ? Results.Ok(new ExportSettled(rows)) : Problems.Of(refusal);
        }).RequireAuthorization(Access.ExportCampaigns).WithSummary("Settles rows whose outcome is unknown, after somebody looked for their clayaspire_key in Clay; those that did not arrive are sent.")
            .Produces<ExportSettled>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static Reason? BadSort(string? sort, IReadOnlyList<string> sorts) =>
        sort is null || sorts.Contains(sort) ? null : new Reason("bad-sort", $"'{sort}' is no column to sort by. Use {string.Join(", ", sorts)}.");

    private static async Task<IResult> StartAsync(ExportOrder order, ExportDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        var (id, refusal) = await desk.StartAsync(order.Connection, order.CampaignId, order.Target, Caller.Of(user), cancel);
        if (refusal is not null)
            return Problems.Of(refusal);
        var location = $"/api/exports/{id:D}";
        return Results.Accepted(location, new ExportOrdered(id, location));
    }

    private static async Task<IResult> FileAsync(Guid id, CampaignExportStore store, CancellationToken cancel)
    {
        if (await store.FindAsync(id, cancel) is not { } export)
            return Problems.Of(Unknown);
        if (export.Webhook is not null)
            return Problems.Of(new Reason("export-no-file", "This export goes to Clay and makes no file."));
        if (export.State != ExportStates.Finished)
            return Problems.Of(new Reason("export-not-at-rest", $"The export is {export.State}. Wait until it has ended."));
        return Csv.Of($"campaign-{export.CampaignId}", Csv.Pages(n => store.RowsAsync(id, ExportRowStates.Sent, null, null, false, n, 500, cancel)), ExportedMember.Columns, r =>
        {
            var row = JsonElement.Parse(r.Payload ?? "{}");
            return [.. ExportedMember.Columns.Select(c => row.TryGetProperty(c, out var value) ? value.GetString() : null)];
        });
    }
}

/// <summary>Body of <c>POST /api/exports</c>. The target is the name of a webhook, or csv.</summary>
internal sealed record ExportOrder(string? Connection, string? CampaignId, string? Target);

/// <summary>Answer to it.</summary>
internal sealed record ExportOrdered(Guid ExportId, string Location);

/// <summary>Body of <c>POST /api/exports/{id}/unknown</c>.</summary>
internal sealed record ExportSettlement(bool? Arrived);

/// <summary>Answer to it.</summary>
internal sealed record ExportSettled(int Rows);

/// <summary>An export.</summary>
internal sealed record ExportSummary(
    Guid Id, string Connection, string CampaignId, string CampaignName, string Target, string State, int Members, string AskedBy, DateTimeOffset AskedAt,
    DateTimeOffset? PreparedAt, DateTimeOffset? FinishedAt, string? RemarkCode, string? Remark)
{
    public static ExportSummary Of(CampaignExportRow e) => new(
        e.Id, e.Connection, e.CampaignId, e.CampaignName, e.Webhook ?? ExportDesk.File, e.State, e.Members, e.AskedBy, e.AskedAt, e.PreparedAt, e.FinishedAt, e.RemarkCode, e.Remark);
}

/// <summary>An export with its counts.</summary>
internal sealed record ExportView(ExportSummary Export, IReadOnlyDictionary<string, long> Rows, IReadOnlyList<ExportCount> Reasons)
{
    public static ExportView Of(ExportStatus status) => new(
        ExportSummary.Of(status.Export), ExportRowStates.All.ToDictionary(s => s, status.Rows, StringComparer.Ordinal), [.. status.Counts.Where(c => c.ReasonCode is not null)]);
}

/// <summary>One member of an export.</summary>
internal sealed record ExportRowView(string MemberId, string? Object, string? RecordId, string RowKey, string State, string? ReasonCode, string? Reason, DateTimeOffset? SentAt)
{
    public static ExportRowView Of(CampaignExportMemberRow r) => new(r.MemberId, r.PersonObject, r.PersonId, r.RowKey, r.State, r.ReasonCode, r.Reason, r.SentAt);
}
