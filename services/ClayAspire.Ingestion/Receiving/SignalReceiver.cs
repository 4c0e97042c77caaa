using ClayAspire.Ingestion.Parsing;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Signals;
using Microsoft.Extensions.Options;

namespace ClayAspire.Ingestion.Receiving;

/// <summary>One row on its way in.</summary>
/// <param name="Kind">The signal's kind.</param>
/// <param name="Row">What was read.</param>
internal sealed record IncomingRow(string Kind, ParsedRow Row);

/// <summary>What became of rows.</summary>
/// <param name="Accepted">Stored as new.</param>
/// <param name="Duplicates">Were there before.</param>
/// <param name="Quarantined">Could not be read.</param>
/// <param name="FirstId">The first stored signal's id; null when none was.</param>
internal sealed record Receipt(long Accepted, long Duplicates, long Quarantined, long? FirstId)
{
    public static Receipt None { get; } = new(0, 0, 0, null);

    public static Receipt operator +(Receipt a, Receipt b) =>
        new(a.Accepted + b.Accepted, a.Duplicates + b.Duplicates, a.Quarantined + b.Quarantined, a.FirstId ?? b.FirstId);
}

/// <summary>Stores readable rows as signals and the others in the quarantine, and counts both.</summary>
internal sealed class SignalReceiver(SignalStore signals, PolicySource policy, IngestionMetrics metrics, IOptions<IngestionOptions> options, TimeProvider clock)
{
    /// <summary>Stores all rows, in batches.</summary>
    public async Task<Receipt> ReceiveAsync(string source, string table, IReadOnlyList<IncomingRow> rows, Guid? importId, CancellationToken cancel)
    {
        var receipt = Receipt.None;
        foreach (var batch in rows.Chunk(options.Value.BatchRows))
            receipt += await ReceiveBatchAsync(source, table, batch, importId, cancel);
        return receipt;
    }

    private async Task<Receipt> ReceiveBatchAsync(string source, string table, IncomingRow[] rows, Guid? importId, CancellationToken cancel)
    {
        var receivedAt = clock.GetUtcNow();
        var quarantined = rows.Where(r => r.Row.Fault is not null).ToList();
        if (quarantined.Count > 0)
        {
            await signals.QuarantineAsync([.. quarantined.Select(r =>
                new QuarantinedRow(source, table, r.Row.Fault!.Code, r.Row.Fault.Message, r.Row.Raw, importId, r.Row.Line))], cancel);
            foreach (var row in quarantined)
                metrics.Quarantined(source, row.Row.Fault!.Code);
        }
        var readable = rows.Where(r => r.Row.Fault is null).ToList();
        if (readable.Count == 0)
            return new Receipt(0, 0, quarantined.Count, null);
        var feeding = policy.Current.Flows.SelectMany(f => f.Signals).Concat(policy.Current.Suppression.Signals.Select(s => s.Kind)).ToHashSet(StringComparer.Ordinal);
        var stored = await signals.AppendAsync([.. readable.Select(r =>
            new NewSignal(source, r.Kind, table, r.Row.Key!, r.Row.Json!, r.Row.OccurredAt ?? receivedAt, feeding.Contains(r.Kind), importId,
                importId is null ? null : r.Row.Line))], cancel);
        return Count(source, readable, stored, quarantined.Count, receivedAt);
    }

    private Receipt Count(string source, List<IncomingRow> rows, IReadOnlyList<SignalReceipt> stored, long quarantined, DateTimeOffset receivedAt)
    {
        long accepted = 0, duplicates = 0;
        for (var i = 0; i < stored.Count; i++)
        {
            switch (stored[i].Status)
            {
                case ReceiptStatus.Accepted:
                    accepted++;
                    metrics.Accepted(source, rows[i].Kind);
                    if (source == Sources.Smartlead && rows[i].Row.OccurredAt is { } occurredAt)
                        metrics.WebhookLag(receivedAt - occurredAt);
                    break;
                case ReceiptStatus.Duplicate:
                    duplicates++;
                    metrics.Duplicate(source);
                    break;
                default:
                    // The store's own check found text that it cannot keep; it stands in the quarantine already.
                    quarantined++;
                    metrics.Quarantined(source, RowFault.BadTextCode);
                    break;
            }
        }
        return new Receipt(accepted, duplicates, quarantined, stored.FirstOrDefault(s => s.SignalId is not null)?.SignalId);
    }
}
