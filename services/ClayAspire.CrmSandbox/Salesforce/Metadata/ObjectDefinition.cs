using System.Collections.Frozen;

namespace ClayAspire.CrmSandbox.Salesforce.Metadata;

/// <summary>One object of the schema with its fields in describe order.</summary>
internal sealed class ObjectDefinition
{
    private readonly FrozenDictionary<string, FieldDefinition> byName;
    private readonly FrozenDictionary<string, FieldDefinition> byRelationship;

    public ObjectDefinition(ObjectSource source)
    {
        Name = source.Name;
        Label = source.Label;
        LabelPlural = source.LabelPlural;
        KeyPrefix = source.KeyPrefix;
        ReadOnly = source.ReadOnly;
        AccessLike = source.AccessLike;
        History = source.History;
        HistoryParent = source.HistoryParent;
        var all = SystemFields(source).Concat(source.Fields);
        Fields = [.. all.Select((f, i) => f with { Ordinal = i })];
        byName = Fields.ToFrozenDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);
        byRelationship = Fields.Where(f => f.RelationshipName is not null)
            .ToFrozenDictionary(f => f.RelationshipName!, StringComparer.OrdinalIgnoreCase);
        Id = byName["Id"];
        IsDeleted = byName["IsDeleted"];
        CreatedDate = byName["CreatedDate"];
        CreatedById = byName["CreatedById"];
        LastModifiedDate = Find("LastModifiedDate");
        LastModifiedById = Find("LastModifiedById");
        SystemModstamp = Find("SystemModstamp");
    }

    public string Name { get; }
    public string Label { get; }
    public string LabelPlural { get; }
    public string KeyPrefix { get; }
    public bool ReadOnly { get; }

    /// <summary>The object whose permissions govern this one (history follows its parent).</summary>
    public string? AccessLike { get; }

    public string? History { get; }
    public string? HistoryParent { get; }
    public IReadOnlyList<FieldDefinition> Fields { get; }
    public FieldDefinition Id { get; }
    public FieldDefinition IsDeleted { get; }
    public FieldDefinition CreatedDate { get; }
    public FieldDefinition CreatedById { get; }
    public FieldDefinition? LastModifiedDate { get; }
    public FieldDefinition? LastModifiedById { get; }
    public FieldDefinition? SystemModstamp { get; }

    public FieldDefinition? Find(string name) => byName.GetValueOrDefault(name);

    public FieldDefinition Field(string name) =>
        byName.TryGetValue(name, out var field) ? field : throw new InvalidOperationException($"{Name} has no field {name}.");

    public FieldDefinition? FindRelationship(string name) => byRelationship.GetValueOrDefault(name);

    private static IEnumerable<FieldDefinition> SystemFields(ObjectSource source)
    {
        yield return System("Id", FieldType.Id) with { Length = 18 };
        yield return System("IsDeleted", FieldType.Boolean);
        yield return System("CreatedDate", FieldType.DateTime);
        yield return System("CreatedById", FieldType.Reference) with { ReferenceTo = ["User"], RelationshipName = "CreatedBy" };
        if (source.ReadOnly)
            yield break;
        yield return System("LastModifiedDate", FieldType.DateTime);
        yield return System("LastModifiedById", FieldType.Reference) with { ReferenceTo = ["User"], RelationshipName = "LastModifiedBy" };
        yield return System("SystemModstamp", FieldType.DateTime);
    }

    private static FieldDefinition System(string name, FieldType type) =>
        new() { Name = name, Type = type, Nillable = false, DefaultedOnCreate = true, IsSystem = true, Createable = false, Updateable = false };
}

/// <summary>The shape of a file under <c>objects/</c>.</summary>
internal sealed record ObjectSource(
    string Name,
    string Label,
    string LabelPlural,
    string KeyPrefix,
    IReadOnlyList<FieldDefinition> Fields,
    string? History = null,
    string? HistoryParent = null,
    string? AccessLike = null,
    bool ReadOnly = false);
