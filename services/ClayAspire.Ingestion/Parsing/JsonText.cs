using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ClayAspire.Ingestion.Parsing;

/// <summary>The two places where valid JSON is more than .NET or PostgreSQL can hold: escaped half surrogates, and huge numbers.</summary>
internal static class JsonText
{
    /// <summary>The string's text; false when it escapes half a surrogate pair.</summary>
    public static bool TryGetString(JsonElement value, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = value.GetString() ?? "";
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    /// <summary>Whether a number can be kept as a number: numeric overflows at exponents that JSON allows.</summary>
    public static bool IsOrdinaryNumber(JsonElement value) =>
        value.GetRawText().Length <= 64 && value.TryGetDouble(out var number) && double.IsFinite(number);
}
