using ClayAspire.Connectors;
using ClayAspire.Storage.Queue;
using ClayAspire.SyncWorker.Apply;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>
/// What a job does when the CRM as a whole does not serve it. Passing trouble is a failed attempt with the queue's back-off, until it has
/// lasted for half of the attempts; from then on, as when it waits for a budget or for a person, the job is put off and never dies of it.
/// </summary>
internal static class CrmPause
{
    private static readonly TimeSpan QuotaWait = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan PersonWait = TimeSpan.FromMinutes(5);

    /// <summary>Puts a job off that would take the calls that others need: watching and mirroring are no reason to touch the reserve.</summary>
    /// <exception cref="JobSnoozedException">Nothing is left but the reserve.</exception>
    public static async Task UntilRoomAsync(CallBudgetKeeper budget, ICrmConnector connector, JobContext job, CancellationToken cancel)
    {
        try
        {
            await budget.MustHaveRoomAsync(connector, cancel);
        }
        catch (CallReserveReachedException e)
        {
            JobContext.Snooze(budget.Wait, e.Message);
        }
        catch (CrmException e)
        {
            throw For(e, job);
        }
    }

    /// <summary>The exception to throw instead.</summary>
    /// <param name="e">What the CRM said.</param>
    /// <param name="job">The job.</param>
    /// <param name="quotaWait">How long it waits for a budget when the CRM does not say; by default half an hour.</param>
    public static Exception For(CrmException e, JobContext job, TimeSpan? quotaWait = null) => e.Rule.Action switch
    {
        ErrorAction.Wait => new JobSnoozedException(e.RetryAfter ?? quotaWait ?? QuotaWait, e.Message),
        ErrorAction.Stop or ErrorAction.Reauthenticate => new JobSnoozedException(e.RetryAfter ?? PersonWait, e.Message),
        _ when job.Job.Attempt > job.Job.MaxAttempts / 2 => new JobSnoozedException(e.RetryAfter ?? PersonWait, e.Message),
        _ => e,
    };
}
