using System.Globalization;
using ClayAspire.Console.Components;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Drift;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Console.Operations;

/// <summary>Which looks of the drift watch an address asks for; pages and API read it alike.</summary>
/// <param name="Filter">Which looks.</param>
/// <param name="Days">Over how many days back.</param>
/// <param name="Sort">The column that sorts; null for the usual order.</param>
/// <param name="Descending">Whether the order is descending.</param>
/// <param name="Page">The page, from 1.</param>
/// <param name="Size">Rows a page.</param>
internal sealed record DriftView(DriftFilter Filter, int Days, string? Sort, bool Descending, int Page, int Size)
{
    public const int UsualDays = 30;
    private const int MostDays = 365;

    /// <summary>Columns that the table of rates can be sorted by.</summary>
    public static IReadOnlyList<string> RateSorts { get; } = ["field", "connection", "sample", "rate", .. EditorKinds.ByName.Keys, "observed"];

    private static readonly string[] Outcomes = [DriftOutcomes.Kept, DriftOutcomes.Changed, DriftOutcomes.Gone, DriftOutcomes.NotVisible];

    /// <summary>The view; what does not exist filters and sorts nothing.</summary>
    public static DriftView Of(TableQuery query, DateTimeOffset now, int usualSize)
    {
        var days = int.TryParse(query["days"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Math.Clamp(given, 1, MostDays) : UsualDays;
        var field = query["field"]?.Split('.', 2);
        return new DriftView(
            new DriftFilter(now.AddDays(-days), query["connection"], field?[0], field?.ElementAtOrDefault(1),
                Outcomes.Contains(query["outcome"] ?? "") ? query["outcome"] : null,
                EditorKinds.ByName.ContainsKey(query["by"] ?? "") ? query["by"] : null, query["record"]),
            days, query.Sort, query.Descending, query.Page,
            int.TryParse(query["size"], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : usualSize);
    }

    /// <summary>What is wrong with an address, for callers that are told so.</summary>
    public static Reason? Problem(TableQuery query, IReadOnlyList<string> sorts)
    {
        if (query.Sort is { } sort && !sorts.Contains(sort))
            return new Reason("bad-sort", $"'{sort}' is no column to sort by. Use {string.Join(", ", sorts)}.");
        if (query["outcome"] is { } outcome && !Outcomes.Contains(outcome))
            return new Reason("bad-outcome", $"'{outcome}' is no outcome. Use {string.Join(", ", Outcomes)}.");
        if (query["by"] is { } by && !EditorKinds.ByName.ContainsKey(by))
            return new Reason("bad-editor", $"'{by}' is no kind of editor. Use {string.Join(", ", EditorKinds.ByName.Keys)}.");
        if (query["days"] is { } days && !(int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostDays))
            return new Reason("bad-days", $"'{days}' is no number of days. Use 1 to {MostDays}.");
        return null;
    }

    /// <summary>Rates in the order that is asked for.</summary>
    public IReadOnlyList<DriftRate> Sorted(IEnumerable<DriftRate> rates)
    {
        Func<DriftRate, object> key = Sort switch
        {
            "connection" => r => r.Connection,
            "sample" => r => r.Sample,
            "rate" => r => r.Rate.Ratio ?? -1,
            "observed" => r => r.LastObservedAt,
            { } kind when EditorKinds.ByName.TryGetValue(kind, out var by) => r => r.RateOf(by).Ratio ?? -1,
            _ => r => $"{r.Object}.{r.Field}",
        };
        var sorted = Descending ? rates.OrderByDescending(key) : rates.OrderBy(key);
        return [.. sorted.ThenBy(r => $"{r.Object}.{r.Field}", StringComparer.Ordinal).ThenBy(r => r.Connection, StringComparer.Ordinal)];
    }
}

/// <summary>A sampling, or where it is: exactly one of the two. One that is not taken yet has the reason <c>drift-pending</c>.</summary>
/// <param name="Sample">The sampling.</param>
/// <param name="Refusal">Why there is none.</param>
internal sealed record DriftLookup(DriftSampleRow? Sample, Reason? Refusal)
{
    public const string Pending = "drift-pending";

    public bool IsPending => Refusal?.Code == Pending;
}

/// <summary>What became of what we wrote, and asking the worker to look again. Pages and API both go through here.</summary>
internal sealed class DriftDesk(
    DriftStore store, PolicySource policy, JobQueue queue, IIdSource ids, IDbContextFactory<SyncDbContext> database, ILogger<DriftDesk> log)
{
    private const int MostCells = 10_000;

    /// <summary>Asks the worker to look again now. Repeating the request while one waits gives the same sampling.</summary>
    public async Task<(Guid SampleId, Reason? Refusal)> RequestAsync(string? connection, int? cells, long? seed, Caller caller, CancellationToken cancel)
    {
        if (connection is null || !policy.Current.Connections.Contains(connection))
            return (default, new Reason("connection-unknown", $"The policy has no connection '{connection}'. It has {string.Join(", ", policy.Current.Connections)}."));
        if (cells is < 1 or > MostCells)
            return (default, new Reason("bad-cells", $"{cells} is no number of cells to look at. Ask for 1 to {MostCells}, or leave it out for the worker's own number."));
        var job = await queue.EnqueueAsync(NewJob.SampleDrift(new SampleDrift(ids.Next(), connection, caller.UserName, cells, seed)), cancel);
        var id = JobPayload.Read<SampleDrift>(job.Payload).SampleId;
        LogMessages.DriftAsked(log, id, connection, caller.UserName);
        return (id, null);
    }

    /// <summary>A sampling, or whether it is still being taken.</summary>
    public async Task<DriftLookup> FindAsync(Guid id, CancellationToken cancel)
    {
        if (await store.FindSampleAsync(id, cancel) is { } sample)
            return new DriftLookup(sample, null);
        await using var db = await database.CreateDbContextAsync(cancel);
        var mark = $$"""{"sampleId":"{{id:D}}"}""";
        var job = await db.Jobs.AsNoTracking().Where(j => j.Kind == JobKinds.SampleDrift && EF.Functions.JsonContains(j.Payload, mark)).OrderByDescending(j => j.Id).FirstOrDefaultAsync(cancel);
        if (job is null)
            return new DriftLookup(null, new Reason("drift-unknown", "There is no drift sample with this id."));
        if (job.State == JobStates.Dead)
            return new DriftLookup(null, new Reason("drift-failed", "The sample could not be taken. The job's errors on the page Runs say why; mend the cause and replay it there."));
        // Stored between the two looks.
        return job.State == JobStates.Completed && await store.FindSampleAsync(id, cancel) is { } stored
            ? new DriftLookup(stored, null)
            : new DriftLookup(null, new Reason(DriftLookup.Pending, "The sample is being taken. Ask again in a moment."));
    }

    /// <summary>Rates by field.</summary>
    public async Task<IReadOnlyList<DriftRate>> RatesAsync(DriftView view, CancellationToken cancel) => view.Sorted(await store.RatesAsync(view.Filter, cancel));
}
