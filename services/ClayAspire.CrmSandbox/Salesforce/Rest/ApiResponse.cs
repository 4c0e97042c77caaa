using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>A finished answer. It is sent after the work is committed, so that a fault can still lose it.</summary>
internal sealed record ApiResponse(int Status, ReadOnlyMemory<byte> Body)
{
    // The platform escapes no more than JSON must: "+0000", not "\u002B0000".
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ApiResponse NoContent { get; } = new(204, ReadOnlyMemory<byte>.Empty);

    public static ApiResponse Json(Action<Utf8JsonWriter> write, int status = 200)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Format))
            write(json);
        return new ApiResponse(status, buffer.WrittenMemory);
    }

    /// <summary>The platform's error array.</summary>
    public static ApiResponse Error(int status, string code, string message, IReadOnlyList<string>? fields = null) => Json(json =>
    {
        json.WriteStartArray();
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
        json.WriteEndArray();
    }, status);
}
