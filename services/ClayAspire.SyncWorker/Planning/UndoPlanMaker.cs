using ClayAspire.Connectors;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;

namespace ClayAspire.SyncWorker.Planning;

/// <summary>
/// Makes the plan that takes back a run: reads every cell that the run verified, puts the old value back where the cell still holds what
/// the run wrote, and lists all others with their reason. Candidates have no part in it: those of the run stay settled.
/// </summary>
internal sealed class UndoPlanMaker(RunStore runs, ConnectorRegistry connectors, ApplyCost cost, TimeProvider clock)
{
    /// <summary>The sealed plan; without cells when the run verified none.</summary>
    public async Task<Plan> MakeAsync(MakeUndoPlan order, RunRow run, PolicySet policy, Flow flow, CancellationToken cancel)
    {
        var verified = await runs.VerifiedCellsAsync(run, cancel);
        var connector = connectors.Get(run.Connection);
        using var calls = connector.CountCalls();
        var decided = new List<(CellKey Cell, FieldValue Old, string Version, Decision Decision)>(verified.Count);
        foreach (var byObject in verified.GroupBy(c => c.Cell.Record.Object, StringComparer.Ordinal))
        {
            // Only fields that an undo may touch are read: what has left the allowlist is none of our business any more.
            var fields = byObject.Select(c => c.Cell.Field).Where(f => UndoDecider.Permits(policy.Contract(run.Connection, byObject.Key, f))).Distinct(StringComparer.Ordinal).ToArray();
            var records = await connector.ReadAsync(byObject.Key, [.. byObject.Select(c => c.Cell.Record.Id).Distinct(StringComparer.Ordinal)], fields, cancel);
            var description = await connector.DescribeAsync(byObject.Key, cancel);
            foreach (var (cell, before, written, writtenSince) in byObject)
            {
                var live = records[cell.Record.Id];
                var owner = policy.Contract(run.Connection, byObject.Key, cell.Field)?.Owner ?? flow.ReleaseRole;
                var decision = LiveMetadata.Check(
                    UndoDecider.Decide(policy, live, cell.Field, written, before, writtenSince), byObject.Key, cell.Field, owner, description.Fields.GetValueOrDefault(cell.Field));
                decided.Add((cell, live.Value(cell.Field), live.Version, decision));
            }
        }
        var cells = PlanMaker.Ordered(decided);
        var now = clock.GetUtcNow();
        return Plan.Seal(order.PlanId, run.Connection, flow.Name, policy.Version, order.Author, now, now + flow.ExpiresAfter, cells,
            await cost.OfAsync(run.Connection, cells, connector, 0, cancel), run.Id);
    }
}
