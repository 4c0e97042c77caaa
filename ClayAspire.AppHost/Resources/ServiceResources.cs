using Microsoft.Extensions.Configuration;

namespace ClayAspire.AppHost.Resources;

internal static class ServiceResources
{
    /// <summary>A service with one HTTP endpoint that answers <c>/health</c>, <c>/alive</c> and <c>/metrics</c>.</summary>
    public static IResourceBuilder<ProjectResource> AsWebService(this IResourceBuilder<ProjectResource> builder, HostSettings settings) => builder
        .WithHttpEndpoint(port: Port(builder.ApplicationBuilder, builder.Resource.Name))
        .WithHttpHealthCheck("/health")
        .WithServiceSettings(settings);

    /// <summary>What every process of ours is told.</summary>
    public static IResourceBuilder<T> WithServiceSettings<T>(this IResourceBuilder<T> builder, HostSettings settings)
        where T : IResourceWithEnvironment => builder
        .WithEnvironment("DOTNET_ENVIRONMENT", settings.Environment)
        .WithEnvironment("ASPNETCORE_ENVIRONMENT", settings.Environment)
        .WithEnvironment("Policy__Directory", Path.Combine(settings.Root, "services", "policy"))
        .WithEnvironment("CLAYASPIRE_DEMO", settings.Demo ? "on" : "off")
        // Every request of every health check and scrape on one terminal would bury what matters.
        .WithEnvironment("Logging__LogLevel__Microsoft.AspNetCore", "Warning")
        .WithEnvironment("Logging__LogLevel__System.Net.Http", "Warning")
        .WithEnvironment("Logging__LogLevel__Polly", "Warning");

    /// <summary>
    /// The CRM accounts: those under <c>Connections</c> in the host's configuration (user secrets, environment), or
    /// the twin's two organisations when none is configured.
    /// </summary>
    public static IResourceBuilder<T> WithCrmConnections<T>(this IResourceBuilder<T> builder, HostSettings settings, IResourceBuilder<ProjectResource> crmSandbox)
        where T : IResourceWithEnvironment
    {
        var configured = builder.ApplicationBuilder.Configuration.GetSection("Connections").AsEnumerable().Where(p => p.Value is not null).ToList();
        if (configured.Count > 0)
        {
            foreach (var (key, value) in configured)
                builder.WithEnvironment(key.Replace(":", "__", StringComparison.Ordinal), value);
            return builder;
        }

        var twin = crmSandbox.GetEndpoint("http");
        foreach (var (connection, path) in new[] { ("icare", "salesforce"), ("icare-staging", "salesforce-staging") })
        {
            builder
                .WithEnvironment($"Connections__{connection}__Kind", "salesforce")
                .WithEnvironment($"Connections__{connection}__BaseUrl", $"{twin}/{path}")
                .WithEnvironment($"Connections__{connection}__ClientId", "clayaspire-integration")
                .WithEnvironment($"Connections__{connection}__ClientSecret", "integration-secret");
        }

        return builder;
    }

    /// <summary>
    /// Clay's webhooks: those under <c>Clay</c> in the host's configuration, or one of the twin when none is configured.
    /// </summary>
    public static IResourceBuilder<T> WithClayWebhooks<T>(this IResourceBuilder<T> builder, IResourceBuilder<ProjectResource> crmSandbox)
        where T : IResourceWithEnvironment
    {
        var configured = builder.ApplicationBuilder.Configuration.GetSection("Clay").AsEnumerable().Where(p => p.Value is not null).ToList();
        if (configured.Count == 0)
            return builder.WithEnvironment("Clay__Webhooks__campaign-members__Url", $"{crmSandbox.GetEndpoint("http")}/clay/v3/sources/webhook/campaign-members");
        foreach (var (key, value) in configured)
            builder.WithEnvironment(key.Replace(":", "__", StringComparison.Ordinal), value);
        return builder;
    }

    /// <summary>A fixed port for a service, setting <c>Ports:NAME</c>; without it any free one.</summary>
    private static int? Port(IDistributedApplicationBuilder builder, string name) => builder.Configuration.GetValue<int?>($"Ports:{name}");
}
