using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Writes;

namespace ClayAspire.CrmSandbox.Salesforce.Conversion;

/// <summary>How a lead is to be converted.</summary>
/// <param name="LeadId">The lead.</param>
/// <param name="ConvertedStatus">Its status afterwards; null: the first converted one.</param>
/// <param name="AccountId">The account to merge into; null: a new one.</param>
/// <param name="ContactId">The contact to merge into; null: a new one.</param>
/// <param name="CreateOpportunity">Whether an opportunity is made.</param>
/// <param name="OpportunityName">Its name; null: the company's.</param>
/// <param name="OwnerId">Owner of what is made; null: the lead's.</param>
/// <param name="OverwriteLeadSource">Whether the lead's source replaces that of a known contact.</param>
internal sealed record ConversionOrder(
    string? LeadId, string? ConvertedStatus = null, string? AccountId = null, string? ContactId = null, bool CreateOpportunity = true, string? OpportunityName = null, string? OwnerId = null,
    bool OverwriteLeadSource = false);

/// <summary>What came of a conversion: the records, or the error.</summary>
internal sealed record ConversionResult(string? AccountId, string? ContactId, string? OpportunityId, RowError? Error);

/// <summary>
/// Turns a lead into account, contact and opportunity. A known account or contact gets the lead's values only where it has none. The lead's
/// memberships stay and name the contact too; where the contact is a member already, the lead's membership goes.
/// </summary>
internal sealed class LeadConversion(SalesforceOrg org, SandboxUser user, StoreTransaction transaction)
{
    private const int DaysToClose = 90;
    private static readonly FrozenDictionary<string, Dictionary<string, string>> Mapping = Load();

    // No rule of the org looks at what the platform itself makes of a lead.
    private readonly RecordWriter writer = new(org, user, transaction, new WriteOptions { Converts = true });

    private RecordStore Store => org.Store;

    public ConversionResult Convert(ConversionOrder order)
    {
        var savepoint = transaction.Savepoint;
        var result = Try(order);
        if (result.Error is not null)
            transaction.RollbackTo(savepoint);
        return result;
    }

