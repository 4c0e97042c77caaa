using ClayAspire.Connectors;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Edits;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using ClayAspire.SyncWorker.Edits;

namespace ClayAspire.SyncWorker.Planning;

/// <summary>Makes plans: reads the live values of every cell that has a pending candidate, decides, seals. Writes nothing itself.</summary>
internal sealed class PlanMaker(
    CandidateStore candidates, SuppressedRecords suppressed, ConnectorRegistry connectors, ApplyCost cost, LastEditReader edits, OfferFollower follower, TimeProvider clock)
{
    /// <summary>Calls for one batch of records when it is applied: second check, write, read-back.</summary>
    private const int CallsPerBatch = 3;

    /// <summary>Calls of a bulk job beside its reads: make, fill, start, some looks, two results.</summary>
    private const int CallsPerBulkJob = 10;

    /// <summary>Calls of a bulk query: make, a look or two, results.</summary>
    private const int CallsPerBulkQuery = 4;

    /// <summary>The sealed plan; without cells when nothing is pending, or when the connection is not configured, which is then remarked.</summary>
    public async Task<(Plan Plan, PlanFacts Facts)> MakeAsync(MakePlan order, PolicySet policy, Flow flow, CancellationToken cancel)
    {
        if (connectors.Find(order.Connection) is not { } connector)
            return (Seal(order, policy, flow, [], default), new PlanFacts(false, true, [$"Connection '{order.Connection}' is not configured, so nothing of it could be read. Add {ConnectionSettings.Section}:{order.Connection} to the worker's settings."]));
        var open = await candidates.OfPendingCellsAsync(order.Connection, flow.Name, cancel);
        var decided = new List<(CellKey Cell, FieldValue Old, string Version, Decision Decision)>(open.Count);
        using var calls = connector.CountCalls();
        foreach (var byObject in open.GroupBy(c => c.Key.Record.Object, StringComparer.Ordinal))
        {
            // Only fields with a contract are read: what lies outside the allowlist is none of our business.
            var fields = byObject.Select(c => c.Key.Field).Where(f => policy.Contract(order.Connection, byObject.Key, f) is not null).Distinct(StringComparer.Ordinal).ToArray();
            var records = await suppressed.ReadAsync(connector, policy, flow, byObject.Key, [.. byObject.Select(c => c.Key.Record.Id).Distinct(StringComparer.Ordinal)], fields, cancel);
            // What is offered for a record that lives on as another stands there now: begun anew, this plan decides it there.
            if (await follower.FollowAsync(policy, flow, records, [.. byObject.Select(c => c.Key)], cancel))
                return await MakeAsync(order, policy, flow, cancel);
            records = await edits.WithEditsAsync(connector, policy, flow, records, byObject.Select(c => c.Key), LearnedBy.Plan, cancel);
            var description = await connector.DescribeAsync(byObject.Key, cancel);
            foreach (var (cell, offered) in byObject)
            {
                var live = records[cell.Record.Id];
                var owner = policy.Contract(order.Connection, byObject.Key, cell.Field)?.Owner ?? flow.ReleaseRole;
                var decision = LiveMetadata.Check(
                    CellDecider.Decide(policy, flow, live, cell.Field, [.. offered]), byObject.Key, cell.Field, owner, description.Fields.GetValueOrDefault(cell.Field));
                decided.Add((cell, live.Value(cell.Field), live.Version, decision));
            }
        }
        var cells = Ordered(decided);
        return (Seal(order, policy, flow, cells, await cost.OfAsync(order.Connection, cells, connector, EditCalls(cells, connector, policy, flow), cancel)), PlanFacts.Whole with { Fingerprint = FlowFingerprint.Of(policy, flow) });
    }

    private Plan Seal(MakePlan order, PolicySet policy, Flow flow, List<PlannedCell> cells, PlanCost price)
    {
        var now = clock.GetUtcNow();
        return Plan.Seal(order.PlanId, order.Connection, flow.Name, policy.Version, order.Author, now, now + flow.ExpiresAfter, cells, price);
    }

    /// <summary>The cells as they stand in a plan: changes first, the cells of a record together.</summary>
    public static List<PlannedCell> Ordered(IEnumerable<(CellKey Cell, FieldValue Old, string Version, Decision Decision)> decided) =>
    [
        .. decided
            .OrderBy(d => d.Decision.Verdict)
            .ThenBy(d => d.Cell.Record.Object, StringComparer.Ordinal).ThenBy(d => d.Cell.Record.Id, StringComparer.Ordinal).ThenBy(d => d.Cell.Field, StringComparer.Ordinal)
            .Select((d, ordinal) => new PlannedCell(ordinal, d.Cell, d.Old, d.Version, d.Decision)),
    ];

    /// <summary>Calls that applying these cells costs.</summary>
    public static int ApplyCalls(List<PlannedCell> cells, ICrmConnector connector) =>
        cells.Where(c => c.IsChange).GroupBy(c => c.Cell.Record.Object, StringComparer.Ordinal).Select(Records)
            .Sum(records => IsForBulk(connector, records) ? 2 * Calls(records, connector.ReadBatchSize) + CallsPerBulkJob : Calls(records, connector.UpdateBatchSize) * CallsPerBatch);

    /// <summary>Calls that the second check costs to ask who edited protected cells last, batch by batch as the apply makes them.</summary>
    private static int EditCalls(List<PlannedCell> cells, ICrmConnector connector, PolicySet policy, Flow flow) =>
        cells.Where(c => c.IsChange).GroupBy(c => c.Cell.Record.Object, StringComparer.Ordinal).Sum(o =>
            IsForBulk(connector, Records(o))
                ? Calls(Records(o.Where(c => LastEditReader.IsNeeded(policy, flow, c.Cell))), 2 * connector.ReadBatchSize) * CallsPerBulkQuery
                : o.GroupBy(c => c.Cell.Record.Id, StringComparer.Ordinal).OrderBy(r => r.Key, StringComparer.Ordinal).Chunk(connector.UpdateBatchSize)
                    .Sum(batch => Calls(batch.Count(record => record.Any(c => LastEditReader.IsNeeded(policy, flow, c.Cell))), connector.HistoryBatchSize)));

    private static bool IsForBulk(ICrmConnector connector, int records) => connector.Bulk is { } bulk && records > bulk.Above;

    private static int Records(IEnumerable<PlannedCell> cells) => cells.Select(c => c.Cell.Record.Id).Distinct(StringComparer.Ordinal).Count();

    private static int Calls(int records, int most) => (records + most - 1) / most;
}
