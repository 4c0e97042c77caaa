using ClayAspire.Connectors.Clay;
using ClayAspire.Storage.Exports;

namespace ClayAspire.SyncWorker.Export;

/// <summary>Tells the database at start which webhooks this worker has: the console offers them without knowing their addresses.</summary>
internal sealed class WebhookRegistration(CampaignExportStore store, ClayWebhooks webhooks) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) =>
        store.RegisterAsync(webhooks.All.Select(w => (w.Name, w.Source, w.Lifetime)), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
