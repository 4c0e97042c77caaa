using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Ingestion.Parsing;

/// <summary>Makes a <see cref="ParsedRow"/> from one JSON object or from the cells of one line, for one table.</summary>
/// <param name="table">The table's name; part of the idempotency key.</param>
internal sealed class RowReader(string table)
{
    private static readonly string[] IdColumns = ["row_id", "clay_row_id", "id"];
    private static readonly string[] TimeColumns = ["occurred_at", "enriched_at", "updated_at"];
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads one JSON value that should be a row.</summary>
    public ParsedRow Read(long line, JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object)
            return ParsedRow.Faulty(line, RowFault.NotAnObject(Article(row.ValueKind)), row.GetRawText());
        var cells = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in row.EnumerateObject())
        {
            if (!TryName(property, out var name))
                return ParsedRow.Faulty(line, RowFault.BadText("(name)"), row.GetRawText());
            cells[name] = property.Value;
        }
        var texts = new List<KeyValuePair<string, string?>>(cells.Count);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in cells)
            {
                if (!TryWriteScalar(writer, name, value, out var text))
                    return ParsedRow.Faulty(line, RowFault.BadText(name), row.GetRawText());
                texts.Add(new(name, text));
            }
            writer.WriteEndObject();
        }
        return Finish(line, texts, Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length), row.GetRawText);
    }

    /// <summary>Reads the cells of one line of a CSV file.</summary>
    public ParsedRow Read(long line, IReadOnlyList<string> columns, IReadOnlyList<string> cells, Func<string> raw)
    {
        if (columns.Count != cells.Count)
            return ParsedRow.Faulty(line, RowFault.CellCount(columns.Count, cells.Count), raw());
        var texts = new List<KeyValuePair<string, string?>>(columns.Count);
        for (var i = 0; i < columns.Count; i++)
        {
            if (cells[i].Contains('\uFFFD', StringComparison.Ordinal))
                return ParsedRow.Faulty(line, RowFault.NotUtf8, raw());
            if (!IsStorable(cells[i]))
                return ParsedRow.Faulty(line, RowFault.BadText(columns[i]), raw());
            texts.Add(new(columns[i], cells[i]));
        }
        texts.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartObject();
            foreach (var (name, text) in texts)
                writer.WriteString(name, text);
            writer.WriteEndObject();
        }
        return Finish(line, texts, Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length), raw);
    }

    /// <summary>Whether PostgreSQL's jsonb can keep the text: no NUL, no half surrogate pair.</summary>
    public static bool IsStorable(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        }
        return true;
    }

    private ParsedRow Finish(long line, List<KeyValuePair<string, string?>> cells, string json, Func<string> raw)
    {
        if (cells.Count == 0)
            return ParsedRow.Faulty(line, RowFault.Empty, raw());
        return new ParsedRow(line, json, Key(cells), Time(cells), null, "");
    }

    // Equal rows are equal however they came: a number and its text, null and "", a file and a webhook give one key.
    private string Key(List<KeyValuePair<string, string?>> cells)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, text) in cells)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData([0]);
            hash.AppendData(Encoding.UTF8.GetBytes(text ?? ""));
            hash.AppendData([1]);
        }
        var id = Find(cells, IdColumns);
        if (id is { Length: > 200 })
            id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
        return $"{table}:{id}:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    private static DateTimeOffset? Time(List<KeyValuePair<string, string?>> cells) =>
        DateTimeOffset.TryParse(Find(cells, TimeColumns), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    private static string? Find(List<KeyValuePair<string, string?>> cells, string[] names)
    {
        foreach (var wanted in names)
        {
            foreach (var (name, text) in cells)
            {
                if (name.Equals(wanted, StringComparison.OrdinalIgnoreCase) && !FieldCodec.IsBlankSpelling(text))
                    return text!.Trim();
            }
        }
        return null;
    }

    private static bool TryName(JsonProperty property, out string name)
    {
        try
        {
            name = property.Name.Trim();
            return IsStorable(name);
        }
        catch (InvalidOperationException)
        {
            // The name escapes half a surrogate pair.
            name = "";
            return false;
        }
    }

    private static bool TryWriteScalar(Utf8JsonWriter writer, string name, JsonElement value, out string? text)
    {
        text = null;
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                writer.WriteNull(name);
                return true;
            case JsonValueKind.True or JsonValueKind.False:
                text = value.GetBoolean() ? "true" : "false";
                writer.WriteBoolean(name, value.GetBoolean());
                return true;
            case JsonValueKind.Number when JsonText.IsOrdinaryNumber(value):
                text = value.GetRawText();
                writer.WritePropertyName(name);
                writer.WriteRawValue(text);
                return true;
            case JsonValueKind.String:
                if (!JsonText.TryGetString(value, out text) || !IsStorable(text))
                    return false;
                writer.WriteString(name, text);
                return true;
            default:
                // Nested values (and numbers past what a database keeps) stay as JSON text: nothing is lost, and a row stays flat.
                text = value.GetRawText();
                if (!IsStorable(text))
                    return false;
                writer.WriteString(name, text);
                return true;
        }
    }

    private static string Article(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
