using System.Globalization;
using ClayAspire.Analytics.Kpis;
using ClayAspire.Analytics.Models;
using ClayAspire.Analytics.Snapshots;
using DuckDB.NET.Data;

namespace ClayAspire.Analytics.Tests;

public sealed class SnapshotTests
{
    [Fact]
    public async Task Texts_numbers_and_nulls_come_through_unchanged()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        string[] campaigns = ["plain", "", "a,b", "say \"hi\"", "two\nlines", "\r\nNULL", "'; drop table x; --", "007", " blanks ", "日本 🚀", "\\N"];
        foreach (var campaign in campaigns)
            await database.AddSignalAsync("smartlead.sent", Workbench.Start.AddTicks(1234560), "a@a.example", campaign);
        await database.AddSignalAsync("smartlead.sent", Workbench.Start, "a@a.example");
        await database.AddPlanAsync(Guid.Parse("00000000-0000-0000-0000-0000000000ff"), "icare", "bounce-sync", "sealed", Workbench.Start, Workbench.Start, 7);
        using var bench = new Workbench(database.Export);

        var manifest = (await bench.TakeAsync()).Manifest;

        await using var connection = await OpenAsync();
        var signals = Quote(bench, manifest, "signal");
        var read = new List<string?>();
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = $"select campaign_name from {signals} order by signal_id";
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                read.Add(reader.IsDBNull(0) ? null : reader.GetString(0));
        }
        Assert.Equal([.. campaigns, null], read);
        Assert.Equal(
            Workbench.Start.AddTicks(1234560).ToUnixTimeMilliseconds() * 1000 + 456,
            await DuckDbSql.ScalarAsync(connection, $"select epoch_us(min(occurred_at) filter (where campaign_name = 'plain')) from {signals}", CancellationToken.None));
        Assert.Equal(1, await DuckDbSql.ScalarAsync(
            connection, $"select count(*) from {Quote(bench, manifest, "plan")} where plan_id = '00000000-0000-0000-0000-0000000000ff' and credits = 0.25 and changes = 7", CancellationToken.None));
    }

    [Fact]
    public async Task The_manifest_names_every_view_with_rows_size_and_checksum()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        await database.AddSignalAsync("smartlead.sent", Workbench.Start, "a@a.example");
        using var bench = new Workbench(database.Export);

        var manifest = (await bench.TakeAsync()).Manifest;

        Assert.Equal(["crm_record", "ledger_entry", "plan", "quarantine", "run", "run_cell", "signal"], manifest.Files.Select(f => f.View));
        Assert.All(manifest.Files, f => Assert.Equal($"snapshots/{f.View}/date=2026-03-18/{manifest.Id}.parquet", f.File));
        Assert.All(manifest.Files, f => Assert.Equal(f.Bytes, new FileInfo(bench.Store.Resolve(f.File)).Length));
        Assert.Equal(1, manifest.Files.Single(f => f.View == "signal").Rows);
        Assert.Empty(await bench.Store.FindDamageAsync(manifest, CancellationToken.None));
        Assert.NotEmpty(manifest.ServerLsn);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(bench.DataDirectory, "staging")));
    }

    [Fact]
    public async Task A_read_is_consistent_while_rows_are_inserted()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        using var stop = new CancellationTokenSource();
        // Every transaction adds one record, one signal and one quarantined row: a consistent read sees the same number of each.
        var inserted = 0;
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
                    begin;
                    insert into sync.crm_record (connection, object, record_id, version, fields, read_at) values ('icare', 'Lead', 'r{inserted}', '1', jsonb_build_object(), now());
                    insert into sync.quarantine (source, table_name, reason_code, reason, raw, received_at) values ('clay', 't', 'r', 'r', 'x', now());
                    insert into sync.signal (source, kind, table_name, idempotency_key, payload, occurred_at, received_at)
                    values ('clay', 'clay.row', 't', 'k{inserted}', jsonb_build_object(), now(), now());
                    commit;
                    """));
                Interlocked.Increment(ref inserted);
            }
        });
        using var bench = new Workbench(database.Export);
        var counts = new List<long>();

        for (var i = 0; i < 5; i++)
        {
            var seen = Volatile.Read(ref inserted);
            using (var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
                while (Volatile.Read(ref inserted) < seen + 3)
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
            var manifest = (await bench.TakeAsync()).Manifest;
            var rows = manifest.Files.Where(f => f.View is "crm_record" or "signal" or "quarantine").Select(f => f.Rows).Distinct().ToList();
            counts.Add(Assert.Single(rows));
        }
        await stop.CancelAsync();
        await writing;

        Assert.True(counts.Zip(counts.Skip(1)).All(p => p.First < p.Second), string.Join(" ", counts));
    }

    [Fact]
    public async Task A_crash_between_parquet_and_manifest_leaves_no_half_snapshot()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        using var bench = new Workbench(database.Export);
        var whole = (await bench.TakeAsync()).Manifest;
        // What a killed process leaves: Parquet in place, a half manifest under its temporary name, a staging directory, figures without a snapshot.
        var ghost = "20260318T100000000Z";
        foreach (var file in whole.Files)
            File.Copy(bench.Store.Resolve(file.File), bench.Store.Resolve(file.File).Replace(whole.Id, ghost, StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(bench.DataDirectory, "snapshots", ghost + ".json.tmp"), "{ \"id\": ");
        await File.WriteAllTextAsync(Path.Combine(bench.DataDirectory, "snapshots", ghost + ".kpis.json"), "{}");
        await File.WriteAllTextAsync(Path.Combine(bench.Store.CreateStaging(ghost), "signal.csv"), "signal_id");
        Assert.Equal([whole.Id], bench.Store.Ids());

        using var restarted = new Workbench(database.Export, bench.DataDirectory);
        await restarted.Service.StartAsync(CancellationToken.None);

        Assert.Equal(whole.Id, restarted.Board.Current!.Manifest.Id);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(bench.DataDirectory, "*", SearchOption.AllDirectories), f => f.Contains(ghost, StringComparison.Ordinal));
        Assert.Empty(await restarted.Store.FindDamageAsync(whole, CancellationToken.None));
    }

    [Fact]
    public async Task A_snapshot_whose_models_did_not_finish_gets_its_figures_at_the_next_start()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        await database.AddSignalAsync("smartlead.sent", Workbench.Start, "a@a.example");
        using var bench = new Workbench(database.Export);
        var taken = await bench.TakeAsync();
        File.Delete(Path.Combine(bench.DataDirectory, "snapshots", taken.Manifest.Id + ".kpis.json"));

        using var copy = new Workbench(database.Export, bench.DataDirectory);
        await copy.Service.StartAsync(CancellationToken.None);
        await copy.Service.CompleteAsync(CancellationToken.None);
        var (again, _) = await copy.Service.RecomputeAsync(taken.Manifest.Id, CancellationToken.None);

        Assert.Equal(taken.Kpis.Kpis.Single(k => k.Key == "bounce-rate").Denominator, copy.Board.Current!.Document.Kpis.Single(k => k.Key == "bounce-rate").Denominator);
        Assert.True(again!.Equal);
    }

    [Fact]
    public async Task A_damaged_file_is_named_instead_of_computed_with()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        using var bench = new Workbench(database.Export);
        var manifest = (await bench.TakeAsync()).Manifest;
        var file = manifest.Files.Single(f => f.View == "signal").File;
        await using (var stream = new FileStream(bench.Store.Resolve(file), FileMode.Open))
        {
            stream.Position = 40;
            stream.WriteByte((byte)(stream.ReadByte() ^ 1));
        }

        var (_, refusal) = await bench.Service.RecomputeAsync(manifest.Id, CancellationToken.None);

        Assert.Equal("snapshot-damaged", refusal!.Code);
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Concurrent_callers_share_one_snapshot()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        using var bench = new Workbench(database.Export);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => bench.TakeAsync()));

        Assert.Single(results.Select(r => r.Manifest.Id).Distinct());
        Assert.Single(bench.Store.Ids());
    }

    [Fact]
    public async Task A_second_process_is_refused_while_one_writes()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        using var bench = new Workbench(database.Export);
        (SnapshotResult? Result, Refusal? Refusal) answer;

        using (bench.Store.TryLockForWriting())
            answer = await bench.Service.TakeAsync(CancellationToken.None);

        Assert.Equal("snapshot-elsewhere", answer.Refusal!.Code);
        await bench.TakeAsync();
    }

    [Fact]
    public async Task Ids_sort_by_time_even_when_the_clock_stands_still()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        using var bench = new Workbench(database.Export);

        string[] ids = [(await bench.TakeAsync()).Manifest.Id, (await bench.TakeAsync()).Manifest.Id, (await bench.TakeAsync()).Manifest.Id];

        Assert.Equal(ids, bench.Store.Ids());
        Assert.Equal(3, ids.Distinct().Count());
    }

    [Fact]
    public async Task Retention_keeps_recent_ones_then_the_last_of_each_day()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        using var bench = new Workbench(database.Export, adjust: s => (s.KeepAllHours, s.KeepDailyDays) = (24, 3));
        for (var i = 0; i < 10; i++)
        {
            await bench.TakeAsync();
            bench.Clock.Advance(TimeSpan.FromHours(12));
        }

        // Last one at 22 March 21:00 UTC. Everything since the 21st 21:00, the evenings before it, nothing from before the 19th 21:00.
        Assert.Equal(["20260319T2100", "20260320T2100", "20260321T2100", "20260322T0900", "20260322T2100"], bench.Store.Ids().Select(i => i[..13]));
        Assert.Equal(
            bench.Store.Ids(),
            Directory.EnumerateFiles(Path.Combine(bench.DataDirectory, "snapshots", "signal"), "*.parquet", SearchOption.AllDirectories)
                .Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Another_connection_can_read_the_parquet_while_a_new_snapshot_is_taken()
    {
        await using var database = await AnalyticsDatabase.CreateAsync();
        await database.AddSignalAsync("smartlead.sent", Workbench.Start, "a@a.example");
        using var bench = new Workbench(database.Export);
        var first = (await bench.TakeAsync()).Manifest;
        await using var other = await OpenAsync();

        var taking = bench.TakeAsync();
        var rows = await DuckDbSql.ScalarAsync(other, $"select count(*) from {Quote(bench, first, "signal")}", CancellationToken.None);
        await taking;

        Assert.Equal(1, rows);
        Assert.Equal(2, await DuckDbSql.ScalarAsync(
            other, $"select count(*) from read_parquet({DuckDbSql.Text(Path.Combine(bench.DataDirectory, "snapshots", "signal", "*", "*.parquet"))})", CancellationToken.None));
    }

    private static string Quote(Workbench bench, SnapshotManifest manifest, string view) =>
        $"read_parquet({DuckDbSql.Text(bench.Store.Resolve(manifest.Files.Single(f => f.View == view).File))})";

    private static async Task<DuckDBConnection> OpenAsync()
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        return connection;
    }
}
