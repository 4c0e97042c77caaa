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

var crmSandbox = builder.AddProject<Projects.ClayAspire_CrmSandbox>("crm-sandbox", launchProfileName: null)
    .AsWebService(settings)
    .WithEnvironment("CrmSandbox__DataDirectory", settings.StateFor("crm-sandbox"))
    .WithEnvironment("CrmSandbox__Demo", settings.DemoFlag);

var ingestion = builder.AddProject<Projects.ClayAspire_Ingestion>("ingestion", launchProfileName: null)
    .AsWebService(settings)
    .WithReference(database.Service)
    .WaitForCompletion(migrations);

var syncWorker = builder.AddProject<Projects.ClayAspire_SyncWorker>("sync-worker", launchProfileName: null)
    .AsWebService(settings)
    .WithReplicas(2)
    .WithReference(database.Service)
    .WithCrmConnections(settings, crmSandbox)
    .WithClayWebhooks(crmSandbox)
    .WithEnvironment("Ledger__AnchorDirectory", settings.StateFor("anchors"))
    .WaitFor(crmSandbox)
    .WaitForCompletion(migrations);

var analytics = builder.AddProject<Projects.ClayAspire_Analytics>("analytics", launchProfileName: null)
    .AsWebService(settings)
    .WithReference(database.Export)
    .WithEnvironment("Analytics__DataDirectory", settings.StateFor("analytics"))
    .WaitForCompletion(migrations);

var console = builder.AddProject<Projects.ClayAspire_Console>("console", launchProfileName: null)
    .AsWebService(settings)
    .WithExternalHttpEndpoints()
    .WithReference(database.Service)
    .WithReference(ingestion)
    .WithReference(analytics)
    .WithEnvironment("Ledger__AnchorDirectory", settings.StateFor("anchors"))
    .WaitForCompletion(migrations);

if (settings.Demo)
{
    builder.AddProject<Projects.ClayAspire_Cli>("demo-data", launchProfileName: null)
        .WithArgs("demo", "load")
        .WithServiceSettings(settings)
        .WithReference(database.Service)
        .WithReference(crmSandbox)
        .WithReference(ingestion)
        .WithReference(syncWorker)
        .WithReference(analytics)
        .WithReference(console)
        .WaitFor(crmSandbox).WaitFor(ingestion).WaitFor(syncWorker).WaitFor(analytics).WaitFor(console)
        .InBackground();
}

builder.AddMonitoring(settings);
builder.AddRunReport(settings);

await builder.Build().RunAsync();
