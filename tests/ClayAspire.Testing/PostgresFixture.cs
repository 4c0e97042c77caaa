using System.Globalization;
using ClayAspire.Embedded.Postgres;
using Npgsql;
using Xunit;

namespace ClayAspire.Testing;

/// <summary>
/// A real PostgreSQL server for tests: one per test process, started on first use, deleted at the end, also when
/// the process is killed. Every call of <see cref="CreateDatabaseAsync"/> gives a database of one's own, so tests
/// may run in parallel and in any order. Use it as a class or collection fixture, or through <see cref="Shared"/>.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(StartServerAsync);
    private static int databases;

    /// <summary>For tests that want a database without declaring a fixture.</summary>
    public static PostgresFixture Shared { get; } = new();

    /// <summary>Superuser connection string to the maintenance database.</summary>
    public static async Task<string> GetAdminConnectionStringAsync() => (await Server.Value).ConnectionString;

    /// <summary>Creates an empty database and returns the superuser's connection string to it.</summary>
    /// <param name="template">Copy this database instead of an empty one; nobody may be connected to it.</param>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var server = await Server.Value;
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref databases)}");
        await using var source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        await using var create = source.CreateCommand($"CREATE DATABASE {name}{(template is null ? "" : $" TEMPLATE \"{template}\"")}");
        await create.ExecuteNonQueryAsync();
        return server.ConnectionStringTo(name);
    }

    public async Task InitializeAsync() => await Server.Value;

    public Task DisposeAsync() => Task.CompletedTask;

    private static async Task<PostgresServer> StartServerAsync()
    {
        var server = await PostgresServer.StartAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return server;
    }
}
