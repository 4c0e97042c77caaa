using System.Text.Json.Serialization;
using ClayAspire.Console.Components;
using ClayAspire.Console.Kpis;
using ClayAspire.Console.Operations;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;

namespace ClayAspire.Console;

/// <summary>What the console is made of.</summary>
internal static class ConsoleRegistration
{
    /// <summary>Adds pages, operations, the client of the analytics service, and the OpenAPI document.</summary>
    public static void AddConsole(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ConsoleSettings>()
            .BindConfiguration(ConsoleSettings.Section)
            .Configure(s => s.Demo = builder.Configuration["CLAYASPIRE_DEMO"] switch
            {
                null or "" or "off" => false,
                "on" => true,
                var other => throw new OptionsValidationException(nameof(ConsoleSettings), typeof(ConsoleSettings), [$"CLAYASPIRE_DEMO is '{other}'; it takes 'on' or 'off'."]),
            })
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(p => p.GetRequiredService<IOptions<ConsoleSettings>>().Value);
        var settings = builder.Configuration.GetSection(ConsoleSettings.Section).Get<ConsoleSettings>() ?? new ConsoleSettings();

        services.AddRazorComponents();
        services.AddCascadingAuthenticationState();
        services.AddHttpContextAccessor();
        services.AddSingleton<AssetVersions>();
        services.AddSingleton<PlanDesk>();
        services.AddSingleton<RunDesk>();
        services.AddSingleton<LedgerDesk>();
        services.AddSingleton<FlowDesk>();
        services.AddSingleton<SuppressionDesk>();
        services.AddSingleton<ContractDesk>();
        services.AddSingleton<MirrorDesk>();
        services.AddSingleton<ConnectionChoice>();
        services.AddSingleton<QueueDesk>();
        services.AddSingleton<ExplainDesk>();
        services.AddSingleton<BacktestDesk>();
        services.AddSingleton<BacktestRuns>();
        services.AddHostedService(p => p.GetRequiredService<BacktestRuns>());
        services.AddSingleton<DriftDesk>();
        services.AddSingleton<DiscrepancyDesk>();
        services.AddSingleton<PermissionDesk>();
        services.AddSingleton<ExportDesk>();
        services.AddSingleton<Overview>();
        services.AddSingleton<ConsoleMetrics>();
        services.AddHostedService<PlanAgeSampler>();

        services.AddHttpClient<AnalyticsClient>(http => http.BaseAddress = new Uri("http://analytics/"));
        // A snapshot takes as long as the data asks for; the defaults would cut it off after ten seconds.
        services.ConfigureAll<HttpStandardResilienceOptions>(o =>
        {
            var longest = TimeSpan.FromSeconds(settings.SnapshotSeconds);
            o.AttemptTimeout.Timeout = longest;
            o.TotalRequestTimeout.Timeout = longest * 2;
            o.CircuitBreaker.SamplingDuration = longest * 2;
            o.Retry.MaxRetryAttempts = 1;
        });

        var keys = services.AddDataProtection().SetApplicationName("ClayAspire.Console");
        if (settings.KeysDirectory is { Length: > 0 } directory)
            keys.PersistKeysToFileSystem(new DirectoryInfo(directory));

        services.AddProblemDetails(o => o.CustomizeProblemDetails = context =>
        {
            // Problems that the framework makes carry a code too.
            if (!context.ProblemDetails.Extensions.ContainsKey("code"))
                context.ProblemDetails.Extensions["code"] = Api.Problems.CodeOf(context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode);
            context.ProblemDetails.Detail ??= context.Exception is BadHttpRequestException bad ? bad.Message : null;
            if (!context.ProblemDetails.Extensions.ContainsKey("remedy") && Api.Problems.RemedyOf(context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode) is { } remedy)
                context.ProblemDetails.Extensions["remedy"] = remedy;
        });
        // A request that cannot be read is the caller's fault in every environment, never a 500.
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.Configure<ExceptionHandlerOptions>(o => o.StatusCodeSelector = e => e is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError);
        services.AddOpenApi();
        services.ConfigureHttpJsonOptions(o => o.SerializerOptions.Converters.Add(new JsonStringEnumConverter()));
    }

    /// <summary>Serves wwwroot; an address that carries a content hash may be kept for ever.</summary>
    public static void UseConsoleFiles(this WebApplication app)
    {
        var types = new FileExtensionContentTypeProvider();
        app.UseStaticFiles(new StaticFileOptions
        {
            ContentTypeProvider = types,
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
                file.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "public, max-age=3600",
        });
    }
}
