using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ClayAspire.Storage.Migrations;

/// <summary>What a migration did.</summary>
/// <param name="FromVersion">The version found; 0 for an empty database.</param>
/// <param name="ToVersion">The version left.</param>
public sealed record MigrationReport(int FromVersion, int ToVersion);

/// <summary>The database cannot be migrated; the message names the remedy.</summary>
/// <param name="message">What is wrong and what to do.</param>
public sealed class MigrationException(string message) : Exception(message);

/// <summary>Applies the embedded <c>NNNN_name.sql</c> files in order, each in one transaction, from whatever version the database has.</summary>
/// <param name="dataSource">The database, as its owner.</param>
/// <param name="clock">Stamps the versions.</param>
/// <param name="logger">Logs each file applied.</param>
public sealed class Migrator(NpgsqlDataSource dataSource, TimeProvider clock, ILogger<Migrator> logger)
{
    /// <summary>The role that analytics reads with.</summary>
    public const string ExportRole = "clayaspire_export";

    // Any fixed number: replicas that start together migrate one after the other.
    private const long LockKey = 7_120_331_905_774_201;

    private sealed record Migration(int Version, string Name, string Sql)
    {
        // Line ends depend on the checkout, not on the file.
        public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));
    }

    /// <summary>The newest version that this build knows.</summary>
    public static int LatestVersion => Embedded()[^1].Version;

    /// <summary>Brings the database to the newest version.</summary>
    /// <param name="cancel">Cancels between files and within one; a file is applied whole or not at all.</param>
    /// <param name="upTo">Stops at this version; for tests of migrations.</param>
    /// <exception cref="MigrationException">An applied file was changed since, or the database is newer than this build.</exception>
    public async Task<MigrationReport> MigrateAsync(CancellationToken cancel, int? upTo = null)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await LockAsync(connection, cancel);
        try
        {
            await RunAsync(connection, SqlText.Read("Migrations/VersionTable.sql"), cancel);
            var applied = await AppliedAsync(connection, cancel);
            var known = Embedded();
            Check(applied, known);
            var from = applied.Count == 0 ? 0 : applied.Keys.Max();
            var to = from;
            foreach (var migration in known.Where(m => !applied.ContainsKey(m.Version) && m.Version <= (upTo ?? int.MaxValue)))
            {
                await ApplyAsync(connection, migration, cancel);
                to = migration.Version;
            }
            return new MigrationReport(from, to);
        }
        finally
        {
            await UnlockAsync(connection);
        }
    }

    /// <summary>
    /// Makes the role <see cref="ExportRole"/>, or sets its password anew, and lets it read the views of schema <c>export</c> and nothing else.
    /// </summary>
    /// <param name="password">The role's password (setting <c>Export:Password</c>).</param>
    /// <param name="cancel">Cancels the work.</param>
    public async Task EnsureExportRoleAsync(string password, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(password);
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await LockAsync(connection, cancel);
        try
        {
            string statement;
            await using (var make = new NpgsqlCommand(SqlText.Read("Migrations/ExportRoleStatement.sql"), connection))
                statement = (string)(await make.With("role", ExportRole).With("password", password).ScalarAsync(cancel))!;
            try
            {
                await RunAsync(connection, statement, cancel);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation)
            {
                // Roles belong to the whole server: another database's migration made it in between. Set the password then.
                await using var alter = new NpgsqlCommand(SqlText.Read("Migrations/ExportRoleStatement.sql"), connection);
                await RunAsync(connection, (string)(await alter.With("role", ExportRole).With("password", password).ScalarAsync(cancel))!, cancel);
            }
            await RunAsync(connection, SqlText.Read("Migrations/ExportRoleGrants.sql"), cancel);
        }
        finally
        {
            await UnlockAsync(connection);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using (var apply = new NpgsqlCommand(migration.Sql, connection, transaction) { CommandTimeout = 0 })
            await apply.ExecuteNonQueryAsync(cancel);
        await using (var note = new NpgsqlCommand(SqlText.Read("Migrations/VersionInsert.sql"), connection, transaction))
        {
            await note.With("version", migration.Version).With("name", migration.Name).With("checksum", migration.Checksum)
                .With("at", clock.GetUtcNow()).ExecuteNonQueryAsync(cancel);
        }
        await transaction.CommitAsync(cancel);
        logger.LogInformation("Applied migration {Version} {Name}.", migration.Version, migration.Name);
    }

    private static void Check(Dictionary<int, (string Name, string Checksum)> applied, IReadOnlyList<Migration> known)
    {
        foreach (var (version, (name, checksum)) in applied)
        {
            var migration = known.FirstOrDefault(m => m.Version == version)
                ?? throw new MigrationException(
                    $"The database has migration {version} ({name}), which this build does not know: it was migrated by a newer build. Start that build, or restore a backup from before.");
            if (migration.Checksum != checksum)
            {
                throw new MigrationException(
                    $"Migration {version} ({name}) was changed after it had been applied to this database. Put the file back as it was and write the change as a new migration.");
            }
        }
        var newest = applied.Count == 0 ? 0 : applied.Keys.Max();
        if (known.FirstOrDefault(m => m.Version < newest && !applied.ContainsKey(m.Version)) is { } skipped)
            throw new MigrationException($"Migration {skipped.Version} ({skipped.Name}) is missing below version {newest} of the database. Give it a number above {newest}.");
    }

    private static async Task<Dictionary<int, (string Name, string Checksum)>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var rows = await new NpgsqlCommand(SqlText.Read("Migrations/VersionGet.sql"), connection)
            .ReadAllAsync(r => (Version: r.GetInt32(0), Name: r.GetString(1), Checksum: r.GetString(2)), cancel);
        return rows.ToDictionary(r => r.Version, r => (r.Name, r.Checksum));
    }

    private static List<Migration> Embedded()
    {
        var migrations = new List<Migration>();
        foreach (var path in SqlText.Below("Migrations"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (name.Length < 6 || name[4] != '_' || !int.TryParse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                continue;
            migrations.Add(new Migration(version, name[5..], SqlText.Read(path)));
        }
        if (migrations.Select(m => m.Version).Distinct().Count() != migrations.Count)
            throw new InvalidOperationException("Two migrations have the same number.");
        return migrations;
    }

    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_lock(@key)", connection) { CommandTimeout = 0 };
        await command.With("key", LockKey).ExecuteNonQueryAsync(cancel);
    }

    private static async Task UnlockAsync(NpgsqlConnection connection)
    {
        // A broken connection has let go of the lock by itself.
        if (connection.FullState != System.Data.ConnectionState.Open)
            return;
        await using var command = new NpgsqlCommand("select pg_advisory_unlock(@key)", connection);
        await command.With("key", LockKey).ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
