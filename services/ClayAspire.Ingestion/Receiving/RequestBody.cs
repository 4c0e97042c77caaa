using System.Buffers;

namespace ClayAspire.Ingestion.Receiving;

/// <summary>Reads a webhook's body whole, up to a limit.</summary>
internal static class RequestBody
{
    /// <summary>The body; null when it is larger than the limit.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, int limit, CancellationToken cancel)
    {
        if (request.ContentLength > limit)
            return null;
        var body = new ArrayBufferWriter<byte>((int)Math.Clamp(request.ContentLength ?? 4096, 256, limit));
        while (true)
        {
            var read = await request.Body.ReadAsync(body.GetMemory(4096), cancel);
            if (read == 0)
                return body.WrittenMemory;
            body.Advance(read);
            if (body.WrittenCount > limit)
                return null;
        }
    }
}
