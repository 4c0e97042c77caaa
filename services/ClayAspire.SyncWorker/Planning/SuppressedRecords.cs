using ClayAspire.Connectors;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Suppression;

namespace ClayAspire.SyncWorker.Planning;

/// <summary>Reads records together with what matters to their suppression: the fields that tell it, and what the list says of their addresses and domains.</summary>
internal sealed class SuppressedRecords(SuppressionStore suppression)
{
    /// <summary>The records, by id. Where the flow stops for nobody of the object, nothing more is read than asked for.</summary>
    public async Task<IReadOnlyDictionary<string, LiveRecord>> ReadAsync(
        ICrmConnector connector, PolicySet policy, Flow flow, string @object, IReadOnlyCollection<string> ids, IReadOnlyCollection<string> fields, CancellationToken cancel)
    {
        if (policy.Suppression.For(flow, connector.Connection, @object) is not { } rules)
            return await connector.ReadAsync(@object, ids, fields, cancel);
        var records = await connector.ReadAsync(@object, ids, [.. fields.Union(rules.Fields, StringComparer.Ordinal)], cancel);
        var matches = records.ToDictionary(r => r.Key, r => rules.Matches(r.Value.Values), StringComparer.Ordinal);
        var listed = await suppression.FindAsync([.. matches.Values.SelectMany(m => m).Distinct(StringComparer.Ordinal)], cancel);
        return records.ToDictionary(
            r => r.Key,
            r => r.Value with { Suppression = new SuppressionFacts(r.Value.Values, [.. matches[r.Key].SelectMany(m => listed[m]).OrderBy(l => l.Since)]) },
            StringComparer.Ordinal);
    }
}
