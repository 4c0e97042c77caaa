using ClayAspire.Connectors;
using ClayAspire.Connectors.Clay;
using ClayAspire.Domain.Exports;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Exports;
using ClayAspire.Storage.Model;

namespace ClayAspire.SyncWorker.Export;

/// <summary>Reads a campaign's members and their people as they are now, and decides for each whether it goes.</summary>
internal sealed class ExportPreparer(ExportSuppression suppression)
{
    /// <summary>The campaign's name and its members; a reason instead when there is no such campaign.</summary>
    /// <exception cref="CrmException">The CRM does not serve.</exception>
    public async Task<(string Name, IReadOnlyList<NewExportRow> Rows, Reason? Refusal)> ReadAsync(ICrmConnector connector, ICampaignReader campaigns, CampaignExportRow export, CancellationToken cancel)
    {
        if (connector.NormalizeId("Campaign", export.CampaignId) is not { } id
            || (await connector.ReadAsync("Campaign", [id], ["Name"], cancel)).GetValueOrDefault(id) is not { State: RecordState.Live } campaign)
            return ("", [], new Reason("campaign-unknown", $"'{export.Connection}' has no campaign {export.CampaignId} that can be read. Compare the id with the CRM."));
        var members = new List<LiveRecord>();
        await foreach (var page in campaigns.CampaignMembersAsync(id, ExportedMember.MemberFields, cancel))
            members.AddRange(page);
        var leads = await PeopleAsync(connector, "Lead", "LeadId", members, cancel);
        var contacts = await PeopleAsync(connector, "Contact", "ContactId", members, cancel);
        var exported = members.Select(m => new ExportedMember(m, Of(leads, m, "LeadId"), Of(contacts, m, "ContactId"))).ToList();
        var name = campaign.Value("Name").Text ?? export.CampaignName;
        var suppressed = await suppression.FindAsync([.. exported.Select(e => e.Email).OfType<string>().Distinct(StringComparer.Ordinal)], cancel);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return (name, [.. exported.Select(e => Row(e, name, suppressed, seen))], null);
    }

    private static NewExportRow Row(ExportedMember member, string campaignName, IReadOnlyDictionary<string, Reason> suppressed, HashSet<string> seen)
    {
        var why = member.Excluded() ?? suppressed.GetValueOrDefault(member.Email!);
        if (why is null && !seen.Add(member.Email!))
            why = new Reason("same-address", "Another member of this campaign has the same address and goes in its place.");
        return new NewExportRow(member.Member.Key.Id, member.Person?.Key.Object, member.Person?.Key.Id, member.RowKey, why, why is null ? ClayWebhook.Json(member.Row(campaignName)) : null);
    }

    private static async Task<IReadOnlyDictionary<string, LiveRecord>> PeopleAsync(ICrmConnector connector, string type, string reference, List<LiveRecord> members, CancellationToken cancel)
    {
        var ids = members.Select(m => m.Value(reference).Text).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return ids.Count == 0 ? new Dictionary<string, LiveRecord>(StringComparer.Ordinal) : await connector.ReadAsync(type, ids, ExportedMember.PersonFields, cancel);
    }

    private static LiveRecord? Of(IReadOnlyDictionary<string, LiveRecord> people, LiveRecord member, string reference) =>
        member.Value(reference).Text is { } id ? people.GetValueOrDefault(id) : null;
}
