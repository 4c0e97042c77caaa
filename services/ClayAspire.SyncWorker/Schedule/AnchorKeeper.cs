using ClayAspire.Storage.Ledger;

namespace ClayAspire.SyncWorker.Schedule;

/// <summary>Sees to it that every ledger has the anchor of the day. A day that was missed is made up for as soon as the stack runs again.</summary>
internal sealed class AnchorKeeper(LedgerStore ledger, AnchorStore anchors, SyncMetrics metrics, ILogger<AnchorKeeper> log)
{
    /// <summary>Writes the anchors that are due and not there yet.</summary>
    /// <exception cref="AggregateException">Some could not be written; those of the other connections were.</exception>
    public async Task KeepAsync(CancellationToken cancel)
    {
        var day = anchors.DueDay();
        var faults = new List<Exception>();
        foreach (var connection in await ledger.ConnectionsAsync(cancel))
        {
            if (anchors.Has(connection, day))
                continue;
            try
            {
                if (await anchors.WriteAsync(connection, day, cancel) is { } anchor)
                    LogMessages.AnchorWritten(log, connection, anchor.Sequence, anchors.Folder);
            }
            catch (Exception e) when (e is LedgerContradictedException or InvalidDataException or IOException or UnauthorizedAccessException)
            {
                metrics.AnchorFailed(e is LedgerContradictedException ? SyncMetrics.Contradicted : SyncMetrics.NotWritten);
                faults.Add(e);
            }
        }
        if (faults.Count > 0)
            throw new AggregateException($"The anchors of {faults.Count} ledgers for {day:yyyy-MM-dd} were not written to {anchors.Folder}.", faults);
    }
}
