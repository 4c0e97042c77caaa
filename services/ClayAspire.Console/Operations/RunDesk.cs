using ClayAspire.Console.Security;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;

namespace ClayAspire.Console.Operations;

/// <summary>What people and callers do with runs. Pages and API both go through here.</summary>
internal sealed class RunDesk(RunStore runs, PolicySource policy, ILogger<RunDesk> log)
{
    /// <summary>Asks that a run be cancelled: the run, ended or going to end at its next safe point, or why not.</summary>
    public async Task<CancelResult> CancelAsync(Guid id, Caller caller, CancellationToken cancel)
    {
        if (await runs.FindAsync(id, cancel) is not { } run)
            return new CancelResult(null, new Reason("run-unknown", "There is no run with this id."));
        var result = await runs.CancelAsync(id, caller.UserName, caller.Roles, policy.Current.FindFlow(run.Flow), cancel);
        if (result.Refusal is { } refusal)
            LogMessages.RunNotCancelled(log, id, refusal.Code);
        else
            LogMessages.RunCancelled(log, id, run.Flow, caller.UserName, result.Run!.State);
        return result;
    }

    /// <summary>Whether a page offers to cancel the run: it is not at its end, nobody asked yet, and the person may.</summary>
    public bool MayCancel(RunRow run, Caller caller) =>
        run.CancelAskedAt is null && (run.FinishedAt is null || run.StoppedByJob is not null)
        && (caller.Roles.Contains(Access.Admin) || (policy.Current.FindFlow(run.Flow) is { } flow && caller.Roles.Contains(flow.ReleaseRole)));

    /// <summary>Whether the policy releases the run's flow by itself, so that what a cancel leaves is written by the next plan without anybody asked.</summary>
    public bool IsPreAuthorised(RunRow run) => policy.Current.FindFlow(run.Flow) is { Release: Domain.Policy.ReleaseMode.PreAuthorised };
}
