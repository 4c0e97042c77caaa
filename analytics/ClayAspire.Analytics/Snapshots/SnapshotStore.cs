using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ClayAspire.Analytics.Settings;

namespace ClayAspire.Analytics.Snapshots;

/// <summary>
/// The data directory: <c>snapshots/&lt;view&gt;/date=YYYY-MM-DD/&lt;id&gt;.parquet</c>, the manifest <c>snapshots/&lt;id&gt;.json</c>,
/// the figures <c>snapshots/&lt;id&gt;.kpis.json</c>, run artifacts <c>runs/&lt;run&gt;.json</c>. Many processes may read; one writes.
/// </summary>
internal sealed class SnapshotStore
{
    private const string KpiSuffix = ".kpis.json";
    private const string IdFormat = "yyyyMMdd'T'HHmmssfff'Z'";
    private readonly string _root;
    private readonly AnalyticsSettings _settings;

    public SnapshotStore(AnalyticsSettings settings, string root)
    {
        _settings = settings;
        _root = root;
        Directory.CreateDirectory(Snapshots);
        Directory.CreateDirectory(Runs);
        Directory.CreateDirectory(Staging);
        Directory.CreateDirectory(Spill);
    }

    /// <summary>Where DuckDB spills what exceeds its memory.</summary>
    public string Spill => Path.Combine(_root, "spill");

    private string Snapshots => Path.Combine(_root, "snapshots");

    private string Runs => Path.Combine(_root, "runs");

    private string Staging => Path.Combine(_root, "staging");

    /// <summary>The absolute path of a file that a manifest names.</summary>
    public string Resolve(string file) => Path.Combine(_root, file.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Takes the right to write, until disposed (or the process dies); null when another process has it.</summary>
    public IDisposable? TryLockForWriting()
    {
        try
        {
            return new FileStream(Path.Combine(_root, ".writer.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    /// <summary>An id later than every existing one, also when the clock stands still or went back.</summary>
    public string NextId(DateTimeOffset now)
    {
        var id = Format(now);
        if (Ids() is [.., var last] && string.CompareOrdinal(id, last) <= 0)
            id = Format(DateTimeOffset.ParseExact(last, IdFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddMilliseconds(1));
        return id;

        static string Format(DateTimeOffset at) => at.UtcDateTime.ToString(IdFormat, CultureInfo.InvariantCulture);
    }

    /// <summary>A directory of its own for the half-made files of one snapshot.</summary>
    public string CreateStaging(string id) => Directory.CreateDirectory(Path.Combine(Staging, id)).FullName;

    /// <summary>Moves a finished Parquet file to its place and describes it.</summary>
    public async Task<SnapshotFile> AdoptAsync(string id, DateTimeOffset takenAt, string view, string path, long rows, CancellationToken cancellation)
    {
        var date = takenAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var file = $"snapshots/{view}/date={date}/{id}.parquet";
        Directory.CreateDirectory(Path.GetDirectoryName(Resolve(file))!);
        long bytes;
        string hash;
        await using (var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read))
        {
            hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
            bytes = stream.Length;
            stream.Flush(flushToDisk: true);
        }
        File.Move(path, Resolve(file));
        return new SnapshotFile(view, file, rows, bytes, hash);
    }

    /// <summary>Makes the snapshot exist.</summary>
    public async Task PublishAsync(SnapshotManifest manifest, CancellationToken cancellation)
    {
        await WriteAtomicallyAsync(Path.Combine(Snapshots, manifest.Id + ".json"), manifest, cancellation);
        Directory.Delete(Path.Combine(Staging, manifest.Id), recursive: true);
    }

    /// <summary>Ids of existing snapshots, oldest first.</summary>
    public IReadOnlyList<string> Ids() =>
        [.. Directory.EnumerateFiles(Snapshots, "*.json")
            .Where(f => !f.EndsWith(KpiSuffix, StringComparison.Ordinal))
            .Select(f => Path.GetFileNameWithoutExtension(f))
            .Where(IsId)
            .Order(StringComparer.Ordinal)];

    /// <summary>The manifest, or null when there is no such snapshot.</summary>
    public Task<SnapshotManifest?> FindAsync(string id, CancellationToken cancellation) =>
        IsId(id) ? ReadAsync<SnapshotManifest>(Path.Combine(Snapshots, id + ".json"), cancellation) : Task.FromResult<SnapshotManifest?>(null);

    /// <summary>Files whose bytes are not those of the manifest: missing, cut or changed.</summary>
    public async Task<IReadOnlyList<string>> FindDamageAsync(SnapshotManifest manifest, CancellationToken cancellation)
    {
        var damaged = new List<string>();
        foreach (var file in manifest.Files)
        {
            var path = Resolve(file.File);
            if (!File.Exists(path))
            {
                damaged.Add(file.File);
                continue;
            }
            await using var stream = File.OpenRead(path);
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation)) != file.Sha256)
                damaged.Add(file.File);
        }
        return damaged;
    }

    public Task WriteKpisAsync<T>(string id, T document, CancellationToken cancellation) =>
        WriteAtomicallyAsync(Path.Combine(Snapshots, id + KpiSuffix), document, cancellation);

    public Task<T?> FindKpisAsync<T>(string id, CancellationToken cancellation)
        where T : class => IsId(id) ? ReadAsync<T>(Path.Combine(Snapshots, id + KpiSuffix), cancellation) : Task.FromResult<T?>(null);

    public Task WriteRunAsync<T>(string runId, T run, CancellationToken cancellation) =>
        WriteAtomicallyAsync(Path.Combine(Runs, runId + ".json"), run, cancellation);

    public async Task<T?> FindLatestRunAsync<T>(CancellationToken cancellation)
        where T : class
    {
        var latest = Directory.EnumerateFiles(Runs, "*.json").Order(StringComparer.Ordinal).LastOrDefault();
        return latest is null ? null : await ReadAsync<T>(latest, cancellation);
    }

    /// <summary>Removes everything that a crash left. At start only, with the right to write: later, temporary files belong to somebody.</summary>
    public int RemoveLeftovers()
    {
        var removed = RemoveUnpublished();
        foreach (var file in Directory.EnumerateFiles(_root, "*.tmp", SearchOption.AllDirectories))
            removed += Remove(file);
        foreach (var file in Directory.EnumerateFiles(Spill))
            removed += Remove(file);
        var ids = Ids().ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Snapshots, "*" + KpiSuffix))
            if (!ids.Contains(Path.GetFileName(file)[..^KpiSuffix.Length]))
                removed += Remove(file);
        return removed;
    }

