using ClayAspire.Connectors;
using ClayAspire.Connectors.Clay;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Exports;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using ClayAspire.SyncWorker.Export;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>
/// Sends the members of a campaign to a Clay webhook, row by row: intent, send, outcome. A webhook can neither be read back nor told that a row
/// is the same, so a row whose outcome is not known is never sent again; a person settles it.
/// </summary>
internal sealed class ExportCampaignHandler(
    CampaignExportStore store, ExportPreparer preparer, ConnectorRegistry connectors, ClayWebhooks webhooks, ClayPace pace, ClaySettings settings, FlowActivity activity,
    ILogger<ExportCampaignHandler> log) : IJobHandler
{
    /// <summary>The flow of the seed's cadence table that an export belongs to; pausing it pauses exports.</summary>
    public const string Flow = "campaign-export";

    private const int Page = 100;
    private const int LostInARow = 3;

    private static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(30);

    public string Kind => JobKinds.ExportCampaign;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var id = job.Payload<ExportCampaign>().ExportId;
        var export = await store.FindAsync(id, cancel) ?? throw new InvalidOperationException($"There is no export {id}.");
        if (ExportStates.IsAtRest(export.State))
            return;
        await activity.SnoozeWhilePausedAsync(Flow, cancel);
        if (await store.LoseAsync(id, cancel) is > 0 and var lost)
            LogMessages.ExportRowsLost(log, lost, id);
        var refusal = export.State == ExportStates.Preparing ? await PrepareAsync(job, export, cancel) : null;
        if (refusal is null && export.Webhook is null)
            await store.IntoFileAsync(id, cancel);
        else
            refusal ??= await SendAsync(job, export, cancel);
        await EndAsync(export, refusal, cancel);
    }

    private async Task<Reason?> PrepareAsync(JobContext job, CampaignExportRow export, CancellationToken cancel)
    {
        if (connectors.Find(export.Connection) is not { } connector || connector is not ICampaignReader campaigns)
            return new Reason("connection-not-configured", $"The worker has no account of '{export.Connection}' with campaigns. Add Connections:{export.Connection} to its settings, then resume.");
        try
        {
            var (name, rows, refusal) = await preparer.ReadAsync(connector, campaigns, export, cancel);
            if (refusal is not null)
                return refusal;
            await store.PrepareAsync(job.Lease, export.Id, name, rows, cancel);
            var excluded = rows.Count(r => r.Excluded is not null);
            LogMessages.ExportPrepared(log, export.Id, export.Connection, rows.Count, excluded, rows.Count - excluded);
            return null;
        }
        catch (CrmException e)
        {
            throw CrmPause.For(e, job);
        }
    }

    /// <summary>Why the sending stopped; null when every row has its outcome.</summary>
    private async Task<Reason?> SendAsync(JobContext job, CampaignExportRow export, CancellationToken cancel)
    {
        if (webhooks.Find(export.Webhook!) is not { } webhook)
            return new Reason("webhook-not-configured", $"The worker has no webhook '{export.Webhook}'. Add Clay:Webhooks:{export.Webhook}:Url to its settings, then resume.");
        var waiting = (await store.CountsAsync(export.Id, cancel)).Where(c => c.State == ExportRowStates.Pending).Sum(c => c.Rows);
        var used = (await store.WebhooksAsync(cancel)).FirstOrDefault(w => w.Source == webhook.Source)?.Submissions ?? 0;
        if (waiting > webhook.Lifetime - used)
            return Full(webhook, used, waiting);
        var lost = 0;
        ExportRowOutcome? done = null;
        while (true)
        {
            // Between two pages nothing is leaving: what the outcome before was is written first.
            if (done is not null)
                await store.AdvanceAsync(job.Lease, export.Id, webhook.Source, done, null, cancel);
            done = null;
            if (await store.FindAsync(export.Id, cancel) is { CancelAskedBy: { } by })
                return CampaignExportStore.CancelledBy(by);
            await activity.SnoozeWhilePausedAsync(Flow, cancel);
            var rows = await store.PendingAsync(export.Id, Page, cancel);
            if (rows.Count == 0)
                return null;
            foreach (var row in rows)
            {
                // A worker that is to end does so before a row leaves; one that has left gets its outcome written.
                if (cancel.IsCancellationRequested)
                    break;
                await pace.WaitAsync(CancellationToken.None);
                var before = used;
                used = await store.AdvanceAsync(job.Lease, export.Id, webhook.Source, done, row.Ordinal, CancellationToken.None);
                Warn(webhook, before, used);
                var outcome = await webhook.SendAsync(row.Payload, CancellationToken.None);
                done = OutcomeOf(row, outcome);
                lost = outcome is ClayOutcome.Unknown ? lost + 1 : 0;
                if (outcome is ClayOutcome.Stopped or ClayOutcome.NotTaken || lost >= LostInARow)
                {
                    await store.AdvanceAsync(job.Lease, export.Id, webhook.Source, done, null, CancellationToken.None);
                    return outcome switch
                    {
                        ClayOutcome.Stopped stopped => stopped.Why,
                        ClayOutcome.NotTaken busy => throw new JobSnoozedException(busy.After ?? BusyWait, busy.Why.Text),
                        _ => new Reason("webhook-failing", $"The last {LostInARow} rows got no usable answer from webhook '{webhook.Name}'. They are not sent again by themselves; look in Clay, then resume."),
                    };
                }
            }
            if (cancel.IsCancellationRequested && done is not null)
                await store.AdvanceAsync(job.Lease, export.Id, webhook.Source, done, null, CancellationToken.None);
            cancel.ThrowIfCancellationRequested();
        }
    }

    private static ExportRowOutcome OutcomeOf(PendingExportRow row, ClayOutcome outcome) => outcome switch
    {
        ClayOutcome.Taken => new(row.Ordinal, ExportRowStates.Sent, null),
        ClayOutcome.Rejected rejected => new(row.Ordinal, ExportRowStates.Rejected, rejected.Why),
        ClayOutcome.Unknown unknown => new(row.Ordinal, ExportRowStates.Unknown, unknown.Why),
        _ => new(row.Ordinal, ExportRowStates.Pending, null),
    };

    private void Warn(ClayWebhook webhook, long before, long now)
    {
        var mark = webhook.Lifetime * settings.WarnShare;
        if (before < mark && now >= mark)
            LogMessages.WebhookWearsOut(log, webhook.Name, now, webhook.Lifetime);
    }

    private static Reason Full(ClayWebhook webhook, long used, long waiting) => new("webhook-full",
        $"{waiting} rows wait and webhook '{webhook.Name}' takes {Math.Max(0, webhook.Lifetime - used)} more of the {webhook.Lifetime} of its life; deleting rows in Clay gives none back. Make a new source in Clay, set Clay:Webhooks:{webhook.Name}:Url, then resume.");

    private async Task EndAsync(CampaignExportRow export, Reason? refusal, CancellationToken cancel)
    {
        var state = refusal switch { null => ExportStates.Finished, { Code: "cancelled" } => ExportStates.Cancelled, _ => ExportStates.Stopped };
        await store.EndAsync(export, state, refusal ?? await RemarkAsync(export, cancel), cancel);
        LogMessages.ExportEnded(log, export.Id, state, refusal?.Code ?? "all rows have their outcome");
    }

    private async Task<Reason?> RemarkAsync(CampaignExportRow export, CancellationToken cancel)
    {
        var unknown = (await store.CountsAsync(export.Id, cancel)).Where(c => c.State == ExportRowStates.Unknown).Sum(c => c.Rows);
        if (unknown > 0)
            return new Reason("rows-unknown", $"{unknown} {(unknown == 1 ? "row has" : "rows have")} an unknown outcome. Look for their clayaspire_key in Clay, then say whether they arrived.");
        if (export.Webhook is null || (await store.WebhooksAsync(cancel)).FirstOrDefault(w => w.Name == export.Webhook) is not { } use || use.Submissions < use.Lifetime * settings.WarnShare)
            return null;
        return new Reason("webhook-wears-out", $"Webhook '{use.Name}' has taken {use.Submissions} of the {use.Lifetime} submissions of its life. Make a new source in Clay in time.");
    }
}
