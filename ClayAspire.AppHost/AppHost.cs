using ClayAspire.AppHost.Resources;

// The whole system. Details of each kind of resource stand in Resources/.
var builder = DistributedApplication.CreateBuilder(args);
var settings = HostSettings.Read(builder);

var database = builder.AddClayAspireDatabase(settings);

var migrations = builder.AddProject<Projects.ClayAspire_Migrations>("migrations", launchProfileName: null)
    .WithServiceSettings(settings)
    .WithReference(database.Service)
    .WithEnvironment("Export__Password", database.ExportPassword)
    .WaitForDatabase(database)
    .AsOneShot();

var crmSandbox = builder.AddWebService<Projects.ClayAspire_CrmSandbox>("crm-sandbox", settings)
    .WithEnvironment("CrmSandbox__DataDirectory", settings.StateFor("crm-sandbox"))
    .WithEnvironment("CrmSandbox__Demo", settings.DemoFlag);

var ingestion = builder.AddWebService<Projects.ClayAspire_Ingestion>("ingestion", settings)
    .WithReference(database.Service)
    .WaitForCompletion(migrations);

var syncWorker = builder.AddWebService<Projects.ClayAspire_SyncWorker>("sync-worker", settings)
    .WithReplicas(2)
    .WithReference(database.Service)
    .WithCrmConnections(settings, crmSandbox)
    .WaitForCompletion(migrations);

var analytics = builder.AddWebService<Projects.ClayAspire_Analytics>("analytics", settings)
    .WithReference(database.Export)
    .WithEnvironment("Analytics__DataDirectory", settings.StateFor("analytics"))
    .WaitForCompletion(migrations);

var console = builder.AddWebService<Projects.ClayAspire_Console>("console", settings)
    .WithExternalHttpEndpoints()
    .WithReference(database.Service)
    .WithReference(ingestion)
    .WithReference(analytics)
    .WaitForCompletion(migrations);

if (settings.Demo)
{
    builder.AddProject<Projects.ClayAspire_Cli>("demo-data", launchProfileName: null)
        .WithArgs("demo", "load")
        .WithServiceSettings(settings)
        .WithReference(database.Service)
        .WithReference(crmSandbox)
        .WithReference(ingestion)
        .WithReference(analytics)
        .WithReference(console)
        .WaitFor(crmSandbox).WaitFor(ingestion).WaitFor(syncWorker).WaitFor(analytics).WaitFor(console)
        .InBackground();
}

builder.AddMonitoring(settings);
builder.AddRunReport(settings);

await builder.Build().RunAsync();
