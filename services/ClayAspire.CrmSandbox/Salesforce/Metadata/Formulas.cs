using System.Collections.Frozen;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Metadata;

/// <summary>Values that the platform computes. Evaluated on read, so that a formula never moves <c>SystemModstamp</c>.</summary>
internal static class Formulas
{
    private static readonly FrozenDictionary<string, Func<RecordStore, Record, object?>> Table =
        new Dictionary<string, Func<RecordStore, Record, object?>>(StringComparer.Ordinal)
        {
            ["Lead.Name"] = (_, r) => FullName(r),
            ["Contact.Name"] = (_, r) => FullName(r),
            ["User.Name"] = (_, r) => FullName(r),
            ["Lead.overall_hard_bounced__c"] = (s, r) => HardBounced(s, r),
            ["Contact.overall_hard_bounced__c"] = (s, r) => HardBounced(s, r),
            ["Lead.Cold_Lead_Eligible__c"] = (s, r) => !(HardBounced(s, r) || r.Flag("HasOptedOutOfEmail") || r.Flag("DoNotCall")
                || r.Flag("IsConverted") || string.Equals(r.Text("Status"), "Unqualified", StringComparison.Ordinal)),
            ["Contact.IsEmailBounced"] = (_, r) => r["EmailBouncedReason"] is not null,
            ["Campaign.NumberOfLeads"] = (s, r) => Members(s, r, "LeadId"),
            ["Campaign.NumberOfContacts"] = (s, r) => Members(s, r, "ContactId"),
            ["CampaignMember.HasResponded"] = HasResponded,
            ["CampaignMember.LeadOrContactId"] = (_, r) => r["ContactId"] ?? r["LeadId"],
            ["CampaignMember.Type"] = (_, r) => r["ContactId"] is null ? "Lead" : "Contact",
            ["CampaignMember.FirstName"] = (s, r) => Person(s, r)?["FirstName"],
            ["CampaignMember.LastName"] = (s, r) => Person(s, r)?["LastName"],
            ["CampaignMember.Email"] = (s, r) => Person(s, r)?["Email"],
            ["CampaignMember.Title"] = (s, r) => Person(s, r)?["Title"],
            ["CampaignMember.CompanyOrAccount"] = CompanyOrAccount,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The computation of a field; every computed field of the schema must have one.</summary>
    public static Func<RecordStore, Record, object?> Of(ObjectDefinition type, FieldDefinition field) =>
        Table.TryGetValue($"{type.Name}.{field.Name}", out var compute)
            ? compute
            : throw new InvalidOperationException($"{type.Name}.{field.Name} is declared as computed but Formulas.cs has no computation for it.");

    private static string FullName(Record r) => string.Join(' ', new[] { r.Text("FirstName"), r.Text("LastName") }.Where(p => p is not null));

    private static bool HardBounced(RecordStore store, Record r) => Counted(store, r, "pi__pardot_hard_bounced__c") || Counted(store, r, "external_hard_bounced__c");

    private static bool Counted(RecordStore store, Record r, string field) => r.Flag(field) && !store.ForgottenByFormulas.Contains(field);

    private static object? Members(RecordStore store, Record campaign, string person) =>
        (decimal)store.Table("CampaignMember").Lookup("CampaignId", campaign.Id).Count(m => !m.IsDeleted && m[person] is not null);

    private static Record? Person(RecordStore store, Record member) =>
        member.Text("ContactId") is { } contact ? store.Table("Contact").Find(contact)
        : member.Text("LeadId") is { } lead ? store.Table("Lead").Find(lead)
        : null;

    private static object? CompanyOrAccount(RecordStore store, Record member) =>
        Person(store, member) switch
        {
            { Type.Name: "Lead" } lead => lead["Company"],
            { Type.Name: "Contact" } contact when contact.Text("AccountId") is { } account => store.Table("Account").Find(account)?["Name"],
            _ => null,
        };

    // The label's own flag decides; a campaign without own labels has the platform's two.
    private static object? HasResponded(RecordStore store, Record member)
    {
        var status = member.Text("Status");
        foreach (var label in store.Table("CampaignMemberStatus").Lookup("CampaignId", member.Text("CampaignId") ?? ""))
        {
            if (!label.IsDeleted && string.Equals(label.Text("Label"), status, StringComparison.OrdinalIgnoreCase))
                return label.Flag("HasResponded");
        }

        return string.Equals(status, "Responded", StringComparison.Ordinal);
    }
}
