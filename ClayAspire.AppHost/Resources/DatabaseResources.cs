using System.Data.Common;
using Microsoft.Extensions.Configuration;

namespace ClayAspire.AppHost.Resources;

/// <summary>How services reach the database.</summary>
/// <param name="Service">Connection string <c>clayaspire</c>.</param>
/// <param name="Export">Connection string <c>export</c>: the same database as the role that may read the export views only.</param>
/// <param name="ExportPassword">Password that the migrations give that role at every start.</param>
internal sealed record ClayAspireDatabase(
    IResourceBuilder<IResourceWithConnectionString> Service,
    IResourceBuilder<IResourceWithConnectionString> Export,
    IResourceBuilder<ParameterResource> ExportPassword);

internal static class DatabaseResources
{
    private const string DatabaseName = "clayaspire";
    private const string ExportName = "export";
    private const string ExportRole = "clayaspire_export";

    /// <summary>PostgreSQL with its data under the state directory, or the server that <c>ConnectionStrings:clayaspire</c> names.</summary>
    public static ClayAspireDatabase AddClayAspireDatabase(this IDistributedApplicationBuilder builder, HostSettings settings)
    {
        var exportPassword = builder.AddParameter("export-password", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);
        if (builder.Configuration.GetConnectionString(DatabaseName) is { Length: > 0 } given)
            return new ClayAspireDatabase(builder.AddConnectionString(DatabaseName), builder.AddConnectionString(ExportName, AsExportRole(given, exportPassword)), exportPassword);

        var postgres = builder.AddPostgres("postgres").WithDataBindMount(settings.StateFor("postgres"));
        var endpoint = postgres.Resource.PrimaryEndpoint;
        var export = builder.AddConnectionString(
            ExportName,
            ReferenceExpression.Create($"Host={endpoint.Property(EndpointProperty.Host)};Port={endpoint.Property(EndpointProperty.Port)};Database={DatabaseName};Username={ExportRole};Password={exportPassword}"));
        return new ClayAspireDatabase(postgres.AddDatabase(DatabaseName), export, exportPassword);
    }

    /// <summary>Waits for a server of ours; one that is given is there already.</summary>
    public static IResourceBuilder<T> WaitForDatabase<T>(this IResourceBuilder<T> builder, ClayAspireDatabase database)
        where T : IResourceWithWaitSupport => builder.WaitFor(database.Service);

    private static ReferenceExpression AsExportRole(string given, IResourceBuilder<ParameterResource> password)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = given };
        foreach (var key in new[] { "Username", "User Name", "User ID", "UserID", "UID", "User", "Password", "PWD", "PSW" })
            parts.Remove(key);
        return ReferenceExpression.Create($"{parts.ConnectionString};Username={ExportRole};Password={password}");
    }
}
