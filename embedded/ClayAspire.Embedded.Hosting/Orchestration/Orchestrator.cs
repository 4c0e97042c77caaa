using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Brings every resource up as soon as what it waits for allows, watches it, and takes all down in reverse order.
/// Every resource has one task of its own, so the start is as parallel as the described order permits.
/// </summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model,
    IDistributedApplicationEventing eventing,
    ResourceNotificationService notifications,
    ResourceLoggerService loggers,
    ResourceOutput output,
    DistributedApplicationOptions options,
    DistributedApplicationExecutionContext executionContext,
    RunMode runMode,
    HealthCheckService healthChecks,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    IServiceProvider services) : IHostedService, IAsyncDisposable
{
    public const string KeepGoing = "--keep-going";
    public static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan FirstChecks = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LaterChecks = TimeSpan.FromSeconds(5);
    private readonly Launcher _launcher = new(loggers, executionContext);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<IResource, IReadOnlyList<Instance>> _running = new();
    private readonly ConcurrentBag<Task> _work = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _ = output; // Made here so that it hears the first line.
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken);
        AllocatePorts();
        foreach (var resource in model.Resources.ToList())
            _work.Add(Task.Run(() => RunResourceAsync(resource, _stopping.Token), CancellationToken.None));
        if (runMode.EndsWithADeath)
            _work.Add(WatchParentAsync(_stopping.Token));
        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_work);
        var left = _running.Keys.ToHashSet();
        while (left.Count > 0)
        {
            // Those that nobody still running depends on. Mutual references (never waits) could leave none: then all at once.
            var needed = left.SelectMany(Dependencies).ToHashSet();
            var next = left.Where(r => !needed.Contains(r)).ToList();
            if (next.Count == 0)
                next = [.. left];
            await Task.WhenAll(next.Select(StopResourceAsync));
            left.ExceptWith(next);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _launcher.DisposeAsync();
        _stopping.Dispose();
    }

    private static IEnumerable<IResource> Dependencies(IResource resource) =>
        resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource)
            .Concat(resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(r => r.Resource))
            .SelectMany(r => r is IResourceWithParent child ? new[] { r, child.Parent } : [r])
            .Where(r => r != resource);

    private void AllocatePorts()
    {
        var ports = new PortAllocator();
        foreach (var resource in model.Resources)
        {
            var replicas = Launcher.Replicas(resource);
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                var wanted = endpoint.Port ?? (endpoint.IsProxied ? null : endpoint.TargetPort);
                if (wanted is { } port && !PortAllocator.IsFree(port))
                    throw new DistributedApplicationException($"Port {port}, which resource '{resource.Name}' asks for, is in use. Stop what uses it, or choose another.");
                var host = endpoint.UriScheme is "http" or "https" ? "localhost" : "127.0.0.1";
                endpoint.Replicas = [.. Enumerable.Range(0, replicas).Select(i => new AllocatedEndpoint(endpoint, host, i == 0 && wanted is { } w ? w : ports.Next()))];
            }
        }
    }

    private async Task RunResourceAsync(IResource resource, CancellationToken cancellationToken)
    {
        try
        {
            if (resource is IResourceWithoutLifetime)
            {
                await ResolveParameterAsync(resource, cancellationToken);
                return;
            }

            await eventing.PublishAsync(new InitializeResourceEvent(resource, eventing, loggers.GetLogger(resource), notifications, services), cancellationToken);
            if (resource is IResourceWithEndpoints)
                await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken);
            if (resource is IResourceWithConnectionString)
                await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), cancellationToken);
            if (resource.Annotations.OfType<ExplicitStartupAnnotation>().Any())
            {
                await SetStateAsync(resource, KnownResourceStates.NotStarted);
                return;
            }

            if (resource.Annotations.OfType<WaitAnnotation>().Any())
            {
                await SetStateAsync(resource, KnownResourceStates.Waiting);
                await notifications.WaitForDependenciesAsync(resource, cancellationToken);
            }

            await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), cancellationToken);
            await SetStateAsync(resource, KnownResourceStates.Starting);
            var instances = await _launcher.StartAsync(resource, cancellationToken);
            _running[resource] = instances;
            await AnnounceAsync(resource, instances);
            foreach (var instance in instances)
                _work.Add(WatchInstanceAsync(resource, instance));
            await WatchHealthAsync(resource, instances, cancellationToken);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The host stops; StopAsync takes care of what runs.
        }
        catch (Exception fault)
        {
            loggers.Write(resource.Name, fault is DistributedApplicationException or ClayAspire.Embedded.Postgres.PostgresServerException ? fault.Message : fault.ToString(), isError: true);
            await SetStateAsync(resource, KnownResourceStates.FailedToStart);
            Die(resource.Name, $"could not be started: {fault.Message}");
        }
    }

    private async Task ResolveParameterAsync(IResource resource, CancellationToken cancellationToken)
    {
        try
        {
            if (resource is IValueProvider value)
                await value.GetValueAsync(cancellationToken);
            await SetStateAsync(resource, KnownResourceStates.Active);
        }
        catch (MissingParameterValueException missing)
        {
            await SetStateAsync(resource, KnownResourceStates.ValueMissing);
            Die(resource.Name, missing.Message);
        }
    }

    private async Task AnnounceAsync(IResource resource, IReadOnlyList<Instance> instances)
    {
        var links = resource.Annotations.OfType<ResourceUrlAnnotation>().Select(u => new UrlSnapshot(null, u.Url, IsInternal: false) { DisplayText = u.DisplayText }).ToList();
        foreach (var url in resource.Annotations.OfType<UrlExpressionAnnotation>())
            links.Add(new UrlSnapshot(null, await url.Url.GetValueAsync() ?? "", IsInternal: false) { DisplayText = url.DisplayText });
        if (instances.Count == 0)
        {
            await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Running, Urls = [.. links] });
            return;
        }

        foreach (var instance in instances)
        {
            await notifications.PublishUpdateAsync(resource, instance.Id, s => s with
            {
                State = KnownResourceStates.Running,
                StartTimeStamp = time.GetUtcNow().UtcDateTime,
                Urls = [.. instance.Urls, .. links],
                Properties = [new ResourcePropertySnapshot("executable.pid", instance.ProcessId)],
            });
        }
    }

    private async Task WatchHealthAsync(IResource resource, IReadOnlyList<Instance> instances, CancellationToken cancellationToken)
    {
        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(h => h.Key).ToHashSet();
        HealthStatus? last = null;
        var ready = false;
        while (instances.Count == 0 || instances.Any(i => !i.Exited.IsCompleted))
        {
            var status = keys.Count == 0
                ? HealthStatus.Healthy
                : (await healthChecks.CheckHealthAsync(c => keys.Contains(c.Name), cancellationToken)).Status;
            if (status != last)
            {
                last = status;
                await UpdateRunningAsync(resource, instances, s => s with { HealthStatus = status });
            }

            if (status == HealthStatus.Healthy && !ready)
            {
                ready = true;
                await eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancellationToken);
                await UpdateRunningAsync(resource, instances, s => s with { IsReady = true });
            }

            if (ready && keys.Count == 0)
                return;
            await Task.Delay(ready ? LaterChecks : FirstChecks, time, cancellationToken);
        }
    }

    private async Task UpdateRunningAsync(IResource resource, IReadOnlyList<Instance> instances, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        if (instances.Count == 0)
            await notifications.PublishUpdateAsync(resource, change);
        foreach (var instance in instances.Where(i => !i.Exited.IsCompleted))
            await notifications.PublishUpdateAsync(resource, instance.Id, change);
    }

    private async Task WatchInstanceAsync(IResource resource, Instance instance)
    {
        var code = await instance.Exited.WaitAsync(_stopping.Token).ContinueWith(t => t.IsCompletedSuccessfully ? t.Result : (int?)null, TaskScheduler.Default);
        if (code is null)
            return; // The host stops.
        await notifications.PublishUpdateAsync(resource, instance.Id, s => s with
        {
            State = KnownResourceStates.Finished,
            ExitCode = code,
            HealthStatus = null,
            StopTimeStamp = time.GetUtcNow().UtcDateTime,
        });
        notifications.TryGetCurrentState(instance.Id, out var state);
        await eventing.PublishAsync(new ResourceStoppedEvent(resource, services, state!));

        // A one-shot has no endpoint and ends well. Everything else that ends by itself has died.
        if (code == 0 && !resource.Annotations.OfType<EndpointAnnotation>().Any() && Launcher.Replicas(resource) == 1)
            return;
        if (_running[resource].Any(i => !i.Exited.IsCompleted))
            Report(instance.Id, $"ended with exit code {code}; the other replicas go on");
        else
            Die(instance.Id, $"ended with exit code {code}");
    }

    private void Die(string id, string what)
    {
        var ends = runMode.EndsWithADeath && options.Args?.Contains(KeepGoing) != true;
        Report(id, ends ? $"{what}; the host stops ({KeepGoing} would go on)" : what);
        if (!ends)
            return;
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    private void Report(string id, string what)
    {
        if (!runMode.EndsWithADeath)
            return;
        var lines = loggers.LastLines(id);
        output.WriteError($"error: resource '{id}' {what}.{(lines.Count > 0 ? " Its last lines:" : "")}");
        foreach (var line in lines.TakeLast(15))
            output.WriteError($"  {id} | {line}");
    }

    private async Task StopResourceAsync(IResource resource)
    {
        var instances = _running[resource];
        foreach (var instance in instances.Where(i => !i.Exited.IsCompleted))
            await notifications.PublishUpdateAsync(resource, instance.Id, s => s with { State = KnownResourceStates.Stopping });
        await Task.WhenAll(instances.Select(i => i.StopAsync()));
        foreach (var instance in instances)
        {
            var code = await instance.Exited;
            await notifications.PublishUpdateAsync(resource, instance.Id, s => s.State?.Text == KnownResourceStates.Finished
                ? s
                : s with { State = KnownResourceStates.Exited, ExitCode = code, HealthStatus = null, StopTimeStamp = time.GetUtcNow().UtcDateTime });
        }
    }

    private async Task WatchParentAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ParentWatch.WaitAsync(cancellationToken);
            output.WriteError("error: 'dotnet run', which started this host, was killed; the host stops.");
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private Task SetStateAsync(IResource resource, string state)
    {
        var replicas = Launcher.Replicas(resource);
        return Task.WhenAll(Enumerable.Range(0, replicas).Select(i =>
            notifications.PublishUpdateAsync(resource, Instance.IdOf(resource, i, replicas), s => s with { State = state })));
    }
}
