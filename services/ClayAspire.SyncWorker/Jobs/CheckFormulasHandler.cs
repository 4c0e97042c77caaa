using ClayAspire.Connectors;
using ClayAspire.Domain.Discrepancies;
using ClayAspire.Domain.Policy;
using ClayAspire.Storage.Discrepancies;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.SyncWorker.Apply;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>
/// Compares formulas with the fields that they are made of (seed 1, runbook 3). Suspects come from the mirror, whose formulas may be old, for they
/// change without moving a record's time of change; so each is read again before anything is said of it. Writes nothing to the CRM.
/// </summary>
internal sealed class CheckFormulasHandler(
    DiscrepancyStore discrepancies, ConnectorRegistry connectors, CallBudgetKeeper budget, PolicySource policies, SyncMetrics metrics, ILogger<CheckFormulasHandler> log) : IJobHandler
{
    /// <summary>Records read together; a formula that was changed for all of an org's records must not be held in memory.</summary>
    private const int ReadTogether = 2000;

    public string Kind => JobKinds.CheckFormulas;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var order = job.Payload<CheckFormulas>();
        if (await discrepancies.FindCheckAsync(order.CheckId, cancel) is not null)
            return;
        var connector = connectors.Get(order.Connection);
        // Looking is no reason to take the calls that others need.
        await CrmPause.UntilRoomAsync(budget, connector, job, cancel);
        using var calls = connector.CountCalls();
        var findings = new List<FormulaFinding>();
        try
        {
            foreach (var contract in policies.Current.Contracts.Where(c => c.Connection == order.Connection && c.AnyOf.Count > 0))
                findings.Add(await LookAsync(connector, contract, cancel));
        }
        catch (CrmException e)
        {
            throw CrmPause.For(e, job);
        }
        // Only who stores it tells it: the job may be begun again after a crash.
        if (await discrepancies.SaveAsync(order.CheckId, order.Connection, order.AskedBy, findings, calls.Calls, cancel) is not { } check)
            return;
        metrics.QuotaUsed(order.Connection, connector.Quota);
        LogMessages.FormulasChecked(log, check.Id, check.Connection, check.Looked, check.Mirrored, check.Opened, check.Healed, check.StillOpen);
    }

    private async Task<FormulaFinding> LookAsync(ICrmConnector connector, FieldContract contract, CancellationToken cancel)
    {
        var suspects = await discrepancies.SuspectsAsync(contract.Connection, contract.Object, contract.Field, contract.AnyOf, cancel);
        var found = new List<FormulaDiscrepancy>();
        foreach (var some in suspects.Chunk(ReadTogether))
        {
            var records = await connector.ReadAsync(contract.Object, some, FormulaJudge.Fields(contract), cancel);
            found.AddRange(some.Select(id => FormulaJudge.Judge(contract, records[id])).OfType<FormulaDiscrepancy>());
        }
        return new FormulaFinding(contract.Object, contract.Field, suspects, found);
    }
}
