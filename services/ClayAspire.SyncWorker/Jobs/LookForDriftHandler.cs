using ClayAspire.Connectors;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.SyncWorker.Apply;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>
/// Reads the live values of a waiting plan's changes and notes which of them apply would skip now. It changes nothing of the plan, and apply
/// relies on nothing of it: it reads again.
/// </summary>
internal sealed class LookForDriftHandler(PlanStore plans, ConnectorRegistry connectors, PolicySource policies, TimeProvider clock, ILogger<LookForDriftHandler> log) : IJobHandler
{
    // Records that are in memory at once.
    private const int RecordsAtOnce = 2_000;

    public string Kind => JobKinds.LookForDrift;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var order = job.Payload<LookForDrift>();
        var plan = await plans.FindAsync(order.PlanId, cancel) ?? throw new InvalidOperationException($"Plan {order.PlanId} does not exist, so nothing of it can drift.");
        // Once it is decided about, the run itself says what drifted.
        if (plan.State != PlanStates.Sealed)
            return;
        var policy = policies.Current;
        var kind = plan.UndoesRun is null ? PlanKind.Writeback : PlanKind.Undo;
        // What left the allowlist since is none of our business to read.
        var changes = (await plans.WaitingChangesAsync(plan, cancel)).Where(c => policy.Contract(plan.Connection, c.Cell.Record.Object, c.Cell.Field) is not null).ToList();
        var lookedAt = clock.GetUtcNow();
        List<DriftedChange> drifted;
        try
        {
            drifted = await ReadAsync(connectors.Get(plan.Connection), kind, changes, cancel);
        }
        catch (CrmException e)
        {
            throw CrmPause.For(e, job);
        }
        await plans.SaveDriftAsync(plan.Id, order.By, lookedAt, changes.Count, drifted, cancel);
        LogMessages.DriftLookedFor(log, plan.Id, changes.Count, drifted.Count);
    }

    private static async Task<List<DriftedChange>> ReadAsync(ICrmConnector connector, PlanKind kind, List<WaitingChange> changes, CancellationToken cancel)
    {
        using var calls = connector.CountCalls();
        var drifted = new List<DriftedChange>();
        foreach (var byObject in changes.GroupBy(c => c.Cell.Record.Object, StringComparer.Ordinal))
        {
            foreach (var records in byObject.GroupBy(c => c.Cell.Record.Id, StringComparer.Ordinal).Chunk(RecordsAtOnce))
            {
                string[] fields = [.. records.SelectMany(r => r).Select(c => c.Cell.Field).Distinct(StringComparer.Ordinal)];
                var live = await connector.ReadAsync(byObject.Key, [.. records.Select(r => r.Key)], fields, cancel);
                foreach (var change in records.SelectMany(r => r))
                {
                    var record = live[change.Cell.Record.Id];
                    if (DriftCheck.Drift(kind, change.Cell, change.Old, record) is { } reason)
                        drifted.Add(new DriftedChange(change.Ordinal, reason, record.Value(change.Cell.Field)));
                }
            }
        }
        return drifted;
    }
}
