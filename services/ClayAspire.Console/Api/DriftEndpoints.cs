using System.Security.Claims;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Edits;
using ClayAspire.Storage.Drift;
using ClayAspire.Storage.Model;
using Microsoft.AspNetCore.Mvc;

namespace ClayAspire.Console.Api;

/// <summary>What became of what we wrote: rates by field and editor, the cells behind them, and a look on demand.</summary>
internal static class DriftEndpoints
{
    private static readonly string[] RateColumns =
        ["connection", "object", "field", "sample", "changed", "rate", "low95", "high95", .. EditorKinds.ByName.Keys.SelectMany(k => new[] { k, $"{k}_rate", $"{k}_low95", $"{k}_high95" }), "gone", "not_visible", "last_observed_at"];

    private static readonly string[] CellColumns =
        ["connection", "object", "record", "field", "written", "verified_at", "observed_at", "outcome", "seen", "changed_by", "changed_at", "editor", "gap_code", "gap", "run", "sample"];

    public static void MapDrift(this RouteGroupBuilder api)
    {
        var drift = api.MapGroup("/drift").WithTags("Drift");
        drift.MapGet("/", RatesAsync).WithSummary("Of the values that runs verified: which share is not there any more, by field and by whom, with sample size and 95 % interval.")
            .Produces<DriftReport>().ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("/drift.csv", RatesCsvAsync).WithTags("Drift").WithSummary("The same as CSV.");
        drift.MapGet("/cells", CellsAsync).WithSummary("The cells behind the rates, each with its latest look.")
            .Produces<PageOf<DriftCell>>().ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        drift.MapGet("/cells.csv", CellsCsvAsync).WithSummary("The same as CSV, all rows.");
        drift.MapPost("/sample", SampleAsync).RequireAuthorization(Access.SampleDrift).WithSummary("Asks the worker to draw cells of a connection and look at them again now.")
            .Produces<DriftOrdered>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        drift.MapGet("/samples/{id:guid}", FindAsync).WithSummary("One sampling. 404 with code drift-pending while it is being taken.")
            .Produces<DriftSampleView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> RatesAsync(HttpRequest request, [AsParameters] RateQuery query, DriftDesk desk, TimeProvider clock, CancellationToken cancel)
    {
        _ = query;
        if (DriftView.Problem(TableQuery.From(request), DriftView.RateSorts) is { } problem)
            return Problems.Of(problem);
        var view = DriftView.Of(TableQuery.From(request), clock.GetUtcNow(), 100);
        return Results.Ok(new DriftReport(view.Days, view.Filter.Since, [.. (await desk.RatesAsync(view, cancel)).Select(DriftRateView.Of)]));
    }

    private static async Task<IResult> RatesCsvAsync(HttpRequest request, [AsParameters] RateQuery query, DriftDesk desk, TimeProvider clock, CancellationToken cancel)
    {
        _ = query;
        if (DriftView.Problem(TableQuery.From(request), DriftView.RateSorts) is { } problem)
            return Problems.Of(problem);
        var rates = await desk.RatesAsync(DriftView.Of(TableQuery.From(request), clock.GetUtcNow(), 100), cancel);
        return Csv.Of("drift", Csv.Stream(rates), RateColumns, r =>
        [
            r.Connection, r.Object, r.Field, r.Sample, r.Changed, r.Rate.Ratio, r.Rate.Low, r.Rate.High,
            .. EditorKinds.ByName.Values.SelectMany(k => new object?[] { r.Count(k), r.RateOf(k).Ratio, r.RateOf(k).Low, r.RateOf(k).High }),
            r.Gone, r.NotVisible, r.LastObservedAt,
        ]);
    }

    private static async Task<IResult> CellsAsync(HttpRequest request, [AsParameters] CellQuery query, DriftStore store, TimeProvider clock, CancellationToken cancel)
    {
        _ = query;
        if (DriftView.Problem(TableQuery.From(request), DriftStore.Sorts) is { } problem)
            return Problems.Of(problem);
        var view = DriftView.Of(TableQuery.From(request), clock.GetUtcNow(), 100);
        return Results.Ok(PageOf<DriftCell>.Of(await store.ObservationsAsync(view.Filter, view.Sort, view.Descending, view.Page, view.Size, cancel), DriftCell.Of));
    }

    private static IResult CellsCsvAsync(HttpRequest request, [AsParameters] CellQuery query, DriftStore store, TimeProvider clock, CancellationToken cancel)
    {
        _ = query;
        if (DriftView.Problem(TableQuery.From(request), DriftStore.Sorts) is { } problem)
            return Problems.Of(problem);
        var view = DriftView.Of(TableQuery.From(request), clock.GetUtcNow(), 500);
        return Csv.Of("drift-cells", Csv.Pages(n => store.ObservationsAsync(view.Filter, view.Sort, view.Descending, n, 500, cancel)), CellColumns, o =>
        [
            o.Connection, o.Object, o.RecordId, o.Field, o.WrittenValue, o.VerifiedAt, o.ObservedAt, o.Outcome, o.SeenValue, o.ChangedBy, o.ChangedAt, o.EditorId, o.GapCode, o.Gap, o.RunId, o.SampleId,
        ]);
    }

    private static async Task<IResult> SampleAsync(DriftOrder order, DriftDesk desk, ClaimsPrincipal user, CancellationToken cancel)
    {
        var (id, refusal) = await desk.RequestAsync(order.Connection, order.Cells, order.Seed, Caller.Of(user), cancel);
        if (refusal is not null)
            return Problems.Of(refusal);
        var location = $"/api/drift/samples/{id:D}";
        return Results.Accepted(location, new DriftOrdered(id, location));
    }

    private static async Task<IResult> FindAsync(Guid id, DriftDesk desk, CancellationToken cancel)
    {
        var found = await desk.FindAsync(id, cancel);
        return found.Sample is { } sample ? Results.Ok(DriftSampleView.Of(sample)) : Problems.Of(found.Refusal!);
    }

    /// <summary>The filter of the rates as the OpenAPI document shows it.</summary>
    internal class RateQuery
    {
        [FromQuery(Name = "days")] public int? Days { get; init; }
        [FromQuery(Name = "connection")] public string? Connection { get; init; }
        [FromQuery(Name = "field")] public string? Field { get; init; }
        [FromQuery(Name = "sort")] public string? Sort { get; init; }
        [FromQuery(Name = "desc")] public bool? Descending { get; init; }
    }

    /// <summary>The filter of the cells as the OpenAPI document shows it.</summary>
    internal sealed class CellQuery : RateQuery
    {
        [FromQuery(Name = "outcome")] public string? Outcome { get; init; }
        [FromQuery(Name = "by")] public string? By { get; init; }
        [FromQuery(Name = "record")] public string? Record { get; init; }
        [FromQuery(Name = "page")] public int? Page { get; init; }
        [FromQuery(Name = "size")] public int? Size { get; init; }
    }
}

/// <summary>Body of <c>POST /api/drift/sample</c>; without cells, the worker's own number; without seed, one of its own.</summary>
internal sealed record DriftOrder(string? Connection, int? Cells, long? Seed);

/// <summary>Answer to it: where the sampling will be once it is taken.</summary>
internal sealed record DriftOrdered(Guid SampleId, string Location);

/// <summary>A share of a sample with its 95 % interval; null without a sample.</summary>
internal sealed record ShareView(long Count, double? Rate, double? Low95, double? High95)
{
    public static ShareView Of(Share share) => new(share.Count, share.Ratio, share.Low, share.High);
}

/// <summary>What of one field is not as we wrote it, by whomever and by each kind of editor.</summary>
internal sealed record DriftRateView(
    string Connection, string Object, string Field, long Sample, ShareView Changed, IReadOnlyDictionary<string, ShareView> By, long Gone, long NotVisible, DateTimeOffset LastObservedAt)
{
    public static DriftRateView Of(DriftRate r) => new(
        r.Connection, r.Object, r.Field, r.Sample, ShareView.Of(r.Rate), EditorKinds.ByName.ToDictionary(k => k.Key, k => ShareView.Of(r.RateOf(k.Value)), StringComparer.Ordinal),
        r.Gone, r.NotVisible, r.LastObservedAt);
}

/// <summary>The rates of all fields.</summary>
internal sealed record DriftReport(int Days, DateTimeOffset Since, IReadOnlyList<DriftRateView> Rates);

/// <summary>The latest look at one value that a run verified.</summary>
internal sealed record DriftCell(
    string Connection, string Object, string RecordId, string Field, string? Written, DateTimeOffset VerifiedAt, DateTimeOffset ObservedAt, string Outcome, string? Seen,
    string? ChangedBy, DateTimeOffset? ChangedAt, string? EditorId, string? GapCode, string? Gap, Guid RunId, Guid SampleId)
{
    public static DriftCell Of(DriftObservationRow o) => new(
        o.Connection, o.Object, o.RecordId, o.Field, o.WrittenValue, o.VerifiedAt, o.ObservedAt, o.Outcome, o.SeenValue,
        o.ChangedBy, o.ChangedAt, o.EditorId, o.GapCode, o.Gap, o.RunId, o.SampleId);
}

/// <summary>One sampling of the drift watch.</summary>
internal sealed record DriftSampleView(
    Guid Id, string Connection, string AskedBy, int Asked, long Seed, DateTimeOffset WrittenFrom, DateTimeOffset WrittenTo, long Eligible, int Cells, int Changed, int ApiCalls, DateTimeOffset SampledAt)
{
    public static DriftSampleView Of(DriftSampleRow s) => new(
        s.Id, s.Connection, s.AskedBy, s.Asked, s.Seed, s.WrittenFrom, s.WrittenTo, s.Eligible, s.Cells, s.Changed, s.ApiCalls, s.SampledAt);
}
