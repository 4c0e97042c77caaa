using ClayAspire.Connectors;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.SyncWorker.Planning;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>Makes, seals and stores a plan; releases it at once when its flow is pre-authorised.</summary>
internal sealed class MakePlanHandler(
    PlanMaker maker, PlanStore plans, FlowActivity activity, PolicySource policies, SyncMetrics metrics, TimeProvider clock,
    ILogger<MakePlanHandler> log) : IJobHandler
{
    public string Kind => JobKinds.MakePlan;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var order = job.Payload<MakePlan>();
        var policy = await policies.RefreshAsync(cancel);
        var flow = policy.Flow(order.Flow);
        await activity.SnoozeWhilePausedAsync(flow.Name, cancel);

        var byPolicy = flow.Release == ReleaseMode.PreAuthorised;
        var stored = await plans.FindAsync(order.PlanId, cancel);
        if (stored is null)
        {
            // While a run of a pre-authorised flow is open its end makes the next plan, which then sees what the run wrote.
            if (byPolicy && (await activity.HasOpenRunAsync(order.Connection, flow.Name, cancel) || !await activity.HasPendingAsync(order.Connection, flow.Name, cancel)))
                return;
            var started = clock.GetTimestamp();
            Plan plan;
            PlanFacts facts;
            try
            {
                (plan, facts) = await maker.MakeAsync(order, policy, flow, cancel);
            }
            catch (CrmException e)
            {
                throw CrmPause.For(e, job);
            }
            await plans.SaveAsync(plan, facts, cancel);
            metrics.Planned(plan, clock.GetElapsedTime(started));
            LogMessages.PlanSealed(log, plan.Id, plan.Connection, plan.Flow, plan.Cells.Length, plan.Changes.Count());
            // What needs a named approval waits for a person, in this flow too.
            if (byPolicy && plan.PlainChanges.Any())
                await ReleaseAsync(plan.Id, plan.Hash, policy, cancel);
        }
        else if (byPolicy && stored.State == PlanStates.Sealed && stored.Changes > stored.Named)
        {
            // The worker that sealed it died before it released it.
            await ReleaseAsync(stored.Id, stored.Hash, policy, cancel);
        }
    }

    private async Task ReleaseAsync(Guid planId, string hash, PolicySet policy, CancellationToken cancel)
    {
        var released = await plans.ApproveAsync(planId, hash, Release.PolicyApprover, [], policy, null, cancel);
        if (released.Refusal is not { } refusal)
            return;
        // Sealed under an older policy by a worker that died: it stays unreleased, and its cells are planned anew when it has expired.
        if (refusal.Code == PolicyChange.Code)
            LogMessages.PlanNotReleased(log, planId, refusal.Text);
        else
            throw new InvalidOperationException($"Pre-authorised plan {planId} could not be released: {refusal.Code}. {refusal.Text}");
    }
}
