using System.Text.Json;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Discrepancies;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Discrepancies;

/// <summary>Which discrepancies.</summary>
/// <param name="Connection">One connection only.</param>
/// <param name="State">One of <see cref="DiscrepancyStore.States"/>; null for all.</param>
/// <param name="Record">One record only.</param>
public sealed record DiscrepancyFilter(string? Connection = null, string? State = null, string? Record = null);

/// <summary>What a comparison found of one formula.</summary>
/// <param name="Object">The object.</param>
/// <param name="Field">The formula.</param>
/// <param name="Records">The records that were read again.</param>
/// <param name="Found">Those of them on which it does not agree.</param>
public sealed record FormulaFinding(string Object, string Field, IReadOnlyList<string> Records, IReadOnlyList<FormulaDiscrepancy> Found);

/// <summary>Formulas that do not equal what they are made of: found daily, never repaired by us, closed by themselves or by a person with a reason; each step stands in the ledger.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads.</param>
/// <param name="ledger">Where opening, healing and accepting are recorded.</param>
/// <param name="ids">Ids of new discrepancies.</param>
/// <param name="clock">Stamps them.</param>
public sealed class DiscrepancyStore(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, LedgerStore ledger, IIdSource ids, TimeProvider clock)
{
    /// <summary>Still there at the last look.</summary>
    public const string Open = "open";

    /// <summary>Agrees again.</summary>
    public const string Healed = "healed";

    /// <summary>A person decided to leave it, with a reason.</summary>
    public const string Accepted = "accepted";

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>What a discrepancy can be.</summary>
    public static IReadOnlyList<string> States { get; } = [Open, Healed, Accepted];

    /// <summary>Columns that the list can be sorted by.</summary>
    public static IReadOnlyList<string> Sorts { get; } = ["opened", "seen", "record", "field"];

    /// <summary>The sources of a row, in the order of checks.</summary>
    public static IReadOnlyList<SourceFinding> SourcesOf(DiscrepancyRow row) => JsonSerializer.Deserialize<List<SourceFinding>>(row.Sources, Web) ?? [];

    /// <summary>Records to read again: those on which the mirrored formula does not agree, and those of which one is open.</summary>
    public async Task<IReadOnlyList<string>> SuspectsAsync(string connection, string @object, string field, IEnumerable<string> sources, CancellationToken cancel) =>
        await dataSource.Command("Discrepancies/SuspectGet.sql").With("connection", connection).With("object", @object).With("field", field).With("sources", sources)
            .ReadAllAsync(r => r.GetString(0), cancel);

    /// <summary>Stores a comparison with everything that it opened and healed, or nothing when it is stored already.</summary>
    /// <returns>The comparison as stored; null when it was stored before.</returns>
    public async Task<FormulaCheckRow?> SaveAsync(Guid id, string connection, string askedBy, IReadOnlyList<FormulaFinding> findings, int apiCalls, CancellationToken cancel)
    {
        if (await FindCheckAsync(id, cancel) is not null)
            return null;
        var now = clock.GetUtcNow();
        await using var conn = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await conn.BeginTransactionAsync(cancel);
        var entries = new List<NewLedgerEntry>();
        var (opened, healed) = (0, 0);
        foreach (var finding in findings)
        {
            foreach (var one in finding.Found)
            {
                if (await SeeAsync(transaction, one, now, cancel) is not { } added)
                    continue;
                opened++;
                entries.Add(new NewLedgerEntry(LedgerKinds.DiscrepancyOpened, EvidenceJson.WriteObject(new
                {
                    discrepancy = added,
                    @object = finding.Object,
                    record = one.Cell.Record.Id,
                    field = finding.Field,
                    found = one.Found,
                    expected = one.Expected,
                    sources = one.Sources.Select(s => new { field = s.Field, value = s.Value }),
                    cause = one.Cause.Code,
                })));
            }
            var agree = finding.Records.Except(finding.Found.Select(f => f.Cell.Record.Id), StringComparer.Ordinal);
            foreach (var (known, record) in await HealAsync(transaction, connection, finding, agree, now, cancel))
            {
                healed++;
                entries.Add(new NewLedgerEntry(LedgerKinds.DiscrepancyClosed, EvidenceJson.WriteObject(new { discrepancy = known, @object = finding.Object, record, field = finding.Field, how = Healed })));
            }
        }
        var mirrored = await transaction.Command("Discrepancies/MirroredCount.sql").With("connection", connection).With("objects", findings.Select(f => f.Object).Distinct(StringComparer.Ordinal))
            .ReadAllAsync(r => r.GetInt64(0), cancel);
        var inserted = await transaction.Command("Discrepancies/FormulaCheckInsertUnlessKnown.sql").With("id", id).With("connection", connection).With("asked_by", askedBy)
            .With("mirrored", mirrored[0]).With("looked", findings.Sum(f => f.Records.Count)).With("opened", opened).With("healed", healed).With("api_calls", apiCalls)
            .With("now", now).RunAsync(cancel);
        // Taken by another worker meanwhile: what it stored stands.
        if (inserted == 0)
            return null;
        if (entries.Count > 0)
            await ledger.AppendAsync(transaction, connection, entries, cancel);
        await transaction.CommitAsync(cancel);
        return await FindCheckAsync(id, cancel);
    }

