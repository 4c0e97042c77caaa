using ClayAspire.Connectors;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using ClayAspire.SyncWorker.Apply;
using ClayAspire.SyncWorker.Edits;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>Applies a released plan, and orders the next one when something waits for it.</summary>
internal sealed class ApplyPlanHandler(
    RunStore runs, PlanStore plans, CandidateStore candidates, LastEditReader edits, ConnectorRegistry connectors, FlowActivity activity, PolicySource policies,
    SyncMetrics metrics, WorkerSettings settings, TimeProvider clock, ILogger<ApplyPlanHandler> log) : IJobHandler
{
    public string Kind => JobKinds.ApplyPlan;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var runId = job.Payload<ApplyPlan>().RunId;
        var run = await runs.FindAsync(runId, cancel) ?? throw new InvalidOperationException($"Run {runId} does not exist, though jobs are written together with their runs.");
        var flow = policies.Current.Flow(run.Flow);
        if (run.State is RunStates.Queued or RunStates.Running or RunStates.Paused)
        {
            var order = await runs.OrderAsync(run.Id, cancel);
            if (order == RunOrder.Pause)
                throw await WhilePausedAsync(job, run, cancel);
            run = await ApplyAsync(job, run, flow, order, cancel);
        }
        // After rejections the next plan waits for the scheduler's sweep, so that a stubborn row does not spin.
        if (run.State == RunStates.Green)
            await activity.PlanWhatWaitsAsync(run.Connection, flow, cancel);
    }

    private async Task<RunRow> ApplyAsync(JobContext job, RunRow run, Flow flow, RunOrder order, CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        await runs.StartIfLeaseHeldAsync(job.Lease, run.Id, job.Worker, cancel);
        var session = new ApplySession(job, run, flow, connectors.Get(run.Connection), connectors.QuotaShare(run.Connection),
            runs, candidates, edits, policies, metrics, settings, clock, log);
        try
        {
            // Also before a cancel: what an earlier turn left unknown may have been written, and then it is verified, not skipped.
            await session.SettleLeftoversAsync(cancel);
            if (order == RunOrder.GoOn)
            {
                var released = await LoadReleasedAsync(run, flow, cancel);
                if (released.Plan is null)
                {
                    await runs.FailIfLeaseHeldAsync(job.Lease, run.Id, released.Refusal!, cancel);
                    return (await runs.FindAsync(run.Id, cancel))!;
                }
                if (released.Plan.Changes.Count() != run.Planned)
                    throw new InvalidOperationException($"Run {run.Id} was queued with {run.Planned} cells, but its approval covers {released.Plan.Changes.Count()}. Nothing was sent.");
                order = await session.RunAsync(released.Plan, cancel);
            }
        }
        catch (QuotaShareReachedException e)
        {
            throw await PutOffAsync(job, run, CrmPause.QuotaDelay, e.Message, cancel);
        }
        catch (CrmException e)
        {
            var pause = CrmPause.For(e, job);
            throw pause is JobSnoozedException snoozed ? await PutOffAsync(job, run, snoozed.Delay, e.Message, cancel) : pause;
        }
        if (order == RunOrder.Pause)
            throw await WhilePausedAsync(job, run, cancel);
        var ended = order == RunOrder.Cancel
            ? await runs.CancelIfLeaseHeldAsync(job.Lease, run.Id, cancel)
            : await runs.FinishIfLeaseHeldAsync(job.Lease, run.Id, cancel);
        metrics.Applied(clock.GetElapsedTime(started));
        LogMessages.RunEnded(log, ended.Id, ended.State, ended.Verified, ended.Rejected, ended.Skipped);
        return ended;
    }

    private Task<JobSnoozedException> WhilePausedAsync(JobContext job, RunRow run, CancellationToken cancel) =>
        PutOffAsync(job, run, TimeSpan.FromSeconds(settings.PausedSeconds), $"Flow '{run.Flow}' is paused. The run goes on when it is resumed.", cancel);

    /// <summary>Pauses the run and puts its job off; when a cancel came meanwhile, the next turn comes at once.</summary>
    private async Task<JobSnoozedException> PutOffAsync(JobContext job, RunRow run, TimeSpan delay, string why, CancellationToken cancel) =>
        await runs.PauseIfLeaseHeldAsync(job.Lease, run, delay, why, cancel)
            ? new JobSnoozedException(delay, why) { IsStored = true }
            : new JobSnoozedException(TimeSpan.Zero, "Somebody asked to cancel the run.");

    /// <summary>Apply accepts nothing but a released plan: the rows must still make the plan whose hash was approved.</summary>
    private async Task<ReleaseResult> LoadReleasedAsync(RunRow run, Flow flow, CancellationToken cancel)
    {
        try
        {
            return await plans.LoadReleasedAsync(run.Id, flow, cancel);
        }
        catch (PlanAlteredException e)
        {
            return new ReleaseResult(null, new Reason("plan-altered", e.Message));
        }
    }
}
