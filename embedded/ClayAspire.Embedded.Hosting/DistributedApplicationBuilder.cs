using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>What the application is built from.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>Command-line arguments. The embedded hosting knows <c>--keep-going</c>; <c>--Section:Key=value</c> sets configuration.</summary>
    public string[]? Args { get; set; }

    /// <summary>Name of the AppHost's assembly; null: the entry assembly.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The AppHost's directory; null: as built into the assembly.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Kept for source compatibility: there is no dashboard here.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Kept for source compatibility: everything is plain HTTP on loopback here.</summary>
    public bool AllowUnsecuredTransport { get; set; }

    /// <summary>Pass the resources' output to the host's loggers instead of the console.</summary>
    public bool EnableResourceLogging { get; set; }
}

/// <summary>Running, or publishing for a deployment.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>Running.</summary>
    Run = 0,

    /// <summary>Publishing; not part of the embedded hosting.</summary>
    Publish = 1,
}

/// <summary>What the host is doing.</summary>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    /// <summary>What it is doing.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>Whether it runs.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>Whether it publishes.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
}

/// <summary>Describes an application.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>The AppHost's assembly.</summary>
    Assembly? AppHostAssembly { get; }

    /// <summary>The AppHost's directory.</summary>
    string AppHostDirectory { get; }

    /// <summary>Configuration of the host.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>Environment of the host.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>Publishes and subscribes.</summary>
    IDistributedApplicationEventing Eventing { get; }

    /// <summary>What the host is doing.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The resources so far.</summary>
    IResourceCollection Resources { get; }

    /// <summary>Services of the host.</summary>
    IServiceCollection Services { get; }

    /// <summary>Adds a resource.</summary>
    /// <exception cref="DistributedApplicationException">There is one of that name.</exception>
    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    /// <summary>A builder for a resource that is not added.</summary>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource;

    /// <summary>The application as described.</summary>
    DistributedApplication Build();
}

/// <summary>Describes an application that runs as child processes of the host.</summary>
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly DistributedApplicationOptions _options;
    private readonly EntryPointInterceptor? _interceptor = EntryPointInterceptor.Current;

    /// <summary>Begins with command-line arguments.</summary>
    public DistributedApplicationBuilder(string[] args)
        : this(new DistributedApplicationOptions { Args = args })
    {
    }

    /// <summary>Begins with options.</summary>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        _options = options;
        if (_interceptor is not null)
            options.Args = [.. options.Args ?? [], .. _interceptor.Args];
        AppHostAssembly = _interceptor?.Assembly
            ?? (options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly());
        AppHostPath = AppHostAssembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "AppHostProjectPath")?.Value ?? "";
        AppHostDirectory = options.ProjectDirectory
            ?? (AppHostPath.Length > 0 ? Path.GetDirectoryName(AppHostPath)! : Directory.GetCurrentDirectory());
        var settings = new HostApplicationBuilderSettings
        {
            Args = [.. (options.Args ?? []).Where(a => a != Orchestrator.KeepGoing)],
            ContentRootPath = AppHostDirectory,
            ApplicationName = AppHostAssembly?.GetName().Name ?? "AppHost",
        };
        _interceptor?.Configure?.Invoke(options, settings);
        _host = new HostApplicationBuilder(settings);
        _host.Services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);
        _host.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMinutes(1)); // The orchestrator has its own, shorter limits.
        _host.Logging.AddFilter("Microsoft", LogLevel.Warning);
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // Not yet healthy is no fault; states tell.
        _host.Services.TryAddSingleton(TimeProvider.System);
        _host.Services.AddHealthChecks();
        _host.Services.AddSingleton(_options);
        _host.Services.AddSingleton(ExecutionContext);
        _host.Services.AddSingleton(Eventing);
        _host.Services.AddSingleton<IDistributedApplicationEventing>(Eventing);
        _host.Services.AddSingleton(new DistributedApplicationModel(Resources));
        _host.Services.AddSingleton<ResourceNotificationService>();
        _host.Services.AddSingleton<ResourceLoggerService>();
        _host.Services.AddSingleton<ResourceOutput>();
        _host.Services.AddSingleton<RunMode>();
        _host.Services.AddHostedService<Orchestrator>();
    }

    /// <summary>The AppHost's project file.</summary>
    public string AppHostPath { get; }

    /// <inheritdoc/>
    public Assembly? AppHostAssembly { get; }

    /// <inheritdoc/>
    public string AppHostDirectory { get; }

    /// <inheritdoc/>
    public ConfigurationManager Configuration => _host.Configuration;

    /// <inheritdoc/>
    public IHostEnvironment Environment => _host.Environment;

    /// <inheritdoc/>
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    /// <inheritdoc/>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = new(DistributedApplicationOperation.Run);

    /// <inheritdoc/>
    public IResourceCollection Resources { get; } = new ResourceCollection();

    /// <inheritdoc/>
    public IServiceCollection Services => _host.Services;

    /// <inheritdoc/>
    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        if (Resources.Any(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"Cannot add resource of type '{resource.GetType()}' with name '{resource.Name}' because a resource of that name exists already.");
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc/>
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => new ResourceBuilder<T>(this, resource);

    /// <inheritdoc/>
    public DistributedApplication Build()
    {
        _interceptor?.WaitForTest(this);
        var application = new DistributedApplication(_host.Build()) { IsOwnedByTest = _interceptor is not null };
        _interceptor?.Built.TrySetResult(application);
        return application;
    }
}
