using ClayAspire.Connectors;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using ClayAspire.SyncWorker.Apply;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>Applies a released plan, and orders the next one when something waits for it.</summary>
internal sealed class ApplyPlanHandler(
    RunStore runs, PlanStore plans, CandidateStore candidates, ConnectorRegistry connectors, FlowActivity activity, PolicySource policies,
    SyncMetrics metrics, WorkerSettings settings, TimeProvider clock, ILogger<ApplyPlanHandler> log) : IJobHandler
{
    public string Kind => JobKinds.ApplyPlan;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var runId = job.Payload<ApplyPlan>().RunId;
        var run = await runs.FindAsync(runId, cancel) ?? throw new InvalidOperationException($"Run {runId} does not exist, and jobs are written together with their runs.");
        var flow = policies.Current.Flow(run.Flow);
        if (!RunStates.IsEnded(run.State))
        {
            await activity.SnoozeWhilePausedAsync(flow.Name, cancel);
            var released = await plans.LoadReleasedAsync(runId, flow, cancel);
            if (released is null)
            {
                await runs.FailIfLeaseHeldAsync(job.Lease, runId, "The plan is not released under the policy in force, or was altered. Nothing more was written.", cancel);
                return;
            }
            var started = clock.GetTimestamp();
            await runs.StartIfLeaseHeldAsync(job.Lease, runId, job.Worker, cancel);
            var session = new ApplySession(job, run, flow, connectors.Get(run.Connection), connectors.QuotaShare(run.Connection),
                runs, candidates, policies, metrics, settings, clock, log);
            try
            {
                await session.RunAsync(cancel);
            }
            catch (QuotaShareReachedException e)
            {
                await runs.PauseIfLeaseHeldAsync(job.Lease, runId, e.Message, cancel);
                throw new JobSnoozedException(CrmPause.QuotaDelay, e.Message);
            }
            catch (CrmException e)
            {
                var pause = CrmPause.For(e);
                if (pause is JobSnoozedException)
                    await runs.PauseIfLeaseHeldAsync(job.Lease, runId, e.Message, cancel);
                throw pause;
            }
            run = await runs.FinishIfLeaseHeldAsync(job.Lease, runId, cancel);
            metrics.Applied(clock.GetElapsedTime(started));
            LogMessages.RunEnded(log, run.Id, run.State, run.Verified, run.Rejected, run.Skipped);
        }
        // After rejections the next plan waits for the scheduler's sweep, so that a stubborn row does not spin.
        if (run.Rejected == 0)
            await activity.PlanWhatWaitsAsync(run.Connection, flow, cancel);
    }
}
