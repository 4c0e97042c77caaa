using System.Runtime.CompilerServices;

namespace ClayAspire.CrmSandbox.Salesforce.Metadata;

/// <summary>One field of an object. Describe, field permissions, checks and codecs all read this and nothing else.</summary>
internal sealed record FieldDefinition
{
    public required string Name { get; init; }
    public string? Label { get; init; }
    public required FieldType Type { get; init; }
    public int Length { get; init; }
    public int Precision { get; init; }
    public int Scale { get; init; }
    public bool Nillable { get; init; } = true;
    public bool Createable { get; init; } = true;
    public bool Updateable { get; init; } = true;
    public bool DefaultedOnCreate { get; init; }
    public string? Default { get; init; }
    public bool ExternalId { get; init; }
    public bool Unique { get; init; }
    public bool IdLookup { get; init; }
    public bool Indexed { get; init; }
    public bool TrackHistory { get; init; }

    /// <summary>Text of the formula; the twin computes the value on each read, so it is never stored.</summary>
    public string? Formula { get; init; }

    /// <summary>Computed by the platform from other records or fields (Name, HasResponded, …); never stored either.</summary>
    public bool Derived { get; init; }

    public bool Restricted { get; init; }
    public IReadOnlyList<string> Values { get; init; } = [];
    public IReadOnlyList<string> ReferenceTo { get; init; } = [];
    public string? RelationshipName { get; init; }

    /// <summary>Whether permission sets can grant it one by one. Null: the platform's rule (not for required and system fields).</summary>
    public bool? Permissionable { get; init; }

    /// <summary>Place in the record's value array, given by the object.</summary>
    public int Ordinal { get; init; }

    public bool IsSystem { get; init; }
    public bool Custom => Name.EndsWith("__c", StringComparison.OrdinalIgnoreCase);
    public bool Computed => Formula is not null || Derived;
    public bool CanBeCreated => Createable && !Computed && !IsSystem;
    public bool CanBeUpdated => Updateable && !Computed && !IsSystem;
    public bool Required => !Nillable && Type != FieldType.Boolean;
    public bool IsPermissionable => Permissionable ?? (!IsSystem && !(Required && !Computed && ReferenceTo.Count == 0 && CanBeCreated));

    /// <summary>Long text areas can be neither filtered nor sorted, and history keeps no values of them.</summary>
    public bool IsLongText => Type == FieldType.TextArea && Length > 255;

    public bool HasIndex => ExternalId || Unique || IdLookup || Indexed;
    public bool IsKey => ExternalId || IdLookup;
    public bool IsText => Type is FieldType.String or FieldType.TextArea or FieldType.Email or FieldType.Phone or FieldType.Url or FieldType.Picklist;
    public bool IsNumber => Type is FieldType.Int or FieldType.Double or FieldType.Currency;

    // A definition is itself and nothing else; comparing all its values on each lookup would be slow.
    public bool Equals(FieldDefinition? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
