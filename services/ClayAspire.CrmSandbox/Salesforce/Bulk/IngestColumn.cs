using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>A column of a job's CSV: a field, or the key of a related record (<c>Account.Clay_Row_Id__c</c>) whose id goes into the lookup.</summary>
/// <param name="Field">The field that is written.</param>
/// <param name="Related">The object whose key the cells hold; null for a plain field.</param>
/// <param name="RelatedKey">That key.</param>
internal sealed record IngestColumn(FieldDefinition Field, ObjectDefinition? Related = null, FieldDefinition? RelatedKey = null)
{
    /// <summary>The columns of a header, in order.</summary>
    /// <exception cref="InvalidDataException">A name is no field that the user knows: that fails the entire job.</exception>
    public static IngestColumn[] Read(Schema schema, AccessRights rights, ObjectDefinition type, string[] header)
    {
        var columns = Array.ConvertAll(header, name => One(schema, rights, type, name.Trim()));
        if (columns.Where(c => c.Related is null).GroupBy(c => c.Field.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidDataException($"InvalidBatch : Duplicate field name found : {twice.Key}");
        return columns;
    }

    private static IngestColumn One(Schema schema, AccessRights rights, ObjectDefinition type, string name)
    {
        if (type.Find(name) is { } field && rights.CanRead(type, field))
            return new IngestColumn(field);
        var parts = name.Split('.');
        if (parts.Length == 2 && type.FindRelationship(parts[0]) is { } lookup && rights.CanRead(type, lookup))
        {
            var target = schema.Get(lookup.ReferenceTo[0]);
            if (target.Find(parts[1]) is { IsKey: true } key && rights.CanRead(target, key))
                return new IngestColumn(lookup, target, key);
        }

        throw new InvalidDataException($"InvalidBatch : Field name not found : {name}");
    }
}
