using System.Buffers.Binary;

namespace ClayAspire.Storage;

/// <summary>
/// The rows of a COPY in PostgreSQL's binary format, one after the other in one buffer: texts stay UTF-8 and nothing is allocated for a row,
/// so that a large plan is gone through in little memory.
/// </summary>
/// <param name="copy">The stream, at its beginning.</param>
/// <param name="columns">How many columns a row has.</param>
internal sealed class BinaryCopyRows(Stream copy, int columns)
{
    private const int HeaderLength = 19;
    private static ReadOnlySpan<byte> Signature => [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0];

    private readonly (int Offset, int Length)[] _fields = new (int, int)[columns];
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _isBegun;

    /// <summary>Goes to the next row.</summary>
    /// <returns>False after the last one.</returns>
    /// <exception cref="InvalidDataException">It is no such stream, or it ends in the middle.</exception>
    public async ValueTask<bool> NextAsync(CancellationToken cancel)
    {
        if (!_isBegun)
        {
            while (_end - _start < HeaderLength)
                await FillAsync(cancel);
            if (!_buffer.AsSpan(_start, Signature.Length).SequenceEqual(Signature))
                throw new InvalidDataException("The server's answer is no binary COPY.");
            _start += HeaderLength + BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + HeaderLength - sizeof(int)));
            _isBegun = true;
        }
        while (true)
        {
            if (TryRow() is { } isRow)
                return isRow;
            await FillAsync(cancel);
        }
    }

    /// <summary>Whether a column of the row is null.</summary>
    public bool IsNull(int column) => _fields[column].Length < 0;

    /// <summary>A column's bytes, until the next row; empty when null.</summary>
    public ReadOnlySpan<byte> this[int column] => IsNull(column) ? default : _buffer.AsSpan(_fields[column].Offset, _fields[column].Length);

    /// <summary>A column of type int.</summary>
    public int Int32(int column) => BinaryPrimitives.ReadInt32BigEndian(this[column]);

    /// <summary>A column of type jsonb, as text: its first byte is the format's version.</summary>
    public ReadOnlySpan<byte> Json(int column) => this[column] is [1, .. var text] ? text : throw new InvalidDataException("The server's jsonb has another version than 1.");

    /// <summary>A column of type text; null when null.</summary>
    public string? Text(int column) => IsNull(column) ? null : System.Text.Encoding.UTF8.GetString(this[column]);

    // Null: the row is not wholly there yet.
    private bool? TryRow()
    {
        var at = _start;
        if (_end - at < sizeof(short))
            return null;
        var count = BinaryPrimitives.ReadInt16BigEndian(_buffer.AsSpan(at));
        if (count == -1)
            return false;
        if (count != columns)
            throw new InvalidDataException($"A row has {count} columns where {columns} are expected.");
        at += sizeof(short);
        for (var i = 0; i < columns; i++)
        {
            if (_end - at < sizeof(int))
                return null;
            var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(at));
            at += sizeof(int);
            if (length > _end - at)
                return null;
            _fields[i] = (at, length);
            at += Math.Max(0, length);
        }
        _start = at;
        return true;
    }

    private async ValueTask FillAsync(CancellationToken cancel)
    {
        if (_end == _buffer.Length)
        {
            var left = _buffer.AsSpan(_start, _end - _start);
            // A row that does not fit a whole buffer needs a larger one.
            var target = _start == 0 ? new byte[_buffer.Length * 2] : _buffer;
            left.CopyTo(target);
            (_buffer, _end, _start) = (target, left.Length, 0);
        }
        var read = await copy.ReadAsync(_buffer.AsMemory(_end), cancel);
        if (read == 0)
            throw new InvalidDataException("The server's COPY ended in the middle of a row.");
        _end += read;
    }
}
