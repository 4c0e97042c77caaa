using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ClayAspire.ServiceDefaults;

/// <summary>What every service of the stack shares: health, telemetry, service addresses, HTTP client defaults.</summary>
public static class ServiceDefaultsExtensions
{
    private const string HealthPath = "/health";
    private const string AlivePath = "/alive";

    private const string MetricsPath = "/metrics";

    /// <summary>Adds telemetry, health checks, the clock, service addresses and safe HTTP client defaults.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="meters">Names of the service's own meters, which become metrics on <c>/metrics</c>.</param>
    /// <remarks>
    /// Nothing personal and no secret leaves by telemetry: query strings are redacted or left out, headers are never
    /// recorded, an incoming path is replaced by its route, an outgoing one keeps only harmless segments
    /// (<see cref="Redaction"/>), and the framework's log lines with full addresses are switched off.
    /// Traces, metrics and logs go out over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
    /// </remarks>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder, params string[] meters)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            // A write whose answer was lost must never be sent again blindly: what became of it is found out by reading.
            http.AddStandardResilienceHandler(o => o.Retry.DisableForUnsafeHttpMethods());
            http.AddServiceDiscovery();
            http.RemoveAllLoggers(); // They write whole addresses, into scopes too. Traces tell the same, redacted.
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning); // Every statement otherwise, several a second. Traces have them.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService(builder.Configuration["OTEL_SERVICE_NAME"] ?? builder.Environment.ApplicationName))
            .WithMetrics(m => m
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                // "_count" at the end is for histograms only; promtool objects to it elsewhere.
                .AddView("dotnet.assembly.count", "dotnet.assemblies")
                .AddView("dotnet.process.cpu.count", "dotnet.process.cpus")
                .AddView("dotnet.timer.count", "dotnet.timers")
                .AddView("db.client.connection.count", "db.client.connections")
                .AddMeter("Npgsql")
                .AddMeter(meters)
                .AddPrometheusExporter())
            .WithTracing(t => t
                .AddSource(builder.Environment.ApplicationName)
                .AddSource("Npgsql")
                .AddAspNetCoreInstrumentation(o =>
                {
                    o.Filter = c => !IsPlumbing(c.Request.Path);
                    o.EnrichWithHttpResponse = (activity, response) => activity.SetTag("url.path", RouteOf(response.HttpContext));
                })
                .AddHttpClientInstrumentation(o => o.EnrichWithHttpRequestMessage = (activity, request) =>
                {
                    if (request.RequestUri is { IsAbsoluteUri: true } address)
                        activity.SetTag("url.full", address.GetLeftPart(UriPartial.Authority) + Redaction.OfPath(address.AbsolutePath));
                }));
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.WithLogging(configureBuilder: null, o => o.IncludeFormattedMessage = true);
            telemetry.UseOtlpExporter();
        }

        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c> (all checks), <c>/alive</c> (the process itself) and <c>/metrics</c> (Prometheus text format).
    /// They need no sign-in, since they tell nothing of any person or record.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks(HealthPath).AllowAnonymous().DisableHttpMetrics();
        app.MapHealthChecks(AlivePath, new HealthCheckOptions { Predicate = c => c.Tags.Contains("live") }).AllowAnonymous().DisableHttpMetrics();
        app.MapPrometheusScrapingEndpoint(MetricsPath).AllowAnonymous().DisableHttpMetrics();
        return app;
    }

    private static bool IsPlumbing(PathString path) =>
        path.StartsWithSegments(HealthPath, StringComparison.Ordinal)
        || path.StartsWithSegments(AlivePath, StringComparison.Ordinal)
        || path.StartsWithSegments(MetricsPath, StringComparison.Ordinal);

    /// <summary>The route, whose parameters stand as names: a path may hold a key or an address of a person.</summary>
    private static string RouteOf(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
}
