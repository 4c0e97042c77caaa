using ClayAspire.Migrations;
using ClayAspire.Storage.Migrations;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.People;
using ClayAspire.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Tests;

public sealed class MigratorTests
{
    [Fact]
    public async Task From_empty_to_the_newest_version_and_a_second_time_nothing()
    {
        await using var harness = await EmptyAsync();
        var migrator = harness.Get<Migrator>();
        Assert.Equal(new MigrationReport(0, Migrator.LatestVersion), await migrator.MigrateAsync(default));
        Assert.Equal(new MigrationReport(Migrator.LatestVersion, Migrator.LatestVersion), await migrator.MigrateAsync(default));
    }

    [Fact]
    public async Task From_every_earlier_version_to_the_newest()
    {
        for (var version = 1; version < Migrator.LatestVersion; version++)
        {
            await using var harness = await EmptyAsync();
            var migrator = harness.Get<Migrator>();
            // Numbers may have gaps, so the version reached may be the one before.
            var reached = (await migrator.MigrateAsync(default, version)).ToVersion;
            Assert.InRange(reached, 1, version);
            Assert.Equal(new MigrationReport(reached, Migrator.LatestVersion), await migrator.MigrateAsync(default));
        }
    }

    [Fact]
    public async Task Replicas_that_start_together_migrate_once()
    {
        await using var harness = await EmptyAsync();
        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => harness.Get<Migrator>().MigrateAsync(default)));
        Assert.Single(reports, r => r.FromVersion == 0);
        Assert.All(reports, r => Assert.Equal(Migrator.LatestVersion, r.ToVersion));
    }

    [Fact]
    public async Task A_file_changed_after_it_was_applied_is_an_error_with_a_remedy()
    {
        await using var harness = await EmptyAsync();
        await harness.Get<Migrator>().MigrateAsync(default, 1);
        await harness.RunAsync("update public.sync_migrations set checksum = 'other'");
        var error = await Assert.ThrowsAsync<MigrationException>(() => harness.Get<Migrator>().MigrateAsync(default));
        Assert.Contains("write the change as a new migration", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_newer_than_the_build_is_left_alone()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.RunAsync("insert into public.sync_migrations values (9999, 'later', 'x', now())");
        var error = await Assert.ThrowsAsync<MigrationException>(() => harness.Get<Migrator>().MigrateAsync(default));
        Assert.Contains("newer build", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_export_role_reads_the_views_and_nothing_else()
    {
        await using var harness = await StorageHarness.StartAsync();
        var migrator = harness.Get<Migrator>();
        await migrator.EnsureExportRoleAsync("first", default);
        await migrator.EnsureExportRoleAsync("it's a \"second\" password", default);
        await harness.Get<Signals.SignalStore>().AppendAsync([StorageHarness.Signal("1")], default);
        var text = new NpgsqlConnectionStringBuilder(harness.ConnectionString) { Username = Migrator.ExportRole, Password = "it's a \"second\" password", Pooling = false };
        await using var export = NpgsqlDataSource.Create(text.ConnectionString);
        await using (var read = export.CreateCommand("select count(*) from export.signal"))
            Assert.Equal(1L, await read.ExecuteScalarAsync());
        foreach (var view in new[] { "crm_record", "run_cell", "plan", "run", "quarantine", "ledger_entry" })
        {
            await using var read = export.CreateCommand($"select * from export.{view}");
            await read.ExecuteNonQueryAsync();
        }
        foreach (var refused in new[]
                 {
                     "select * from sync.signal", "select * from sync.person", "select * from public.sync_migrations",
                     "update export.plan set flow = 'x'", "insert into export.ledger_entry (connection) values ('x')", "delete from export.plan", "create table export.mine (id int)",
                     "create table public.mine (id int)", "create view export.mine as select 1",
                 })
        {
            await using var attempt = export.CreateCommand(refused);
            var error = await Assert.ThrowsAsync<PostgresException>(() => attempt.ExecuteNonQueryAsync());
            Assert.True(error.SqlState == PostgresErrorCodes.InsufficientPrivilege, $"{refused}: {error.MessageText}");
        }
    }

    [Fact]
    public async Task Every_table_can_be_read_through_the_model()
    {
        await using var harness = await StorageHarness.StartAsync();
        await using var context = await harness.Get<IDbContextFactory<SyncDbContext>>().CreateDbContextAsync();
        var set = typeof(DbContext).GetMethod(nameof(DbContext.Set), 1, [])!;
        foreach (var entity in context.Model.GetEntityTypes())
        {
            var rows = (IQueryable<object>)set.MakeGenericMethod(entity.ClrType).Invoke(context, null)!;
            _ = await rows.Take(1).ToListAsync();
        }
    }

    [Fact]
    public async Task The_demo_seeds_people_and_keys_once()
    {
        await using var harness = await StorageHarness.StartAsync();
        var demo = new DemoPeople(harness.Get<PersonStore>(), harness.Get<ApiKeyStore>());
        Assert.Equal((6, 4), await demo.SeedAsync(default));
        Assert.Equal((0, 0), await demo.SeedAsync(default));
        var caller = await harness.Get<ApiKeyStore>().AuthenticateAsync("demo-crm-admin-key", default);
        Assert.Equal(["CRM Admin"], caller!.Person!.Roles);
        Assert.Equal([ApiScopes.Api], caller.Scopes);
        Assert.NotNull((await harness.Get<PersonStore>().SignInAsync("it", "demo-it", default)).Person);
    }

    private static async Task<StorageHarness> EmptyAsync() => StorageHarness.Build(await PostgresFixture.Shared.CreateDatabaseAsync());
}
