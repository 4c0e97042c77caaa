using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Drift;

/// <summary>What became of values that runs verified: draws samples, keeps what was seen, and says at which rate fields drift.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads.</param>
public sealed class DriftStore(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts)
{
    /// <summary>Columns that observations can be sorted by.</summary>
    public static IReadOnlyList<string> Sorts { get; } = ["observed", "changed", "record", "field", "by"];

    /// <summary>Draws cells at random from those that runs verified in the window and that no run of ours wrote again since.</summary>
    public async Task<DrawnCells> DrawAsync(DriftDraw draw, CancellationToken cancel)
    {
        var rows = await dataSource.Command("Drift/RunCellDraw.sql")
            .With("connection", draw.Connection).With("objects", draw.Fields.Select(f => f.Object)).With("fields", draw.Fields.Select(f => f.Field))
            .With("from", draw.From).With("to", draw.To).With("seed", draw.Seed).With("limit", draw.Cells)
            .ReadAllAsync(r => (Eligible: r.GetInt64(8), Cell: new WrittenCell(
                new CellKey(new RecordKey(draw.Connection, r.GetString(2), r.GetString(3)), r.GetString(4)),
                r.GetGuid(0), r.GetInt32(1), FieldValue.FromCanonical(r.TextOrNull(5)), r.At(6), r.At(7))), cancel);
        return new DrawnCells([.. rows.Select(r => r.Cell)], rows.Count > 0 ? rows[0].Eligible : 0);
    }

    /// <summary>Stores a sampling with everything that it saw, or nothing when it is stored already.</summary>
    /// <returns>False when it is stored already.</returns>
    public async Task<bool> SaveAsync(DriftSampleRow sample, IReadOnlyList<DriftFinding> findings, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var inserted = await transaction.Command("Drift/DriftSampleInsertUnlessKnown.sql")
            .With("id", sample.Id).With("connection", sample.Connection).With("asked_by", sample.AskedBy).With("asked", sample.Asked).With("seed", sample.Seed)
            .With("from", sample.WrittenFrom).With("to", sample.WrittenTo).With("eligible", sample.Eligible).With("cells", sample.Cells).With("changed", sample.Changed)
            .With("api_calls", sample.ApiCalls).With("now", sample.SampledAt).RunAsync(cancel);
        if (inserted == 0)
            return false;
        await transaction.Command("Drift/DriftObservationInsert.sql")
            .With("sample", sample.Id).With("connection", sample.Connection).With("now", sample.SampledAt)
            .With("runs", findings.Select(f => (Guid?)f.Write.RunId)).With("ordinals", findings.Select(f => f.Write.Ordinal))
            .With("objects", findings.Select(f => f.Write.Cell.Record.Object)).With("records", findings.Select(f => f.Write.Cell.Record.Id))
            .With("fields", findings.Select(f => f.Write.Cell.Field)).With("written", findings.Select(f => f.Write.Written.Text))
            .With("verified", findings.Select(f => f.Write.VerifiedAt)).With("outcomes", findings.Select(f => DriftOutcomes.Of(f.Outcome)))
            .With("seen", findings.Select(f => f.Seen.Text is { } text ? Storable.Text(text) : null))
            .With("kinds", findings.Select(f => f.Outcome == DriftOutcome.Changed ? EditorKinds.Name(f.By) : null))
            .With("times", findings.Select(f => f.ChangedAt)).With("editors", findings.Select(f => f.EditorId))
            .With("codes", findings.Select(f => f.Gap?.Code)).With("gaps", findings.Select(f => f.Gap?.Text)).RunAsync(cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }

    /// <summary>A sampling, or null while there is none of that id.</summary>
    public async Task<DriftSampleRow?> FindSampleAsync(Guid id, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.DriftSamples.AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, cancel);
    }

    /// <summary>The latest sampling of a connection, or of one who asked; null when there was none.</summary>
    public async Task<DriftSampleRow?> LatestSampleAsync(string? connection, string? askedBy, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.DriftSamples.AsNoTracking().Where(s => (connection == null || s.Connection == connection) && (askedBy == null || s.AskedBy == askedBy))
            .OrderByDescending(s => s.SampledAt).FirstOrDefaultAsync(cancel);
    }

