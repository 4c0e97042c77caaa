using System.Security.Claims;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Suppression;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace ClayAspire.Console.Api;

/// <summary>Body of <c>POST /api/suppression</c>: an e-mail address, its key, or a domain; one of the policy's reasons; why, in one's own words.</summary>
internal sealed record SuppressionAdding(string? Subject, string? Reason, string? Note);

/// <summary>Body of <c>POST /api/suppression/find</c>.</summary>
internal sealed record SuppressionFinding(string? Subject);

/// <summary>Body of <c>POST /api/suppression/{id}/remove</c>.</summary>
internal sealed record SuppressionRemoval(string? Why);

/// <summary>An entry of the list. Its subject is a domain, or the key of an address: SHA-256 of the address in lower case.</summary>
internal sealed record SuppressionEntry(
    long Id, string Kind, string Subject, string Reason, DateTimeOffset Since, string Source, long? SignalId, string? AddedBy, string? Note, DateTimeOffset ListedAt,
    DateTimeOffset? RemovedAt, string? RemovedBy, string? RemovedWhy)
{
    public static SuppressionEntry Of(SuppressionRow r) =>
        new(r.Id, r.Kind, r.Match, r.Reason, r.Since, r.Source, r.SignalId, r.AddedBy, r.Note, r.ListedAt, r.RemovedAt, r.RemovedBy, r.RemovedWhy);
}

/// <summary>Who is left alone: reasons, the list, adding, taking off, files.</summary>
internal static class SuppressionEndpoints
{
    private static readonly string[] Columns =
        ["id", "kind", "subject", "reason", "since", "source", "signal", "added_by", "note", "listed_at", "removed_at", "removed_by", "removed_why"];

    public static void MapSuppression(this RouteGroupBuilder api)
    {
        var list = api.MapGroup("/suppression").WithTags("Suppression");
        list.MapGet("/", ListAsync).WithSummary("The list of addresses (by key) and domains that are left alone, with who said so, when and why; also those taken off.")
            .Produces<PageOf<SuppressionEntry>>().ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("/suppression.csv", CsvAsync).WithTags("Suppression").WithSummary("The same as CSV, all rows; /api/suppression/import takes it.");
        list.MapGet("/reasons", (SuppressionDesk desk, CancellationToken cancel) => desk.ReasonsAsync(cancel))
            .WithSummary("Why somebody is left alone, what tells it, which flows it stops, and how many are listed.").Produces<IReadOnlyList<SuppressionLine>>();
        list.MapGet("/reasons.csv", async (SuppressionDesk desk, CancellationToken cancel) => Csv.Of("suppression-reasons", Csv.Stream(await desk.ReasonsAsync(cancel)),
            ["reason", "listed", "told_by", "stops", "why"], s => [s.Reason, s.Listed, string.Join("; ", s.ToldBy), string.Join(' ', s.Stops), s.Why])).WithSummary("The same as CSV.");
        list.MapPost("/", AddAsync).RequireAuthorization(Access.Suppress)
            .WithSummary("Lists an address or a domain. 200 when it stood already for this reason. An address is kept as its key alone.")
            .Produces<SuppressionEntry>().Produces<SuppressionEntry>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        list.MapPost("/find", FindAsync).WithSummary("Every entry of one address or domain, the newest first, then those that stand of domains above it. It is asked in the body, so that no e-mail address stands in a log.")
            .Produces<IReadOnlyList<SuppressionEntry>>().ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        list.MapPost("/import", ImportAsync).RequireAuthorization(Access.Suppress).Accepts<string>("text/csv")
            .WithSummary("Lists what a CSV file names: column subject (or email, domain), and perhaps reason and note. Rows that cannot be read are refused by line; the others are listed.")
            .Produces<SuppressionImport>().ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        list.MapPost("/{id:long}/remove", RemoveAsync).RequireAuthorization(Access.LiftSuppression).WithSummary("Takes an entry off, with a reason; it stays in the history.")
            .Produces<SuppressionEntry>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, [AsParameters] ListQuery query, SuppressionDesk desk, SuppressionStore store, CancellationToken cancel)
    {
        _ = query;
        var (view, problem) = await ViewAsync(request, desk, 100, cancel);
        return problem is not null
            ? Problems.Of(problem)
            : Results.Ok(PageOf<SuppressionEntry>.Of(await store.EntriesAsync(view!.Query, view.Sort, view.Descending, view.Page, view.Size, cancel), SuppressionEntry.Of));
    }

