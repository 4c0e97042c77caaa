using System.Text;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Gives a connection string as <c>ConnectionStrings__name</c>, and its parts as <c>NAME_HOST</c> and so on.</summary>
    /// <exception cref="DistributedApplicationException">At the start: it has no value and is not optional.</exception>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        var resource = source.Resource;
        connectionName ??= resource.Name;
        builder.WithRelationship(source, "Reference");
        return builder.WithEnvironment(async context =>
        {
            var flags = Flags(builder.Resource);
            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ConnectionString))
            {
                var value = await resource.GetConnectionStringAsync(context.CancellationToken);
                if (string.IsNullOrEmpty(value) && !optional)
                    throw new DistributedApplicationException($"The connection string of '{resource.Name}', which '{builder.Resource.Name}' refers to, has no value.");
                if (!string.IsNullOrEmpty(value))
                    context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{connectionName}"] = value;
            }

            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ConnectionProperties))
            {
                var prefix = connectionName.Length == 0 ? "" : EncodeName(connectionName).ToUpperInvariant() + "_";
                foreach (var (name, value) in resource.GetConnectionProperties())
                    context.EnvironmentVariables[prefix + EncodeName(name).ToUpperInvariant()] = value;
            }
        });
    }

    /// <summary>Gives all endpoints of another as <c>services__name__http__0</c> and <c>NAME_HTTP</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment =>
        builder.WithRelationship(source, "Reference")
            .WithEndpoints(source.Resource, null, source.Resource.Name, EncodeName(source.Resource.Name).ToUpperInvariant());

    /// <summary>The same under another name.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment =>
        builder.WithRelationship(source, "Reference").WithEndpoints(source.Resource, null, name, EncodeName(name));

    /// <summary>Gives one endpoint of another.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(new ResourceRelationshipAnnotation(endpointReference.Resource, "Reference"))
            .WithEndpoints(endpointReference.Resource, endpointReference.EndpointName, endpointReference.Resource.Name, EncodeName(endpointReference.Resource.Name).ToUpperInvariant());

    /// <summary>Gives an address outside the application as <c>services__name__default__0</c> and <c>name</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment
    {
        if (!uri.IsAbsoluteUri || uri.AbsolutePath != "/")
            throw new InvalidOperationException($"The address of '{name}' must be absolute and without a path.");
        return builder.WithEnvironment(c =>
        {
            var flags = Flags(builder.Resource);
            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ServiceDiscovery))
                c.EnvironmentVariables[$"services__{name}__default__0"] = uri.ToString();
            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.Endpoints))
                c.EnvironmentVariables[EncodeName(name)] = uri.ToString();
        });
    }

    /// <summary>Says which groups of variables references set.</summary>
    public static IResourceBuilder<TDestination> WithReferenceEnvironment<TDestination>(this IResourceBuilder<TDestination> builder, ReferenceEnvironmentInjectionFlags flags)
        where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(new ReferenceEnvironmentInjectionAnnotation(flags), ResourceAnnotationMutationBehavior.Replace);

    private static IResourceBuilder<TDestination> WithEndpoints<TDestination>(this IResourceBuilder<TDestination> builder, IResourceWithEndpoints source, string? only, string discoveryName, string variablePrefix)
        where TDestination : IResourceWithEnvironment => builder.WithEnvironment(context =>
        {
            var flags = Flags(builder.Resource);
            foreach (var endpoint in source.Annotations.OfType<EndpointAnnotation>().Where(e => only is null || string.Equals(e.Name, only, StringComparison.OrdinalIgnoreCase)))
            {
                var reference = new EndpointReference(source, endpoint.Name);
                if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ServiceDiscovery))
                {
                    // Endpoints named after their scheme go under the scheme; others under their own name.
                    var key = endpoint.Name is "http" or "https" ? endpoint.UriScheme : endpoint.Name;
                    var index = 0;
                    while (context.EnvironmentVariables.ContainsKey($"services__{discoveryName}__{key}__{index}"))
                        index++;
                    context.EnvironmentVariables[$"services__{discoveryName}__{key}__{index}"] = reference;
                }

                if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.Endpoints))
                    context.EnvironmentVariables[$"{variablePrefix}_{EncodeName(endpoint.Name).ToUpperInvariant()}"] = reference;
            }
        });

    private static ReferenceEnvironmentInjectionFlags Flags(IResource resource) =>
        resource.Annotations.OfType<ReferenceEnvironmentInjectionAnnotation>().LastOrDefault()?.Flags ?? ReferenceEnvironmentInjectionFlags.All;

    /// <summary>A name as environment variables can carry it.</summary>
    internal static string EncodeName(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        if (name.Length > 0 && char.IsAsciiDigit(name[0]))
            text.Append('_');
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        return text.ToString();
    }
}
