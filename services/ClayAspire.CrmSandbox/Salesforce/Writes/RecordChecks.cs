using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Writes;

/// <summary>
/// Rules over the record as it would be, in the platform's order: required fields, picklists, references, validation rules, duplicate rules,
/// unique keys, one membership for each person and campaign.
/// </summary>
internal static class RecordChecks
{
    public static RowError? Check(SalesforceOrg org, SandboxUser user, WriteOptions options, Record? before, Record after) =>
        Required(before, after) ?? Picklists(org, options, before, after) ?? References(org.Store, before, after)
        ?? org.ValidationRules.Refusal(user.Rights, after) ?? org.DuplicateRules.Refusal(options, before, after)
        ?? Unique(org.Store, before, after) ?? Membership(org.Store, before, after);

    private static RowError? Required(Record? before, Record after)
    {
        // A blank that an earlier load left behind is no fault of a write that does not touch the field.
        var missing = after.Type.Fields
            .Where(f => f is { Required: true, CanBeCreated: true } && after[f] is null && (before is null || before[f] is not null))
            .Select(f => f.Name).ToArray();
        return missing.Length == 0 ? null : new RowError("REQUIRED_FIELD_MISSING", $"Required fields are missing: [{string.Join(", ", missing)}]", missing);
    }

    private static RowError? Picklists(SalesforceOrg org, WriteOptions options, Record? before, Record after)
    {
        var recordType = after.Type.RecordTypes.Count == 0 ? null : after.Text("RecordTypeId");
        foreach (var field in after.Type.Fields.Where(f => f is { Type: FieldType.Picklist, Computed: false }))
        {
            if (after[field] is not string value || Equals(before?[field], value))
                continue;
            if (field.Name == "Status" && after.Type.Name == "Lead" && !options.Converts && LeadStatuses.IsConverted(value))
                return new RowError("INVALID_STATUS", "invalid status: a lead gets a converted status by conversion only", field.Name);
            if (org.Picklists.IsRestricted(field) && !org.Picklists.Allows(after.Type, field, value, recordType))
                return new RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", $"{field.Label ?? field.Name}: bad value for restricted picklist field: {value}", field.Name);
        }

        return null;
    }

    private static RowError? References(RecordStore store, Record? before, Record after)
    {
        foreach (var field in after.Type.Fields.Where(f => f is { Type: FieldType.Reference, Computed: false }))
        {
            if (after[field] is not string id || Equals(before?[field], id) || (field.Name == "RecordTypeId" && id == Metadata.Picklists.MasterRecordType))
                continue;
            var target = store.Schema.FindByPrefix(id);
            if (target is null || !field.ReferenceTo.Contains(target.Name, StringComparer.Ordinal))
                return new RowError("FIELD_INTEGRITY_EXCEPTION", $"{field.Label ?? field.Name}: id value of incorrect type: {id}", field.Name);
            if (store.Table(target).Find(id) is not { IsDeleted: false } found
                || (field.Name == "RecordTypeId" && found.Text("SobjectType") != after.Type.Name))
            {
                return new RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field.Name);
            }
        }

        return null;
    }

    private static RowError? Unique(RecordStore store, Record? before, Record after)
    {
        foreach (var field in after.Type.Fields.Where(f => f.Unique))
        {
            if (after[field] is not string key || string.Equals(before?[field] as string, key, StringComparison.OrdinalIgnoreCase))
                continue;
            var other = store.Table(after.Type).Lookup(field, key).FirstOrDefault(r => !r.IsDeleted && r.Id != before?.Id);
            if (other is not null)
                return new RowError("DUPLICATE_VALUE", $"duplicate value found: {field.Name} duplicates value on record with id: {other.Id[..15]}");
        }

        return null;
    }

    private static RowError? Membership(RecordStore store, Record? before, Record after)
    {
        if (before is not null || after.Type.Name != "CampaignMember")
            return null;
        var (lead, contact) = (after.Text("LeadId"), after.Text("ContactId"));
        if (lead is null && contact is null)
            return new RowError("REQUIRED_FIELD_MISSING", "Required fields are missing: [LeadId or ContactId]", "LeadId", "ContactId");
        if (lead is not null && contact is not null)
            return new RowError("FIELD_INTEGRITY_EXCEPTION", "Only one of LeadId and ContactId may be given", "LeadId", "ContactId");
        if (lead is not null && store.Table("Lead").Find(lead)!.Flag("IsConverted"))
            return new RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", "LeadId");
        var person = lead is not null ? ("LeadId", lead) : ("ContactId", contact!);
        var campaign = after.Text("CampaignId");
        return store.Table("CampaignMember").Lookup(person.Item1, person.Item2).Any(m => !m.IsDeleted && m.Text("CampaignId") == campaign)
            ? new RowError("DUPLICATE_VALUE", "Already a campaign member.")
            : null;
    }
}
