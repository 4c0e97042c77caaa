using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>One step over a relationship: the lookup field and the object it leads to.</summary>
internal sealed record Hop(FieldDefinition Lookup, ObjectDefinition Target);

/// <summary>A name resolved against the schema and the caller's rights.</summary>
internal sealed record BoundField(IReadOnlyList<Hop> Hops, ObjectDefinition Owner, FieldDefinition Field)
{
    public static BoundField Bind(RecordStore store, AccessRights rights, ObjectDefinition root, string? alias, FieldName name)
    {
        var parts = name.Parts.ToList();
        if (parts.Count > 1 && (parts[0].Equals(alias, StringComparison.OrdinalIgnoreCase)
            || (parts[0].Equals(root.Name, StringComparison.OrdinalIgnoreCase) && root.FindRelationship(parts[0]) is null)))
        {
            parts.RemoveAt(0);
        }

        var type = root;
        var hops = new List<Hop>();
        foreach (var part in parts.Take(parts.Count - 1))
        {
            var lookup = type.FindRelationship(part);
            if (lookup is null || !rights.CanRead(type, lookup) || !rights.CanRead(store.Schema.Get(lookup.ReferenceTo[0])))
            {
                throw new SoqlError("INVALID_FIELD",
                    $"Didn't understand relationship '{part}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.",
                    name.Position);
            }

            type = store.Schema.Get(lookup.ReferenceTo[0]);
            hops.Add(new Hop(lookup, type));
        }

        var field = type.Find(parts[^1]);
        return field is not null && rights.CanRead(type, field) ? new BoundField(hops, type, field) : throw Unknown(type, parts[^1], name.Position);
    }

    public object? Value(RecordStore store, Record record)
    {
        var current = record;
        foreach (var hop in Hops)
        {
            if (current[hop.Lookup] is not string id || store.Table(hop.Target).Find(id) is not { } next)
                return Field.Type == FieldType.Boolean ? false : null;
            current = next;
        }

        return store.Value(current, Field) ?? (Field.Type == FieldType.Boolean ? false : null);
    }

    private static SoqlError Unknown(ObjectDefinition type, string name, int position) => new("INVALID_FIELD",
        $"No such column '{name}' on entity '{type.Name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
        position);
}
