using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>Moves the candidates of a plan as was decided about it, and orders the next plan when something waits for it.</summary>
internal sealed class SettlePlanHandler(PlanStore plans, FlowActivity activity, PolicySource policies) : IJobHandler
{
    public string Kind => JobKinds.SettlePlan;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var planId = job.Payload<SettlePlan>().PlanId;
        await plans.SettleAsync(planId, cancel);
        // The end of the run may have been there before, and seen nothing that waits.
        if (await plans.FindAsync(planId, cancel) is { } plan && policies.Current.FindFlow(plan.Flow) is { } flow)
            await activity.PlanWhatWaitsAsync(plan.Connection, flow, cancel);
    }
}
