using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using ClayAspire.Embedded.Postgres;
using ClayAspire.Embedded.Processes;

namespace Aspire.Hosting.Orchestration;

/// <summary>One running part: a process, a server. With replicas a resource has several.</summary>
internal sealed record Instance(string Id, int ProcessId, Task<int> Exited, Func<Task> StopAsync, ImmutableArray<UrlSnapshot> Urls)
{
    public static string IdOf(IResource resource, int replica, int count) =>
        count == 1 ? resource.Name : string.Create(CultureInfo.InvariantCulture, $"{resource.Name}-{replica}");

    /// <summary>Wraps a child process.</summary>
    public static Instance Of(string id, ChildProcess process, ImmutableArray<UrlSnapshot> urls) =>
        new(id, process.Id, process.Exited, () => process.StopAsync(Orchestrator.StopGrace), urls);

    /// <summary>Wraps a database server.</summary>
    public static Instance Of(string id, PostgresServer server, ImmutableArray<UrlSnapshot> urls) =>
        new(id, server.ProcessId, server.Exited, () => server.DisposeAsync().AsTask(), urls);
}
