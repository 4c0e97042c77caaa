using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Store;

/// <summary>One version of a record. Never changed after it is in the store: a write puts a new version in its place.</summary>
/// <param name="Type">Its object.</param>
/// <param name="Values">One value for each field: string, bool, decimal, DateOnly, DateTimeOffset or null. Computed fields stay null.</param>
internal sealed record Record(ObjectDefinition Type, object?[] Values)
{
    public string Id => (string)Values[Type.Id.Ordinal]!;
    public bool IsDeleted => Values[Type.IsDeleted.Ordinal] is true;
    public object? this[string field] => Values[Type.Field(field).Ordinal];
    public object? this[FieldDefinition field] => Values[field.Ordinal];
    public string? Text(string field) => (string?)this[field];
    public bool Flag(string field) => this[field] is true;

    /// <summary>A copy with its own value array, still to be changed.</summary>
    public Record Copy() => new(Type, (object?[])Values.Clone());
}
