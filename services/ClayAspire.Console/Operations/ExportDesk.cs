using ClayAspire.Console.Security;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Exports;
using ClayAspire.Storage.Policies;

namespace ClayAspire.Console.Operations;

/// <summary>Exports of campaign members to Clay. Pages and API both go through here.</summary>
internal sealed class ExportDesk(CampaignExportStore store, PolicySource policy, IIdSource ids, ILogger<ExportDesk> log)
{
    /// <summary>The target that is a file and no webhook.</summary>
    public const string File = "csv";

    private const int LongestId = 18;

    /// <summary>The connections whose campaigns the policy lets be exported.</summary>
    public IReadOnlyList<string> Connections => [.. policy.Current.Flows.Where(f => f.Kind == FlowKind.Export).SelectMany(f => f.Connections).Distinct(StringComparer.Ordinal)];

    /// <summary>Starts an export; the worker reads the members as they are when it begins.</summary>
    public async Task<(Guid ExportId, Reason? Refusal)> StartAsync(string? connection, string? campaignId, string? target, Caller caller, CancellationToken cancel)
    {
        if (connection is null || !Connections.Contains(connection))
            return (default, new Reason("connection-unknown", $"The policy lets no campaign of '{connection}' be exported. flows.yaml, kind export, names {string.Join(", ", Connections)}."));
        var campaign = campaignId?.Trim() ?? "";
        if (campaign.Length is not (15 or LongestId) || !campaign.All(char.IsAsciiLetterOrDigit))
            return (default, new Reason("bad-campaign", $"'{campaign}' is no id of a campaign. It has 15 or 18 letters and digits, as in the campaign's address."));
        var webhooks = await store.WebhooksAsync(cancel);
        var webhook = webhooks.FirstOrDefault(w => w.Name == target);
        if (webhook is null && target != File)
            return (default, new Reason("webhook-unknown", $"'{target}' is no webhook of the worker. Use {string.Join(", ", webhooks.Select(w => w.Name).Append(File))}, or add Clay:Webhooks:NAME:Url to its settings."));
        if (webhook is { Left: 0 })
            return (default, new Reason("webhook-full", $"Webhook '{webhook.Name}' has taken all {webhook.Lifetime} submissions of its life. Make a new source in Clay and set Clay:Webhooks:{webhook.Name}:Url."));
        var name = (await store.CampaignsAsync(connection, cancel)).FirstOrDefault(c => c.Id.StartsWith(campaign[..15], StringComparison.Ordinal))?.Name ?? "";
        var id = ids.Next();
        var refusal = await store.StartAsync(new NewExport(id, connection, campaign, name, webhook?.Name, caller.UserName), cancel);
        if (refusal is null)
            LogMessages.ExportAsked(log, id, connection, target!, caller.UserName);
        return (id, refusal);
    }
}
