using System.Buffers.Binary;
using System.Text;
using Npgsql;

namespace ClayAspire.Storage;

/// <summary>
/// Rows that a query gives as one <c>record_send(row(…))</c> each, one after the other in one buffer: texts stay the UTF-8 that they are stored
/// in and nothing is allocated for a row, so that a large plan is gone through in little memory.
/// </summary>
/// <param name="reader">The query's answer.</param>
/// <param name="columns">How many columns a row has.</param>
internal sealed class RecordRows(NpgsqlDataReader reader, int columns)
{
    private readonly (int Offset, int Length)[] _fields = new (int, int)[columns];
    private byte[] _buffer = new byte[16 * 1024];

    /// <summary>Goes to the next row; false after the last one.</summary>
    /// <exception cref="InvalidDataException">The row has other columns than expected.</exception>
    public async ValueTask<bool> NextAsync(CancellationToken cancel)
    {
        if (!await reader.ReadAsync(cancel))
            return false;
        var length = (int)reader.GetBytes(0, 0, null, 0, 0);
        if (length > _buffer.Length)
            _buffer = new byte[length * 2];
        reader.GetBytes(0, 0, _buffer, 0, length);
        Parse();
        return true;
    }

    /// <summary>Whether a column of the row is null.</summary>
    public bool IsNull(int column) => _fields[column].Length < 0;

    /// <summary>A column's bytes, until the next row; empty when null.</summary>
    public ReadOnlySpan<byte> this[int column] => IsNull(column) ? default : _buffer.AsSpan(_fields[column].Offset, _fields[column].Length);

    /// <summary>A column of type int.</summary>
    public int Int32(int column) => BinaryPrimitives.ReadInt32BigEndian(this[column]);

    /// <summary>A column of type boolean; false when null.</summary>
    public bool Boolean(int column) => this[column] is [not 0];

    /// <summary>A column of type text; null when null.</summary>
    public string? Text(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(this[column]);

    // Number of columns; then for each its type, its length (-1 for null) and its bytes.
    private void Parse()
    {
        var count = BinaryPrimitives.ReadInt32BigEndian(_buffer);
        if (count != columns)
            throw new InvalidDataException($"A row has {count} columns where {columns} are expected.");
        var at = sizeof(int);
        for (var i = 0; i < columns; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(at + sizeof(int)));
            at += 2 * sizeof(int);
            _fields[i] = (at, length);
            at += Math.Max(0, length);
        }
    }
}
