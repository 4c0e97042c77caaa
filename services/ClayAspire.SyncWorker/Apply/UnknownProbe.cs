using ClayAspire.Connectors;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;

namespace ClayAspire.SyncWorker.Apply;

/// <summary>
/// Settles cells whose outcome is unknown (a lost answer, or a worker that died with an intent) by reading, never by writing again:
/// the new value is there → it was written; the old value is there → it was not, and may be planned again; anything else → somebody changed it.
/// </summary>
internal static class UnknownProbe
{
    /// <summary>Reads the cells of one object and says what each came to.</summary>
    public static async Task<IReadOnlyList<CellMove>> SettleAsync(ICrmConnector connector, IReadOnlyList<RunCellRow> cells, CancellationToken cancel)
    {
        var live = await LiveCells.ReadAsync(connector, cells, cancel);
        return [.. cells.Select(c => Judge(c, live[c.RecordId]))];
    }

    private static CellMove Judge(RunCellRow cell, LiveRecord live)
    {
        var value = live.Value(cell.Field);
        if (live.State is RecordState.Live or RecordState.Converted && value == FieldValue.FromCanonical(cell.NewValue))
            return new CellMove(cell.Ordinal, RunCellStates.Verified);
        if (live.State == RecordState.Live && value == FieldValue.FromCanonical(cell.OldValue))
            return new CellMove(cell.Ordinal, RunCellStates.Planned);
        return new CellMove(cell.Ordinal, RunCellStates.Skipped, new Reason("changed-while-unknown",
            "The answer to the write was lost, and the cell holds neither the old nor the new value now. The cell is planned anew."));
    }
}
