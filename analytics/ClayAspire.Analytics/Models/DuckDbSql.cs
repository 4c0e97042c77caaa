using System.Globalization;
using ClayAspire.Analytics.Settings;
using DuckDB.NET.Data;

namespace ClayAspire.Analytics.Models;

/// <summary>Opens DuckDB as this service wants it, and quotes what goes into its SQL.</summary>
internal static class DuckDbSql
{
    /// <summary>A fresh in-memory database: UTC, bounded memory, spilling into <paramref name="spillDirectory"/>, nothing from the network.</summary>
    public static async Task<DuckDBConnection> OpenAsync(AnalyticsSettings settings, string spillDirectory, CancellationToken cancellation)
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        try
        {
            await connection.OpenAsync(cancellation);
            await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"""
                set autoinstall_known_extensions = false;
                set autoload_known_extensions = false;
                set TimeZone = 'UTC';
                set threads = {settings.Threads};
                set memory_limit = '{settings.MemoryLimitMegabytes}MiB';
                set temp_directory = {Text(spillDirectory)};
                """), cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public static async Task<long> ExecuteAsync(DuckDBConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<long> ScalarAsync(DuckDBConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
    }

    /// <summary>A text literal.</summary>
    public static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>An identifier.</summary>
    public static string Name(string value) => $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
