using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>How two values of one field compare: text without regard to case, ids letter by letter, nulls before everything.</summary>
internal static class ValueOrder
{
    /// <summary>The order of a field's values.</summary>
    public static Comparison<object?> Of(FieldDefinition field) =>
        field.Type is FieldType.Id or FieldType.Reference ? (a, b) => string.CompareOrdinal((string?)a, (string?)b) : Compare;

    public static int Compare(object? a, object? b) => (a, b) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string x, string y) => string.Compare(x, y, StringComparison.OrdinalIgnoreCase),
        (bool x, bool y) => x.CompareTo(y),
        (decimal x, decimal y) => x.CompareTo(y),
        (DateTimeOffset x, DateTimeOffset y) => x.CompareTo(y),
        (DateOnly x, DateOnly y) => x.CompareTo(y),
        _ => string.CompareOrdinal(Convert.ToString(a, System.Globalization.CultureInfo.InvariantCulture), Convert.ToString(b, System.Globalization.CultureInfo.InvariantCulture)),
    };
}
