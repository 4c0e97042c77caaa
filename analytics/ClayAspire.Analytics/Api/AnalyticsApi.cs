using ClayAspire.Analytics.Kpis;
using ClayAspire.Analytics.Models;
using ClayAspire.Analytics.Snapshots;
using Npgsql;

namespace ClayAspire.Analytics.Api;

/// <summary>A snapshot in the list: its manifest and whether its figures are stored.</summary>
internal sealed record SnapshotList(IReadOnlyList<SnapshotManifest> Snapshots, long Total, string? LastError);

/// <summary>The service's HTTP API.</summary>
internal static class AnalyticsApi
{
    private const int MaximumPage = 500;

    public static void MapAnalyticsApi(this WebApplication app)
    {
        var api = app.MapGroup("/v1");
        api.MapGet("/kpis", GetKpis).WithName("GetKpis");
        api.MapGet("/snapshots", ListSnapshotsAsync).WithName("ListSnapshots");
        api.MapPost("/snapshots", TakeSnapshotAsync).WithName("TakeSnapshot");
        api.MapPost("/snapshots/{id}/recompute", RecomputeAsync).WithName("RecomputeSnapshot");
        api.MapGet("/models/runs/latest", LatestRunAsync).WithName("GetLatestModelRun");
    }

    private static IResult GetKpis(KpiBoard board, TimeProvider clock)
    {
        if (board.Current is not { } current)
            return Refuse(new Refusal("no-snapshot-yet", "No snapshot has been taken yet. POST /v1/snapshots takes one now.", StatusCodes.Status404NotFound));
        return Json(WithAge(current.Document, clock));
    }

    private static async Task<IResult> ListSnapshotsAsync(SnapshotStore store, KpiBoard board, int? limit, CancellationToken cancellation)
    {
        var ids = store.Ids();
        var manifests = new List<SnapshotManifest>();
        foreach (var id in ids.Reverse().Take(Math.Clamp(limit ?? 50, 1, MaximumPage)))
            if (await store.FindAsync(id, cancellation) is { } manifest)
                manifests.Add(manifest);
        return Json(new SnapshotList(manifests, ids.Count, board.LastError));
    }

    private static async Task<IResult> TakeSnapshotAsync(KpiService kpis, TimeProvider clock, CancellationToken cancellation)
    {
        try
        {
            var (result, refusal) = await kpis.TakeAsync(cancellation);
            return result is null ? Refuse(refusal!) : Json(result with { Kpis = WithAge(result.Kpis, clock) });
        }
        catch (Exception e) when (Explain(e) is { } refusal)
        {
            return Refuse(refusal);
        }
    }

    private static async Task<IResult> RecomputeAsync(string id, KpiService kpis, CancellationToken cancellation)
    {
        try
        {
            var (result, refusal) = await kpis.RecomputeAsync(id, cancellation);
            return result is null ? Refuse(refusal!) : Json(result);
        }
        catch (ModelCheckFailedException e)
        {
            return Refuse(new Refusal("model-check-failed", e.Message, StatusCodes.Status500InternalServerError));
        }
    }

    private static async Task<IResult> LatestRunAsync(SnapshotStore store, CancellationToken cancellation) =>
        await store.FindLatestRunAsync<ModelRun>(cancellation) is { } run
            ? Json(run)
            : Refuse(new Refusal("no-run-yet", "No model has run yet. POST /v1/snapshots takes a snapshot and runs them.", StatusCodes.Status404NotFound));

    private static Refusal? Explain(Exception exception) => exception switch
    {
        ModelCheckFailedException e => new Refusal("model-check-failed", e.Message, StatusCodes.Status500InternalServerError),
        ExportNotReadyException e => new Refusal("export-not-ready", e.Message, StatusCodes.Status503ServiceUnavailable),
        NpgsqlException => new Refusal("database-unavailable", "PostgreSQL did not answer the snapshot's read. The last figures stay in force; try again.", StatusCodes.Status503ServiceUnavailable),
        _ => null,
    };

    private static KpiDocument WithAge(KpiDocument document, TimeProvider clock) =>
        document with { AgeSeconds = Math.Max(0, (clock.GetUtcNow() - document.Snapshot.TakenAt).TotalSeconds) };

    private static IResult Json<T>(T value) => Results.Json(value, AnalyticsJson.Options);

    private static IResult Refuse(Refusal refusal) => Results.Problem(
        detail: refusal.Message, statusCode: refusal.Status, extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = refusal.Code });
}
