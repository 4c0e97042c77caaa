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
        Access = source.Access;
        RecordTypes = source.RecordTypes ?? [];
        History = source.History;
        HistoryParent = source.HistoryParent;
        // What cannot be written has no field permissions either.
        var own = source.ReadOnly ? source.Fields.Select(f => f with { Createable = false, Updateable = false, Permissionable = false }) : source.Fields;
        var all = SystemFields(source).Concat(own);
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

    /// <summary>Who may see the object at all.</summary>
    public ObjectAccess Access { get; }

    /// <summary>Kinds of record, and the picklist values that each leaves.</summary>
    public IReadOnlyList<RecordTypeSource> RecordTypes { get; }

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
    ObjectAccess Access = ObjectAccess.Granted,
    IReadOnlyList<RecordTypeSource>? RecordTypes = null,
    bool ReadOnly = false);

/// <summary>A record type; fields that it does not name keep all their values.</summary>
internal sealed record RecordTypeSource(string DeveloperName, string Name, IReadOnlyDictionary<string, IReadOnlyList<string>> Values);

/// <summary>Who may see an object.</summary>
internal enum ObjectAccess
{
    /// <summary>Whom a permission set grants it.</summary>
    Granted,

    /// <summary>Everybody who may use the API.</summary>
    Everyone,

    /// <summary>Whoever may view set-up and configuration.</summary>
    Setup,

    /// <summary>Nobody over this API: another system of the twin keeps it here.</summary>
    Hidden,
}
