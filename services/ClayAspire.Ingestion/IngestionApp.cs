using System.Globalization;
using System.Threading.RateLimiting;
using ClayAspire.Ingestion.Access;
using ClayAspire.Ingestion.Endpoints;
using ClayAspire.Ingestion.Receiving;
using ClayAspire.ServiceDefaults;
using ClayAspire.Storage;
using Microsoft.Extensions.Options;

namespace ClayAspire.Ingestion;

/// <summary>Builds the web application; tests build it in their own process.</summary>
internal static class IngestionApp
{
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults(IngestionMetrics.MeterName, StorageMetrics.MeterName);
        builder.AddClayAspireStorage();
        builder.Services.AddOptions<IngestionOptions>().BindConfiguration(IngestionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IngestionMetrics>();
        builder.Services.AddSingleton<CallerAccess>();
        builder.Services.AddSingleton<SignalReceiver>();
        builder.Services.AddSingleton<FileReceiver>();
        builder.Services.AddSingleton<ImportWatch>();
        builder.Services.AddHostedService(p => p.GetRequiredService<ImportWatch>());
        builder.Services.AddProblemDetails(o => o.CustomizeProblemDetails = context => Problems.Complete(context.ProblemDetails, context.Exception));
        // A request that cannot be read is the caller's fault in every environment, never a 500.
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.Configure<ExceptionHandlerOptions>(o =>
            o.StatusCodeSelector = e => e is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError);
        builder.Services.AddOpenApi();
        // Bodies have limits of their own (Ingestion:MaxBodyBytes, Ingestion:MaxFileBytes), with answers that say what to do.
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = async (rejected, cancel) =>
            {
                var response = rejected.HttpContext.Response;
                response.StatusCode = StatusCodes.Status429TooManyRequests;
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
                response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                await response.WriteAsJsonAsync(Problems.TooManyRequests, options: null, contentType: "application/problem+json", cancel);
            };
            limiter.AddPolicy("caller", http =>
            {
                var perMinute = http.RequestServices.GetRequiredService<IOptions<IngestionOptions>>().Value.RequestsPerMinute;
                return RateLimitPartition.GetTokenBucketLimiter(CallerAccess.RatePartition(http), _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = perMinute,
                    TokensPerPeriod = Math.Max(1, perMinute / 60),
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                });
            });
        });

        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(app.Services.GetRequiredService<IngestionMetrics>().Announce);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRateLimiter();
        app.MapDefaultEndpoints();
        app.MapOpenApi();
        var callers = app.MapGroup("").RequireRateLimiting("caller");
        callers.MapClay();
        callers.MapSmartlead();
        callers.MapFiles();
        return app;
    }
}
