using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Writes;

namespace ClayAspire.CrmSandbox.Salesforce.Conversion;

/// <summary>
/// Merges up to two records into a third of the same kind. The survivor keeps its values; what belonged to the losers goes over to it, but not
/// a second membership of one campaign. The losers are deleted and name the survivor (<c>MasterRecordId</c>).
/// </summary>
internal sealed class Merging(SalesforceOrg org, SandboxUser user, StoreTransaction transaction)
{
    private const int MostLosers = 2;
    private static readonly string[] Mergeable = ["Lead", "Contact", "Account"];
    private readonly RecordWriter writer = new(org, user, transaction, WriteOptions.ByHand);

    /// <summary>Why the records cannot be merged; null: they were.</summary>
    public RowError? Merge(string? survivorId, IReadOnlyList<string> loserIds)
    {
        if (SalesforceId.Normalize(survivorId) is not { } id || org.Schema.FindByPrefix(id) is not { } type || !Mergeable.Contains(type.Name, StringComparer.Ordinal)
            || org.Store.Table(type).Find(id) is not { IsDeleted: false } survivor)
        {
            return new RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
        }

        var losers = loserIds.Select(SalesforceId.Normalize).Select(l => l is null || l == id ? null : org.Store.Table(type).Find(l)).ToList();
        if (losers.Count is 0 or > MostLosers || losers.Exists(l => l is not { IsDeleted: false }))
            return new RowError("INVALID_CROSS_REFERENCE_KEY", $"merge one or {MostLosers} other, living records of the same object");
        if (losers.Append(survivor).Any(r => type.Find("IsConverted") is { } converted && r![converted] is true))
            return new RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead");
        foreach (var loser in losers)
        {
            MoveChildren(type, loser!.Id, id);
            var gone = loser.Copy();
            gone.Values[type.Field("MasterRecordId").Ordinal] = id;
            writer.Replace(loser, gone);
            writer.Remove(gone);
        }

        // The survivor has changed: whoever follows it by its stamp must see that.
        writer.Replace(survivor, survivor.Copy());
        HistoryWriter.AddEvent(org, transaction, user.Id, survivor, $"{char.ToLowerInvariant(type.Name[0])}{type.Name[1..]}Merged");
        return null;
    }

    private void MoveChildren(ObjectDefinition type, string from, string to)
    {
        foreach (var child in org.Schema.Objects.Where(o => !o.ReadOnly))
        {
            foreach (var field in child.Fields.Where(f => f is { Type: FieldType.Reference, Computed: false, IsSystem: false } && f.Name != "MasterRecordId" && f.ReferenceTo.Contains(type.Name, StringComparer.Ordinal)))
            {
                var table = org.Store.Table(child);
                var rows = table.HasIndex(field) ? table.Lookup(field, from) : table.Records.Where(r => r.Text(field.Name) == from);
                foreach (var row in rows.Where(r => !r.IsDeleted).ToList())
                    Move(row, field, to);
            }
        }
    }

    private void Move(Record row, FieldDefinition field, string to)
    {
        if (row.Type.Name == "CampaignMember" && org.Store.Table(row.Type).Lookup(field, to).Any(m => !m.IsDeleted && m.Text("CampaignId") == row.Text("CampaignId")))
        {
            writer.Remove(row);
            return;
        }

        var moved = row.Copy();
        moved.Values[field.Ordinal] = to;
        writer.Replace(row, moved);
    }
}