    private static async Task<IResult> CsvAsync(HttpRequest request, [AsParameters] ListQuery query, SuppressionDesk desk, SuppressionStore store, CancellationToken cancel)
    {
        _ = query;
        var (view, problem) = await ViewAsync(request, desk, 500, cancel);
        return problem is not null
            ? Problems.Of(problem)
            : Csv.Of("suppression", Csv.Pages(n => store.EntriesAsync(view!.Query, view.Sort, view.Descending, n, 500, cancel)), Columns,
                r => [r.Id, r.Kind, r.Match, r.Reason, r.Since, r.Source, r.SignalId, r.AddedBy, r.Note, r.ListedAt, r.RemovedAt, r.RemovedBy, r.RemovedWhy]);
    }

    private static async Task<(SuppressionView? View, Reason? Problem)> ViewAsync(HttpRequest request, SuppressionDesk desk, int usualSize, CancellationToken cancel)
    {
        var query = TableQuery.From(request);
        if (SuppressionView.Problem(query) is { } problem)
            return (null, problem);
        var match = await desk.MatchOfAsync(SuppressionView.Entry(query), cancel);
        return query["entry"] is not null && match is null
            ? (null, new Reason("suppression-unknown", "The suppression list has no entry with this id. Leave 'entry' out to see all."))
            : (SuppressionView.Of(query, match, usualSize), null);
    }

    private static async Task<IResult> AddAsync(SuppressionAdding body, SuppressionDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        var (entry, isNew, refusal) = await desk.AddAsync(body.Subject, body.Reason, body.Note, Caller.Of(user), cancel);
        if (refusal is not null)
            return Problems.Of(refusal);
        return isNew ? Results.Created($"/api/suppression?entry={entry!.Id}", SuppressionEntry.Of(entry)) : Results.Ok(SuppressionEntry.Of(entry!));
    }

    private static async Task<IResult> FindAsync(SuppressionFinding body, SuppressionDesk desk, CancellationToken cancel)
    {
        var (entries, refusal) = await desk.FindAsync(body.Subject, cancel);
        return refusal is null ? Results.Ok(entries.Select(SuppressionEntry.Of)) : Problems.Of(refusal);
    }

    private static async Task<IResult> RemoveAsync(long id, SuppressionRemoval body, SuppressionDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        var (entry, refusal) = await desk.RemoveAsync(id, body.Why, Caller.Of(user), cancel);
        return refusal is null ? Results.Ok(SuppressionEntry.Of(entry!)) : Problems.Of(refusal);
    }

    private static async Task<IResult> ImportAsync(HttpContext http, [FromQuery] string? reason, SuppressionDesk desk, CancellationToken cancel)
    {
        // What is no CSV file is turned away before it is read.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = SuppressionFileReader.LargestFile;
        var (result, refusal) = await desk.ImportAsync(http.Request.Body, reason, Caller.Of(http.User), cancel);
        return refusal is null ? Results.Ok(result) : Problems.Of(refusal);
    }

    /// <summary>The filter of the list as the OpenAPI document shows it.</summary>
    internal sealed class ListQuery
    {
        [FromQuery(Name = "state")] public string? State { get; init; }
        [FromQuery(Name = "kind")] public string? Kind { get; init; }
        [FromQuery(Name = "reason")] public string? Reason { get; init; }
        [FromQuery(Name = "source")] public string? Source { get; init; }
        [FromQuery(Name = "domain")] public string? Domain { get; init; }
        [FromQuery(Name = "entry")] public long? Entry { get; init; }
        [FromQuery(Name = "sort")] public string? Sort { get; init; }
        [FromQuery(Name = "desc")] public bool? Descending { get; init; }
        [FromQuery(Name = "page")] public int? Page { get; init; }
        [FromQuery(Name = "size")] public int? Size { get; init; }
    }
}
