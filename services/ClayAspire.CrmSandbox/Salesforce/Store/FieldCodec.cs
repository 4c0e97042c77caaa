using System.Globalization;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Store;

/// <summary>Field values to and from JSON, the way the platform spells them.</summary>
internal static class FieldCodec
{
    private const string DateTimeOut = "yyyy-MM-dd'T'HH:mm:ss.fff'+0000'";
    private const string DateOut = "yyyy-MM-dd";

    private static readonly string[] DateTimeIn = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK"];

    public static string Format(DateTimeOffset value) => value.ToUniversalTime().ToString(DateTimeOut, CultureInfo.InvariantCulture);

    public static void Write(Utf8JsonWriter json, FieldDefinition field, object? value)
    {
        switch (value)
        {
            case null when field.Type == FieldType.Boolean: json.WriteBooleanValue(false); break;
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case decimal number when field.Type == FieldType.Int || number != decimal.Truncate(number): json.WriteNumberValue(number); break;
            // The platform always shows a fraction on doubles: 12 is sent as 12.0.
            case decimal number: json.WriteRawValue(number.ToString("0.0", CultureInfo.InvariantCulture)); break;
            case DateTimeOffset moment: json.WriteStringValue(Format(moment)); break;
            case DateOnly day: json.WriteStringValue(day.ToString(DateOut, CultureInfo.InvariantCulture)); break;
            default: throw new InvalidOperationException($"{field.Name} holds a {value.GetType().Name}, which no field type has.");
        }
    }

    /// <summary>
    /// A value as it came in. Returns false when its JSON type does not fit the field (the platform then refuses the entire request).
    /// Text is trimmed and blank text is null, as the platform stores it.
    /// </summary>
    public static bool TryRead(FieldDefinition field, JsonElement json, out object? value)
    {
        value = null;
        if (json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            value = field.Type == FieldType.Boolean ? false : null;
            return true;
        }

        if (json.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            return false;
        var text = json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText();
        switch (field.Type)
        {
            case FieldType.AnyType:
                value = json.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, JsonValueKind.Number => json.GetDecimal(), _ => text };
                return true;
            case FieldType.Boolean:
                if (!bool.TryParse(text, out var flag))
                    return false;
                value = flag;
                return true;
            case FieldType.Int or FieldType.Double or FieldType.Currency:
                if (text.Length == 0)
                    return true;
                if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                    return false;
                value = number;
                return field.Type != FieldType.Int || number == decimal.Truncate(number);
            case FieldType.Date:
                if (text.Length == 0)
                    return true;
                if (!TryParseDate(text.Length > 10 ? text[..10] : text, out var day))
                    return false;
                value = day;
                return true;
            case FieldType.DateTime:
                if (text.Length == 0)
                    return true;
                if (!TryParseDateTime(text, out var moment))
                    return false;
                value = moment;
                return true;
            default:
                if (json.ValueKind is JsonValueKind.True or JsonValueKind.False)
                    return false;
                var trimmed = text.Trim();
                value = trimmed.Length == 0 ? null : trimmed;
                return true;
        }
    }

    public static bool TryParseDate(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, DateOut, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    public static bool TryParseDateTime(string text, out DateTimeOffset moment)
    {
        // "+0000" is the platform's own spelling of the offset; .NET wants the colon.
        if (text.Length > 5 && text[^5] is '+' or '-' && text.Contains('T', StringComparison.Ordinal))
            text = string.Concat(text.AsSpan(0, text.Length - 2), ":", text.AsSpan(text.Length - 2));
        var parsed = DateTimeOffset.TryParseExact(text, DateTimeIn, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);
        moment = moment.ToUniversalTime();
        return parsed;
    }
}
