using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ClayAspire.Storage;

/// <summary>Healthy when the database answers and its schema is there.</summary>
internal sealed class DatabaseHealthCheck(NpgsqlDataSource dataSource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var found = await dataSource.CreateCommand("select to_regclass('sync.job') is not null").ScalarAsync(cancellationToken);
            return found is true
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("The database has no schema yet; run ClayAspire.Migrations.");
        }
        catch (NpgsqlException e)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.", e);
        }
    }
}
