using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>What a flow is doing: paused, with an open run, with pending candidates.</summary>
internal sealed class FlowActivity(IDbContextFactory<SyncDbContext> contexts, FlowSwitchStore switches, JobQueue queue, IIdSource ids, WorkerSettings settings)
{
    /// <summary>Puts the job off while the flow is paused from the console.</summary>
    /// <exception cref="JobSnoozedException">It is paused.</exception>
    public async Task SnoozeWhilePausedAsync(string flow, CancellationToken cancel)
    {
        if (await switches.IsPausedAsync(flow, cancel))
            JobContext.Snooze(TimeSpan.FromSeconds(settings.PausedSeconds), $"Flow '{flow}' is paused.");
    }

    /// <summary>A run that some job still works on. One whose job is dead blocks nobody: its cells are checked again if it is ever replayed.</summary>
    public async Task<bool> HasOpenRunAsync(string connection, string flow, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var orderKey = NewJob.ApplyPlan(Guid.Empty, connection, flow).OrderKey;
        return await db.Runs.AnyAsync(r => r.Connection == connection && r.Flow == flow
                && (r.State == RunStates.Queued || r.State == RunStates.Running || r.State == RunStates.Paused), cancel)
            && await db.Jobs.AnyAsync(j => j.OrderKey == orderKey && (j.State == JobStates.Available || j.State == JobStates.Running), cancel);
    }

    public async Task<bool> HasPendingAsync(string connection, string flow, CancellationToken cancel)
    {
        await using var db = await contexts.CreateDbContextAsync(cancel);
        return await db.Candidates.AnyAsync(c => c.Connection == connection && c.Flow == flow && c.State == CandidateStates.Pending, cancel);
    }

    /// <summary>Orders the next plan of a pre-authorised flow when something waits for it.</summary>
    public async Task PlanWhatWaitsAsync(string connection, Flow flow, CancellationToken cancel)
    {
        if (flow.Release == ReleaseMode.PreAuthorised && await HasPendingAsync(connection, flow.Name, cancel))
            await queue.EnqueueAsync(NewJob.MakePlan(new MakePlan(ids.Next(), connection, flow.Name, Release.PolicyApprover)), cancel);
    }
}