    /// <summary>Removes half-made files and Parquet files that no manifest names. Only with the right to write.</summary>
    public int RemoveUnpublished()
    {
        var removed = 0;
        foreach (var directory in Directory.EnumerateDirectories(Staging))
        {
            Directory.Delete(directory, recursive: true);
            removed++;
        }
        var ids = Ids().ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Snapshots, "*.parquet", SearchOption.AllDirectories))
            if (!ids.Contains(Path.GetFileNameWithoutExtension(file)))
                removed += Remove(file);
        return removed;
    }

    /// <summary>Keeps all recent snapshots, then the last of each day, then none; the newest always. The manifest goes first.</summary>
    public IReadOnlyList<string> RemoveExpired(DateTimeOffset now)
    {
        var ids = Ids();
        var allFrom = (now - TimeSpan.FromHours(_settings.KeepAllHours)).UtcDateTime.ToString(IdFormat, CultureInfo.InvariantCulture);
        var dailyFrom = (now - TimeSpan.FromDays(_settings.KeepDailyDays)).UtcDateTime.ToString(IdFormat, CultureInfo.InvariantCulture);
        var lastOfDay = ids.GroupBy(i => i[..8], StringComparer.Ordinal).Select(g => g.Last()).ToHashSet(StringComparer.Ordinal);
        var expired = ids.SkipLast(1)
            .Where(i => string.CompareOrdinal(i, dailyFrom) < 0 || (string.CompareOrdinal(i, allFrom) < 0 && !lastOfDay.Contains(i)))
            .ToList();
        foreach (var id in expired)
        {
            Remove(Path.Combine(Snapshots, id + ".json"));
            foreach (var file in Directory.EnumerateFiles(Snapshots, id + ".*", SearchOption.AllDirectories))
                Remove(file);
            foreach (var file in Directory.EnumerateFiles(Runs, id + "-*.json"))
                Remove(file);
        }
        return expired;
    }

    private static bool IsId(string id) => DateTimeOffset.TryParseExact(id, IdFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private static int Remove(string file)
    {
        File.Delete(file);
        return 1;
    }

    private static async Task WriteAtomicallyAsync<T>(string path, T value, CancellationToken cancellation)
    {
        var temporary = path + ".tmp";
        await using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await JsonSerializer.SerializeAsync(stream, value, AnalyticsJson.Options, cancellation);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    private static async Task<T?> ReadAsync<T>(string path, CancellationToken cancellation)
        where T : class
    {
        if (!File.Exists(path))
            return null;
        await using var stream = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync<T>(stream, AnalyticsJson.Options, cancellation)
            ?? throw new InvalidDataException($"'{path}' holds no document. Remove the file; figures can be computed again from their snapshot.");
    }
}
