using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Knows the state of every resource, and tells of every change.</summary>
public sealed class ResourceNotificationService : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceEvent> _states = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly CancellationTokenSource _disposed = new();
    private readonly CancellationToken _stopping;

    /// <summary>Made by the host.</summary>
    /// <param name="hostApplicationLifetime">Waits end when the application stops.</param>
    public ResourceNotificationService(IHostApplicationLifetime hostApplicationLifetime)
    {
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token, hostApplicationLifetime.ApplicationStopping).Token;
    }

    /// <summary>What a wait does when nothing was said: fail with what it waits for.</summary>
    internal WaitBehavior DefaultWaitBehavior { get; set; } = WaitBehavior.StopOnResourceUnavailable;

    /// <summary>Changes a resource's state.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory) =>
        PublishUpdateAsync(resource, resource.Name, stateFactory);

    /// <summary>Changes the state of one instance of a resource.</summary>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        lock (_gate)
        {
            var old = _states.TryGetValue(resourceId, out var known)
                ? known.Snapshot
                : new CustomResourceSnapshot { ResourceType = resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal), Properties = ImmutableArray<ResourcePropertySnapshot>.Empty };
            var update = new ResourceEvent(resource, resourceId, stateFactory(old));
            _states[resourceId] = update;
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(update);
        }

        return Task.CompletedTask;
    }

    /// <summary>The last known state.</summary>
    /// <param name="resourceId">The instance's id; without replicas that is the resource's name.</param>
    /// <param name="resourceEvent">How it is.</param>
    public bool TryGetCurrentState(string resourceId, out ResourceEvent? resourceEvent)
    {
        lock (_gate)
            return _states.TryGetValue(resourceId, out resourceEvent);
    }

    /// <summary>All present states, then every change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>();
        lock (_gate)
        {
            foreach (var state in _states.Values)
                channel.Writer.TryWrite(state);
            _watchers.Add(channel);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping);
        try
        {
            await foreach (var update in channel.Reader.ReadAllAsync(either.Token))
                yield return update;
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(channel);
        }
    }

    /// <summary>Waits until a resource is in a state; null means running.</summary>
    public async Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        await WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until a resource is in one of several states, and returns which.</summary>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var wanted = targetStates.ToList();
        var reached = await WaitForResourceAsync(resourceName, e => e.Snapshot.State is { } s && wanted.Contains(s.Text), cancellationToken);
        return reached.Snapshot.State!.Text;
    }

    /// <summary>Waits until a resource satisfies a condition.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var update in WatchAsync(cancellationToken))
        {
            if ((string.Equals(update.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase)
                    || string.Equals(update.ResourceId, resourceName, StringComparison.OrdinalIgnoreCase)) && predicate(update))
            {
                return update;
            }
        }

        throw new OperationCanceledException("The application stops.");
    }

    /// <summary>Waits until a resource is running, healthy and ready.</summary>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, DefaultWaitBehavior, cancellationToken);

    /// <summary>Waits until a resource is running, healthy and ready.</summary>
    /// <exception cref="DistributedApplicationException">It ended or failed before, and <paramref name="waitBehavior"/> says to stop then.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var reached = await WaitForResourceAsync(resourceName, e => IsReady(e) || (waitBehavior == WaitBehavior.StopOnResourceUnavailable && IsUnavailable(e)), cancellationToken);
        return IsReady(reached)
            ? reached
            : throw new DistributedApplicationException($"Resource '{resourceName}' did not become healthy: it is {Describe(reached)}.");

        static bool IsReady(ResourceEvent e) =>
            e.Snapshot.State?.Text == KnownResourceStates.Running && e.Snapshot.HealthStatus == HealthStatus.Healthy && e.Snapshot.IsReady;
    }

    /// <summary>Waits for all that a resource waits for.</summary>
    public Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken) =>
        Task.WhenAll(resource.Annotations.OfType<WaitAnnotation>().Select(w => WaitForDependencyAsync(resource, w, cancellationToken)));

    /// <summary>Ends all waits.</summary>
    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }

    private async Task WaitForDependencyAsync(IResource resource, WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var name = wait.Resource.Name;
        var behavior = wait.WaitBehavior ?? DefaultWaitBehavior;
        switch (wait.WaitType)
        {
            case WaitType.WaitUntilHealthy:
                await WaitForResourceHealthyAsync(name, behavior, cancellationToken);
                return;
            case WaitType.WaitUntilStarted:
                var started = await WaitForResourceAsync(name, e => e.Snapshot.State?.Text == KnownResourceStates.Running || (behavior == WaitBehavior.StopOnResourceUnavailable && IsUnavailable(e)), cancellationToken);
                if (started.Snapshot.State?.Text != KnownResourceStates.Running)
                    throw new DistributedApplicationException($"Resource '{resource.Name}' waits for '{name}' to start, which is {Describe(started)}.");
                return;
            case WaitType.WaitForCompletion:
                var ended = await WaitForResourceAsync(name, e => KnownResourceStates.TerminalStates.Contains(e.Snapshot.State?.Text ?? ""), cancellationToken);
                if (ended.Snapshot.State?.Text == KnownResourceStates.FailedToStart || ended.Snapshot.ExitCode != wait.ExitCode)
                    throw new DistributedApplicationException($"Resource '{resource.Name}' waits for '{name}' to end with exit code {wait.ExitCode}, but it is {Describe(ended)}.");
                return;
            default:
                throw new InvalidOperationException($"Unknown wait type {wait.WaitType}.");
        }
    }

    private static bool IsUnavailable(ResourceEvent e) =>
        e.Snapshot.State?.Text is { } s && (KnownResourceStates.TerminalStates.Contains(s) || s == KnownResourceStates.RuntimeUnhealthy);

    private static string Describe(ResourceEvent e) =>
        e.Snapshot.ExitCode is { } code ? $"{e.Snapshot.State?.Text} (exit code {code})" : $"{e.Snapshot.State?.Text}";
}
