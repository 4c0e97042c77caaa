using System.Globalization;
using System.Text.Json;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>Values between JSON and canonical text.</summary>
internal static class SalesforceValues
{
    /// <summary>How a described type is spelled and compared.</summary>
    public static FieldType TypeOf(string described) => described switch
    {
        "boolean" => FieldType.Checkbox,
        "int" or "long" or "double" or "currency" or "percent" => FieldType.Number,
        "datetime" => FieldType.DateTime,
        "email" => FieldType.Email,
        "picklist" => FieldType.Picklist,
        _ => FieldType.Text,
    };

    /// <summary>
    /// The canonical form of a live value. Unlike values from sources, a live text is never taken for "no value":
    /// somebody may be called Na, and a fill-blank rule must not overwrite that.
    /// </summary>
    public static FieldValue Read(FieldType type, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return FieldValue.Blank;
            case JsonValueKind.True:
                return FieldValue.True;
            case JsonValueKind.False:
                return FieldValue.Blank;
            case JsonValueKind.Number:
                return Parsed(FieldType.Number, json.GetRawText());
            case JsonValueKind.String:
                var text = json.GetString()!.Trim();
                if (text.Length == 0)
                    return FieldValue.Blank;
                return type switch
                {
                    FieldType.DateTime or FieldType.Number or FieldType.Checkbox => Parsed(type, text),
                    FieldType.Email => FieldValue.FromCanonical(text.ToLowerInvariant()),
                    _ => FieldValue.FromCanonical(text.ReplaceLineEndings("\n")),
                };
            default:
                // Compound fields (addresses, geolocation) are read-only in the CRM and have no contract.
                return FieldValue.FromCanonical(json.GetRawText());
        }
    }

    /// <summary>A value of the field history, which may be spelled in a way that the field itself does not take: then as it stands.</summary>
    public static FieldValue ReadLoosely(FieldType type, JsonElement json) =>
        json.ValueKind == JsonValueKind.String && type is FieldType.DateTime or FieldType.Number or FieldType.Checkbox && !FieldCodec.TryParse(type, json.GetString(), out _)
            ? FieldValue.FromCanonical(json.GetString()!.Trim())
            : Read(type, json);

    /// <summary>Writes a change as the field's JSON value; a field that is left alone is not written at all.</summary>
    public static void Write(Utf8JsonWriter json, string field, FieldType type, FieldChange change)
    {
        switch (change.Kind)
        {
            case ChangeKind.Leave:
                break;
            case ChangeKind.Clear when type == FieldType.Checkbox:
                json.WriteBoolean(field, false);
                break;
            case ChangeKind.Clear:
                json.WriteNull(field);
                break;
            case ChangeKind.Set when type == FieldType.Checkbox:
                json.WriteBoolean(field, change.Value == FieldValue.True);
                break;
            case ChangeKind.Set when type == FieldType.Number:
                json.WriteNumber(field, decimal.Parse(change.Value.Text!, NumberStyles.Number, CultureInfo.InvariantCulture));
                break;
            case ChangeKind.Set:
                json.WriteString(field, change.Value.Text);
                break;
            default:
                throw new InvalidOperationException($"Unknown kind of change {change.Kind}.");
        }
    }

    /// <summary>A time as the REST API spells it: <c>2026-11-22T06:31:48.000+0000</c>.</summary>
    public static DateTimeOffset? ReadTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    private static FieldValue Parsed(FieldType type, string text) =>
        FieldCodec.TryParse(type, text, out var value)
            ? value
            : throw new FormatException($"The CRM answered a value that is no {type}.");
}
