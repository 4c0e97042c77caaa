using System.Reflection;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>An application under test, described but not built.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>Builds what was described.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>Makes builders for tests.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>An empty application.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args) => Create(args, (_, _) => { });

    /// <summary>An empty application.</summary>
    public static IDistributedApplicationTestingBuilder Create(string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder)
    {
        var options = new DistributedApplicationOptions { Args = args, DisableDashboard = true, EnableResourceLogging = true };
        configureBuilder(options, new HostApplicationBuilderSettings());
        return new TestingBuilder(new DistributedApplicationBuilder(options), null);
    }

    /// <summary>Runs an AppHost's entry point up to <c>Build()</c>.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly, usually <c>Projects.My_AppHost</c>.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => RunUpToBuildAsync(typeof(TEntryPoint), [], (_, _) => { }, cancellationToken);

    /// <summary>Runs an AppHost's entry point up to <c>Build()</c>, with arguments.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => RunUpToBuildAsync(typeof(TEntryPoint), args, (_, _) => { }, cancellationToken);

    /// <summary>Runs an AppHost's entry point up to <c>Build()</c>, with arguments and changed options.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default)
        where TEntryPoint : class => RunUpToBuildAsync(typeof(TEntryPoint), args, configureBuilder, cancellationToken);

    /// <summary>Runs an AppHost's entry point up to <c>Build()</c>.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        RunUpToBuildAsync(entryPoint, [], (_, _) => { }, cancellationToken);

    /// <summary>Runs an AppHost's entry point up to <c>Build()</c>, with arguments.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args, CancellationToken cancellationToken = default) =>
        RunUpToBuildAsync(entryPoint, args, (_, _) => { }, cancellationToken);

    /// <summary>Runs an AppHost's entry point up to <c>Build()</c>, with arguments and changed options.</summary>
    /// <exception cref="InvalidOperationException">The assembly has no entry point, or it ended without calling <c>Build()</c>.</exception>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default) =>
        RunUpToBuildAsync(entryPoint, args, configureBuilder, cancellationToken);

    private static async Task<IDistributedApplicationTestingBuilder> RunUpToBuildAsync(Type entryPoint, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken)
    {
        var main = entryPoint.Assembly.EntryPoint
            ?? throw new InvalidOperationException($"Assembly of type {entryPoint} does not have an entry point. Name a type of the AppHost's project.");
        var interceptor = new EntryPointInterceptor
        {
            Assembly = entryPoint.Assembly,
            Args = args,
            Configure = (options, settings) =>
            {
                options.DisableDashboard = true;
                options.EnableResourceLogging = true;
                settings.Configuration ??= new ConfigurationManager();
                settings.Configuration.AddInMemoryCollection(FirstLaunchProfile(entryPoint.Assembly));
                settings.EnvironmentName ??= settings.Configuration["DOTNET_ENVIRONMENT"];
                configureBuilder(options, settings);
            },
        };
        _ = Task.Factory.StartNew(() => RunEntryPoint(main, interceptor), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var builder = await interceptor.Building.Task.WaitAsync(cancellationToken);
        return new TestingBuilder(builder, interceptor);
    }

    private static void RunEntryPoint(MethodInfo main, EntryPointInterceptor interceptor)
    {
        EntryPointInterceptor.Current = interceptor;
        try
        {
            main.Invoke(null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
            Fail(new InvalidOperationException("The entry point ended without building a DistributedApplication."));
        }
        catch (TargetInvocationException fault)
        {
            Fail(fault.InnerException ?? fault);
        }

        // After a successful build nobody listens for this any more.
        void Fail(Exception fault)
        {
            interceptor.Building.TrySetException(fault);
            interceptor.Built.TrySetException(fault);
        }
    }

    private static Dictionary<string, string?> FirstLaunchProfile(Assembly appHost)
    {
        var project = appHost.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "AppHostProjectPath")?.Value;
        var file = project is null ? null : Path.Combine(Path.GetDirectoryName(project)!, "Properties", "launchSettings.json");
        if (file is null || !File.Exists(file))
            return [];
        using var settings = JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var first = settings.RootElement.GetProperty("profiles").EnumerateObject().First().Value;
        return first.TryGetProperty("environmentVariables", out var variables)
            ? variables.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString())
            : [];
    }
}

internal sealed class TestingBuilder(DistributedApplicationBuilder inner, EntryPointInterceptor? interceptor) : IDistributedApplicationTestingBuilder
{
    private DistributedApplication? _application;

    public Assembly? AppHostAssembly => inner.AppHostAssembly;

    public string AppHostDirectory => inner.AppHostDirectory;

    public ConfigurationManager Configuration => inner.Configuration;

    public IHostEnvironment Environment => inner.Environment;

    public IDistributedApplicationEventing Eventing => inner.Eventing;

    public DistributedApplicationExecutionContext ExecutionContext => inner.ExecutionContext;

    public IResourceCollection Resources => inner.Resources;

    public IServiceCollection Services => inner.Services;

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource => inner.AddResource(resource);

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => inner.CreateResourceBuilder(resource);

    public DistributedApplication Build() => BuildAsync().GetAwaiter().GetResult();

    public async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default)
    {
        if (interceptor is null)
            return _application = inner.Build();
        interceptor.Proceed();
        return _application = await interceptor.Built.Task.WaitAsync(cancellationToken);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        interceptor?.GiveUp();
        if (_application is not null)
            await _application.DisposeAsync();
    }
}
