using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Explain;
using ClayAspire.Storage.Policies;

namespace ClayAspire.Console.Operations;

/// <summary>Explains cells under the policy in force.</summary>
internal sealed class ExplainDesk(PolicySource policy, ExplanationStore store)
{
    /// <summary>The story of a cell, or why there is none.</summary>
    public async Task<(CellExplanation? Explanation, Reason? Refusal)> ExplainAsync(CellKey cell, CancellationToken cancel)
    {
        if (Problem(cell.Record) is { } problem)
            return (null, problem);
        var inForce = policy.Current;
        var facts = await store.FactsAsync(cell, inForce.Suppression, cancel);
        if (!facts.IsKnown && (await store.FieldsAsync(cell.Record, cancel)).Count == 0)
            return (null, Unknown(cell.Record));
        return (CellExplainer.Explain(inForce, facts), null);
    }

    /// <summary>The fields of a record that can be explained: those of which something is known, and those with a contract.</summary>
    public async Task<(IReadOnlyList<KnownField> Fields, Reason? Refusal)> FieldsAsync(RecordKey record, CancellationToken cancel)
    {
        if (Problem(record) is { } problem)
            return ([], problem);
        var known = await store.FieldsAsync(record, cancel);
        if (known.Count == 0)
            return ([], Unknown(record));
        var contracts = policy.Current.Contracts.Where(c => c.Connection == record.Connection && c.Object == record.Object).Select(c => c.Field);
        return ([.. known, .. contracts.Except(known.Select(k => k.Field), StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(f => new KnownField(f, 0, 0, null, null))], null);
    }

    private Reason? Problem(RecordKey record) => policy.Current.Connections.Contains(record.Connection, StringComparer.Ordinal)
        ? null
        : new Reason("connection-unknown", $"The policy has no connection '{record.Connection}'. It has {string.Join(", ", policy.Current.Connections)}.");

    private static Reason Unknown(RecordKey record) => new("record-unknown",
        $"Nothing is known of {record.Object} '{record.Id}' on '{record.Connection}': it was not read, and nothing was offered for it. Check the id (Salesforce: 18 characters, upper and lower case count) and the object's API name.");
}
