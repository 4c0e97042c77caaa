namespace Aspire.Hosting.ApplicationModel;

/// <summary>A .NET project that runs as a process.</summary>
public class ProjectResource(string name) : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport, IResourceWithProbes;

/// <summary>A program that runs as a process.</summary>
public class ExecutableResource(string name, string command, string workingDirectory) : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithProbes
{
    /// <summary>The program.</summary>
    public string Command { get; internal set; } = command;

    /// <summary>The directory it starts in.</summary>
    public string WorkingDirectory { get; internal set; } = workingDirectory;
}

/// <summary>A container. The embedded hosting runs none; only what it has a stand-in for (PostgreSQL) can be started.</summary>
public class ContainerResource(string name, string? entrypoint = null) : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithProbes
{
    /// <summary>The program in the container.</summary>
    public string? Entrypoint { get; set; } = entrypoint;
}
