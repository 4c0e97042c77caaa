using System.Data;
using ClayAspire.Analytics.Settings;
using Npgsql;

namespace ClayAspire.Analytics.Snapshots;

/// <summary>A column of an export view, with its type in DuckDB.</summary>
internal sealed record ExportColumn(string Name, string DuckDbType);

/// <summary>An export view.</summary>
internal sealed record ExportView(string Name, IReadOnlyList<ExportColumn> Columns);

/// <summary>
/// One consistent read of the schema <c>export</c>: a REPEATABLE READ, read-only transaction in which every view is seen at the same
/// moment, however long the copying takes and whatever is written meanwhile.
/// </summary>
internal sealed class ExportReader : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private ExportReader(NpgsqlConnection connection, NpgsqlTransaction transaction, string lsn, string snapshot, IReadOnlyList<ExportView> views)
    {
        _connection = connection;
        _transaction = transaction;
        ServerLsn = lsn;
        ServerSnapshot = snapshot;
        Views = views;
    }

    public string ServerLsn { get; }

    public string ServerSnapshot { get; }

    public IReadOnlyList<ExportView> Views { get; }

    public static async Task<ExportReader> OpenAsync(NpgsqlDataSource source, AnalyticsSettings settings, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        NpgsqlTransaction? transaction = null;
        try
        {
            transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            await using (var setup = new NpgsqlCommand(
                $"set transaction read only; set local timezone = 'UTC'; set local datestyle = 'ISO'; set local statement_timeout = '{settings.ExportTimeoutSeconds}s'; set local extra_float_digits = 1",
                connection, transaction))
                await setup.ExecuteNonQueryAsync(cancellation);
            string lsn, snapshot;
            await using (var where = new NpgsqlCommand(
                "select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end)::text, pg_current_snapshot()::text", connection, transaction))
            await using (var row = await where.ExecuteReaderAsync(cancellation))
            {
                await row.ReadAsync(cancellation);
                lsn = row.GetString(0);
                snapshot = row.GetString(1);
            }
            return new ExportReader(connection, transaction, lsn, snapshot, await ReadViewsAsync(connection, transaction, cancellation));
        }
        catch
        {
            if (transaction is not null)
                await transaction.DisposeAsync();
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Streams one view as CSV (header, NULL unquoted, '' quoted) into <paramref name="target"/>.</summary>
    public async Task CopyAsync(ExportView view, Stream target, CancellationToken cancellation)
    {
        var columns = string.Join(", ", view.Columns.Select(c => Quote(c.Name)));
        using var reader = await _connection.BeginTextExportAsync(
            $"COPY (SELECT {columns} FROM export.{Quote(view.Name)}) TO STDOUT (FORMAT csv, HEADER true, ENCODING 'UTF8')", cancellation);
        // The bytes are CSV in UTF-8 already: going through the text reader would only decode and encode them again.
        if (reader is StreamReader { BaseStream: { } bytes })
        {
            await bytes.CopyToAsync(target, cancellation);
            return;
        }
        await using var writer = new StreamWriter(target, leaveOpen: true);
        var buffer = new char[32 * 1024];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellation)) > 0)
            await writer.WriteAsync(buffer.AsMemory(0, read), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static async Task<IReadOnlyList<ExportView>> ReadViewsAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        // information_schema shows only what this role may read, which is what can be copied.
        await using var command = new NpgsqlCommand(
            """
            select v.table_name::text, c.column_name::text, c.data_type::text
            from information_schema.views v
            join information_schema.columns c on c.table_schema = v.table_schema and c.table_name = v.table_name
            where v.table_schema = 'export'
            order by v.table_name, c.ordinal_position
            """, connection, transaction);
        var columns = new List<(string View, ExportColumn Column)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
            while (await reader.ReadAsync(cancellation))
                columns.Add((reader.GetString(0), new ExportColumn(reader.GetString(1), DuckDbType(reader.GetString(0), reader.GetString(1), reader.GetString(2)))));
        var views = columns.GroupBy(c => c.View, StringComparer.Ordinal).Select(g => new ExportView(g.Key, [.. g.Select(c => c.Column)])).ToList();
        return views.Count > 0 ? views : throw new ExportNotReadyException();
    }

    private static string DuckDbType(string view, string column, string type) => type switch
    {
        "text" or "character varying" or "character" => "VARCHAR",
        "boolean" => "BOOLEAN",
        "smallint" => "SMALLINT",
        "integer" => "INTEGER",
        "bigint" => "BIGINT",
        "numeric" => "DECIMAL(38, 9)",
        "real" => "FLOAT",
        "double precision" => "DOUBLE",
        "uuid" => "UUID",
        "date" => "DATE",
        "timestamp with time zone" => "TIMESTAMPTZ",
        "timestamp without time zone" => "TIMESTAMP",
        _ => throw new InvalidDataException($"export.{view}.{column} has type '{type}', which snapshots do not know. Cast it in the view, or add the type to ExportReader."),
    };

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>The schema <c>export</c> shows no views: migrations have not run, or the role may not read them.</summary>
internal sealed class ExportNotReadyException() : Exception(
    "The schema 'export' shows no views. Run the migrations first, and grant this role usage on schema export and select on its views.");
