using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Metadata;

/// <summary>Records that say what the org is (its fields, rights, record types), for queries to read.</summary>
internal static class Definitions
{
    public static Record Record(SalesforceOrg org, ObjectDefinition type, string id, params IEnumerable<(string Field, object? Value)> values) =>
        Record(org, type, id, deleted: false, values);

    /// <param name="org">The org.</param>
    /// <param name="type">The kind of definition.</param>
    /// <param name="id">Its id.</param>
    /// <param name="deleted">Whether it is no more.</param>
    /// <param name="values">Its values.</param>
    public static Record Record(SalesforceOrg org, ObjectDefinition type, string id, bool deleted, params IEnumerable<(string Field, object? Value)> values)
    {
        var record = new Record(type, new object?[type.Fields.Count]);
        record.Values[type.Id.Ordinal] = id;
        record.Values[type.IsDeleted.Ordinal] = deleted;
        record.Values[type.CreatedDate.Ordinal] = DateTimeOffset.UnixEpoch;
        record.Values[type.CreatedById.Ordinal] = org.Users[0].Id;
        foreach (var (field, value) in values)
            record.Values[type.Field(field).Ordinal] = value;
        return record;
    }
}
