using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;

namespace ClayAspire.Ingestion.Parsing;

/// <summary>Reads a file of one JSON object a line, in bounded memory.</summary>
internal static class NdjsonRows
{
    /// <summary>Longest line in bytes; a longer one goes to quarantine and the rest goes on.</summary>
    public const int MaxLine = 1024 * 1024;

    /// <summary>Reads the file.</summary>
    /// <param name="file">The file, UTF-8.</param>
    /// <param name="rows">Reads each row.</param>
    /// <param name="cancel">Stops the reading.</param>
    public static async IAsyncEnumerable<ParsedRow> ReadAsync(Stream file, RowReader rows, [EnumeratorCancellation] CancellationToken cancel)
    {
        var pipe = PipeReader.Create(file, new StreamPipeReaderOptions(leaveOpen: true, bufferSize: 64 * 1024));
        long line = 0;
        string? tooLong = null;
        while (true)
        {
            var read = await pipe.ReadAsync(cancel);
            var buffer = read.Buffer;
            while (Cut(ref buffer, read.IsCompleted) is { } one)
            {
                line++;
                if (one.Length > MaxLine)
                    tooLong ??= Start(one);
                var row = tooLong is null ? Read(line, one, rows) : ParsedRow.Faulty(line, RowFault.TooLong(MaxLine), tooLong);
                tooLong = null;
                if (row is not null)
                    yield return row;
            }
            if (buffer.Length > MaxLine)
            {
                // Only the start of a line without end is kept; the rest is thrown away as it comes.
                tooLong ??= Start(buffer);
                buffer = buffer.Slice(buffer.Length);
            }
            pipe.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
                break;
        }
        if (tooLong is not null)
            yield return ParsedRow.Faulty(line + 1, RowFault.TooLong(MaxLine), tooLong);
        await pipe.CompleteAsync();
    }

    private static ReadOnlySequence<byte>? Cut(ref ReadOnlySequence<byte> buffer, bool isLast)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            var line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return line;
        }
        if (!isLast || buffer.IsEmpty)
            return null;
        var rest = buffer;
        buffer = buffer.Slice(buffer.Length);
        return rest;
    }

    private static ParsedRow? Read(long line, ReadOnlySequence<byte> bytes, RowReader rows)
    {
        ReadOnlyMemory<byte> one = bytes.IsSingleSegment ? bytes.First : bytes.ToArray();
        if (line == 1 && one.Span.StartsWith(Encoding.UTF8.Preamble))
            one = one[3..];
        return ClayBody.Line(line, one, rows);
    }

    private static string Start(ReadOnlySequence<byte> line) =>
        Encoding.UTF8.GetString(line.Slice(0, Math.Min(line.Length, ParsedRow.MaxRaw)).ToArray());
}
