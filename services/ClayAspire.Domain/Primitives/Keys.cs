namespace ClayAspire.Domain.Primitives;

/// <summary>One CRM record: connection, object, id in that CRM.</summary>
/// <param name="Connection">The configured account, such as <c>icare</c>.</param>
/// <param name="Object">The CRM's object name, such as <c>Lead</c>.</param>
/// <param name="Id">The record's id as the CRM writes it (Salesforce: 18 characters).</param>
public readonly record struct RecordKey(string Connection, string Object, string Id)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Connection}/{Object}/{Id}";
}

/// <summary>One field of one record.</summary>
/// <param name="Record">The record.</param>
/// <param name="Field">The field's API name.</param>
public readonly record struct CellKey(RecordKey Record, string Field)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Record}.{Field}";
}
