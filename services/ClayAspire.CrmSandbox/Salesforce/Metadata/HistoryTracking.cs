using System.Collections.Concurrent;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Metadata;

/// <summary>
/// Which fields an org keeps history of: as the schema says, until an administrator turns one on or off. What it says can be queried as
/// <c>FieldDefinition.IsFieldHistoryTracked</c>.
/// </summary>
internal sealed class HistoryTracking(SalesforceOrg org)
{
    private const string EntityPrefix = "4ie";
    private const string FieldPrefix = "4fd";
    private readonly ConcurrentDictionary<FieldDefinition, bool> changed = new();

    /// <summary>Whether a change of this field is kept. Only objects that have history keep any.</summary>
    public bool IsTracked(ObjectDefinition type, FieldDefinition field) => type.History is not null && changed.GetValueOrDefault(field, field.TrackHistory);

    /// <summary>Turns the tracking of a field on or off, from now on. What was kept stays.</summary>
    /// <exception cref="InvalidDataException">The object has no history, or the field cannot be tracked.</exception>
    public void Set(ObjectDefinition type, FieldDefinition field, bool tracked)
    {
        if (type.History is null)
            throw new InvalidDataException($"{type.Name} has no field history.");
        if (field.Computed || field.IsSystem)
            throw new InvalidDataException($"{type.Name}.{field.Name} cannot be tracked: the platform computes it.");
        changed[field] = tracked;
        Describe();
    }

    /// <summary>Back to what the schema says.</summary>
    public void Reset()
    {
        changed.Clear();
        Describe();
    }

    /// <summary>Writes the definitions that queries read. They are no data of the org, so the journal does not keep them.</summary>
    private void Describe()
    {
        var (entity, fieldType) = (org.Schema.Get("EntityDefinition"), org.Schema.Get("FieldDefinition"));
        var records = new List<Record>();
        var number = 0;
        foreach (var (type, i) in org.Schema.Objects.Where(o => o.Access != ObjectAccess.Hidden).Select((t, i) => (t, i)))
        {
            var entityId = org.IdOf(EntityPrefix, i + 1);
            records.Add(Definitions.Record(org, entity, entityId, ("QualifiedApiName", type.Name)));
            foreach (var field in type.Fields)
                records.Add(Definitions.Record(org, fieldType, org.IdOf(FieldPrefix, ++number), ("EntityDefinitionId", entityId), ("QualifiedApiName", field.Name),
                    ("DataType", field.Type.ToString()), ("IsFieldHistoryTracked", IsTracked(type, field))));
        }

        org.Store.Define(records);
    }
}
