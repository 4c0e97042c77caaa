using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Adds values from configuration.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>A value from <c>Parameters:name</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(FromConfiguration(builder, name, secret));

    /// <summary>A fixed value, unless <c>Parameters:name</c> says otherwise.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    /// <summary>A value from a function, unless <c>Parameters:name</c> says otherwise.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => Configured(builder, name) ?? valueGetter(), secret));

    /// <summary>A value from <c>Parameters:name</c>, else the default. The embedded hosting keeps no generated value: it is new at every start.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false)
    {
        var parameter = FromConfiguration(builder, name, secret);
        parameter.Default = value;
        return builder.AddResource(parameter);
    }

    /// <summary>A connection string from <c>ConnectionStrings:name</c>.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name and the configuration's key.</param>
    /// <param name="environmentVariableName">The variable that dependants get instead of <c>ConnectionStrings__name</c>.</param>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        var value = new ParameterResource(
            name,
            _ => builder.Configuration.GetConnectionString(name)
                ?? throw new MissingParameterValueException($"Connection string '{name}' has no value. Set ConnectionStrings:{name} (environment variable ConnectionStrings__{name})."),
            secret: true)
        {
            IsConnectionString = true,
        };
        return builder.AddResource(new ConnectionStringResource(name, ReferenceExpression.Create($"{value}")) { EnvironmentVariable = environmentVariableName });
    }

    /// <summary>A connection string made of other values.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression) =>
        builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));

    /// <summary>Says what a parameter is for.</summary>
    public static IResourceBuilder<ParameterResource> WithDescription(this IResourceBuilder<ParameterResource> builder, string description, bool enableMarkdown = false)
    {
        builder.Resource.Description = description;
        return builder;
    }

    private static ParameterResource FromConfiguration(IDistributedApplicationBuilder builder, string name, bool secret) =>
        new(
            name,
            fallback => Configured(builder, name) ?? fallback?.GetDefaultValue()
                ?? throw new MissingParameterValueException($"Parameter '{name}' has no value. Set Parameters:{name} (environment variable Parameters__{name.Replace('-', '_')})."),
            secret);

    private static string? Configured(IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration[$"Parameters:{name}"] ?? builder.Configuration[$"Parameters:{name.Replace('-', '_')}"];
}
