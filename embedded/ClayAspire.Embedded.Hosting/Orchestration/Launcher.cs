using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using ClayAspire.Embedded.Postgres;
using ClayAspire.Embedded.Processes;
using Npgsql;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts what stands behind a resource.</summary>
internal sealed class Launcher(ResourceLoggerService loggers, DistributedApplicationExecutionContext executionContext) : IAsyncDisposable
{
    private readonly Dictionary<PostgresServerResource, PostgresServer> _servers = [];

    // A guard of this application's own: its end also ends what the orderly stop left.
    private readonly ProcessGuard _guard = new();

    public async Task<IReadOnlyList<Instance>> StartAsync(IResource resource, CancellationToken cancellationToken)
    {
        switch (resource)
        {
            case ProjectResource project:
                var replicas = Replicas(project);
                var started = new List<Instance>();
                for (var i = 0; i < replicas; i++)
                    started.Add(await StartProjectAsync(project, i, replicas, cancellationToken));
                return started;
            case ExecutableResource executable:
                return [await StartExecutableAsync(executable, cancellationToken)];
            case PostgresServerResource postgres:
                return [await StartPostgresAsync(postgres, cancellationToken)];
            case PostgresDatabaseResource database:
                await CreateDatabaseAsync(database, cancellationToken);
                return [];
            case IResourceWithConnectionString connection:
                await connection.GetConnectionStringAsync(cancellationToken);
                return [];
            case ContainerResource:
                throw new DistributedApplicationException($"'{resource.Name}' is a container, which the embedded hosting cannot run. Build with -p:Hosting=aspire where there is Docker.");
            default:
                return [];
        }
    }

    public static int Replicas(IResource resource) => resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;

    public ValueTask DisposeAsync()
    {
        _guard.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Instance> StartProjectAsync(ProjectResource project, int replica, int replicas, CancellationToken cancellationToken)
    {
        var metadata = project.Annotations.OfType<ProjectMetadataAnnotation>().Single().Metadata;
        var assembly = await AssemblyOfAsync(metadata, cancellationToken);
        if (!File.Exists(assembly))
            throw new DistributedApplicationException($"'{assembly}' does not exist. Build the solution first (dotnet build).");
        var endpoints = project.Annotations.OfType<EndpointAnnotation>().ToList();
        var environment = new Dictionary<string, object>(StringComparer.Ordinal);
        var http = endpoints.Where(e => e.UriScheme is "http" or "https").ToList();
        if (http.Count > 0)
            environment["ASPNETCORE_URLS"] = string.Join(';', http.Select(e => e.Replicas[replica].UriString));
        environment["OTEL_SERVICE_NAME"] = project.Name;
        environment["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Instance.IdOf(project, replica, replicas)}";
        return await StartProcessAsync(project, replica, replicas, DotnetMuxer(), [assembly], Path.GetDirectoryName(metadata.ProjectPath)!, environment, cancellationToken);
    }

    private async Task<Instance> StartExecutableAsync(ExecutableResource executable, CancellationToken cancellationToken)
    {
        var command = executable.Command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? Path.GetFullPath(executable.Command, executable.WorkingDirectory)
            : ProcessGuard.FindOnPath(executable.Command)
                ?? throw new DistributedApplicationException($"The program '{executable.Command}' of resource '{executable.Name}' is not on PATH. Install it or add its directory to PATH.");
        return await StartProcessAsync(executable, 0, 1, command, [], executable.WorkingDirectory, new(StringComparer.Ordinal), cancellationToken);
    }

    private async Task<Instance> StartProcessAsync(IResource resource, int replica, int replicas, string fileName, IReadOnlyList<string> firstArguments, string workingDirectory, Dictionary<string, object> environment, CancellationToken cancellationToken)
    {
        var id = Instance.IdOf(resource, replica, replicas);
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToList();
        foreach (var endpoint in endpoints.Where(e => e.PortVariable is not null))
            environment[endpoint.PortVariable!] = endpoint.Replicas[replica].Port.ToString(CultureInfo.InvariantCulture);
        var variables = await VariablesOfAsync(resource, environment, executionContext, loggers, cancellationToken);
        var arguments = new List<object>();
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(new CommandLineArgsCallbackContext(arguments, resource, cancellationToken));
        var texts = new List<string>(firstArguments);
        foreach (var argument in arguments)
            texts.Add(await ValueText.ResolveAsync(argument, cancellationToken) ?? "");

        if (!Directory.Exists(workingDirectory))
            throw new DistributedApplicationException($"The working directory '{workingDirectory}' of resource '{resource.Name}' does not exist.");
        var process = ChildProcess.Start(
            new ChildProcessStart
            {
                FileName = fileName,
                Arguments = texts,
                WorkingDirectory = workingDirectory,
                Environment = variables,
                Output = (line, isError) => loggers.Write(id, line, isError),
            },
            _guard);
        return Instance.Of(id, process, [.. endpoints.Select(e => new UrlSnapshot(e.Name, e.Replicas[replica].UriString, IsInternal: false))]);
    }

    /// <summary>The environment of a resource: first what the hosting sets, then what was described, in order.</summary>
    internal static async Task<Dictionary<string, string?>> VariablesOfAsync(IResource resource, Dictionary<string, object> initial, DistributedApplicationExecutionContext executionContext, ResourceLoggerService loggers, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource, initial, cancellationToken) { Logger = loggers.GetLogger(resource) };
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(context);

        // What was meant for the host must not reach into its children.
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal) { ["ASPNETCORE_URLS"] = null, ["DOTNET_LAUNCH_PROFILE"] = null };
        foreach (var (name, value) in context.EnvironmentVariables)
            variables[name] = await ValueText.ResolveAsync(value, cancellationToken);
        return variables;
    }

