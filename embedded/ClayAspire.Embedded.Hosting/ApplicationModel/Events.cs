using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The whole model is known; nothing has been started.</summary>
public class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The model.</summary>
    public DistributedApplicationModel Model { get; } = model;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>Every resource has been taken in hand; some may still wait for others.</summary>
public class AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The model.</summary>
    public DistributedApplicationModel Model { get; } = model;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>Common to the events of a resource.</summary>
public abstract class ResourceLifecycleEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>A resource is taken in hand.</summary>
public class InitializeResourceEvent(IResource resource, IDistributedApplicationEventing eventing, ILogger logger, ResourceNotificationService notifications, IServiceProvider services)
    : ResourceLifecycleEvent(resource, services)
{
    /// <summary>Publishes and subscribes.</summary>
    public IDistributedApplicationEventing Eventing { get; } = eventing;

    /// <summary>The resource's log.</summary>
    public ILogger Logger { get; } = logger;

    /// <summary>States of resources.</summary>
    public ResourceNotificationService Notifications { get; } = notifications;
}

/// <summary>The ports of a resource are known.</summary>
public class ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services) : ResourceLifecycleEvent(resource, services);

/// <summary>A connection string can be read.</summary>
public class ConnectionStringAvailableEvent(IResource resource, IServiceProvider services) : ResourceLifecycleEvent(resource, services);

/// <summary>All that a resource waits for is there; it starts next.</summary>
public class BeforeResourceStartedEvent(IResource resource, IServiceProvider services) : ResourceLifecycleEvent(resource, services);

/// <summary>A resource is healthy for the first time.</summary>
public class ResourceReadyEvent(IResource resource, IServiceProvider services) : ResourceLifecycleEvent(resource, services);

/// <summary>A resource has ended.</summary>
public class ResourceStoppedEvent(IResource resource, IServiceProvider services, ResourceEvent resourceEvent) : ResourceLifecycleEvent(resource, services)
{
    /// <summary>How it is.</summary>
    public ResourceEvent ResourceEvent { get; } = resourceEvent;
}
