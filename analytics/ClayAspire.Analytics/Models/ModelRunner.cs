using System.Diagnostics;
using DuckDB.NET.Data;

namespace ClayAspire.Analytics.Models;

/// <summary>Builds the models in order in one DuckDB: staging as views, the rest as tables, checks as queries that must give nothing.</summary>
internal sealed class ModelRunner(ModelCatalog catalog, TimeProvider clock)
{
    private const int ArtifactVersion = 1;

    /// <summary>Runs all models; the schemas <c>snapshot</c> and <c>settings</c> must be there. Failed checks are in the result, broken SQL throws.</summary>
    public async Task<ModelRun> RunAsync(DuckDBConnection connection, string runId, string snapshotId, CancellationToken cancellation)
    {
        var startedAt = clock.GetUtcNow();
        var start = clock.GetTimestamp();
        var results = new List<ModelResult>(catalog.Models.Count);
        foreach (var model in catalog.Models)
            results.Add(await BuildAsync(connection, model, cancellation));
        var passed = results.TrueForAll(r => r.Checks.All(c => c.Passed));
        return new ModelRun(ArtifactVersion, runId, snapshotId, catalog.Version, startedAt, clock.GetElapsedTime(start).TotalSeconds, passed, results);
    }

    /// <summary>Builds one model whose inputs are there, and checks it.</summary>
    public async Task<ModelResult> BuildAsync(DuckDBConnection connection, Model model, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        var layer = model.Layer.ToString().ToLowerInvariant();
        try
        {
            if (model.Layer == ModelLayer.Checks)
            {
                var broken = await DuckDbSql.ScalarAsync(connection, $"select count(*) from (\n{model.Sql}\n)", cancellation);
                return new ModelResult(model.Name, layer, "query", null, Seconds(), [new CheckResult("gives no rows", broken == 0, broken)]);
            }
            var kind = model.Layer == ModelLayer.Staging ? "view" : "table";
            await DuckDbSql.ExecuteAsync(connection, $"create {kind} {DuckDbSql.Name(model.Name)} as\n{model.Sql}", cancellation);
            long? rows = kind == "table" ? await DuckDbSql.ScalarAsync(connection, $"select count(*) from {DuckDbSql.Name(model.Name)}", cancellation) : null;
            var built = Seconds();
            return new ModelResult(model.Name, layer, kind, rows, built, await CheckKeyAsync(connection, model, cancellation));
        }
        catch (DuckDBException e)
        {
            throw new InvalidDataException($"Model {layer}/{model.Name}.sql does not run: {e.Message}", e);
        }

        double Seconds() => clock.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<IReadOnlyList<CheckResult>> CheckKeyAsync(DuckDBConnection connection, Model model, CancellationToken cancellation)
    {
        var columns = string.Join(", ", model.Key.Select(DuckDbSql.Name));
        var nulls = await DuckDbSql.ScalarAsync(connection,
            $"select count(*) from {DuckDbSql.Name(model.Name)} where {string.Join(" or ", model.Key.Select(k => $"{DuckDbSql.Name(k)} is null"))}", cancellation);
        var doubles = await DuckDbSql.ScalarAsync(connection,
            $"select count(*) from (select 1 from {DuckDbSql.Name(model.Name)} group by {columns} having count(*) > 1)", cancellation);
        return [new CheckResult("key is not null", nulls == 0, nulls), new CheckResult("key is unique", doubles == 0, doubles)];
    }
}
