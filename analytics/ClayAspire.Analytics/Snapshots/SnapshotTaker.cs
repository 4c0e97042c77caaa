using ClayAspire.Analytics.Models;
using ClayAspire.Analytics.Settings;
using DuckDB.NET.Data;
using Npgsql;

namespace ClayAspire.Analytics.Snapshots;

/// <summary>Takes one snapshot: PostgreSQL → CSV in a staging directory → Parquet → manifest.</summary>
internal sealed partial class SnapshotTaker(
    NpgsqlDataSource source, SnapshotStore store, AnalyticsSettings settings, TimeProvider clock, ILogger<SnapshotTaker> log)
{
    private const int ManifestVersion = 1;

    /// <summary>Takes one. The caller holds the right to write.</summary>
    public async Task<SnapshotManifest> TakeAsync(CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        // Read before the transaction: everything committed before this moment is in the snapshot.
        var takenAt = clock.GetUtcNow();
        await using var reader = await ExportReader.OpenAsync(source, settings, cancellation);
        var id = store.NextId(takenAt);
        var staging = store.CreateStaging(id);
        var files = new List<SnapshotFile>(reader.Views.Count);
        await using (var duckDb = await DuckDbSql.OpenAsync(settings, store.Spill, cancellation))
        {
            // One view is turned into Parquet while PostgreSQL already sends the next.
            Task<SnapshotFile>? converting = null;
            try
            {
                foreach (var view in reader.Views)
                {
                    var csv = Path.Combine(staging, view.Name + ".csv");
                    await using (var target = new FileStream(csv, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
                        await reader.CopyAsync(view, target, cancellation);
                    if (converting is not null)
                        files.Add(await converting);
                    converting = Task.Run(() => ConvertAsync(duckDb, view, csv, id, takenAt, cancellation), cancellation);
                }
            }
            finally
            {
                // Also when the next view failed: the connection must not close under a conversion.
                if (converting is not null)
                    files.Add(await converting);
            }
        }
        var seconds = clock.GetElapsedTime(start).TotalSeconds;
        var manifest = new SnapshotManifest(ManifestVersion, id, takenAt, reader.ServerLsn, reader.ServerSnapshot, seconds, files);
        await store.PublishAsync(manifest, cancellation);
        LogTaken(id, files.Sum(f => f.Rows), files.Sum(f => f.Bytes), seconds);
        return manifest;
    }

    private async Task<SnapshotFile> ConvertAsync(
        DuckDBConnection duckDb, ExportView view, string csv, string id, DateTimeOffset takenAt, CancellationToken cancellation)
    {
        var parquet = Path.ChangeExtension(csv, ".parquet");
        await DuckDbSql.ExecuteAsync(duckDb, ToParquet(view, csv, parquet), cancellation);
        File.Delete(csv);
        var rows = await DuckDbSql.ScalarAsync(duckDb, $"select count(*) from read_parquet({DuckDbSql.Text(parquet)})", cancellation);
        return await store.AdoptAsync(id, takenAt, view.Name, parquet, rows, cancellation);
    }

    // Types are said, never guessed: a column of digits is a text when the view says so. A line that does not fit stops the snapshot.
    private static string ToParquet(ExportView view, string csv, string parquet)
    {
        var columns = string.Join(", ", view.Columns.Select(c => $"{DuckDbSql.Text(c.Name)}: {DuckDbSql.Text(c.DuckDbType)}"));
        return $"""
            copy (
                select * from read_csv({DuckDbSql.Text(csv)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
                    nullstr = '', allow_quoted_nulls = false, new_line = '\n', max_line_size = 16777216, columns = {"{"}{columns}{"}"})
            ) to {DuckDbSql.Text(parquet)} (format parquet, compression zstd)
            """;
    }

    [LoggerMessage(1, LogLevel.Information, "Snapshot {Id} taken: {Rows} rows, {Bytes} bytes of Parquet in {Seconds:F2} s.")]
    private partial void LogTaken(string id, long rows, long bytes, double seconds);
}
