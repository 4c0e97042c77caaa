using ClayAspire.Connectors;
using ClayAspire.ServiceDefaults;
using ClayAspire.Storage;
using ClayAspire.SyncWorker;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(SyncMetrics.MeterName, StorageMetrics.MeterName);
builder.AddClayAspireStorage();
builder.Services.AddClayAspireConnectors(builder.Configuration);
builder.Services.AddSyncWorker(builder.Configuration);

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();
