using ClayAspire.Connectors;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Edits;

namespace ClayAspire.SyncWorker.Edits;

/// <summary>Asks the CRM who edited cells last, and keeps what it learns for the console, which never asks the CRM.</summary>
internal sealed class LastEditReader(FieldEditStore store)
{
    /// <summary>Whether deciding this cell takes its last edit: its contract protects human edits, and the flow may write it.</summary>
    public static bool IsNeeded(PolicySet policy, Flow flow, CellKey cell) =>
        HumanEditFilter.Needs(policy.Contract(cell.Record.Connection, cell.Record.Object, cell.Field)) && flow.Carries(cell.Record.Object, cell.Field);

    /// <summary>The records with the last edits of those of their cells that need them; nothing is asked when none does.</summary>
    /// <param name="connector">The CRM.</param>
    /// <param name="policy">The policy in force.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="records">Records of one object as just read, by id.</param>
    /// <param name="cells">The cells that will be decided.</param>
    /// <param name="learnedBy">One of <see cref="LearnedBy"/>.</param>
    /// <param name="cancel">Cancels the reading.</param>
    public async Task<IReadOnlyDictionary<string, LiveRecord>> WithEditsAsync(
        ICrmConnector connector, PolicySet policy, Flow flow, IReadOnlyDictionary<string, LiveRecord> records, IEnumerable<CellKey> cells, string learnedBy, CancellationToken cancel)
    {
        var needed = cells.Where(c => IsNeeded(policy, flow, c) && records[c.Record.Id].State == RecordState.Live).ToList();
        if (needed.Count == 0)
            return records;
        var edits = await ReadAsync(connector, policy, needed, learnedBy, cancel);
        var byRecord = needed.ToLookup(c => c.Record.Id, StringComparer.Ordinal);
        return records.ToDictionary(r => r.Key, r => byRecord[r.Key].Aggregate(r.Value, (record, cell) => record.WithEdit(cell.Field, edits[cell])), StringComparer.Ordinal);
    }

    /// <summary>The last edits of cells of one object.</summary>
    public async Task<IReadOnlyDictionary<CellKey, LastEdit>> ReadAsync(
        ICrmConnector connector, PolicySet policy, IReadOnlyCollection<CellKey> cells, string learnedBy, CancellationToken cancel)
    {
        if (cells.Count == 0)
            return new Dictionary<CellKey, LastEdit>();
        var edits = await connector.LastEditsAsync(cells.First().Record.Object,
            [.. cells.Select(c => c.Record.Id).Distinct(StringComparer.Ordinal)], [.. cells.Select(c => c.Field).Distinct(StringComparer.Ordinal)],
            policy.EditorsOf(connector.Connection), cancel);
        await store.SaveAsync(edits, learnedBy, cancel);
        return edits;
    }
}
