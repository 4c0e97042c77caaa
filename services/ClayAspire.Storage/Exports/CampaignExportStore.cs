using System.Text.Json;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Exports;

/// <summary>Exports of campaigns to Clay: what is to be sent, what became of each row, and what each webhook has taken in its life.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads.</param>
/// <param name="queue">Exports are carried out by jobs.</param>
/// <param name="ledger">Starts and ends of exports stand there.</param>
/// <param name="clock">Stamps everything.</param>
public sealed class CampaignExportStore(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, JobQueue queue, LedgerStore ledger, TimeProvider clock)
{
    private const int Chunk = 2000;

    private static readonly Reason NotThere = new("export-unknown", "There is no export with this id.");

    /// <summary>Columns that exports can be sorted by.</summary>
    public static IReadOnlyList<string> Sorts { get; } = ["asked", "campaign", "state", "members"];

    /// <summary>Columns that members of an export can be sorted by.</summary>
    public static IReadOnlyList<string> RowSorts { get; } = ["member", "person", "state", "reason", "left"];

    /// <summary>Stores an export and asks the worker for it, together.</summary>
    /// <returns>Why not, or null when it is done.</returns>
    public async Task<Reason?> StartAsync(NewExport export, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var inserted = await transaction.Command("Exports/ExportInsertUnlessOpen.sql")
            .With("id", export.Id).With("connection", export.Connection).With("campaign", export.CampaignId).With("name", export.CampaignName)
            .With("webhook", export.Webhook).With("by", export.AskedBy).With("now", clock.GetUtcNow()).RunAsync(cancel);
        if (inserted == 0)
            return new Reason("export-open", "An export of this campaign is under way or stands still. Let it end, resume it, or cancel it first.");
        await ledger.AppendAsync(transaction, export.Connection, [new NewLedgerEntry(LedgerKinds.ExportStarted, JsonSerializer.Serialize(
            new { export = export.Id, campaign = export.CampaignId, webhook = export.Webhook, by = export.AskedBy }))], cancel);
        await queue.EnqueueAsync(transaction, NewJob.ExportCampaign(export.Id, toClay: export.Webhook is not null), cancel);
        await transaction.CommitAsync(cancel);
        return null;
    }

    /// <summary>Stores the members, all or none; nothing when they are stored already.</summary>
    public async Task PrepareAsync(JobLease lease, Guid exportId, string campaignName, IReadOnlyList<NewExportRow> rows, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await JobQueue.HoldAsync(transaction, lease, cancel);
        if (await transaction.Command("Exports/ExportPrepared.sql").With("id", exportId).With("members", rows.Count).With("name", Storable.Text(campaignName)).With("now", clock.GetUtcNow()).RunAsync(cancel) == 0)
            return;
        var ordinal = 0;
        foreach (var some in rows.Chunk(Chunk))
        {
            var first = ordinal;
            ordinal += some.Length;
            await transaction.Command("Exports/ExportRowInsert.sql").With("export", exportId)
                .With("ordinals", some.Select((_, i) => first + i)).With("members", some.Select(r => r.MemberId)).With("objects", some.Select(r => r.PersonObject))
                .With("people", some.Select(r => r.PersonId)).With("keys", some.Select(r => r.RowKey))
                .With("states", some.Select(r => r.Excluded is null ? ExportRowStates.Pending : ExportRowStates.Excluded))
                .With("codes", some.Select(r => r.Excluded?.Code)).With("reasons", some.Select(r => r.Excluded?.Text))
                .With("payloads", some.Select(r => r.Payload is { } json ? Storable.Text(json) : null)).RunAsync(cancel);
        }
        await transaction.CommitAsync(cancel);
    }

    /// <summary>An export, or null when there is none of that id.</summary>
    public async Task<CampaignExportRow?> FindAsync(Guid id, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.CampaignExports.AsNoTracking().FirstOrDefaultAsync(e => e.Id == id, cancel);
    }