    /// <summary>A person leaves a discrepancy as it is, with a reason that goes into the ledger (seed 1: "Never manually override without audit trail"). It is opened again when anything of it changes.</summary>
    /// <returns>Null when it is done; else why not.</returns>
    public async Task<Reason?> AcceptAsync(Guid id, string by, IReadOnlyList<string> roles, string? reason, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(reason))
            return new Reason("reason-missing", "Say why it is left as it is; the reason stands in the ledger.");
        var kept = Storable.Text(reason.Trim());
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var rows = await transaction.Command("Discrepancies/DiscrepancyAcceptIfOpen.sql").With("id", id).With("by", by).With("reason", kept).With("now", clock.GetUtcNow())
            .ReadAllAsync(r => (Connection: r.GetString(0), Object: r.GetString(1), Record: r.GetString(2), Field: r.GetString(3), Found: r.GetBoolean(4), Expected: r.GetBoolean(5)), cancel);
        if (rows is not [var row])
            return new Reason("discrepancy-not-open", "There is no open discrepancy with this id. Reload the list.");
        await ledger.AppendAsync(transaction, row.Connection, [new NewLedgerEntry(LedgerKinds.DiscrepancyClosed, EvidenceJson.WriteObject(new
        {
            discrepancy = id,
            @object = row.Object,
            record = row.Record,
            field = row.Field,
            how = Accepted,
            found = row.Found,
            expected = row.Expected,
            by,
            roles,
            reason = kept,
        }))], cancel);
        await transaction.CommitAsync(cancel);
        return null;
    }

    /// <summary>A comparison, or null while there is none of that id.</summary>
    public async Task<FormulaCheckRow?> FindCheckAsync(Guid id, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.FormulaChecks.AsNoTracking().FirstOrDefaultAsync(c => c.Id == id, cancel);
    }

    /// <summary>The latest comparison of a connection, or of one who asked; null when there was none.</summary>
    public async Task<FormulaCheckRow?> LatestCheckAsync(string? connection, string? askedBy, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.FormulaChecks.AsNoTracking().Where(c => (connection == null || c.Connection == connection) && (askedBy == null || c.AskedBy == askedBy))
            .OrderByDescending(c => c.CheckedAt).FirstOrDefaultAsync(cancel);
    }

    /// <summary>How many are open.</summary>
    public async Task<int> CountOpenAsync(CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.Discrepancies.CountAsync(d => d.ClosedAt == null, cancel);
    }

    /// <summary>One page of them, filtered and sorted by the database.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="sort">One of <see cref="Sorts"/>; null for the latest first.</param>
    /// <param name="descending">Whether the order is descending.</param>
    /// <param name="number">The page, from 1.</param>
    /// <param name="size">Rows a page.</param>
    /// <param name="cancel">Cancels the reading.</param>
    public async Task<PagedRows<DiscrepancyRow>> ListAsync(DiscrepancyFilter filter, string? sort, bool descending, int number, int size, CancellationToken cancel)
    {
        (number, size) = Paging.Bound(number, size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var all = context.Discrepancies.AsNoTracking();
        if (filter.Connection is { } connection)
            all = all.Where(d => d.Connection == connection);
        if (filter.State is { } state)
            all = state == Open ? all.Where(d => d.ClosedAt == null) : all.Where(d => d.ClosedHow == state);
        if (!string.IsNullOrWhiteSpace(filter.Record))
        {
            var record = Storable.Text(filter.Record.Trim());
            all = all.Where(d => d.RecordId == record);
        }
        var sorted = (sort, descending) switch
        {
            ("opened", false) => all.OrderBy(d => d.OpenedAt),
            ("seen", false) => all.OrderBy(d => d.SeenAt),
            ("seen", true) => all.OrderByDescending(d => d.SeenAt),
            ("record", false) => all.OrderBy(d => d.RecordId),
            ("record", true) => all.OrderByDescending(d => d.RecordId),
            ("field", false) => all.OrderBy(d => d.Object).ThenBy(d => d.Field),
            ("field", true) => all.OrderByDescending(d => d.Object).ThenByDescending(d => d.Field),
            _ => all.OrderByDescending(d => d.OpenedAt),
        };
        var rows = await sorted.ThenBy(d => d.Id).Skip(Paging.Offset(number, size)).Take(size).ToListAsync(cancel);
        return new PagedRows<DiscrepancyRow>(rows, await all.LongCountAsync(cancel), number, size);
    }

    private async Task<Guid?> SeeAsync(NpgsqlTransaction transaction, FormulaDiscrepancy found, DateTimeOffset now, CancellationToken cancel)
    {
        var added = await transaction.Command("Discrepancies/DiscrepancySee.sql").With("id", ids.Next()).With("connection", found.Cell.Record.Connection).With("object", found.Cell.Record.Object)
            .With("record", found.Cell.Record.Id).With("field", found.Cell.Field).With("found", found.Found).With("expected", found.Expected)
            .WithJson("sources", JsonSerializer.Serialize(found.Sources, Web)).With("cause_code", found.Cause.Code).With("cause", found.Cause.Text).With("now", now)
            .ReadAllAsync(r => r.GetGuid(0), cancel);
        return added is [var id] ? id : null;
    }

    private static Task<List<(Guid Id, string Record)>> HealAsync(
        NpgsqlTransaction transaction, string connection, FormulaFinding finding, IEnumerable<string> records, DateTimeOffset now, CancellationToken cancel) =>
        transaction.Command("Discrepancies/DiscrepancyHeal.sql").With("connection", connection).With("object", finding.Object).With("field", finding.Field)
            .With("records", records).With("now", now).ReadAllAsync(r => (r.GetGuid(0), r.GetString(1)), cancel);
}
