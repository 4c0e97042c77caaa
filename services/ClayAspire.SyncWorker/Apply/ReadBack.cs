using ClayAspire.Connectors;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;

namespace ClayAspire.SyncWorker.Apply;

/// <summary>Only what was read back and is equal is verified. The CRM's own "success" proves nothing.</summary>
internal static class ReadBack
{
    public const string Family = "read-back";

    /// <summary>Reads the cells of one object again and says what each came to.</summary>
    public static async Task<IReadOnlyList<CellMove>> VerifyAsync(ICrmConnector connector, IReadOnlyList<RunCellRow> cells, CancellationToken cancel)
    {
        var live = await LiveCells.ReadAsync(connector, cells, cancel);
        return [.. cells.Select(c => Judge(c, live[c.RecordId]))];
    }

    private static CellMove Judge(RunCellRow cell, LiveRecord live)
    {
        if (live.State is RecordState.Deleted or RecordState.Merged)
            return new CellMove(cell.Ordinal, RunCellStates.Rejected, new Reason("read-back-gone", $"The CRM accepted the value, but the record is {live.State} now."));
        return live.Value(cell.Field) == FieldValue.FromCanonical(cell.NewValue)
            ? new CellMove(cell.Ordinal, RunCellStates.Verified)
            : new CellMove(cell.Ordinal, RunCellStates.Rejected, new Reason("read-back-differs",
                "The CRM accepted the value, but reads back another: an automation of the CRM changed it, or somebody wrote at the same moment."));
    }
}

/// <summary>Reads the records behind cells, all of one object, in one go.</summary>
internal static class LiveCells
{
    /// <param name="connector">The CRM.</param>
    /// <param name="cells">The cells, all of one object.</param>
    /// <param name="cancel">Cancels the reading.</param>
    /// <param name="beside">A field that is read beside theirs; null for none.</param>
    public static Task<IReadOnlyDictionary<string, LiveRecord>> ReadAsync(ICrmConnector connector, IReadOnlyList<RunCellRow> cells, CancellationToken cancel, string? beside = null) =>
        connector.ReadAsync(cells[0].Object, Records(cells), Fields(cells, beside), cancel);

    public static string[] Records(IReadOnlyList<RunCellRow> cells) => [.. cells.Select(c => c.RecordId).Distinct(StringComparer.Ordinal)];

    public static string[] Fields(IReadOnlyList<RunCellRow> cells, string? beside = null) => [.. cells.Select(c => c.Field).Concat(beside is null ? [] : [beside]).Distinct(StringComparer.Ordinal)];
}
