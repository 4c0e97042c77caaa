using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace ClayAspire.Storage;

/// <summary>Commands from embedded SQL files, with typed parameters that may be null.</summary>
internal static class SqlCommandExtensions
{
    public static NpgsqlCommand Command(this NpgsqlDataSource source, string path) => source.CreateCommand(SqlText.Read(path));

    public static NpgsqlCommand Command(this NpgsqlTransaction transaction, string path) =>
        new(SqlText.Read(path), ConnectionOf(transaction), transaction);

    public static NpgsqlConnection ConnectionOf(this NpgsqlTransaction transaction) =>
        transaction.Connection ?? throw new InvalidOperationException("The transaction has ended; its connection is gone.");

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, string? value) => command.Add(name, NpgsqlDbType.Text, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, bool? value) => command.Add(name, NpgsqlDbType.Boolean, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, int? value) => command.Add(name, NpgsqlDbType.Integer, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, long? value) => command.Add(name, NpgsqlDbType.Bigint, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, decimal? value) => command.Add(name, NpgsqlDbType.Numeric, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, Guid? value) => command.Add(name, NpgsqlDbType.Uuid, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, DateTimeOffset? value) =>
        command.Add(name, NpgsqlDbType.TimestampTz, value?.ToUniversalTime());

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, DateOnly? value) => command.Add(name, NpgsqlDbType.Date, value);

    public static NpgsqlCommand WithJson(this NpgsqlCommand command, string name, string? value) => command.Add(name, NpgsqlDbType.Jsonb, value);

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, IEnumerable<string?> values) =>
        command.Add(name, NpgsqlDbType.Array | NpgsqlDbType.Text, values.ToArray());

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, IEnumerable<bool> values) =>
        command.Add(name, NpgsqlDbType.Array | NpgsqlDbType.Boolean, values.ToArray());

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, IEnumerable<int> values) =>
        command.Add(name, NpgsqlDbType.Array | NpgsqlDbType.Integer, values.ToArray());

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, IEnumerable<int?> values) =>
        command.Add(name, NpgsqlDbType.Array | NpgsqlDbType.Integer, values.ToArray());

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, IEnumerable<long> values) =>
        command.Add(name, NpgsqlDbType.Array | NpgsqlDbType.Bigint, values.ToArray());

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, IEnumerable<long?> values) =>
        command.Add(name, NpgsqlDbType.Array | NpgsqlDbType.Bigint, values.ToArray());

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, IEnumerable<double?> values) =>
        command.Add(name, NpgsqlDbType.Array | NpgsqlDbType.Double, values.ToArray());

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, IEnumerable<Guid?> values) =>
        command.Add(name, NpgsqlDbType.Array | NpgsqlDbType.Uuid, values.ToArray());

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, IEnumerable<DateTimeOffset> values) =>
        command.Add(name, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, values.Select(v => v.ToUniversalTime()).ToArray());

    public static NpgsqlCommand With(this NpgsqlCommand command, string name, IEnumerable<DateTimeOffset?> values) =>
        command.Add(name, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, values.Select(v => v?.ToUniversalTime()).ToArray());

    /// <summary>Runs the command and reads every row.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancel)
    {
        await using (command)
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            var rows = new List<T>();
            while (await reader.ReadAsync(cancel))
                rows.Add(read(reader));
            return rows;
        }
    }

    /// <summary>Runs the command and reads its first row; null when there is none.</summary>
    public static async Task<T?> ReadOneAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancel)
        where T : class
    {
        await using (command)
        await using (var reader = await command.ExecuteReaderAsync(cancel))
            return await reader.ReadAsync(cancel) ? read(reader) : null;
    }

    /// <summary>Runs the command and says how many rows it touched.</summary>
    public static async Task<int> RunAsync(this NpgsqlCommand command, CancellationToken cancel)
    {
        await using (command)
            return await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Runs the command and answers the first column of its first row.</summary>
    public static async Task<object?> ScalarAsync(this NpgsqlCommand command, CancellationToken cancel)
    {
        await using (command)
            return await command.ExecuteScalarAsync(cancel) is { } value and not DBNull ? value : null;
    }

    public static string? TextOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static DateTimeOffset At(this DbDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    public static DateTimeOffset? AtOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.At(column);

    private static NpgsqlCommand Add(this NpgsqlCommand command, string name, NpgsqlDbType type, object? value)
    {
        command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });
        return command;
    }
}
