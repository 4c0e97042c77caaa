using ClayAspire.Migrations;
using ClayAspire.Storage;
using ClayAspire.Storage.Migrations;
using Npgsql;

// One-shot: brings the database to the newest version, makes the export role, in demo also people and keys; then ends.
// Exit codes: 0 done; 1 the database cannot be migrated or a setting is wrong; 2 the database does not answer.
var builder = Host.CreateApplicationBuilder(args);
builder.AddClayAspireStorage();
builder.Services.AddSingleton<DemoPeople>();
using var host = builder.Build();
var logger = host.Services.GetRequiredService<ILogger<MigrationSettings>>();
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
try
{
    var settings = MigrationSettings.Read(builder.Configuration);
    var clock = host.Services.GetRequiredService<TimeProvider>();
    await WaitForDatabaseAsync(host.Services.GetRequiredService<NpgsqlDataSource>(), TimeSpan.FromSeconds(settings.WaitSeconds), clock, stop.Token);
    var migrator = host.Services.GetRequiredService<Migrator>();
    var report = await migrator.MigrateAsync(stop.Token);
    logger.LogInformation("The database was at version {From} and is at version {To}.", report.FromVersion, report.ToVersion);
    if (settings.ExportPassword is { } password)
        await migrator.EnsureExportRoleAsync(password, stop.Token);
    else
        logger.LogWarning("Export:Password is not set, so role {Role} is left as it is. Set it if analytics is to read this database.", Migrator.ExportRole);
    if (settings.Demo)
    {
        var (people, keys) = await host.Services.GetRequiredService<DemoPeople>().SeedAsync(stop.Token);
        logger.LogInformation("Demo: {People} people and {Keys} keys were made. Set CLAYASPIRE_DEMO=off for real use.", people, keys);
    }
    return 0;
}
catch (Exception e) when (e is MigrationException or InvalidOperationException)
{
    logger.LogCritical("{Message}", e.Message);
    return 1;
}
catch (Exception e) when (e is TimeoutException or NpgsqlException)
{
    logger.LogCritical(e, "The database does not answer. Check ConnectionStrings:{Name} and that PostgreSQL runs.", StorageRegistration.ConnectionName);
    return 2;
}

static async Task WaitForDatabaseAsync(NpgsqlDataSource dataSource, TimeSpan wait, TimeProvider clock, CancellationToken cancel)
{
    var deadline = clock.GetUtcNow() + wait;
    while (true)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancel);
            return;
        }
        catch (NpgsqlException) when (clock.GetUtcNow() < deadline)
        {
            // Starting, or not there yet: the next try tells, and the last one's error is reported.
            await Task.Delay(TimeSpan.FromSeconds(0.5), clock, cancel);
        }
    }
}
