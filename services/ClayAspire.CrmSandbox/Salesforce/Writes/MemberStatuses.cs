using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Writes;

/// <summary>A campaign has its own member statuses; a member's status is one of them.</summary>
internal static class MemberStatuses
{
    /// <summary>What a campaign begins with.</summary>
    private static readonly (string Label, bool IsDefault, bool HasResponded)[] Standard = [("Sent", true, false), ("Responded", false, true)];

    /// <summary>
    /// Sets the status that the campaign gives: the default for a blank one, and for an unknown one too when the rules say so. An error otherwise.
    /// </summary>
    public static RowError? Apply(SalesforceOrg org, Record member)
    {
        var (type, field) = (member.Type, member.Type.Field("Status"));
        var labels = Labels(org.Store, member.Text("CampaignId"));
        var status = member.Text("Status");
        if (status is not null && labels.Find(l => l.Label.Equals(status, StringComparison.OrdinalIgnoreCase)).Label is { } known)
        {
            member.Values[field.Ordinal] = known;
            return null;
        }

        if (status is not null && !org.Rules.UnknownMemberStatusBecomesDefault)
            return new RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", $"Status: bad value for restricted picklist field: {status}", type.Field("Status").Name);
        member.Values[field.Ordinal] = labels.Find(l => l.IsDefault).Label ?? labels[0].Label;
        return null;
    }

    /// <summary>The statuses that a new campaign gets.</summary>
    public static IEnumerable<Record> Of(SalesforceOrg org, Record campaign)
    {
        var table = org.Store.Table("CampaignMemberStatus");
        foreach (var (standard, i) in Standard.Select((s, i) => (s, i)))
        {
            var record = new Record(table.Type, new object?[table.Type.Fields.Count]);
            void Set(string name, object? value) => record.Values[table.Type.Field(name).Ordinal] = value;
            Set("CampaignId", campaign.Id);
            Set("Label", standard.Label);
            Set("SortOrder", (decimal)(i + 1));
            Set("IsDefault", standard.IsDefault);
            Set("HasResponded", standard.HasResponded);
            yield return record;
        }
    }

    private static List<(string Label, bool IsDefault)> Labels(RecordStore store, string? campaignId)
    {
        var own = store.Table("CampaignMemberStatus").Lookup("CampaignId", campaignId ?? "").Where(s => !s.IsDeleted)
            .Select(s => (s.Text("Label") ?? "", s.Flag("IsDefault"))).ToList();
        return own.Count > 0 ? own : [.. Standard.Select(s => (s.Label, s.IsDefault))];
    }
}
