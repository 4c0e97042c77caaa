using System.Globalization;
using System.Text;
using System.Text.Json;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>
/// CSV as Bulk API 2.0 takes and answers it: comma, LF, every cell in quotes. A blank cell changes nothing; <c>#N/A</c> clears.
/// </summary>
internal static class BulkCsv
{
    /// <summary>What clears a field. A text that is spelled so cannot be written by a job.</summary>
    public const string Clear = "#N/A";

    /// <summary>The column that rows are told apart by; results come in no order.</summary>
    public const string Key = "Id";

    /// <summary>The rows of as many updates as fit, at least one, and how many those are.</summary>
    public static (byte[] Text, int Rows) Write(ObjectDescription description, IReadOnlyList<RecordUpdate> updates, int maxBytes)
    {
        string[] fields = [.. updates.SelectMany(u => u.Changes.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        using var text = new MemoryStream();
        Append(text, [Key, .. fields]);
        var rows = 0;
        foreach (var update in updates)
        {
            var before = text.Length;
            Append(text, [update.Id, .. fields.Select(f => Cell(description, f, update.Changes.GetValueOrDefault(f)))]);
            if (text.Length > maxBytes && rows > 0)
            {
                text.SetLength(before);
                break;
            }
            rows++;
        }
        return (text.ToArray(), rows);
    }

    /// <summary>The rows of an answer as JSON objects of texts, so that they are read like those of a query; a blank cell is null.</summary>
    /// <exception cref="FormatException">The text is no such CSV: it was cut off, or a row is longer or shorter than the header.</exception>
    public static IEnumerable<JsonElement> ReadObjects(string csv)
    {
        string[]? header = null;
        foreach (var row in Read(csv))
        {
            if (header is null)
            {
                header = row;
                continue;
            }
            yield return Object(header, row);
        }
    }

    /// <summary>The rows of an answer by column name.</summary>
    /// <exception cref="FormatException">The text is no such CSV.</exception>
    public static IEnumerable<IReadOnlyDictionary<string, string>> ReadRows(string csv)
    {
        string[]? header = null;
        foreach (var row in Read(csv))
        {
            if (header is null)
            {
                header = row;
                continue;
            }
            Check(header, row);
            var cells = new Dictionary<string, string>(header.Length, StringComparer.Ordinal);
            for (var i = 0; i < header.Length; i++)
                cells[header[i]] = row[i];
            yield return cells;
        }
    }

    private static IEnumerable<string[]> Read(string csv)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        for (var i = 0; i < csv.Length; i++)
        {
            if (csv[i] == '"')
            {
                i = Quoted(csv, i, cell);
            }
            else if (csv[i] == ',')
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else if (csv[i] == '\n')
            {
                cells.Add(cell.ToString());
                cell.Clear();
                yield return [.. cells];
                cells.Clear();
            }
            else if (csv[i] != '\r')
            {
                cell.Append(csv[i]);
            }
        }
        if (cell.Length == 0 && cells.Count == 0)
            yield break;
        cells.Add(cell.ToString());
        yield return [.. cells];
    }

    // From the opening quote; where the closing one stands.
    private static int Quoted(string csv, int open, StringBuilder cell)
    {
        for (var i = open + 1; i < csv.Length; i++)
        {
            if (csv[i] != '"')
                cell.Append(csv[i]);
            else if (i + 1 < csv.Length && csv[i + 1] == '"')
                cell.Append(csv[++i]);
            else
                return i;
        }
        throw new FormatException("The CRM's CSV ends inside a cell.");
    }

    private static JsonElement Object(string[] header, string[] row)
    {
        Check(header, row);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            for (var i = 0; i < header.Length; i++)
            {
                if (row[i].Length == 0)
                    json.WriteNull(header[i]);
                else
                    json.WriteString(header[i], row[i]);
            }
            json.WriteEndObject();
        }
        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static void Check(string[] header, string[] row)
    {
        if (row.Length != header.Length)
            throw new FormatException($"The CRM's CSV has a row of {row.Length} cells below a header of {header.Length}.");
    }

    private static string Cell(ObjectDescription description, string field, FieldChange change)
    {
        var isCheckbox = description.Fields.TryGetValue(field, out var known) && known.Type == FieldType.Checkbox;
        return change.Kind switch
        {
            ChangeKind.Leave => "",
            ChangeKind.Clear => isCheckbox ? "false" : Clear,
            ChangeKind.Set when isCheckbox => change.Value == FieldValue.True ? "true" : "false",
            ChangeKind.Set => change.Value.Text!,
            _ => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Unknown kind of change {change.Kind}.")),
        };
    }

    private static void Append(MemoryStream text, IEnumerable<string> cells) =>
        text.Write(Encoding.UTF8.GetBytes(string.Join(',', cells.Select(c => $"\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\n"));
}