    /// <summary>Rates by field, by connection, object and field. Outcome, editor and record of the filter have no say here.</summary>
    public async Task<IReadOnlyList<DriftRate>> RatesAsync(DriftFilter filter, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var rows = await Filtered(context, filter with { Outcome = null, By = null, Record = null }).GroupBy(o => new { o.Connection, o.Object, o.Field }).Select(g => new
        {
            g.Key.Connection,
            g.Key.Object,
            g.Key.Field,
            Kept = g.LongCount(o => o.Outcome == DriftOutcomes.Kept),
            Changed = g.LongCount(o => o.Outcome == DriftOutcomes.Changed),
            Human = g.LongCount(o => o.ChangedBy == "human"),
            Integration = g.LongCount(o => o.ChangedBy == "integration"),
            Automation = g.LongCount(o => o.ChangedBy == "automation"),
            Us = g.LongCount(o => o.ChangedBy == "us"),
            Unknown = g.LongCount(o => o.ChangedBy == "unknown"),
            Gone = g.LongCount(o => o.Outcome == DriftOutcomes.Gone),
            NotVisible = g.LongCount(o => o.Outcome == DriftOutcomes.NotVisible),
            Last = g.Max(o => o.ObservedAt),
        }).OrderBy(r => r.Connection).ThenBy(r => r.Object).ThenBy(r => r.Field).ToListAsync(cancel);
        return [.. rows.Select(r => new DriftRate(
            r.Connection, r.Object, r.Field, r.Kept + r.Changed, r.Changed, r.Human, r.Integration, r.Automation, r.Us, r.Unknown, r.Gone, r.NotVisible, r.Last))];
    }

    /// <summary>One page of looks, filtered and sorted by the database.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="sort">One of <see cref="Sorts"/>; null for the latest first.</param>
    /// <param name="descending">Whether the order is descending.</param>
    /// <param name="number">The page, from 1.</param>
    /// <param name="size">Rows a page.</param>
    /// <param name="cancel">Cancels the reading.</param>
    public async Task<PagedRows<DriftObservationRow>> ObservationsAsync(DriftFilter filter, string? sort, bool descending, int number, int size, CancellationToken cancel)
    {
        (number, size) = Paging.Bound(number, size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var looks = Filtered(context, filter);
        var rows = await Sorted(looks, sort, descending).Skip(Paging.Offset(number, size)).Take(size).ToListAsync(cancel);
        return new PagedRows<DriftObservationRow>(rows, await looks.LongCountAsync(cancel), number, size);
    }

    private static IQueryable<DriftObservationRow> Filtered(SyncDbContext context, DriftFilter filter)
    {
        var looks = context.DriftObservations.AsNoTracking().Where(o => o.ObservedAt >= filter.Since.ToUniversalTime());
        if (filter.Connection is { } connection)
            looks = looks.Where(o => o.Connection == connection);
        if (filter.Object is { } @object)
            looks = looks.Where(o => o.Object == @object);
        if (filter.Field is { } field)
            looks = looks.Where(o => o.Field == field);
        if (filter.Outcome is { } outcome)
            looks = looks.Where(o => o.Outcome == outcome);
        if (filter.By is { } by)
            looks = looks.Where(o => o.ChangedBy == by);
        if (!string.IsNullOrWhiteSpace(filter.Record))
        {
            var record = Storable.Text(filter.Record.Trim());
            looks = looks.Where(o => o.RecordId == record);
        }
        return looks;
    }

    private static IQueryable<DriftObservationRow> Sorted(IQueryable<DriftObservationRow> looks, string? sort, bool descending)
    {
        var sorted = (sort, descending) switch
        {
            ("observed", false) => looks.OrderBy(o => o.ObservedAt),
            ("changed", false) => looks.OrderBy(o => o.ChangedAt),
            ("changed", true) => looks.OrderByDescending(o => o.ChangedAt),
            ("record", false) => looks.OrderBy(o => o.RecordId),
            ("record", true) => looks.OrderByDescending(o => o.RecordId),
            ("field", false) => looks.OrderBy(o => o.Object).ThenBy(o => o.Field),
            ("field", true) => looks.OrderByDescending(o => o.Object).ThenByDescending(o => o.Field),
            ("by", false) => looks.OrderBy(o => o.ChangedBy),
            ("by", true) => looks.OrderByDescending(o => o.ChangedBy),
            _ => looks.OrderByDescending(o => o.ObservedAt),
        };
        return sorted.ThenBy(o => o.RunId).ThenBy(o => o.Ordinal);
    }
}
