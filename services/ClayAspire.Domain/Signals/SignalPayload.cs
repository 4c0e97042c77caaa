using System.Text.Json;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Signals;

/// <summary>Reads the columns of a signal's payload.</summary>
internal static class SignalPayload
{
    /// <summary>Values by column, without regard to case; null for what has none.</summary>
    public static IReadOnlyDictionary<string, string?> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            // The event as received stands beside its normalised keys and is never read for values.
            if (property.Name == "raw" && property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                continue;
            values[property.Name] = property.Value.ValueKind switch
            {
                JsonValueKind.Null or JsonValueKind.Undefined => null,
                JsonValueKind.String => property.Value.GetString(),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => property.Value.GetRawText(),
            };
        }
        return values;
    }

    /// <summary>The first of the columns that is not blank, trimmed; null when all are.</summary>
    public static string? First(IReadOnlyDictionary<string, string?> payload, IEnumerable<string> columns) =>
        columns.Select(c => payload.GetValueOrDefault(c)).FirstOrDefault(v => !FieldCodec.IsBlankSpelling(v))?.Trim();
}
