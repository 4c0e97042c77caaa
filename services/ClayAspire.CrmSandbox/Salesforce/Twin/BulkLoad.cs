using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Twin;

/// <summary>Puts records in as they are: no permissions, no required fields, no audit; system fields may be given. One transaction a call.</summary>
internal static class BulkLoad
{
    /// <summary>Ids of the records in order of input.</summary>
    /// <exception cref="InvalidDataException">A record names an unknown object or field, or a value does not fit; nothing is loaded.</exception>
    public static IReadOnlyList<string> Load(SalesforceOrg org, IEnumerable<(string Type, JsonElement Values)> records) => org.Store.Write(transaction =>
    {
        var ids = new List<string>();
        foreach (var (typeName, values) in records)
        {
            var type = org.Schema.Find(typeName) ?? throw new InvalidDataException($"Record {ids.Count + 1}: there is no object '{typeName}'.");
            var record = new Record(type, new object?[type.Fields.Count]);
            foreach (var property in values.EnumerateObject().Where(p => p.Name is not ("attributes" or "_type")))
                Set(record, property, ids.Count + 1);
            Complete(org, record, transaction);
            transaction.Put(record);
            ids.Add(record.Id);
        }

        return ids;
    });

    private static void Set(Record record, JsonProperty property, int number)
    {
        var field = record.Type.Find(property.Name) ?? throw new InvalidDataException($"Record {number}: {record.Type.Name} has no field '{property.Name}'.");
        if (field.Computed)
            throw new InvalidDataException($"Record {number}: {record.Type.Name}.{field.Name} is computed and cannot be loaded.");
        if (!FieldCodec.TryRead(field, property.Value, out var value))
            throw new InvalidDataException($"Record {number}: {record.Type.Name}.{field.Name} does not take {property.Value.GetRawText()}.");
        if (value is string id && field.Type is (FieldType.Reference or FieldType.Id))
            value = SalesforceId.Normalize(id) ?? throw new InvalidDataException($"Record {number}: '{value}' is no record id.");
        record.Values[field.Ordinal] = value;
    }

    private static void Complete(SalesforceOrg org, Record record, StoreTransaction transaction)
    {
        var type = record.Type;
        var administrator = org.Users[0].Id;
        record.Values[type.Id.Ordinal] ??= org.Store.NextId(org.Store.Table(type));
        record.Values[type.CreatedDate.Ordinal] ??= transaction.Stamp;
        record.Values[type.CreatedById.Ordinal] ??= administrator;
        if (type.LastModifiedDate is not null)
        {
            record.Values[type.LastModifiedDate.Ordinal] ??= record[type.CreatedDate];
            record.Values[type.LastModifiedById!.Ordinal] ??= record[type.CreatedById];
            record.Values[type.SystemModstamp!.Ordinal] ??= transaction.Stamp;
        }

        foreach (var field in type.Fields.Where(f => !f.Computed && record[f] is null))
        {
            record.Values[field.Ordinal] = field switch
            {
                { Name: "OwnerId" } => administrator,
                { Type: FieldType.Boolean } => field.Default == "true",
                _ => field.Default,
            };
        }
    }
}
