using System.Security.Claims;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Storage.Plans;
using Microsoft.AspNetCore.Mvc;

namespace ClayAspire.Console.Api;

/// <summary>Plans: ask for one, look, approve, refuse.</summary>
internal static class PlanEndpoints
{
    public static void MapPlans(this RouteGroupBuilder api)
    {
        var plans = api.MapGroup("/plans").WithTags("Plans");
        plans.MapPost("/", OrderAsync).RequireAuthorization(Access.MakePlans).WithSummary("Asks for a plan; it is made by a worker.")
            .Produces<PlanOrdered>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        plans.MapGet("/", ListAsync).WithSummary("Plans, newest first.").Produces<PageOf<PlanSummary>>();
        plans.MapGet("/{id:guid}", FindAsync).WithSummary("One plan. 404 with code plan-pending while it is being made.")
            .Produces<PlanSummary>().ProducesProblem(StatusCodes.Status404NotFound);
        plans.MapGet("/{id:guid}/cells", CellsAsync).WithSummary("The decided cells: writes, keeps, holds and refusals with their reasons.")
            .Produces<PageOf<PlanCell>>().ProducesProblem(StatusCodes.Status404NotFound);
        plans.MapGet("/{id:guid}/cells.csv", CellsCsvAsync).WithSummary("The same as CSV, all rows.");
        plans.MapPost("/{id:guid}/approve", ApproveAsync).WithSummary("Releases the plan with this hash: all changes that need no named approval, or the cells that are named.")
            .Produces<PlanReleased>().ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        plans.MapPost("/{id:guid}/refuse", RefuseAsync).WithSummary("Refuses the plan with this hash; the reason goes into the ledger.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        plans.MapPost("/{id:guid}/decline", DeclineAsync).WithSummary("Declines single changes of the plan with this hash; they are not offered again until their source says something else.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> OrderAsync(PlanOrder order, PlanDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        var request = await desk.RequestAsync(order.Connection, order.Flow, Caller.Of(user), cancel);
        if (request.Refusal is { } refusal)
            return Problems.Of(refusal);
        var location = $"/api/plans/{request.PlanId:D}";
        return Results.Accepted(location, new PlanOrdered(request.PlanId, location));
    }

    private static async Task<IResult> ListAsync(
        PlanStore plans, string? connection, string? flow, string? state, CancellationToken cancel, int page = 1, int size = 50) =>
        Results.Ok(PageOf<PlanSummary>.Of(await plans.ListAsync(new PlanFilter(connection, flow, state, TableQuery.Bounded(page), size), cancel), PlanSummary.Of));

    private static async Task<IResult> FindAsync(Guid id, PlanDesk desk, RunStore runs, CancellationToken cancel)
    {
        var found = await desk.FindAsync(id, cancel);
        return found.Plan is { } plan
            ? Results.Ok(PlanSummary.Of(plan, (await runs.FindByPlanAsync(id, cancel))?.Id))
            : Problems.Of(found.Refusal!);
    }

    private static async Task<IResult> CellsAsync(
        Guid id, PlanDesk desk, PlanStore plans, HttpRequest request, [AsParameters] CellQuery query, CancellationToken cancel)
    {
        if (CellFilters.Problem(request) is { } problem)
            return Problems.Of(problem);
        var found = await desk.FindAsync(id, cancel);
        return found.Plan is null
            ? Problems.Of(found.Refusal!)
            : Results.Ok(PageOf<PlanCell>.Of(await plans.CellsAsync(id, CellFilters.Of(TableQuery.From(request), 100), cancel), PlanCell.Of));
    }

    private static async Task<IResult> CellsCsvAsync(Guid id, PlanDesk desk, PlanStore plans, HttpRequest request, CancellationToken cancel)
    {
        if (CellFilters.Problem(request) is { } problem)
            return Problems.Of(problem);
        var found = await desk.FindAsync(id, cancel);
        return found.Plan is null
            ? Problems.Of(found.Refusal!)
            : Csv.Of($"plan-{id:N}-cells", plans.ReadCellsAsync(id, CellFilters.Of(TableQuery.From(request), 500), cancel),
                ["ordinal", "object", "record", "field", "verdict", "old", "new", "reason_code", "reason", "rule", "source", "signal", "waits_for", "change", "caution"],
                c => [c.Ordinal, c.Object, c.RecordId, c.Field, c.Verdict, c.OldValue, c.NewValue, c.ReasonCode, c.Reason, c.RuleId, c.Source, c.WinnerSignal, c.WaitsFor, c.Change, c.Caution]);
    }

    private static async Task<IResult> ApproveAsync(Guid id, PlanApproval approval, PlanDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        var result = await desk.ApproveAsync(id, approval.Hash, approval.Ordinals?.ToHashSet(), Caller.Of(user), cancel);
        return result.Refusal is { } refusal ? Problems.Of(refusal) : Results.Ok(new PlanReleased(result.RunId!.Value));
    }

    private static async Task<IResult> RefuseAsync(Guid id, PlanRefusal refusal, PlanDesk desk, ClaimsPrincipal user, CancellationToken cancel) =>
        await desk.RefuseAsync(id, refusal.Hash, refusal.Reason, Caller.Of(user), cancel) is { } problem ? Problems.Of(problem) : Results.NoContent();

    private static async Task<IResult> DeclineAsync(Guid id, PlanDecline decline, PlanDesk desk, ClaimsPrincipal user, CancellationToken cancel) =>
        await desk.DeclineAsync(id, decline.Hash, (decline.Ordinals ?? []).ToHashSet(), decline.Reason, Caller.Of(user), cancel) is { } problem
            ? Problems.Of(problem) : Results.NoContent();

    /// <summary>The filter as the OpenAPI document shows it.</summary>
    internal sealed class CellQuery
    {
        [FromQuery(Name = "verdict")] public string? Verdict { get; init; }
        [FromQuery(Name = "object")] public string? Object { get; init; }
        [FromQuery(Name = "field")] public string? Field { get; init; }
        [FromQuery(Name = "q")] public string? Search { get; init; }
        [FromQuery(Name = "kind")] public string? Kind { get; init; }
        [FromQuery(Name = "sort")] public string? Sort { get; init; }
        [FromQuery(Name = "desc")] public bool? Descending { get; init; }
        [FromQuery(Name = "page")] public int? Page { get; init; }
        [FromQuery(Name = "size")] public int? Size { get; init; }
    }
}
