using System.Security.Claims;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Writeback;
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
        plans.MapGet("/{id:guid}/groups", GroupsAsync).WithSummary("The changes in groups: by field, record, rule, source or kind.")
            .Produces<PageOf<PlanGroup>>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        plans.MapGet("/{id:guid}/reasons", ReasonsAsync).WithSummary("How many cells were answered with which verdict and reason.")
            .Produces<IReadOnlyList<ReasonCount>>().ProducesProblem(StatusCodes.Status404NotFound);
        plans.MapGet("/{id:guid}/groups.csv", GroupsCsvAsync).WithSummary("The same as CSV, all groups.");
        plans.MapPost("/{id:guid}/drift", LookForDriftAsync).RequireAuthorization(Access.MakePlans)
            .WithSummary("Asks the worker to read the live values of a waiting plan's changes; the plan then says which of them changed since the seal.")
            .Produces<PlanDriftOrdered>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        plans.MapPost("/{id:guid}/approve", ApproveAsync).WithSummary("Releases the plan with this hash: all changes that need no named approval, the cells that are named, or those that a filter matches.")
            .Produces<PlanReleased>().ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        plans.MapPost("/{id:guid}/refuse", RefuseAsync).WithSummary("Refuses the plan with this hash; the reason goes into the ledger.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        plans.MapPost("/{id:guid}/decline", DeclineAsync).WithSummary("Declines changes of the plan with this hash, by ordinal or by filter; they are not offered again until their source says something else.")
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

    private static async Task<IResult> FindAsync(Guid id, PlanDesk desk, PlanStore plans, RunStore runs, CancellationToken cancel)
    {
        var found = await desk.FindAsync(id, cancel);
        return found.Plan is { } plan
            ? Results.Ok(PlanSummary.Of(plan, (await runs.FindByPlanAsync(id, cancel))?.Id, await plans.DriftLookAsync(id, cancel)))
            : Problems.Of(found.Refusal!);
    }

    private static async Task<IResult> CellsAsync(
        Guid id, PlanDesk desk, PlanStore plans, HttpRequest request, [AsParameters] CellQuery query, CancellationToken cancel)
    {
        if (CellFilters.Problem(request) is { } problem)
            return Problems.Of(problem);
        var found = await desk.FindAsync(id, cancel);
        if (found.Plan is null)
            return Problems.Of(found.Refusal!);
        var cells = await plans.CellsAsync(id, CellFilters.Of(TableQuery.From(request), 100), cancel);
        var standing = await plans.StandingAsync(id, [.. cells.Rows.Select(c => c.Ordinal)], cancel);
        return Results.Ok(PageOf<PlanCell>.Of(cells, c => PlanCell.Of(c, standing.GetValueOrDefault(c.Ordinal))));
    }

    private static async Task<IResult> CellsCsvAsync(Guid id, PlanDesk desk, PlanStore plans, HttpRequest request, CancellationToken cancel)
    {
        if (CellFilters.Problem(request) is { } problem)
            return Problems.Of(problem);
        var found = await desk.FindAsync(id, cancel);
        return found.Plan is null
            ? Problems.Of(found.Refusal!)
            : Csv.Of($"plan-{id:N}-cells", plans.ReadCellsAsync(id, CellFilters.Of(TableQuery.From(request), 500), cancel),
                ["ordinal", "object", "record", "field", "verdict", "old", "new", "reason_code", "reason", "rule", "source", "signal", "waits_for", "change", "caution", "declined_by", "drift", "value_now"],
                x => [x.Cell.Ordinal, x.Cell.Object, x.Cell.RecordId, x.Cell.Field, x.Cell.Verdict, x.Cell.OldValue, x.Cell.NewValue, x.Cell.ReasonCode, x.Cell.Reason, x.Cell.RuleId, x.Cell.Source,
                    x.Cell.WinnerSignal, x.Cell.WaitsFor, x.Cell.Change, x.Cell.Caution, x.Standing.Declined?.DeclinedBy, x.Standing.Drift?.ReasonCode, x.Standing.Drift?.Value]);
    }

    private static async Task<IResult> ReasonsAsync(Guid id, PlanDesk desk, PlanStore plans, CancellationToken cancel)
    {
        var found = await desk.FindAsync(id, cancel);
        return found.Plan is null ? Problems.Of(found.Refusal!) : Results.Ok(await plans.ReasonsAsync(id, cancel));
    }

    private static async Task<IResult> GroupsAsync(
        Guid id, PlanDesk desk, PlanStore plans, HttpRequest request, [AsParameters] GroupQuery query, CancellationToken cancel)
    {
        if (CellFilters.GroupProblem(request) is { } problem)
            return Problems.Of(problem);
        var found = await desk.FindAsync(id, cancel);
        return found.Plan is null
            ? Problems.Of(found.Refusal!)
            : Results.Ok(PageOf<PlanGroup>.Of(await plans.GroupsAsync(id, query.By!, CellFilters.OfGroups(TableQuery.From(request), 100), cancel), PlanGroup.Of));
    }

    private static async Task<IResult> GroupsCsvAsync(Guid id, PlanDesk desk, PlanStore plans, HttpRequest request, CancellationToken cancel)
    {
        if (CellFilters.GroupProblem(request) is { } problem)
            return Problems.Of(problem);
        var found = await desk.FindAsync(id, cancel);
        var (by, filter) = (TableQuery.From(request)["by"]!, CellFilters.OfGroups(TableQuery.From(request), 500));
        return found.Plan is null
            ? Problems.Of(found.Refusal!)
            : Csv.Of($"plan-{id:N}-by-{by}", Csv.Pages(n => plans.GroupsAsync(id, by, filter with { Number = n, Size = 500 }, cancel)),
                ["object", "field", "record", "rule", "source", "kind", "changes", "named", "declined", "drifted", "sample_record", "sample_field", "sample_old", "sample_new"],
                g => [g.Filter.Object, g.Filter.Field, g.Filter.RecordId, g.Filter.Rule, g.Filter.Source, g.Filter.Kind, g.Changes, g.Named, g.Declined, g.Drifted,
                    g.Sample.RecordId, g.Sample.Field, g.Sample.OldValue, g.Sample.NewValue]);
    }

    private static async Task<IResult> ApproveAsync(Guid id, PlanApproval approval, PlanDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (Problem(approval.Ordinals, approval.Filter) is { } problem)
            return Problems.Of(problem);
        var ordinals = approval.Filter is { } filter ? await desk.ReleasableAsync(id, [CellFilters.Of(filter)], cancel) : approval.Ordinals?.ToHashSet();
        var result = await desk.ApproveAsync(id, approval.Hash, ordinals, Caller.Of(user), cancel);
        return result.Refusal is { } refusal ? Problems.Of(refusal) : Results.Ok(new PlanReleased(result.RunId!.Value));
    }

    private static async Task<IResult> LookForDriftAsync(Guid id, PlanDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (await desk.LookForDriftAsync(id, Caller.Of(user), cancel) is { } refusal)
            return Problems.Of(refusal);
        var location = $"/api/plans/{id:D}";
        return Results.Accepted(location, new PlanDriftOrdered(id, location));
    }

    private static Reason? Problem(IReadOnlyList<int>? ordinals, CellSelection? filter) => filter is null ? null
        : ordinals is not null ? new Reason("bad-selection", "Name cells by ordinals or by a filter, not by both.")
        : CellFilters.Problem(filter.Kind, filter.Verdict);

    private static async Task<IResult> RefuseAsync(Guid id, PlanRefusal refusal, PlanDesk desk, ClaimsPrincipal user, CancellationToken cancel) =>
        await desk.RefuseAsync(id, refusal.Hash, refusal.Reason, Caller.Of(user), cancel) is { } problem ? Problems.Of(problem) : Results.NoContent();

    private static async Task<IResult> DeclineAsync(Guid id, PlanDecline decline, PlanDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (Problem(decline.Ordinals, decline.Filter) is { } problem)
            return Problems.Of(problem);
        var ordinals = decline.Filter is { } filter ? await desk.DeclinableAsync(id, [CellFilters.Of(filter)], cancel) : (decline.Ordinals ?? []).ToHashSet();
        return await desk.DeclineAsync(id, decline.Hash, ordinals, decline.Reason, Caller.Of(user), cancel) is { } refusal ? Problems.Of(refusal) : Results.NoContent();
    }

    /// <summary>The filter as the OpenAPI document shows it.</summary>
    internal class CellQuery
    {
        [FromQuery(Name = "verdict")] public string? Verdict { get; init; }
        [FromQuery(Name = "object")] public string? Object { get; init; }
        [FromQuery(Name = "field")] public string? Field { get; init; }
        [FromQuery(Name = "record")] public string? Record { get; init; }
        [FromQuery(Name = "rule")] public string? Rule { get; init; }
        [FromQuery(Name = "source")] public string? Source { get; init; }
        [FromQuery(Name = "q")] public string? Search { get; init; }
        [FromQuery(Name = "kind")] public string? Kind { get; init; }
        [FromQuery(Name = "sort")] public string? Sort { get; init; }
        [FromQuery(Name = "desc")] public bool? Descending { get; init; }
        [FromQuery(Name = "page")] public int? Page { get; init; }
        [FromQuery(Name = "size")] public int? Size { get; init; }
    }

    /// <summary>The same for groups.</summary>
    internal sealed class GroupQuery : CellQuery
    {
        [FromQuery(Name = "by")] public string? By { get; init; }
    }
}