    private static FrozenDictionary<string, Dictionary<string, string>> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("conversion/lead-mapping.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private ConversionResult Try(ConversionOrder order)
    {
        if (!user.Rights.Has("ConvertLeads") || !user.Rights.CanEdit(org.Schema.Get("Lead")) || !user.Rights.CanCreate(org.Schema.Get("Contact")) || !user.Rights.CanCreate(org.Schema.Get("Account")))
            return Refused("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights to convert leads");
        if (SalesforceId.Normalize(order.LeadId) is not { } leadId || Store.Table("Lead").Find(leadId) is not { } lead)
            return Refused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
        if (lead.IsDeleted)
            return Refused("ENTITY_IS_DELETED", "entity is deleted");
        if (lead.Flag("IsConverted"))
            return Refused("CANNOT_UPDATE_CONVERTED_LEAD", "lead already converted");
        var status = order.ConvertedStatus ?? lead.Type.Field("Status").Values.First(LeadStatuses.IsConverted);
        if (!LeadStatuses.IsConverted(status))
            return Refused("INVALID_STATUS", $"invalid convertedStatus: {status}");
        var owner = SalesforceId.Normalize(order.OwnerId) ?? lead.Text("OwnerId");
        var (account, accountError) = Target("Account", order.AccountId, lead, owner, order);
        if (account is null)
            return new ConversionResult(null, null, null, accountError);
        var (contact, contactError) = Target("Contact", order.ContactId, lead, owner, order, ("AccountId", account.Id));
        if (contact is null)
            return new ConversionResult(null, null, null, contactError);
        if (contact.Text("AccountId") is { } held && held != account.Id)
            return Refused("INVALID_CROSS_REFERENCE_KEY", "the contact belongs to another account");
        var opportunity = order.CreateOpportunity ? Opportunity(lead, account.Id, owner, order.OpportunityName) : null;
        Close(lead, status, account.Id, contact.Id, opportunity);
        MoveMembers(leadId, contact.Id);
        return new ConversionResult(account.Id, contact.Id, opportunity, null);
    }

    private (Record? Record, RowError? Error) Target(string typeName, string? givenId, Record lead, string? owner, ConversionOrder order, params (string Field, object? Value)[] more)
    {
        var table = Store.Table(typeName);
        if (givenId is null)
        {
            var made = new Record(table.Type, new object?[table.Type.Fields.Count]);
            Fill(made, lead, owner, overwriteSource: true, more);
            writer.Defaults(made, []);
            writer.Insert(made);
            return (made, null);
        }

        if (SalesforceId.Normalize(givenId) is not { } id || table.Find(id) is not { IsDeleted: false } known)
            return (null, new RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", $"{typeName}Id"));
        var changed = known.Copy();
        Fill(changed, lead, known.Text("OwnerId"), order.OverwriteLeadSource, more);
        writer.Replace(known, changed);
        return (changed, null);
    }

    // Only what is blank is filled; a checkbox counts as blank when it is not checked.
    private static void Fill(Record target, Record lead, string? owner, bool overwriteSource, (string Field, object? Value)[] more)
    {
        foreach (var (from, to) in Mapping[target.Type.Name])
        {
            var field = target.Type.Field(to);
            if (target[field] is null or false || (overwriteSource && to == "LeadSource" && lead[from] is not null))
                target.Values[field.Ordinal] = lead[from];
        }

        foreach (var (name, value) in more.Append(("OwnerId", owner)))
            target.Values[target.Type.Field(name).Ordinal] ??= value;
    }

    private string Opportunity(Record lead, string account, string? owner, string? name)
    {
        var type = org.Schema.Get("Opportunity");
        var record = new Record(type, new object?[type.Fields.Count]);
        void Set(string field, object? value) => record.Values[type.Field(field).Ordinal] = value;
        Set("Name", name ?? string.Create(CultureInfo.InvariantCulture, $"{lead.Text("Company")}-"));
        Set("AccountId", account);
        Set("StageName", type.Field("StageName").Values[0]);
        Set("CloseDate", DateOnly.FromDateTime(transaction.Stamp.UtcDateTime).AddDays(DaysToClose));
        Set("LeadSource", lead["LeadSource"]);
        Set("OwnerId", owner);
        writer.Defaults(record, []);
        writer.Insert(record);
        return record.Id;
    }

    private void Close(Record lead, string status, string account, string contact, string? opportunity)
    {
        var record = lead.Copy();
        void Set(string field, object? value) => record.Values[lead.Type.Field(field).Ordinal] = value;
        Set("Status", status);
        Set("IsConverted", true);
        Set("ConvertedDate", DateOnly.FromDateTime(transaction.Stamp.UtcDateTime));
        Set("ConvertedAccountId", account);
        Set("ConvertedContactId", contact);
        Set("ConvertedOpportunityId", opportunity);
        Set("IsUnreadByOwner", false);
        writer.Replace(lead, record);
        HistoryWriter.AddEvent(org, transaction, user.Id, record, "leadConverted");
    }

    private void MoveMembers(string lead, string contact)
    {
        var members = Store.Table("CampaignMember");
        foreach (var member in members.Lookup("LeadId", lead).Where(m => !m.IsDeleted).ToList())
        {
            if (members.Lookup("ContactId", contact).Any(m => !m.IsDeleted && m.Text("CampaignId") == member.Text("CampaignId")))
            {
                writer.Remove(member);
                continue;
            }

            var moved = member.Copy();
            moved.Values[member.Type.Field("ContactId").Ordinal] = contact;
            writer.Replace(member, moved);
        }
    }

    private static ConversionResult Refused(string code, string message) => new(null, null, null, new RowError(code, message));
}