    private async Task<Instance> StartPostgresAsync(PostgresServerResource postgres, CancellationToken cancellationToken)
    {
        var server = await PostgresServer.StartAsync(
            new PostgresServerOptions
            {
                DataDirectory = postgres.DataDirectory,
                Port = postgres.PrimaryEndpoint.Port,
                UserName = await postgres.UserNameReference.GetValueAsync(cancellationToken) ?? "postgres",
                Password = await postgres.PasswordParameter.GetValueAsync(cancellationToken),
                Log = line => loggers.Write(postgres.Name, line, isError: false),
                Guard = _guard,
            },
            cancellationToken);
        lock (_servers)
            _servers[postgres] = server;
        return Instance.Of(postgres.Name, server, [new UrlSnapshot(PostgresServerResource.EndpointName, postgres.PrimaryEndpoint.Url, IsInternal: false)]);
    }

    private async Task CreateDatabaseAsync(PostgresDatabaseResource database, CancellationToken cancellationToken)
    {
        PostgresServer server;
        lock (_servers)
            server = _servers[database.Parent];
        if (database.CreationScript is null)
        {
            await server.CreateDatabaseAsync(database.DatabaseName, cancellationToken);
            return;
        }

        await using var source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        await using var exists = source.CreateCommand("SELECT 1 FROM pg_database WHERE datname = $1");
        exists.Parameters.AddWithValue(database.DatabaseName);
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
            return;
        await using var create = source.CreateCommand(database.CreationScript);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<string> AssemblyOfAsync(IProjectMetadata metadata, CancellationToken cancellationToken)
    {
        if (metadata is IBuiltProjectMetadata built)
            return built.AssemblyPath;
        var info = new ProcessStartInfo { UseShellExecute = false, FileName = DotnetMuxer(), RedirectStandardOutput = true };
        foreach (var argument in new[] { "msbuild", metadata.ProjectPath, "-getProperty:TargetPath" })
            info.ArgumentList.Add(argument);
        using var process = Process.Start(info)!;
        var path = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Trim();
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? path : throw new DistributedApplicationException($"The project '{metadata.ProjectPath}' could not be read: {path}");
    }

    private static string DotnetMuxer()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path)
            return path;
        return Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
            : ProcessGuard.FindOnPath("dotnet") ?? throw new DistributedApplicationException("'dotnet' is not on PATH. Add the .NET SDK's directory to PATH.");
    }
}
