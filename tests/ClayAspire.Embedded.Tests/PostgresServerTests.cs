using ClayAspire.Embedded.Postgres;
using ClayAspire.Testing;
using Npgsql;

namespace ClayAspire.Embedded.Tests;

public sealed class PostgresServerTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Every_database_of_the_fixture_is_empty_and_ones_own()
    {
        var first = await postgres.CreateDatabaseAsync();
        var second = await postgres.CreateDatabaseAsync();
        await Execute(first, "CREATE TABLE only_here (id int)");

        Assert.NotEqual(first, second);
        Assert.Equal(18L, await Scalar(second, "SELECT current_setting('server_version_num')::bigint / 10000"));
        Assert.Equal(0L, await Scalar(second, "SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'"));
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        var right = await postgres.CreateDatabaseAsync();
        var wrong = new NpgsqlConnectionStringBuilder(right) { Password = "wrong" }.ConnectionString;

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => Scalar(wrong, "SELECT 1"));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    [Fact]
    public async Task A_restart_keeps_the_data_and_takes_the_new_password()
    {
        var directory = Directory.CreateTempSubdirectory("clayaspire-temp-test-");
        try
        {
            var options = new PostgresServerOptions { DataDirectory = Path.Combine(directory.FullName, "postgres"), Password = "it's \"one\" \\ password" };
            await using (var server = await PostgresServer.StartAsync(options))
                await Execute(await server.CreateDatabaseAsync("kept"), "CREATE TABLE t AS SELECT 42::bigint AS v");

            await using (var server = await PostgresServer.StartAsync(options with { Password = "two" }))
                Assert.Equal(42L, await Scalar(server.ConnectionStringTo("kept"), "SELECT v FROM t"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_second_server_on_the_same_directory_is_refused_with_the_remedy()
    {
        await using var server = await PostgresServer.StartAsync();

        var refusal = await Assert.ThrowsAsync<PostgresServerException>(
            () => PostgresServer.StartAsync(new PostgresServerOptions { DataDirectory = server.DataDirectory }));

        Assert.Contains("Stop it first", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_temporary_cluster_is_gone_after_dispose()
    {
        var server = await PostgresServer.StartAsync();
        await server.DisposeAsync();

        Assert.False(Directory.Exists(server.DataDirectory));
        Assert.True(server.Exited.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_missing_binary_is_named_together_with_the_remedy()
    {
        var fault = await Assert.ThrowsAsync<PostgresServerException>(
            () => PostgresServer.StartAsync(new PostgresServerOptions { PackageDirectory = Path.Combine(Path.GetTempPath(), "no-such-package") }));

        Assert.Contains("Install Node 20 or newer", fault.Message, StringComparison.Ordinal);
    }

    private static async Task Execute(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> Scalar(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
