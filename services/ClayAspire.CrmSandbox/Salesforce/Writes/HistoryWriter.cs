using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Writes;

/// <summary>Field history: one row for each tracked field that changed, by whom and when.</summary>
internal static class HistoryWriter
{
    /// <summary>Adds what a change of one record leaves in its history. <paramref name="before"/> null: it is new.</summary>
    public static void Add(SalesforceOrg org, StoreTransaction transaction, string userId, Record? before, Record after)
    {
        if (after.Type.History is not { } historyName)
            return;
        if (before is null)
        {
            Put(org, transaction, userId, historyName, after, "created", null, null, null);
            return;
        }

        foreach (var field in after.Type.Fields.Where(f => org.Tracking.IsTracked(after.Type, f) && !Equals(before[f], after[f])))
        {
            // The name of a lookup's row drops "Id"; long text keeps only that it changed.
            var name = field.Type == FieldType.Reference ? field.RelationshipName! : field.Name;
            Put(org, transaction, userId, historyName, after, name, field, field.IsLongText ? null : before[field], field.IsLongText ? null : after[field]);
        }
    }

    /// <summary>Adds a row that names an event of the entire record (<c>leadConverted</c>, <c>leadMerged</c>).</summary>
    public static void AddEvent(SalesforceOrg org, StoreTransaction transaction, string userId, Record record, string name)
    {
        if (record.Type.History is { } historyName)
            Put(org, transaction, userId, historyName, record, name, null, null, null);
    }

    private static void Put(
        SalesforceOrg org, StoreTransaction transaction, string userId, string historyName, Record parent, string field, FieldDefinition? definition, object? before, object? after)
    {
        var table = org.Store.Table(historyName);
        var row = new Record(table.Type, new object?[table.Type.Fields.Count]);
        void Set(string name, object? value) => row.Values[table.Type.Field(name).Ordinal] = value;
        Set("Id", org.Store.NextId(table));
        Set("IsDeleted", false);
        Set("CreatedDate", transaction.Stamp);
        Set("CreatedById", userId);
        Set(parent.Type.HistoryParent!, parent.Id);
        Set("Field", field);
        Set("DataType", definition is null ? null : definition.Type == FieldType.Reference ? "EntityId" : definition.Type.ToString());
        Set("OldValue", before);
        Set("NewValue", after);
        transaction.Put(row);
    }
}
