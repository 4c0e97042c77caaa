using System.Security.Claims;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Discrepancies;
using ClayAspire.Storage.Discrepancies;
using ClayAspire.Storage.Model;
using Microsoft.AspNetCore.Mvc;

namespace ClayAspire.Console.Api;

/// <summary>Formulas that do not equal what they are made of (seed 1, runbook 3).</summary>
internal static class DiscrepancyEndpoints
{
    private static readonly string[] Columns =
        ["id", "connection", "object", "record", "field", "found", "expected", "sources", "cause_code", "cause", "opened_at", "seen_at", "state", "closed_at", "closed_by", "closed_reason"];

    public static void MapDiscrepancies(this RouteGroupBuilder api)
    {
        var all = api.MapGroup("/discrepancies").WithTags("Discrepancies");
        all.MapGet("/", ListAsync).WithSummary("Formulas that do not equal what they are made of; open ones unless state says otherwise (open, healed, accepted, all).")
            .Produces<PageOf<Discrepancy>>().ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("/discrepancies.csv", ListCsvAsync).WithTags("Discrepancies").WithSummary("The same as CSV, all rows.");
        all.MapPost("/check", CheckAsync).RequireAuthorization(Access.CheckFormulas).WithSummary("Asks the worker to compare a connection's formulas now.")
            .Produces<FormulaCheckOrdered>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        all.MapGet("/checks/{id:guid}", FindAsync).WithSummary("One comparison. 404 with code check-pending while it is being made.")
            .Produces<FormulaCheckRow>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        all.MapPost("/{id:guid}/accept", AcceptAsync).RequireAuthorization(Access.AcceptDiscrepancies)
            .WithSummary("Leaves a discrepancy as it is; the reason goes into the ledger. It is opened again when anything of it changes. Nothing is written to the CRM.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, [AsParameters] ListQuery query, DiscrepancyDesk desk, CancellationToken cancel)
    {
        _ = query;
        if (DiscrepancyView.Problem(TableQuery.From(request)) is { } problem)
            return Problems.Of(problem);
        return Results.Ok(PageOf<Discrepancy>.Of(await desk.ListAsync(DiscrepancyView.Of(TableQuery.From(request), 100), cancel), Discrepancy.Of));
    }

    private static IResult ListCsvAsync(HttpRequest request, [AsParameters] ListQuery query, DiscrepancyDesk desk, CancellationToken cancel)
    {
        _ = query;
        if (DiscrepancyView.Problem(TableQuery.From(request)) is { } problem)
            return Problems.Of(problem);
        var view = DiscrepancyView.Of(TableQuery.From(request), 500);
        return Csv.Of("discrepancies", Csv.Pages(n => desk.ListAsync(view with { Page = n, Size = 500 }, cancel)), Columns, d =>
        [
            d.Id, d.Connection, d.Object, d.RecordId, d.Field, d.Found, d.Expected, string.Join("; ", DiscrepancyStore.SourcesOf(d).Select(s => $"{s.Field}={s.Value?.ToString() ?? "not visible"}")),
            d.CauseCode, d.Cause, d.OpenedAt, d.SeenAt, d.ClosedHow ?? DiscrepancyStore.Open, d.ClosedAt, d.ClosedBy, d.ClosedReason,
        ]);
    }

    private static async Task<IResult> CheckAsync(FormulaCheckOrder order, DiscrepancyDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        var (id, refusal) = await desk.RequestAsync(order.Connection, Caller.Of(user), cancel);
        if (refusal is not null)
            return Problems.Of(refusal);
        var location = $"/api/discrepancies/checks/{id:D}";
        return Results.Accepted(location, new FormulaCheckOrdered(id, location));
    }

    private static async Task<IResult> FindAsync(Guid id, DiscrepancyDesk desk, CancellationToken cancel)
    {
        var found = await desk.FindAsync(id, cancel);
        return found.Check is { } check ? Results.Ok(check) : Problems.Of(found.Refusal!);
    }

    private static async Task<IResult> AcceptAsync(Guid id, DiscrepancyAcceptance body, DiscrepancyDesk desk, ClaimsPrincipal user, CancellationToken cancel) =>
        await desk.AcceptAsync(id, body.Reason, Caller.Of(user), cancel) is { } refusal ? Problems.Of(refusal) : Results.NoContent();

    /// <summary>The filter as the OpenAPI document shows it.</summary>
    internal sealed class ListQuery
    {
        [FromQuery(Name = "connection")] public string? Connection { get; init; }
        [FromQuery(Name = "state")] public string? State { get; init; }
        [FromQuery(Name = "record")] public string? Record { get; init; }
        [FromQuery(Name = "sort")] public string? Sort { get; init; }
        [FromQuery(Name = "desc")] public bool? Descending { get; init; }
        [FromQuery(Name = "page")] public int? Page { get; init; }
        [FromQuery(Name = "size")] public int? Size { get; init; }
    }
}

/// <summary>Body of <c>POST /api/discrepancies/check</c>.</summary>
internal sealed record FormulaCheckOrder(string? Connection);

/// <summary>Answer to it: where what was found will stand.</summary>
internal sealed record FormulaCheckOrdered(Guid CheckId, string Location);

/// <summary>Body of <c>POST /api/discrepancies/{id}/accept</c>.</summary>
internal sealed record DiscrepancyAcceptance(string? Reason);

/// <summary>A discrepancy; state is open, healed or accepted; sources stand in the order of checks.</summary>
internal sealed record Discrepancy(
    Guid Id, string Connection, string Object, string RecordId, string Field, bool Found, bool Expected, IReadOnlyList<SourceFinding> Sources, string CauseCode, string Cause,
    DateTimeOffset OpenedAt, DateTimeOffset SeenAt, string State, DateTimeOffset? ClosedAt, string? ClosedBy, string? ClosedReason)
{
    public static Discrepancy Of(DiscrepancyRow d) => new(
        d.Id, d.Connection, d.Object, d.RecordId, d.Field, d.Found, d.Expected, DiscrepancyStore.SourcesOf(d), d.CauseCode, d.Cause,
        d.OpenedAt, d.SeenAt, d.ClosedHow ?? DiscrepancyStore.Open, d.ClosedAt, d.ClosedBy, d.ClosedReason);
}
