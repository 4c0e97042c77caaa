using ClayAspire.Analytics.Api;
using ClayAspire.Analytics.Kpis;
using ClayAspire.Analytics.Models;
using ClayAspire.Analytics.Settings;
using ClayAspire.Analytics.Snapshots;
using ClayAspire.Analytics.Telemetry;
using ClayAspire.ServiceDefaults;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry.Metrics;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(AnalyticsMetrics.MeterName);
builder.Services.AddProblemDetails();
builder.Services.AddOptions<AnalyticsSettings>().BindConfiguration(AnalyticsSettings.Section).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton(s => s.GetRequiredService<IOptions<AnalyticsSettings>>().Value);
builder.Services.AddSingleton(s => KpiDefinitions.Load(s.GetRequiredService<AnalyticsSettings>().KpisFile));
builder.Services.AddSingleton(s =>
{
    var address = s.GetRequiredService<IConfiguration>().GetConnectionString("export");
    return string.IsNullOrWhiteSpace(address)
        ? throw new InvalidOperationException("ConnectionStrings:export is not set. Give the connection string of the read-only role for schema export.")
        : NpgsqlDataSource.Create(address);
});
builder.Services.AddSingleton(s =>
{
    var settings = s.GetRequiredService<AnalyticsSettings>();
    return new SnapshotStore(settings, settings.ResolveDataDirectory(s.GetRequiredService<IHostEnvironment>().ContentRootPath));
});
builder.Services.AddSingleton(_ => ModelCatalog.Load());
builder.Services.AddSingleton<ModelRunner>();
builder.Services.AddSingleton<SnapshotTaker>();
builder.Services.AddSingleton<KpiComputer>();
builder.Services.AddSingleton<KpiBoard>();
builder.Services.AddSingleton<KpiService>();
builder.Services.AddSingleton<AnalyticsMetrics>();
builder.Services.AddHostedService<SnapshotSchedule>();

var app = builder.Build();
// Observable instruments exist from the start, so that /metrics shows targets and failures before the first snapshot.
_ = app.Services.GetRequiredService<AnalyticsMetrics>();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.MapDefaultEndpoints();
app.MapAnalyticsApi();
await app.RunAsync();
