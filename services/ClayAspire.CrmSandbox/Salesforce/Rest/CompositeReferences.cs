using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>Answers of earlier parts of a composite request, and the <c>@{ref.path}</c> that later parts fill with them.</summary>
internal sealed partial class CompositeReferences
{
    private readonly Dictionary<string, JsonElement> bodies = new(StringComparer.Ordinal);

    public void Add(string reference, ApiResponse response)
    {
        // What failed gives no values.
        var gives = response.Status < 300 && response.Body.Length > 0;
        bodies[reference] = gives ? JsonElement.Parse(response.Body.Span) : default;
    }

    /// <summary>The text with every reference replaced.</summary>
    /// <exception cref="ApiFailure">A reference leads nowhere.</exception>
    public string Fill(string text) => Pattern().Replace(text, m => Value(m.Groups["ref"].Value, m.Groups["path"].Value));

    /// <summary>The body with every reference in its texts replaced.</summary>
    /// <exception cref="ApiFailure">A reference leads nowhere.</exception>
    public JsonElement Fill(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Undefined || !body.GetRawText().Contains("@{", StringComparison.Ordinal))
            return body;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            Copy(json, body);
        return JsonElement.Parse(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private void Copy(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    json.WritePropertyName(property.Name);
                    Copy(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var element in value.EnumerateArray())
                    Copy(json, element);
                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                json.WriteStringValue(Fill(value.GetString()!));
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private string Value(string reference, string path)
    {
        if (bodies.TryGetValue(reference, out var value))
        {
            foreach (Match step in Steps().Matches(path))
            {
                var (name, index) = (step.Groups["name"], step.Groups["index"]);
                if (name.Success)
                    value = value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name.Value, out var property) ? property : default;
                else
                    value = value.ValueKind == JsonValueKind.Array && int.Parse(index.Value, System.Globalization.CultureInfo.InvariantCulture) is var i && i < value.GetArrayLength() ? value[i] : default;
            }
        }

        return value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
            ? value.ToString()
            : throw new ApiFailure(400, "PROCESSING_HALTED", $"Invalid reference specified. No value for {reference}{path} found in {reference}");
    }

    [GeneratedRegex(@"@\{(?<ref>\w+)(?<path>[^}]*)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\.(?<name>\w+)|\[(?<index>\d{1,6})\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Steps();
}
