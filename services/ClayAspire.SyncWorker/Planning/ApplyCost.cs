using ClayAspire.Connectors;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;

namespace ClayAspire.SyncWorker.Planning;

/// <summary>What applying a plan costs: the calls, and the time that they took in the connection's last runs.</summary>
internal sealed class ApplyCost(RunStore runs, WorkerSettings settings)
{
    /// <summary>The cost of the cells of a plan; nothing for a plan without a change.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cells">The plan's cells.</param>
    /// <param name="connector">The connection's connector, which says what goes by calls and what by a bulk job.</param>
    /// <param name="editCalls">Calls beside those, to ask who edited protected cells last.</param>
    /// <param name="cancel">Cancels the read.</param>
    public async Task<PlanCost> OfAsync(string connection, List<PlannedCell> cells, ICrmConnector connector, int editCalls, CancellationToken cancel)
    {
        var calls = PlanMaker.ApplyCalls(cells, connector) + editCalls;
        if (calls == 0)
            return default;
        var pace = await runs.SecondsPerCallAsync(connection, cancel) ?? settings.SecondsPerCall;
        return new PlanCost(calls, 0, (int)Math.Clamp(Math.Ceiling(calls * pace), 1, int.MaxValue));
    }
}
