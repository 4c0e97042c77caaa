using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Suppression;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>Lists what signals say that were stored before the rules of suppression in force, once for each set of rules.</summary>
internal sealed class ScanSuppressionHandler(SuppressionStore suppression, PolicySource policies, ILogger<ScanSuppressionHandler> log) : IJobHandler
{
    public string Kind => JobKinds.ScanSuppression;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var rules = policies.Current.Suppression;
        if (await suppression.IsScannedAsync(rules, cancel))
            return;
        LogMessages.SuppressionScanned(log, await suppression.ScanAsync(rules, cancel));
    }
}
