namespace ClayAspire.Domain.Primitives;

/// <summary>How a field's value is spelled and compared.</summary>
public enum FieldType
{
    /// <summary>Text; blanks are trimmed at both ends.</summary>
    Text,

    /// <summary>True or false; false is blank.</summary>
    Checkbox,

    /// <summary>One of a closed list of texts.</summary>
    Picklist,

    /// <summary>A decimal number.</summary>
    Number,

    /// <summary>A point in time, kept in UTC to the second.</summary>
    DateTime,

    /// <summary>An e-mail address; compared in lower case.</summary>
    Email,
}
