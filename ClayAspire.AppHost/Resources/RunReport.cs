using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ClayAspire.AppHost.Resources;

/// <summary>
/// Says when everything is up: a table on the screen, and <c>endpoints.json</c> (resource name → base address) for
/// programs. Keeps the list of addresses that Prometheus scrapes.
/// </summary>
internal sealed class RunReport(
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    HostSettings settings,
    IEnumerable<RunNotice> notices,
    TimeProvider time) : BackgroundService
{
    private const string ConsoleName = "console";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly ConcurrentDictionary<string, ResourceEvent> _last = new(StringComparer.Ordinal);
    private readonly long _start = time.GetTimestamp();

    private string EndpointsFile => Path.Combine(settings.Run, "endpoints.json");

    private string TargetsFile => Path.Combine(settings.Run, MonitoringResources.TargetsFile);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        File.Delete(EndpointsFile); // The addresses are dead.
        File.Delete(TargetsFile);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Directory.CreateDirectory(settings.Run);
        File.Delete(EndpointsFile);
        try
        {
            await Task.WhenAll(WatchAsync(stoppingToken), ReportAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
        catch (DistributedApplicationException)
        {
            // A resource failed, so there is no "all healthy" to report. The hosting reports the failure itself.
        }
    }

    private static RunRole RoleOf(IResource resource) =>
        resource.Annotations.OfType<RunRoleAnnotation>().LastOrDefault()?.Role ?? RunRole.Service;

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var written = "";
        await foreach (var update in notifications.WatchAsync(cancellationToken))
        {
            var before = _last.TryGetValue(update.ResourceId, out var old) ? old.Snapshot.State?.Text : null;
            _last[update.ResourceId] = update;
            if (RoleOf(update.Resource) == RunRole.Background && update.Snapshot.State?.Text != before
                && KnownResourceStates.TerminalStates.Contains(update.Snapshot.State?.Text ?? ""))
            {
                Console.WriteLine(Line($"{update.ResourceId}: {StateText(update)}"));
            }

            var targets = Targets();
            if (targets != written)
                await WriteAsync(TargetsFile, written = targets, cancellationToken);
        }
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(model.Resources
            .Where(r => r is not ParameterResource)
            .Select(r => RoleOf(r) switch
            {
                RunRole.Service => notifications.WaitForResourceHealthyAsync(r.Name, WaitBehavior.StopOnResourceUnavailable, cancellationToken),
                RunRole.OneShot => notifications.WaitForResourceAsync(r.Name, e => e.Snapshot.ExitCode == 0, cancellationToken),
                _ => Task.CompletedTask,
            }));

        // The watcher hears of changes a moment later than those who wait for them.
        while (!model.Resources.Where(r => r is not ParameterResource && RoleOf(r) == RunRole.Service).All(IsSeenHealthy))
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        var addresses = Addresses();
        await WriteAsync(EndpointsFile, JsonSerializer.Serialize(addresses.ToDictionary(a => a.Key, a => a.Value), Indented) + "\n", cancellationToken);
        Console.WriteLine(Table(addresses));
    }

    private bool IsSeenHealthy(IResource resource)
    {
        var instances = _last.Values.Where(e => e.Resource == resource).ToList();
        return instances.Count > 0 && instances.TrueForAll(e => e.Snapshot.HealthStatus == HealthStatus.Healthy);
    }

    /// <summary>HTTP addresses by resource id, and by resource name the address of the first replica.</summary>
    private SortedDictionary<string, string> Addresses()
    {
        var addresses = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, state) in _last.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (state.Snapshot.Urls.FirstOrDefault(u => u.Url.StartsWith("http", StringComparison.Ordinal)) is not { } url)
                continue;
            addresses.TryAdd(state.Resource.Name, url.Url);
            addresses.TryAdd(id, url.Url);
        }

        return addresses;
    }

    private string Targets() => JsonSerializer.Serialize(_last.Values
        .Where(e => e.Resource is ProjectResource && e.Snapshot.State?.Text == KnownResourceStates.Running)
        .SelectMany(e => e.Snapshot.Urls.Where(u => u.Url.StartsWith("http", StringComparison.Ordinal)).Take(1), (e, u) => (Event: e, Address: new Uri(u.Url).Authority))
        .OrderBy(t => t.Event.ResourceId, StringComparer.Ordinal)
        .Select(t => new { targets = new[] { t.Address }, labels = new { job = t.Event.Resource.Name, instance = t.Event.ResourceId } }));

    private string Table(SortedDictionary<string, string> addresses)
    {
        var rows = _last.Values.Where(e => e.Resource is not ParameterResource)
            .OrderBy(e => model.Resources.IndexOf(e.Resource)).ThenBy(e => e.ResourceId, StringComparer.Ordinal)
            .Select(e => (Name: e.ResourceId, State: StateText(e), Address: string.Join("  ", e.Snapshot.Urls.Select(u => u.Url))))
            .ToList();
        var name = rows.Max(r => r.Name.Length);
        var state = rows.Max(r => r.State.Length);
        var text = new StringBuilder("\n");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {"resource".PadRight(name)}  {"state".PadRight(state)}  address");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {new string('-', name)}  {new string('-', state)}  {new string('-', 30)}");
        foreach (var row in rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {row.Name.PadRight(name)}  {row.State.PadRight(state)}  {row.Address}");
        foreach (var notice in notices)
            text.AppendLine(CultureInfo.InvariantCulture, $"  note: {notice.Text}");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"  All healthy after {time.GetElapsedTime(_start).TotalSeconds:0.0} s. Data: {settings.State}. Stop with Ctrl-C.");
        if (settings.Demo)
            text.AppendLine("  DEMO data: a made-up organisation. CLAYASPIRE_DEMO=off starts empty.");
        if (addresses.TryGetValue(ConsoleName, out var console))
            text.AppendLine().AppendLine(Line($"Open the console:  {console}"));
        return text.ToString();
    }

    private static string StateText(ResourceEvent e) => e.Snapshot switch
    {
        { ExitCode: 0 } => "done",
        { State.Text: "Running" } when RoleOf(e.Resource) == RunRole.Background => "running",
        { ExitCode: { } code } => string.Create(CultureInfo.InvariantCulture, $"failed (exit code {code})"),
        { HealthStatus: { } health, State.Text: "Running" } => health.ToString().ToLowerInvariant(),
        var s => (s.State?.Text ?? "unknown").ToLowerInvariant(),
    };

    private static string Line(string text) =>
        Console.IsOutputRedirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? $"==> {text}" : $"\e[1;7m ==> {text} \e[0m";

    private static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var unfinished = path + ".new";
        await File.WriteAllTextAsync(unfinished, text, cancellationToken);
        File.Move(unfinished, path, overwrite: true); // A reader sees the old file or the new one, never a half.
    }
}
