namespace ClayAspire.CrmSandbox.Salesforce.Metadata;

/// <summary>The field types of the platform that the twin knows; the lower-case name is what describe calls them.</summary>
internal enum FieldType
{
    Id,
    String,
    TextArea,
    Email,
    Phone,
    Url,
    Picklist,
    Boolean,
    Int,
    Double,
    Currency,
    Date,
    DateTime,
    Reference,
    AnyType,
}
