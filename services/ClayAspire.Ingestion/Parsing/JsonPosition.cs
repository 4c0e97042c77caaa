using System.Text;
using System.Text.Json;

namespace ClayAspire.Ingestion.Parsing;

/// <summary>Where a JSON fault stands, both from 1; the column counts characters, not bytes.</summary>
internal sealed record JsonPosition(long Line, long Column)
{
    /// <summary>What usually causes a fault: a template that pastes a column's text between quotes as it is.</summary>
    public const string Remedy =
        "Most often a column with quotes or line breaks was pasted between quotes as it is: in Clay, drop the quotes around the column token and use JSON.stringify(/column), or build the body with a formula.";

    public static JsonPosition Of(JsonException fault, ReadOnlySpan<byte> body)
    {
        var line = fault.LineNumber ?? 0;
        var bytesInLine = fault.BytePositionInLine ?? 0;
        var start = 0;
        for (long i = 0; i < line; i++)
        {
            var next = body[start..].IndexOf((byte)'\n');
            if (next < 0)
                break;
            start += next + 1;
        }
        var upTo = (int)Math.Min(bytesInLine, body.Length - start);
        return new JsonPosition(line + 1, Encoding.UTF8.GetCharCount(body.Slice(start, upTo)) + 1);
    }

    /// <summary>The last property name that could be read before the fault: where a person should look.</summary>
    public static string? LastColumn(ReadOnlySpan<byte> body)
    {
        string? last = null;
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ClayBody.MaxDepth });
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                    last = reader.GetString();
            }
            return last;
        }
        catch (JsonException)
        {
            return last;
        }
        catch (InvalidOperationException)
        {
            // A name that is no valid UTF-8: the name before it is the nearest that can be shown.
            return last;
        }
    }
}
