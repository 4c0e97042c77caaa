using System.Text;
using System.Text.Json;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Storage;

/// <summary>What PostgreSQL can keep: no NUL character, no half of a surrogate pair.</summary>
internal static class Storable
{
    /// <summary>The text with what cannot be kept replaced by U+FFFD.</summary>
    public static string Text(string text)
    {
        if (IsStorable(text))
            return text;
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            kept.Append(rune.Value == 0 ? Rune.ReplacementChar.ToString() : rune.ToString());
        return kept.ToString();
    }

    /// <summary>Why a payload cannot be kept; null when it can.</summary>
    public static Reason? PayloadFault(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return new Reason("payload-not-an-object", "The payload must be one JSON object.");
            return IsStorable(json) && AllStorable(document.RootElement)
                ? null
                : new Reason("unstorable-text", "The row holds a NUL character or half of a surrogate pair, which no database text can keep. Remove it at the source and send the row again.");
        }
        catch (JsonException e)
        {
            return new Reason("no-json", $"The payload is no JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            // GetString refuses an escaped half of a surrogate pair in this way.
            return new Reason("unstorable-text", "The row holds half of a surrogate pair, which is no text. Remove it at the source and send the row again.");
        }
    }

    private static bool AllStorable(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().All(p => IsStorable(p.Name) && AllStorable(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().All(AllStorable),
        JsonValueKind.String => IsStorable(element.GetString()!),
        // jsonb keeps numbers exactly, but not beyond its range.
        JsonValueKind.Number => element.GetRawText().Length <= 1000 && element.TryGetDouble(out var number) && double.IsFinite(number),
        _ => true,
    };

    private static bool IsStorable(string text)
    {
        if (!text.AsSpan().ContainsAny('\0', '\uD800') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return true;
        var span = text.AsSpan();
        while (!span.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(span, out var rune, out var used) != System.Buffers.OperationStatus.Done || rune.Value == 0)
                return false;
            span = span[used..];
        }
        return true;
    }
}
