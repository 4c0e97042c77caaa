using System.Diagnostics;
using ClayAspire.Migrations;
using ClayAspire.Testing;
using Npgsql;

namespace ClayAspire.Storage.Tests;

public sealed class MigrationsProgramTests
{
    [Fact]
    public async Task It_migrates_an_empty_database_seeds_the_demo_and_ends_with_zero_also_the_second_time()
    {
        var database = await PostgresFixture.Shared.CreateDatabaseAsync();
        for (var i = 0; i < 2; i++)
        {
            var (exit, output) = await RunAsync(database);
            Assert.True(exit == 0, output);
            Assert.DoesNotContain("demo-crm-admin", output, StringComparison.Ordinal);
        }
        await using var source = NpgsqlDataSource.Create(database);
        await using var people = source.CreateCommand("select count(*) from sync.person");
        Assert.Equal(6L, await people.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Without_the_demo_nobody_is_made()
    {
        var database = await PostgresFixture.Shared.CreateDatabaseAsync();
        var (exit, output) = await RunAsync(database, ("CLAYASPIRE_DEMO", "off"));
        Assert.True(exit == 0, output);
        await using var source = NpgsqlDataSource.Create(database);
        await using var people = source.CreateCommand("select count(*) from sync.person");
        Assert.Equal(0L, await people.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Outside_the_demo_the_setup_makes_the_people_that_it_names_such_as_a_DPO()
    {
        var database = await PostgresFixture.Shared.CreateDatabaseAsync();
        (string, string)[] dpo =
        [
            ("CLAYASPIRE_DEMO", "off"), ("Setup__People__0__UserName", "Legal"), ("Setup__People__0__Password", "long-enough-to-be-taken"), ("Setup__People__0__Roles", "DPO, Viewer"),
        ];
        for (var i = 0; i < 2; i++)
        {
            var (exit, output) = await RunAsync(database, dpo);
            Assert.True(exit == 0, output);
            Assert.DoesNotContain("long-enough-to-be-taken", output, StringComparison.Ordinal);
        }
        await using var source = NpgsqlDataSource.Create(database);
        await using var people = source.CreateCommand("select string_agg(user_name || ' ' || array_to_string(roles, '+'), ',') from sync.person");
        Assert.Equal("legal DPO+Viewer", await people.ExecuteScalarAsync());
        var (refused, why) = await RunAsync(database, [.. dpo, ("Setup__People__0__Roles", "Lawyer")]);
        Assert.True(refused == 1, why);
        Assert.Contains("Setup:People:0:Roles is 'Lawyer'", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_and_a_wrong_setting_are_told_apart_by_the_exit_code()
    {
        var (exit, output) = await RunAsync("Host=127.0.0.1;Port=1;Username=x;Password=y;Database=z", ("Migrations__WaitSeconds", "0"));
        Assert.True(exit == 2, output);
        (exit, output) = await RunAsync("Host=127.0.0.1;Port=1;Username=x;Password=y;Database=z", ("CLAYASPIRE_DEMO", "perhaps"));
        Assert.True(exit == 1, output);
        Assert.Contains("Set it to on or off", output, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output)> RunAsync(string database, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(DemoPeople).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["ConnectionStrings__clayaspire"] = database;
        start.Environment.Remove("CLAYASPIRE_DEMO");
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
