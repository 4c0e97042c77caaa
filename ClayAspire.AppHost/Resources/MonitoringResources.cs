using System.Globalization;
using System.Text.Json;

namespace ClayAspire.AppHost.Resources;

/// <summary>Prometheus and Alertmanager as processes, when they are installed.</summary>
internal static class MonitoringResources
{
    public const string TargetsFile = "prometheus-targets.json";

    public static void AddMonitoring(this IDistributedApplicationBuilder builder, HostSettings settings)
    {
        var alertmanager = builder.AddAlertmanager(settings);
        var prometheus = OnPath("prometheus");
        if (prometheus is null)
        {
            builder.AddNotice("Prometheus is not on PATH, so nothing scrapes /metrics. Install it (Debian: apt install prometheus) to have alerts.");
            return;
        }

        var config = Path.Combine(settings.Run, "prometheus.yaml");
        var scraper = builder.AddExecutable("prometheus", prometheus, settings.Root)
            .WithHttpEndpoint()
            .WithHttpHealthCheck("/-/ready");
        var address = scraper.GetEndpoint("http");
        scraper
            .WithArgs(
                $"--config.file={config}",
                $"--storage.tsdb.path={settings.StateFor("prometheus")}",
                "--storage.tsdb.retention.time=30d",
                "--log.level=warn",
                ReferenceExpression.Create($"--web.listen-address=127.0.0.1:{address.Property(EndpointProperty.TargetPort)}"),
                ReferenceExpression.Create($"--web.external-url={address.Property(EndpointProperty.Url)}"))
            .OnBeforeResourceStarted(async (_, _, cancellationToken) =>
            {
                Directory.CreateDirectory(settings.Run);
                await File.WriteAllTextAsync(config, PrometheusConfig(settings, alertmanager?.GetEndpoint("http")), cancellationToken);
            });
    }

    private static IResourceBuilder<ExecutableResource>? AddAlertmanager(this IDistributedApplicationBuilder builder, HostSettings settings)
    {
        // Debian installs it under another name than the project does.
        var program = OnPath("prometheus-alertmanager") ?? OnPath("alertmanager");
        if (program is null)
        {
            builder.AddNotice("Alertmanager is not on PATH, so alerts are only shown in Prometheus. Install it (Debian: apt install prometheus-alertmanager).");
            return null;
        }

        var own = Path.Combine(settings.Root, "analytics", "alerts", "alertmanager.yaml");
        var config = File.Exists(own) ? own : Path.Combine(settings.Run, "alertmanager.yaml");
        var alertmanager = builder.AddExecutable("alertmanager", program, settings.Root)
            .WithHttpEndpoint()
            .WithHttpHealthCheck("/-/ready");
        return alertmanager
            .WithArgs(
                $"--config.file={config}",
                $"--storage.path={settings.StateFor("alertmanager")}",
                "--cluster.listen-address=",
                "--log.level=warn",
                ReferenceExpression.Create($"--web.listen-address=127.0.0.1:{alertmanager.GetEndpoint("http").Property(EndpointProperty.TargetPort)}"))
            .OnBeforeResourceStarted(async (_, _, cancellationToken) =>
            {
                Directory.CreateDirectory(settings.Run);
                if (config != own)
                    await File.WriteAllTextAsync(config, "route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n", cancellationToken);
            });
    }

    private static string PrometheusConfig(HostSettings settings, EndpointReference? alertmanager)
    {
        // JSON is YAML, and quotes every path correctly.
        var config = new Dictionary<string, object>
        {
            ["global"] = new { scrape_interval = "5s", evaluation_interval = "5s" },
            ["rule_files"] = new[] { Path.Combine(settings.Root, "analytics", "alerts", "*.rules.yaml") },
            ["scrape_configs"] = new object[]
            {
                new
                {
                    job_name = "clayaspire",
                    file_sd_configs = new[] { new { files = new[] { Path.Combine(settings.Run, TargetsFile) }, refresh_interval = "5s" } },
                },
            },
        };
        if (alertmanager is not null)
            config["alerting"] = new { alertmanagers = new[] { new { static_configs = new[] { new { targets = new[] { string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{alertmanager.Port}") } } } } } };
        return JsonSerializer.Serialize(config);
    }

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(d => Path.Combine(d, program))
        .FirstOrDefault(File.Exists);
}
