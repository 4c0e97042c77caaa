using System.Globalization;

namespace ClayAspire.Domain.Primitives;

/// <summary>
/// Turns what a source sent, or what a CRM answered, into a <see cref="FieldValue"/>, so that equal values are equal texts.
/// </summary>
public static class FieldCodec
{
    /// <summary>
    /// Spellings that Clay and spreadsheets use for "no value" (vendor page: university.clay.com HTTP API integration;
    /// unresolved column tokens arrive as <c>undefined</c>). "NA" and "None" are left out: a country code and a picklist value.
    /// </summary>
    private static readonly HashSet<string> BlankSpellings = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "null", "undefined", "n/a", "#n/a", "nan", "-", "--", "(blank)",
    };

    /// <summary>Whether <paramref name="raw"/> is one of the known spellings of "no value".</summary>
    public static bool IsBlankSpelling(string? raw) => raw is null || BlankSpellings.Contains(raw.Trim());

    /// <summary>Reads <paramref name="raw"/> as a value of <paramref name="type"/>.</summary>
    /// <param name="type">The field's type.</param>
    /// <param name="raw">The text as received; null is blank.</param>
    /// <param name="value">The canonical value; blank when the result is false.</param>
    /// <returns>False when the text is no value of that type.</returns>
    public static bool TryParse(FieldType type, string? raw, out FieldValue value)
    {
        value = FieldValue.Blank;
        if (IsBlankSpelling(raw))
            return true;
        var text = raw!.Trim();
        switch (type)
        {
            case FieldType.Text:
            case FieldType.Picklist:
                value = FieldValue.FromCanonical(text.ReplaceLineEndings("\n"));
                return true;
            case FieldType.Email:
                value = FieldValue.FromCanonical(text.ToLowerInvariant());
                return true;
            case FieldType.Checkbox:
                return TryParseCheckbox(text, out value);
            case FieldType.Number:
                if (!decimal.TryParse(text, NumberStyles.Number | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number))
                    return false;
                value = FieldValue.FromCanonical(number.ToString("0.############################", CultureInfo.InvariantCulture));
                return true;
            case FieldType.DateTime:
                // Salesforce sends "+0000" without a colon, which DateTimeOffset accepts only through "zzz"-free parsing.
                if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
                    return false;
                value = FieldValue.FromCanonical(at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                return true;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown field type.");
        }
    }

    private static bool TryParseCheckbox(string text, out FieldValue value)
    {
        value = FieldValue.Blank;
        switch (text.ToLowerInvariant())
        {
            case "true" or "1" or "yes" or "y" or "on":
                value = FieldValue.True;
                return true;
            case "false" or "0" or "no" or "n" or "off":
                return true;
            default:
                return false;
        }
    }
}
