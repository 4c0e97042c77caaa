using ClayAspire.Connectors;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.SyncWorker.Planning;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>
/// Makes, seals and stores the plan that takes back a run. It always waits for a person, also where the flow is pre-authorised;
/// and it does not wait for a paused flow: to pause and to undo is what one does when a flow went wrong.
/// </summary>
internal sealed class MakeUndoPlanHandler(
    UndoPlanMaker maker, PlanStore plans, RunStore runs, PolicySource policies, SyncMetrics metrics, TimeProvider clock, ILogger<MakeUndoPlanHandler> log) : IJobHandler
{
    public string Kind => JobKinds.MakeUndoPlan;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var order = job.Payload<MakeUndoPlan>();
        if (await plans.FindAsync(order.PlanId, cancel) is not null)
            return;
        var run = await runs.FindAsync(order.RunId, cancel) ?? throw new InvalidOperationException($"Run {order.RunId} does not exist, so there is nothing to undo.");
        if (run.FinishedAt is null)
            throw new InvalidOperationException($"Run {order.RunId} has not ended; only a run that has ended can be undone.");
        var policy = await policies.RefreshAsync(cancel);
        var started = clock.GetTimestamp();
        Plan plan;
        try
        {
            plan = await maker.MakeAsync(order, run, policy, policy.Flow(run.Flow), cancel);
        }
        catch (CrmException e)
        {
            throw CrmPause.For(e, job);
        }
        await plans.SaveAsync(plan, PlanFacts.Whole, cancel);
        metrics.Planned(plan, clock.GetElapsedTime(started));
        LogMessages.PlanSealed(log, plan.Id, plan.Connection, plan.Flow, plan.Cells.Length, plan.Changes.Count());
    }
}
