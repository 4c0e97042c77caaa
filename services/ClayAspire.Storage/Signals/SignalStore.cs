using System.Runtime.CompilerServices;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Signals;

/// <summary>Signals, what became of them, the quarantine, and imports.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads.</param>
/// <param name="queue">Where the work on new signals is enqueued.</param>
/// <param name="ids">Ids of imports.</param>
/// <param name="clock">The time of receipt.</param>
public sealed class SignalStore(
    NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, JobQueue queue, IIdSource ids, TimeProvider clock)
{
    /// <summary>
    /// Stores signals once, however often they are delivered, and enqueues the work on new ones in the same transaction.
    /// A signal that cannot be kept goes to the quarantine; the others are stored.
    /// </summary>
    /// <param name="signals">Any number; a few thousand at once is best.</param>
    /// <param name="cancel">Cancels; nothing is stored then.</param>
    /// <returns>One receipt a signal, in the order given.</returns>
    public async Task<IReadOnlyList<SignalReceipt>> AppendAsync(IReadOnlyList<NewSignal> signals, CancellationToken cancel)
    {
        var receipts = new SignalReceipt[signals.Count];
        var firsts = new Dictionary<(string Source, string Key), int>(signals.Count);
        var unfit = new List<QuarantinedRow>();
        for (var i = 0; i < signals.Count; i++)
        {
            var signal = signals[i];
            if (Fault(signal) is { } fault)
            {
                receipts[i] = new SignalReceipt(signal.IdempotencyKey, null, ReceiptStatus.Quarantined);
                unfit.Add(new QuarantinedRow(signal.Source, signal.Table, fault.Code, fault.Text, signal.Payload, signal.ImportJobId, signal.Line));
            }
            else
            {
                firsts.TryAdd((signal.Source, signal.IdempotencyKey), i);
            }
        }
        var stored = await StoreAsync([.. firsts.Values.Select(i => signals[i])], unfit, cancel);
        for (var i = 0; i < signals.Count; i++)
        {
            if (receipts[i] is not null)
                continue;
            var key = (signals[i].Source, signals[i].IdempotencyKey);
            var (id, isNew) = stored[key];
            receipts[i] = new SignalReceipt(key.IdempotencyKey, id, isNew && firsts[key] == i ? ReceiptStatus.Accepted : ReceiptStatus.Duplicate);
        }
        return receipts;
    }

    /// <summary>Keeps rows that could not be read, with line and reason.</summary>
    public async Task QuarantineAsync(IReadOnlyList<QuarantinedRow> rows, CancellationToken cancel)
    {
        if (rows.Count > 0)
            await Quarantine(dataSource.Command("Signals/QuarantineInsert.sql"), rows).RunAsync(cancel);
    }

    /// <summary>Begins an import.</summary>
    /// <returns>Its id.</returns>
    public async Task<Guid> CreateImportAsync(NewImport import, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var row = new ImportJobRow
        {
            Id = ids.Next(),
            Source = import.Source,
            TableName = import.Table,
            FileName = Storable.Text(import.FileName),
            Format = import.Format,
            State = "receiving",
            BytesExpected = import.BytesExpected,
            CreatedBy = import.CreatedBy,
            CreatedAt = clock.GetUtcNow(),
            Owner = import.Owner,
            HeartbeatAt = clock.GetUtcNow(),
        };
        context.ImportJobs.Add(row);
        await context.SaveChangesAsync(cancel);
        return row.Id;
    }

    /// <summary>Notes that a process lives: its imports go on, also while a slow upload brings no whole batch.</summary>
    /// <param name="owner">The process, as in <see cref="NewImport.Owner"/>.</param>
    /// <param name="cancel">Cancels the write.</param>
    public Task BeatImportsAsync(string owner, CancellationToken cancel) =>
        dataSource.Command("Signals/ImportBeatIfReceiving.sql").With("owner", owner).With("now", clock.GetUtcNow()).RunAsync(cancel);

    /// <summary>Ends imports whose process has given no sign of life for so long; rows read so far stay.</summary>
    /// <returns>The imports that failed.</returns>
    public async Task<IReadOnlyList<Guid>> FailSilentImportsAsync(TimeSpan silence, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await dataSource.Command("Signals/ImportFailIfSilent.sql").With("now", now).With("silent_since", now - silence)
            .With("error", "The receiving process ended before the file did. Send the same file again: rows already taken count as duplicates.")
            .ReadAllAsync(r => r.GetGuid(0), cancel);
    }

    /// <summary>Notes how far an import is.</summary>
    public Task ReportImportAsync(Guid id, ImportProgress progress, CancellationToken cancel) => ReportAsync(id, "receiving", progress, null, cancel);

    /// <summary>Ends an import that read its file to the end.</summary>
    public Task CompleteImportAsync(Guid id, ImportProgress progress, CancellationToken cancel) => ReportAsync(id, "completed", progress, null, cancel);

    /// <summary>Ends an import that could not go on; rows read so far stay.</summary>
    public Task FailImportAsync(Guid id, ImportProgress progress, string error, CancellationToken cancel) => ReportAsync(id, "failed", progress, error, cancel);

    /// <summary>An import, or null.</summary>
    public async Task<ImportJobRow?> FindImportAsync(Guid id, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.ImportJobs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, cancel);
    }

    /// <summary>The quarantined rows of an import, by line.</summary>
    public async IAsyncEnumerable<QuarantineRow> ReadQuarantineAsync(Guid importJobId, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var rows = context.Quarantine.AsNoTracking().Where(r => r.ImportJobId == importJobId).OrderBy(r => r.Line).ThenBy(r => r.Id);
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancel))
            yield return row;
    }

    /// <summary>Takes signals that wait, oldest first, and locks them until the transaction ends; those that another worker holds are passed over.</summary>
    public async Task<IReadOnlyList<Signal>> TakePendingAsync(NpgsqlTransaction transaction, int limit, CancellationToken cancel) =>
        await transaction.Command("Signals/SignalTakePending.sql").With("limit", limit)
            .ReadAllAsync(r => new Signal(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.At(5), r.At(6)), cancel);

    /// <summary>Whether any signal waits.</summary>
    public async Task<bool> HasPendingAsync(CancellationToken cancel) =>
        (bool)(await dataSource.Command("Signals/SignalHasPending.sql").ScalarAsync(cancel))!;

    /// <summary>Notes what became of signals that waited.</summary>
    /// <returns>How many waited still.</returns>
    public async Task<int> SetOutcomesAsync(NpgsqlTransaction transaction, IReadOnlyList<SignalOutcomeChange> changes, CancellationToken cancel) =>
        changes.Count == 0 ? 0 : await transaction.Command("Signals/SignalSetOutcomeIfPending.sql")
            .With("ids", changes.Select(c => c.SignalId)).With("states", changes.Select(c => c.State)).With("reasons", changes.Select(c => c.Reason))
            .With("connections", changes.Select(c => c.Record?.Connection ?? c.Awaited?.Connection)).With("objects", changes.Select(c => c.Record?.Object ?? c.Awaited?.Object))
            .With("records", changes.Select(c => c.Record?.Id))
            .With("awaited", changes.Select(c => c.Awaited is { Keys.Count: > 0 } awaited ? string.Join('\n', awaited.Keys.Select(k => k.ReplaceLineEndings(" "))) : null))
            .With("now", clock.GetUtcNow()).RunAsync(cancel);

    /// <summary>
    /// Makes unmatched signals wait again whose record may exist by now, and enqueues their processing. To be called with the keys of
    /// records that the mirror has read, or with the key of a connection that is configured by now.
    /// </summary>
    /// <param name="connection">The records' connection.</param>
    /// <param name="object">Their object.</param>
    /// <param name="keys">Their keys; see <see cref="SignalKeys"/>.</param>
    /// <param name="youngerThan">Signals received longer ago stay unmatched; null for any age.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <param name="batch">At most so many; the next reading of the records brings the rest.</param>
    /// <returns>How many wait again.</returns>
    public async Task<int> ReturnUnmatchedAsync(
        string connection, string @object, IReadOnlyCollection<string> keys, TimeSpan? youngerThan, CancellationToken cancel, int batch = 5000)
    {
        if (keys.Count == 0)
            return 0;
        var now = clock.GetUtcNow();
        await using var open = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await open.BeginTransactionAsync(cancel);
        var returned = await transaction.Command("Signals/SignalReturnUnmatched.sql").With("connection", connection).With("object", @object)
            .With("keys", keys).With("since", youngerThan is { } age ? now - age : DateTimeOffset.UnixEpoch).With("batch", batch).With("now", now).RunAsync(cancel);
        if (returned > 0)
            await queue.EnqueueAsync(transaction, NewJob.ProcessSignals(), cancel);
        await transaction.CommitAsync(cancel);
        return returned;
    }

    private static Domain.Writeback.Reason? Fault(NewSignal signal)
    {
        if (Storable.PayloadFault(signal.Payload) is { } fault)
            return fault;
        return Storable.Text(signal.IdempotencyKey) == signal.IdempotencyKey && Storable.Text(signal.Table) == signal.Table
            ? null
            : new Domain.Writeback.Reason("unstorable-text", "The row's key or table holds a character that no database text can keep. Remove it at the source and send the row again.");
    }

    private async Task<Dictionary<(string, string), (long Id, bool IsNew)>> StoreAsync(List<NewSignal> signals, List<QuarantinedRow> unfit, CancellationToken cancel)
    {
        var stored = new Dictionary<(string, string), (long, bool)>(signals.Count);
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (unfit.Count > 0)
            await Quarantine(transaction.Command("Signals/QuarantineInsert.sql"), unfit).RunAsync(cancel);
        if (signals.Count > 0)
        {
            var inserted = await transaction.Command("Signals/SignalAppendUnlessKnown.sql")
                .With("sources", signals.Select(s => s.Source)).With("kinds", signals.Select(s => s.Kind)).With("tables", signals.Select(s => s.Table))
                .With("keys", signals.Select(s => s.IdempotencyKey)).With("payloads", signals.Select(s => s.Payload))
                .With("occurred", signals.Select(s => s.OccurredAt)).With("feeds", signals.Select(s => s.FeedsFlow))
                .With("imports", signals.Select(s => s.ImportJobId)).With("lines", signals.Select(s => s.Line)).With("now", clock.GetUtcNow())
                .ReadAllAsync(r => (Id: r.GetInt64(0), Source: r.GetString(1), Key: r.GetString(2)), cancel);
            foreach (var (id, source, key) in inserted)
                stored[(source, key)] = (id, true);
            if (stored.Count < signals.Count)
            {
                // A statement of its own: whoever inserted them first has committed by now, and only a new snapshot shows it.
                var known = await transaction.Command("Signals/SignalGetByKeys.sql")
                    .With("sources", signals.Select(s => s.Source)).With("keys", signals.Select(s => s.IdempotencyKey))
                    .ReadAllAsync(r => (Id: r.GetInt64(0), Source: r.GetString(1), Key: r.GetString(2)), cancel);
                foreach (var (id, source, key) in known)
                    stored.TryAdd((source, key), (id, false));
            }
            if (signals.Any(s => s.FeedsFlow && stored[(s.Source, s.IdempotencyKey)].Item2))
                await queue.EnqueueAsync(transaction, NewJob.ProcessSignals(), cancel);
        }
        await transaction.CommitAsync(cancel);
        return stored;
    }

    private NpgsqlCommand Quarantine(NpgsqlCommand command, IReadOnlyList<QuarantinedRow> rows) => command
        .With("sources", rows.Select(r => r.Source)).With("tables", rows.Select(r => Storable.Text(r.Table)))
        .With("imports", rows.Select(r => r.ImportJobId)).With("lines", rows.Select(r => r.Line))
        .With("codes", rows.Select(r => r.ReasonCode)).With("reasons", rows.Select(r => Storable.Text(r.Reason)))
        .With("raws", rows.Select(r => Storable.Text(r.Raw))).With("now", clock.GetUtcNow());

    private async Task ReportAsync(Guid id, string state, ImportProgress progress, string? error, CancellationToken cancel)
    {
        var changed = await dataSource.Command("Signals/ImportReportIfReceiving.sql")
            .With("id", id).With("state", state).With("bytes_read", progress.BytesRead).With("rows_read", progress.RowsRead)
            .With("rows_accepted", progress.RowsAccepted).With("rows_duplicate", progress.RowsDuplicate).With("rows_quarantined", progress.RowsQuarantined)
            .With("error", error is null ? null : Storable.Text(error))
            .With("finished_at", state == "receiving" ? null : (DateTimeOffset?)clock.GetUtcNow()).With("now", clock.GetUtcNow()).RunAsync(cancel);
        if (changed != 1)
            throw new InvalidOperationException($"The import {id} is not receiving any more; it cannot become '{state}'.");
    }
}
