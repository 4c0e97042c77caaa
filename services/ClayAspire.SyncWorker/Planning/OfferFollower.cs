using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Signals;

namespace ClayAspire.SyncWorker.Planning;

/// <summary>Takes what is offered for merged records to their survivors, and for converted leads to their contacts where the contract says so.</summary>
internal sealed class OfferFollower(SuccessionStore store)
{
    /// <summary>Follows the cells whose records live on as others.</summary>
    /// <param name="policy">The policy in force.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="records">The records as just read, by id.</param>
    /// <param name="cells">Cells of these records that something is offered for.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>Whether anything is offered now where nothing of it was before.</returns>
    public async Task<bool> FollowAsync(PolicySet policy, Flow flow, IReadOnlyDictionary<string, LiveRecord> records, IReadOnlyList<CellKey> cells, CancellationToken cancel)
    {
        var moves = new List<Successor>();
        foreach (var cell in cells)
            if (records[cell.Record.Id] is { State: not RecordState.Live } gone && Succession.Of(policy, flow, gone, cell.Field) is { } next)
                moves.Add(new Successor(cell, next, gone.State == RecordState.Converted ? "converted" : "merged"));
        return moves.Count > 0 && await store.FollowAsync(moves, cancel) > 0;
    }
}