    /// <summary>An export with its counts.</summary>
    public async Task<ExportStatus?> StatusAsync(Guid id, CancellationToken cancel) =>
        await FindAsync(id, cancel) is { } export ? new ExportStatus(export, await CountsAsync(id, cancel)) : null;

    /// <summary>Exports, the newest first unless sorted otherwise.</summary>
    public async Task<PagedRows<CampaignExportRow>> ListAsync(string? connection, string? state, string? sort, bool descending, int number, int size, CancellationToken cancel)
    {
        (number, size) = Paging.Bound(number, size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var exports = context.CampaignExports.AsNoTracking().Where(e => (connection == null || e.Connection == connection) && (state == null || e.State == state));
        var sorted = (sort, descending) switch
        {
            ("asked", false) => exports.OrderBy(e => e.AskedAt),
            ("campaign", false) => exports.OrderBy(e => e.CampaignName),
            ("campaign", true) => exports.OrderByDescending(e => e.CampaignName),
            ("state", false) => exports.OrderBy(e => e.State),
            ("state", true) => exports.OrderByDescending(e => e.State),
            ("members", false) => exports.OrderBy(e => e.Members),
            ("members", true) => exports.OrderByDescending(e => e.Members),
            _ => exports.OrderByDescending(e => e.AskedAt),
        };
        var rows = await sorted.ThenBy(e => e.Id).Skip(Paging.Offset(number, size)).Take(size).ToListAsync(cancel);
        return new PagedRows<CampaignExportRow>(rows, await exports.LongCountAsync(cancel), number, size);
    }

    /// <summary>Members of an export, in the order in which they leave unless sorted otherwise.</summary>
    public async Task<PagedRows<CampaignExportMemberRow>> RowsAsync(Guid id, string? state, string? reason, string? sort, bool descending, int number, int size, CancellationToken cancel)
    {
        (number, size) = Paging.Bound(number, size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var all = context.CampaignExportMembers.AsNoTracking().Where(r => r.ExportId == id && (state == null || r.State == state) && (reason == null || r.ReasonCode == reason));
        var sorted = (sort, descending) switch
        {
            ("member", false) => all.OrderBy(r => r.MemberId),
            ("member", true) => all.OrderByDescending(r => r.MemberId),
            ("person", false) => all.OrderBy(r => r.PersonObject).ThenBy(r => r.PersonId),
            ("person", true) => all.OrderByDescending(r => r.PersonObject).ThenByDescending(r => r.PersonId),
            ("state", false) => all.OrderBy(r => r.State),
            ("state", true) => all.OrderByDescending(r => r.State),
            ("reason", false) => all.OrderBy(r => r.ReasonCode),
            ("reason", true) => all.OrderByDescending(r => r.ReasonCode),
            ("left", false) => all.OrderBy(r => r.SentAt),
            ("left", true) => all.OrderByDescending(r => r.SentAt),
            (_, true) => all.OrderByDescending(r => r.Ordinal),
            _ => all.OrderBy(r => r.Ordinal),
        };
        var rows = await sorted.ThenBy(r => r.Ordinal).Skip(Paging.Offset(number, size)).Take(size).ToListAsync(cancel);
        return new PagedRows<CampaignExportMemberRow>(rows, await all.LongCountAsync(cancel), number, size);
    }

    /// <summary>Rows by state and reason.</summary>
    public async Task<IReadOnlyList<ExportCount>> CountsAsync(Guid id, CancellationToken cancel) =>
        await dataSource.Command("Exports/ExportRowCount.sql").With("export", id).ReadAllAsync(r => new ExportCount(r.GetString(0), r.TextOrNull(1), r.GetInt64(2)), cancel);

    /// <summary>The next rows that wait.</summary>
    public async Task<IReadOnlyList<PendingExportRow>> PendingAsync(Guid id, int limit, CancellationToken cancel) =>
        await dataSource.Command("Exports/ExportRowGetPending.sql").With("export", id).With("limit", limit).ReadAllAsync(r => new PendingExportRow(r.GetInt32(0), r.GetString(1)), cancel);

    /// <summary>Rows that were leaving when their worker died: nobody knows whether they arrived, so they are never sent again by themselves.</summary>
    /// <returns>How many.</returns>
    public Task<int> LoseAsync(Guid id, CancellationToken cancel) =>
        dataSource.Command("Exports/ExportRowLost.sql").With("export", id).With("code", "worker-ended")
            .With("reason", "The worker ended while the row was leaving: it may be in Clay. Look for its clayaspire_key there.").RunAsync(cancel);

    /// <summary>Writes the outcome of one row and the intent to send the next, in one step.</summary>
    /// <param name="lease">The lease of the job that carries the export out.</param>
    /// <param name="id">The export.</param>
    /// <param name="source">The webhook's source.</param>
    /// <param name="done">The outcome of the row before; null for the first.</param>
    /// <param name="next">The row that leaves next; null for none.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>What the source has taken so far, the next row included.</returns>
    /// <exception cref="LeaseLostException">The job is not ours any more; nothing was written, and nothing may be sent.</exception>
    public async Task<long> AdvanceAsync(JobLease lease, Guid id, string source, ExportRowOutcome? done, int? next, CancellationToken cancel)
    {
        var step = await dataSource.Command("Exports/ExportRowAdvance.sql")
            .With("job", lease.JobId).With("fence", lease.Fence).With("export", id).With("source", source).With("now", clock.GetUtcNow())
            .With("done", done?.Ordinal).With("state", done?.State).With("code", done?.Why?.Code).With("reason", done?.Why?.Text).With("next", next)
            .ReadOneAsync(r => Tuple.Create(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), cancel);
        if (step is not { Item1: > 0 } || (next is not null && step.Item2 == 0))
            throw new LeaseLostException(lease);
        return step.Item3;
    }

    /// <summary>Marks all waiting rows as standing in the file.</summary>
    public Task<int> IntoFileAsync(Guid id, CancellationToken cancel) =>
        dataSource.Command("Exports/ExportRowsIntoFile.sql").With("export", id).With("now", clock.GetUtcNow()).RunAsync(cancel);

    /// <summary>Ends or stops an export and writes it to the ledger; nothing when it has ended already.</summary>
    public async Task EndAsync(CampaignExportRow export, string state, Reason? remark, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await EndAsync(transaction, export, state, remark, cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>Takes an export that stands still up again.</summary>
    /// <returns>Why not, or null when it is done.</returns>
    public async Task<Reason?> ResumeAsync(Guid id, CancellationToken cancel)
    {
        if (await FindAsync(id, cancel) is not { } export)
            return NotThere;
        if (export.State != ExportStates.Stopped)
            return new Reason("export-not-stopped", $"The export is {export.State}; only one that stands still is resumed.");
        await ReopenAsync(export, cancel);
        return null;
    }

    /// <summary>Settles rows whose outcome is unknown, after a person looked in Clay.</summary>
    /// <param name="id">The export.</param>
    /// <param name="arrived">Whether they are in Clay; those that are not are sent.</param>
    /// <param name="by">Who looked.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>How many rows, or why not.</returns>
    public async Task<(int Rows, Reason? Refusal)> ResolveAsync(Guid id, bool arrived, string by, CancellationToken cancel)
    {
        if (await FindAsync(id, cancel) is not { } export)
            return (0, NotThere);
        if (export.State is not (ExportStates.Stopped or ExportStates.Finished))
            return (0, new Reason("export-not-at-rest", $"The export is {export.State}. Wait until it has ended or stands still."));
        var rows = await dataSource.Command("Exports/ExportRowResolve.sql").With("export", id).With("arrived", arrived).With("reason", $"{by} found it in Clay.").RunAsync(cancel);
        if (rows == 0)
            return (0, new Reason("nothing-unknown", "No row of this export has an unknown outcome."));
        if (!arrived)
            await ReopenAsync(export, cancel);
        return (rows, null);
    }

    /// <summary>Cancels an export: at once when it stands still, otherwise between two rows.</summary>
    /// <returns>Why not, or null when it is asked for.</returns>
    public async Task<Reason?> CancelAsync(Guid id, string by, CancellationToken cancel)
    {
        if (await FindAsync(id, cancel) is not { } export)
            return NotThere;
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (await transaction.Command("Exports/ExportAskCancel.sql").With("id", id).With("by", by).RunAsync(cancel) == 0)
            return new Reason("export-ended", $"The export is {export.State} already.");
        if (export.State == ExportStates.Stopped)
            await EndAsync(transaction, export, ExportStates.Cancelled, CancelledBy(by), cancel);
        await transaction.CommitAsync(cancel);
        return null;
    }

    /// <summary>The remark of a cancelled export.</summary>
    public static Reason CancelledBy(string by) => new("cancelled", $"Cancelled by {by}. What was sent by then stays in Clay.");

    /// <summary>Notes which webhooks the worker has, so that pages can offer them; a new address starts a new life.</summary>
    public async Task RegisterAsync(IEnumerable<(string Name, string Source, int Lifetime)> webhooks, CancellationToken cancel)
    {
        foreach (var (name, source, lifetime) in webhooks)
            await dataSource.Command("Exports/WebhookUpsert.sql").With("source", source).With("name", name).With("lifetime", lifetime).With("now", clock.GetUtcNow()).RunAsync(cancel);
    }

    /// <summary>The webhooks that workers have, each with what its source has taken.</summary>
    public async Task<IReadOnlyList<WebhookUse>> WebhooksAsync(CancellationToken cancel) =>
        await dataSource.Command("Exports/WebhookGet.sql").ReadAllAsync(r => new WebhookUse(r.GetString(0), r.GetString(1), r.GetInt32(2), r.GetInt64(3)), cancel);

    /// <summary>The campaigns that the mirror knows, active ones first; at most 2,000.</summary>
    public async Task<IReadOnlyList<MirroredCampaign>> CampaignsAsync(string connection, CancellationToken cancel) =>
        await dataSource.Command("Exports/CampaignGet.sql").With("connection", connection).ReadAllAsync(r => new MirroredCampaign(r.GetString(0), r.TextOrNull(1) ?? "", r.GetBoolean(2)), cancel);

    private async Task ReopenAsync(CampaignExportRow export, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await transaction.Command("Exports/ExportReopen.sql").With("id", export.Id).RunAsync(cancel);
        await queue.EnqueueAsync(transaction, NewJob.ExportCampaign(export.Id, toClay: export.Webhook is not null), cancel);
        await transaction.CommitAsync(cancel);
    }

    private async Task EndAsync(NpgsqlTransaction transaction, CampaignExportRow export, string state, Reason? remark, CancellationToken cancel)
    {
        var ended = await transaction.Command("Exports/ExportSetState.sql").With("id", export.Id).With("state", state).With("code", remark?.Code).With("remark", remark?.Text)
            .With("now", clock.GetUtcNow()).RunAsync(cancel);
        if (ended == 0)
            return;
        var counts = await transaction.Command("Exports/ExportRowCount.sql").With("export", export.Id).ReadAllAsync(r => new ExportCount(r.GetString(0), r.TextOrNull(1), r.GetInt64(2)), cancel);
        await ledger.AppendAsync(transaction, export.Connection, [new NewLedgerEntry(LedgerKinds.ExportEnded, JsonSerializer.Serialize(new
        {
            export = export.Id,
            campaign = export.CampaignId,
            webhook = export.Webhook,
            state,
            reason = remark?.Code,
            rows = counts.GroupBy(c => c.State, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(c => c.Rows), StringComparer.Ordinal),
        }))], cancel);
    }
}
