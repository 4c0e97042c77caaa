namespace ClayAspire.Ingestion.Parsing;

/// <summary>Reads through to another stream, counts the bytes, and stops at a limit.</summary>
/// <param name="inner">The request's body; left open.</param>
/// <param name="limit">Most bytes allowed.</param>
internal sealed class CountingStream(Stream inner, long limit) : Stream
{
    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => BytesRead;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await inner.ReadAsync(buffer, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Count(int read)
    {
        BytesRead += read;
        return BytesRead <= limit ? read : throw new FileFaultException("file-too-large",
            $"The file is larger than {limit} bytes. Split it, or raise Ingestion:MaxFileBytes.");
    }
}

/// <summary>A file that cannot be read on from here: what was read before stays accepted.</summary>
internal sealed class FileFaultException(string code, string message) : Exception(message)
{
    /// <summary>A stable code.</summary>
    public string Code { get; } = code;
}
