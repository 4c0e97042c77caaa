using System.Data.Common;
using System.Globalization;
using ClayAspire.Analytics.Models;
using ClayAspire.Analytics.Settings;
using ClayAspire.Analytics.Snapshots;
using DuckDB.NET.Data;

namespace ClayAspire.Analytics.Kpis;

/// <summary>Computes the figures of one snapshot from its Parquet files and nothing else.</summary>
internal sealed class KpiComputer(
    ModelCatalog catalog, ModelRunner runner, KpiDefinitions definitions, SnapshotStore store, AnalyticsSettings settings, TimeProvider clock)
{
    /// <summary>Runs the models on a snapshot. The run artifact is written whatever the checks say; failed checks throw.</summary>
    public async Task<KpiDocument> ComputeAsync(SnapshotManifest manifest, CancellationToken cancellation)
    {
        var runId = string.Create(CultureInfo.InvariantCulture, $"{manifest.Id}-{clock.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}");
        await using var connection = await DuckDbSql.OpenAsync(settings, store.Spill, cancellation);
        await PrepareAsync(connection, manifest, cancellation);
        var run = await runner.RunAsync(connection, runId, manifest.Id, cancellation);
        await store.WriteRunAsync(runId, run, cancellation);
        if (!run.Passed)
            throw new ModelCheckFailedException(run);
        var kpis = KpiBuilder.Build(definitions, manifest, await ReadFiguresAsync(connection, cancellation));
        var activity = new Activity(await ReadCellsAsync(connection, cancellation), await ReadPlansAsync(connection, cancellation));
        var reference = new SnapshotReference(manifest.Id, manifest.TakenAt, $"snapshots/{manifest.Id}.json", manifest.Files);
        return new KpiDocument(reference, clock.GetUtcNow(), null, catalog.Version, runId, kpis, activity);
    }

    private async Task PrepareAsync(DuckDBConnection connection, SnapshotManifest manifest, CancellationToken cancellation)
    {
        await DuckDbSql.ExecuteAsync(connection, "create schema snapshot; create schema settings; create table settings.headline_excluded (connection varchar); create table settings.snapshot (id varchar, taken_at timestamp)", cancellation);
        foreach (var file in manifest.Files)
            await DuckDbSql.ExecuteAsync(connection,
                $"create view snapshot.{DuckDbSql.Name(file.View)} as select * from read_parquet({DuckDbSql.Text(store.Resolve(file.File))}, hive_partitioning = false)", cancellation);
        foreach (var connectionName in definitions.Headline.Exclude)
            await DuckDbSql.ExecuteAsync(connection, $"insert into settings.headline_excluded values ({DuckDbSql.Text(connectionName)})", cancellation);
        var takenAt = manifest.TakenAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        await DuckDbSql.ExecuteAsync(connection, $"insert into settings.snapshot values ({DuckDbSql.Text(manifest.Id)}, {DuckDbSql.Text(takenAt)})", cancellation);
    }

    // Weeks of records without a creation time are counted overall, but are no point in time.
    private static Task<List<KpiFigure>> ReadFiguresAsync(DuckDBConnection connection, CancellationToken cancellation) => ReadAsync(
        connection,
        """
        select kpi, scope, dimension, member, try_cast(week as date), numerator, denominator, value, p90
        from fct_kpi_figures where week <> '(unknown)' order by kpi, scope, dimension, member, week
        """,
        r => new KpiFigure(
            r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.IsDBNull(4) ? null : r.GetFieldValue<DateOnly>(4),
            r.GetInt64(5), r.GetInt64(6), r.IsDBNull(7) ? null : r.GetDouble(7), r.IsDBNull(8) ? null : r.GetDouble(8)),
        cancellation);

    private static Task<List<CellsOfDay>> ReadCellsAsync(DuckDBConnection connection, CancellationToken cancellation) => ReadAsync(
        connection,
        "select day, connection, flow, verified, rejected, skipped, open from fct_cells_daily order by day, connection, flow",
        r => new CellsOfDay(r.GetFieldValue<DateOnly>(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6)),
        cancellation);

    private static Task<List<PlansWaiting>> ReadPlansAsync(DuckDBConnection connection, CancellationToken cancellation) => ReadAsync(
        connection,
        "select connection, flow, plans, changes, oldest_sealed_at, oldest_age_seconds from fct_plans_waiting order by connection, flow",
        r => new PlansWaiting(
            r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3),
            new DateTimeOffset(DateTime.SpecifyKind(r.GetDateTime(4), DateTimeKind.Utc)), r.GetDouble(5)),
        cancellation);

    private static async Task<List<T>> ReadAsync<T>(DuckDBConnection connection, string sql, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(read(reader));
        return rows;
    }
}
