using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds PostgreSQL servers and databases.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>Adds a PostgreSQL server. Without a data directory its cluster is temporary.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="userName">The superuser's name; null: <c>postgres</c>.</param>
    /// <param name="password">Its password; null: generated, or from <c>Parameters:{name}-password</c>.</param>
    /// <param name="port">TCP port on loopback; null takes a free one.</param>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        password ??= builder.AddParameter($"{name}-password", new GenerateParameterDefault { MinLength = 22, Special = false }, secret: true);
        return builder.AddResource(new PostgresServerResource(name, userName?.Resource, password.Resource)).WithHostPort(port);
    }

    /// <summary>Adds a database, which is created if it does not exist.</summary>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        builder.Resource.AddDatabase(name, databaseName ?? name);
        var database = builder.ApplicationBuilder.AddResource(new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource));
        return database.WithAnnotation(new WaitAnnotation(builder.Resource, WaitType.WaitUntilHealthy));
    }

    /// <summary>Keeps the data in a directory, relative to the AppHost's.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataBindMount(this IResourceBuilder<PostgresServerResource> builder, string source, bool isReadOnly = false)
    {
        builder.Resource.DataDirectory = Path.GetFullPath(source, builder.ApplicationBuilder.AppHostDirectory);
        return builder;
    }

    /// <summary>Keeps the data, in <c>.clayaspire/volumes</c> beside the AppHost's directory, as there are no container volumes.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithDataBindMount(Path.Combine("..", ".clayaspire", "volumes", name ?? $"{builder.Resource.Name}-data"), isReadOnly);

    /// <summary>Listens on a given port.</summary>
    public static IResourceBuilder<PostgresServerResource> WithHostPort(this IResourceBuilder<PostgresServerResource> builder, int? port) =>
        builder.WithEndpoint(PostgresServerResource.EndpointName, e => e.Port = port);

    /// <summary>Uses another password.</summary>
    public static IResourceBuilder<PostgresServerResource> WithPassword(this IResourceBuilder<PostgresServerResource> builder, IResourceBuilder<ParameterResource> password)
    {
        builder.Resource.PasswordParameter = password.Resource;
        return builder;
    }

    /// <summary>Uses another superuser's name.</summary>
    public static IResourceBuilder<PostgresServerResource> WithUserName(this IResourceBuilder<PostgresServerResource> builder, IResourceBuilder<ParameterResource> userName)
    {
        builder.Resource.UserNameParameter = userName.Resource;
        return builder;
    }

    /// <summary>Creates the database with this SQL instead of <c>CREATE DATABASE</c>. It runs only when the database does not exist.</summary>
    public static IResourceBuilder<PostgresDatabaseResource> WithCreationScript(this IResourceBuilder<PostgresDatabaseResource> builder, string script)
    {
        builder.Resource.CreationScript = script;
        return builder;
    }
}
