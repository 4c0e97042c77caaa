using System.Globalization;
using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Where an endpoint can be reached, once its port is known.</summary>
public class AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port)
{
    /// <summary>Host name or address.</summary>
    public string Address { get; } = address;

    /// <summary>TCP port.</summary>
    public int Port { get; } = port;

    /// <summary>Scheme, as <c>http</c>.</summary>
    public string UriScheme => endpoint.UriScheme;

    /// <summary>Scheme, host and port.</summary>
    public string UriString => string.Create(CultureInfo.InvariantCulture, $"{UriScheme}://{Address}:{Port}");
}

/// <summary>An endpoint as it was asked for.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    /// <summary>Describes an endpoint.</summary>
    public EndpointAnnotation(ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null, int? port = null, int? targetPort = null, bool? isExternal = null, bool isProxied = true)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? "tcp";
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : "tcp");
        Name = name ?? UriScheme;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied;
    }

    /// <summary>Name, unique in the resource; by default the scheme.</summary>
    public string Name { get; set; }

    /// <summary>Network protocol.</summary>
    public ProtocolType Protocol { get; set; }

    /// <summary>The port that others use; null takes a free one.</summary>
    public int? Port { get; set; }

    /// <summary>The port on which the process listens; null means the same.</summary>
    public int? TargetPort { get; set; }

    /// <summary>Scheme, as <c>http</c>.</summary>
    public string UriScheme { get; set; }

    /// <summary>Transport, as <c>http</c>.</summary>
    public string Transport { get; set; }

    /// <summary>Whether it is meant for people outside.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Kept for source compatibility: there is no proxy here, and the port is the process's own.</summary>
    public bool IsProxied { get; set; }

    /// <summary>The variable that tells the process its port.</summary>
    internal string? PortVariable { get; init; }

    /// <summary>Where it can be reached: with replicas, the first one.</summary>
    public AllocatedEndpoint? AllocatedEndpoint
    {
        get => Replicas.Count > 0 ? Replicas[0] : null;
        set => Replicas = value is null ? [] : [value];
    }

    /// <summary>One address for each replica.</summary>
    internal IReadOnlyList<AllocatedEndpoint> Replicas { get; set; } = [];
}

/// <summary>A part of an endpoint's address.</summary>
public enum EndpointProperty
{
    /// <summary>All of it.</summary>
    Url = 0,

    /// <summary>Host name.</summary>
    Host = 1,

    /// <summary>Host as an IPv4 address.</summary>
    IPV4Host = 2,

    /// <summary>Port.</summary>
    Port = 3,

    /// <summary>Scheme.</summary>
    Scheme = 4,

    /// <summary>The port on which the process listens.</summary>
    TargetPort = 5,

    /// <summary>Host, colon, port.</summary>
    HostAndPort = 6,
}

/// <summary>Another resource's endpoint, whose address is known once it is allocated.</summary>
public sealed class EndpointReference : IExpressionValue, IValueWithReferences
{
    /// <summary>Refers to an endpoint by name.</summary>
    public EndpointReference(IResourceWithEndpoints owner, string endpointName)
    {
        Resource = owner;
        EndpointName = endpointName;
    }

    /// <summary>The resource that listens.</summary>
    public IResourceWithEndpoints Resource { get; }

    /// <summary>The endpoint's name.</summary>
    public string EndpointName { get; }

    /// <summary>The endpoint as it was asked for.</summary>
    /// <exception cref="InvalidOperationException">The resource has no such endpoint.</exception>
    public EndpointAnnotation EndpointAnnotation => Find()
        ?? throw new InvalidOperationException($"Resource '{Resource.Name}' has no endpoint '{EndpointName}'. Add it with WithHttpEndpoint or WithEndpoint.");

    /// <summary>Whether the resource has such an endpoint.</summary>
    public bool Exists => Find() is not null;

    /// <summary>Whether its port is known.</summary>
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;

    /// <summary>Whether it speaks HTTP without TLS.</summary>
    public bool IsHttp => Scheme == "http";

    /// <summary>Whether it speaks HTTP over TLS.</summary>
    public bool IsHttps => Scheme == "https";

    /// <summary>Host name.</summary>
    public string Host => Allocated.Address;

    /// <summary>TCP port.</summary>
    public int Port => Allocated.Port;

    /// <summary>The port on which the process listens.</summary>
    public int? TargetPort => EndpointAnnotation.TargetPort;

    /// <summary>Scheme.</summary>
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <summary>Scheme, host and port.</summary>
    public string Url => Allocated.UriString;

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Resource.Name}.bindings.{EndpointName}.url}}";

    /// <inheritdoc/>
    public IEnumerable<object> References => [Resource];

    private AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"Endpoint '{EndpointName}' of '{Resource.Name}' has no port yet. Read it after ResourceEndpointsAllocatedEvent.");

    /// <summary>A part of its address.</summary>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Url);

    private EndpointAnnotation? Find() => Resource.Annotations.OfType<EndpointAnnotation>()
        .FirstOrDefault(e => string.Equals(e.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A part of another resource's address.</summary>
public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property) : IExpressionValue, IValueWithReferences
{
    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint { get; } = endpointReference;

    /// <summary>Which part.</summary>
    public EndpointProperty Property { get; } = property;

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{Property.ToString().ToUpperInvariant()}}}";

    /// <inheritdoc/>
    public IEnumerable<object> References => [Endpoint];

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Property switch
    {
        EndpointProperty.Url => Endpoint.Url,
        EndpointProperty.Host => Endpoint.Host,
        EndpointProperty.IPV4Host => "127.0.0.1",
        EndpointProperty.Port => Text(Endpoint.Port),
        EndpointProperty.TargetPort => Text(Endpoint.TargetPort ?? Endpoint.Port),
        EndpointProperty.Scheme => Endpoint.Scheme,
        EndpointProperty.HostAndPort => $"{Endpoint.Host}:{Text(Endpoint.Port)}",
        _ => throw new InvalidOperationException($"Endpoint property {Property} is not part of the embedded subset."),
    });

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
