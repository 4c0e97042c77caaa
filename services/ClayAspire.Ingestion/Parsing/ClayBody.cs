using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ClayAspire.Ingestion.Parsing;

/// <summary>What a webhook body holds: rows, readable or not, or one fault that makes the whole body unreadable.</summary>
/// <param name="Rows">The rows in the order received.</param>
/// <param name="IsSingle">Whether the body was one object.</param>
/// <param name="Fault">Why the whole body cannot be read; null otherwise.</param>
internal sealed record ClayBody(IReadOnlyList<ParsedRow> Rows, bool IsSingle, BodyFault? Fault)
{
    /// <summary>Deepest nesting read.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads one object, an array of objects, or NDJSON; the content decides, unless <paramref name="isNdjson"/> says so.</summary>
    /// <param name="body">The bytes received; a byte order mark is skipped.</param>
    /// <param name="rows">Reads each row.</param>
    /// <param name="isNdjson">Whether the content type says NDJSON.</param>
    public static ClayBody Parse(ReadOnlyMemory<byte> body, RowReader rows, bool isNdjson)
    {
        if (body.Span.StartsWith(Encoding.UTF8.Preamble))
            body = body[3..];
        if (!Utf8.IsValid(body.Span))
            return Unreadable("not-utf8", "The body is not valid UTF-8.", null, null);
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return Unreadable("body-empty", "The body is empty. Send one JSON object, an array of objects, or one object a line.", null, null);
        if (isNdjson)
            return Lines(body, rows);
        try
        {
            using var document = JsonDocument.Parse(body, Options);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array)
                return new ClayBody([.. root.EnumerateArray().Select((row, i) => rows.Read(i + 1, row))], false, null);
            if (root.ValueKind == JsonValueKind.Object)
                return new ClayBody([rows.Read(1, root)], true, null);
            return Unreadable("row-not-an-object", "The body must be a JSON object, an array of objects, or one object a line.", null, null);
        }
        catch (JsonException fault)
        {
            if (FirstLineIsAnObject(body))
                return Lines(body, rows);
            return Unreadable("malformed-json", "The body is no JSON.", JsonPosition.Of(fault, body.Span), JsonPosition.LastColumn(body.Span));
        }
    }

    /// <summary>Reads one line of NDJSON; null for a blank line.</summary>
    public static ParsedRow? Line(long line, ReadOnlyMemory<byte> bytes, RowReader rows)
    {
        if (bytes.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return null;
        if (!Utf8.IsValid(bytes.Span))
            return ParsedRow.Faulty(line, RowFault.NotUtf8, Encoding.UTF8.GetString(bytes.Span));
        try
        {
            using var document = JsonDocument.Parse(bytes, Options);
            return rows.Read(line, document.RootElement);
        }
        catch (JsonException fault)
        {
            return ParsedRow.Faulty(line, RowFault.Malformed(JsonPosition.Of(fault, bytes.Span), JsonPosition.LastColumn(bytes.Span)),
                Encoding.UTF8.GetString(bytes.Span));
        }
    }

    private static ClayBody Lines(ReadOnlyMemory<byte> body, RowReader rows)
    {
        var parsed = new List<ParsedRow>();
        long line = 0;
        while (body.Length > 0)
        {
            line++;
            var end = body.Span.IndexOf((byte)'\n');
            var one = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (Line(line, one, rows) is { } row)
                parsed.Add(row);
        }
        return new ClayBody(parsed, false, null);
    }

    private static bool FirstLineIsAnObject(ReadOnlyMemory<byte> body)
    {
        var start = body.Span.IndexOfAnyExcept(" \t\r\n"u8);
        var rest = body[start..];
        var end = rest.Span.IndexOf((byte)'\n');
        // One line only is no NDJSON: its fault is reported as a fault of the whole body.
        if (end < 0 || rest.Span[(end + 1)..].IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return false;
        try
        {
            using var document = JsonDocument.Parse(rest[..end], Options);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ClayBody Unreadable(string code, string message, JsonPosition? at, string? afterColumn) =>
        new([], false, new BodyFault(code, message, at, afterColumn));
}

/// <summary>Why a whole body cannot be read.</summary>
/// <param name="Code">A stable code.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="At">Where; null when it has no place.</param>
/// <param name="AfterColumn">The last column name that could be read before the fault.</param>
internal sealed record BodyFault(string Code, string Message, JsonPosition? At, string? AfterColumn);
