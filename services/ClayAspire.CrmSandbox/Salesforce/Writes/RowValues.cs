using System.Text.Json;
using System.Text.RegularExpressions;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Writes;

/// <summary>The fields of one row as sent, checked against metadata and field permissions.</summary>
internal static partial class RowValues
{
    private static readonly string[] NotFields = ["attributes", "id"];

    /// <summary>
    /// Reads the row. A value of a wrong JSON type refuses the entire request (or the row, as told); anything else is the row's own error. The values hold what was asked
    /// for in known fields, refused ones too: the audit must see them, and an error keeps them from being used.
    /// </summary>
    public static (IReadOnlyList<(FieldDefinition Field, object? Value)> Values, RowError? Error) Read(
        ObjectDefinition type, JsonElement row, AccessRights rights, bool creating, bool typeErrorsAreRows)
    {
        var values = new List<(FieldDefinition, object?)>();
        var refused = new List<string>();
        string? unknown = null;
        RowError? wrongType = null;
        foreach (var property in row.EnumerateObject().Where(p => !NotFields.Contains(p.Name, StringComparer.OrdinalIgnoreCase)))
        {
            if (type.Find(property.Name) is not { } field)
            {
                unknown ??= property.Name;
                continue;
            }

            var allowed = creating ? rights.CanCreate(type, field) : rights.CanEdit(type, field);
            if (!allowed)
                refused.Add(field.Name);
            if (FieldCodec.TryRead(field, property.Value, out var value))
            {
                values.Add((field, value));
            }
            else if (allowed && typeErrorsAreRows)
            {
                wrongType ??= new RowError("INVALID_TYPE_ON_FIELD_IN_RECORD", $"{field.Label ?? field.Name}: value not of required type: {Shorten(property.Value.ToString())}", field.Name);
            }
            else if (allowed)
            {
                throw ApiFailure.Malformed(
                    $"Cannot deserialize instance of {field.Type.ToString().ToLowerInvariant()} from VALUE_{property.Value.ValueKind.ToString().ToUpperInvariant()} value {Shorten(property.Value.GetRawText())} for field {field.Name} or request may be missing a required field");
            }
        }

        if (unknown is not null)
            return (values, new RowError("INVALID_FIELD", $"No such column '{unknown}' on sobject of type {type.Name}"));
        if (refused.Count == 0)
            return (values, wrongType ?? values.Select(v => CheckValue(v.Item1, v.Item2)).FirstOrDefault(e => e is not null));
        var names = string.Join(", ", refused);
        return (values, new RowError("INVALID_FIELD_FOR_INSERT_UPDATE",
            $"Unable to create/update fields: {names}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.", [.. refused]));
    }

    private static RowError? CheckValue(FieldDefinition field, object? value) => value switch
    {
        string text when field.Length > 0 && field.Type != FieldType.Picklist && text.Length > field.Length =>
            new RowError("STRING_TOO_LONG", $"{field.Label ?? field.Name}: data value too large: {Shorten(text)} (max length={field.Length})", field.Name),
        string text when field.Type == FieldType.Email && !EmailPattern().IsMatch(text) =>
            new RowError("INVALID_EMAIL_ADDRESS", $"{field.Label ?? field.Name}: invalid email address: {text}", field.Name),
        string text when field.Type == FieldType.Reference && SalesforceId.Normalize(text) is null =>
            new RowError("MALFORMED_ID", $"{field.Label ?? field.Name}: id value of incorrect type: {text}", field.Name),
        _ => null,
    };

    private static string Shorten(string text) => text.Length <= 255 ? text : text[..255] + "...";

    [GeneratedRegex(@"^[^\s@<>()\[\],;:""\\]+@[^\s@<>()\[\],;:""\\.]+(\.[^\s@<>()\[\],;:""\\.]+)+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex EmailPattern();
}
