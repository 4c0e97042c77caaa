using System.ComponentModel.DataAnnotations;

namespace ClayAspire.Analytics.Settings;

/// <summary>Settings of the analytics service, section <c>Analytics</c>. Validated at start.</summary>
internal sealed class AnalyticsSettings
{
    public const string Section = "Analytics";

    /// <summary>
    /// Where snapshots, figures and run artifacts live. Default <c>.clayaspire/analytics</c>. A relative path is taken from the
    /// nearest directory above the content root that holds <c>ClayAspire.sln</c>, else from the content root.
    /// </summary>
    [Required]
    public string DataDirectory { get; set; } = ".clayaspire/analytics";

    /// <summary>Minutes between two scheduled snapshots, 1 to 10,080. Default: 15 when <c>CLAYASPIRE_DEMO=on</c>, else 60.</summary>
    [Range(1, 10_080)]
    public int? SnapshotEveryMinutes { get; set; }

    /// <summary>Whether snapshots are taken by schedule at all. Default true; tests and read-only copies switch it off.</summary>
    public bool Scheduled { get; set; } = true;

    /// <summary>Hours for which every snapshot is kept, at least 1. Default 48. Older ones are thinned to the last of each day.</summary>
    [Range(1, 24 * 365)]
    public int KeepAllHours { get; set; } = 48;

    /// <summary>Days for which the last snapshot of each day is kept, at least 1. Default 400. The newest snapshot is always kept.</summary>
    [Range(1, 3650)]
    public int KeepDailyDays { get; set; } = 400;

    /// <summary>DuckDB's memory limit in MiB, 128 to 1,048,576. Default 1,024; what exceeds it spills into the data directory.</summary>
    [Range(128, 1_048_576)]
    public int MemoryLimitMegabytes { get; set; } = 1024;

    /// <summary>DuckDB's threads, 1 to 256. Default 2.</summary>
    [Range(1, 256)]
    public int Threads { get; set; } = 2;

    /// <summary>Seconds after which one COPY from PostgreSQL is given up, 1 to 86,400. Default 600.</summary>
    [Range(1, 86_400)]
    public int ExportTimeoutSeconds { get; set; } = 600;

    /// <summary>KPI definitions and targets. Default <c>kpis.yaml</c> beside the program (shipped from <c>analytics/kpis.yaml</c>).</summary>
    [Required]
    public string KpisFile { get; set; } = Path.Combine(AppContext.BaseDirectory, "kpis.yaml");

    /// <summary>The absolute data directory for a content root.</summary>
    public string ResolveDataDirectory(string contentRoot)
    {
        if (Path.IsPathRooted(DataDirectory))
            return Path.GetFullPath(DataDirectory);
        for (var at = new DirectoryInfo(contentRoot); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "ClayAspire.sln")))
                return Path.GetFullPath(DataDirectory, at.FullName);
        return Path.GetFullPath(DataDirectory, contentRoot);
    }
}
