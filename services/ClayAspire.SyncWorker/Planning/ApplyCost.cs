using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;

namespace ClayAspire.SyncWorker.Planning;

/// <summary>What applying a plan costs: the calls, and the time that they took in the connection's last runs.</summary>
internal sealed class ApplyCost(RunStore runs, WorkerSettings settings)
{
    /// <summary>The cost of the cells of a plan; nothing for a plan without a change.</summary>
    public async Task<PlanCost> OfAsync(string connection, List<PlannedCell> cells, int batchSize, CancellationToken cancel)
    {
        var calls = PlanMaker.ApplyCalls(cells, batchSize);
        if (calls == 0)
            return default;
        var pace = await runs.SecondsPerCallAsync(connection, cancel) ?? settings.SecondsPerCall;
        return new PlanCost(calls, 0, (int)Math.Clamp(Math.Ceiling(calls * pace), 1, int.MaxValue));
    }
}
