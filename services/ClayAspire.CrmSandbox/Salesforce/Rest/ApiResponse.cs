using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>A finished answer. It is sent after the work is committed, so that a fault can still lose it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">Its bytes; empty when the answer has none.</param>
/// <param name="ContentType">Media type of the body.</param>
internal sealed record ApiResponse(int Status, ReadOnlyMemory<byte> Body, string ContentType = ApiResponse.JsonType)
{
    public const string JsonType = "application/json;charset=UTF-8";
    public const string CsvType = "text/csv";

    // The platform escapes no more than JSON must: "+0000", not "\u002B0000".
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Headers of the answer beside those that every answer has.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public static ApiResponse NoContent { get; } = Empty(204);

    public static ApiResponse Empty(int status) => new(status, ReadOnlyMemory<byte>.Empty);

    public static ApiResponse Json(Action<Utf8JsonWriter> write, int status = 200)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Format))
            write(json);
        return new ApiResponse(status, buffer.WrittenMemory);
    }

    /// <summary>The same answer with more headers.</summary>
    public ApiResponse With(params (string Name, string Value)[] headers) => this with { Headers = [.. Headers, .. headers] };

    /// <summary>The platform's error array.</summary>
    public static ApiResponse Error(int status, string code, string message, IReadOnlyList<string>? fields = null) => Json(json =>
    {
        json.WriteStartArray();
        WriteError(json, code, message, fields);
        json.WriteEndArray();
    }, status);

    /// <summary>One error as single-record calls spell it.</summary>
    public static void WriteError(Utf8JsonWriter json, string code, string message, IReadOnlyList<string>? fields = null)
    {
        json.WriteStartObject();
        json.WriteString("message", message);
        json.WriteString("errorCode", code);
        if (fields is { Count: > 0 })
        {
            json.WriteStartArray("fields");
            foreach (var field in fields)
                json.WriteStringValue(field);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
