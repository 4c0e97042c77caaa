using ClayAspire.Connectors;
using ClayAspire.Storage.Queue;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>
/// What a job does when the CRM as a whole does not serve it. Passing trouble is a failed attempt with the queue's back-off;
/// waiting for a budget or for a person is no failure, so the job is put off and never dies of it.
/// </summary>
internal static class CrmPause
{
    private static readonly TimeSpan QuotaWait = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan PersonWait = TimeSpan.FromMinutes(5);

    /// <summary>The exception to throw instead.</summary>
    public static Exception For(CrmException e) => e.Rule.Action switch
    {
        ErrorAction.Wait => new JobSnoozedException(e.RetryAfter ?? QuotaWait, e.Message),
        ErrorAction.Stop or ErrorAction.Reauthenticate => new JobSnoozedException(e.RetryAfter ?? PersonWait, e.Message),
        _ => e,
    };

    /// <summary>How long a run waits that stopped at its share of the daily budget.</summary>
    public static TimeSpan QuotaDelay => QuotaWait;
}
