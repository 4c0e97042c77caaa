using ClayAspire.Connectors;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
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
        var run = await runs.FindAsync(runId, cancel) ?? throw new InvalidOperationException($"Run {runId} does not exist, though jobs are written together with their runs.");
        var flow = policies.Current.Flow(run.Flow);
        if (run.State is RunStates.Queued or RunStates.Running or RunStates.Paused)
        {
            // A paused flow writes nothing new; what it wrote may be taken back.
            if (!await IsUndoAsync(run, cancel))
                await activity.SnoozeWhilePausedAsync(flow.Name, cancel);
            run = await ApplyAsync(job, run, flow, cancel);
        }
        // After rejections the next plan waits for the scheduler's sweep, so that a stubborn row does not spin.
        if (run.State == RunStates.Green)
            await activity.PlanWhatWaitsAsync(run.Connection, flow, cancel);
    }

    private async Task<RunRow> ApplyAsync(JobContext job, RunRow run, Flow flow, CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        await runs.StartIfLeaseHeldAsync(job.Lease, run.Id, job.Worker, cancel);
        var session = new ApplySession(job, run, flow, connectors.Get(run.Connection), connectors.QuotaShare(run.Connection),
            runs, candidates, policies, metrics, settings, clock, log);
        try
        {
            await session.SettleLeftoversAsync(cancel);
            var released = await LoadReleasedAsync(run, flow, cancel);
            if (released.Plan is null)
            {
                await runs.FailIfLeaseHeldAsync(job.Lease, run.Id, released.Refusal!, cancel);
                return (await runs.FindAsync(run.Id, cancel))!;
            }
            if (released.Plan.Changes.Count() != run.Planned)
                throw new InvalidOperationException($"Run {run.Id} was queued with {run.Planned} cells, but its approval covers {released.Plan.Changes.Count()}. Nothing was sent.");
            await session.RunAsync(released.Plan, cancel);
        }
        catch (QuotaShareReachedException e)
        {
            await runs.PauseIfLeaseHeldAsync(job.Lease, run.Id, e.Message, cancel);
            throw new JobSnoozedException(CrmPause.QuotaDelay, e.Message);
        }
        catch (CrmException e)
        {
            var pause = CrmPause.For(e, job);
            if (pause is JobSnoozedException)
                await runs.PauseIfLeaseHeldAsync(job.Lease, run.Id, e.Message, cancel);
            throw pause;
        }
        var ended = await runs.FinishIfLeaseHeldAsync(job.Lease, run.Id, cancel);
        metrics.Applied(clock.GetElapsedTime(started));
        LogMessages.RunEnded(log, ended.Id, ended.State, ended.Verified, ended.Rejected, ended.Skipped);
        return ended;
    }

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

    private async Task<bool> IsUndoAsync(RunRow run, CancellationToken cancel) => (await plans.FindAsync(run.PlanId, cancel))?.Kind == PlanKinds.Undo;
}
