using System.ComponentModel.DataAnnotations;

namespace ClayAspire.SyncWorker;

/// <summary>Settings of the worker, section <c>SyncWorker</c>. README.md lists them.</summary>
internal sealed class WorkerSettings : IValidatableObject
{
    public const string Section = "SyncWorker";

    /// <summary>Seconds between refreshes of the mirror. Default: 120.</summary>
    [Range(1, 86_400, ErrorMessage = "SyncWorker:MirrorRefreshSeconds must be 1 to 86400 seconds.")]
    public double MirrorRefreshSeconds { get; set; } = 120;

    /// <summary>Seconds that a refresh reads again before its cursor, for commits that came late. Default: 300.</summary>
    [Range(0, 86_400, ErrorMessage = "SyncWorker:MirrorOverlapSeconds must be 0 to 86400 seconds.")]
    public double MirrorOverlapSeconds { get; set; } = 300;

    /// <summary>Hours after which the whole object is read again, because formulas do not move a record's time of change. Default: 24.</summary>
    [Range(0.1, 8_760, ErrorMessage = "SyncWorker:MirrorFullReadHours must be 0.1 to 8760 hours.")]
    public double MirrorFullReadHours { get; set; } = 24;

    /// <summary>Days for which a signal without a record is tried again when the mirror reads a record with its key. Default: 7.</summary>
    [Range(0, 365, ErrorMessage = "SyncWorker:RetryUnmatchedDays must be 0 to 365 days.")]
    public double RetryUnmatchedDays { get; set; } = 7;

    /// <summary>Seconds between rounds of the scheduler. Default: 2.</summary>
    [Range(0.1, 60, ErrorMessage = "SyncWorker:SchedulerSeconds must be 0.1 to 60 seconds.")]
    public double SchedulerSeconds { get; set; } = 2;

    /// <summary>Seconds between sweeps for what a lost wake-up left waiting. Default: 30.</summary>
    [Range(1, 3_600, ErrorMessage = "SyncWorker:SweepSeconds must be 1 to 3600 seconds.")]
    public double SweepSeconds { get; set; } = 30;

    /// <summary>Seconds after which a job looks again whether its paused flow was resumed. Default: 5.</summary>
    [Range(0.1, 3_600, ErrorMessage = "SyncWorker:PausedSeconds must be 0.1 to 3600 seconds.")]
    public double PausedSeconds { get; set; } = 5;

    /// <summary>Seconds that a call takes, for the estimate of a plan's duration while no run of its connection has ended. Default: 1.</summary>
    [Range(0.001, 3_600, ErrorMessage = "SyncWorker:SecondsPerCall must be 0.001 to 3600 seconds.")]
    public double SecondsPerCall { get; set; } = 1;

    /// <summary>Seconds between a write whose answer timed out and the probe. Default: 2.</summary>
    [Range(0, 60, ErrorMessage = "SyncWorker:ProbeDelaySeconds must be 0 to 60 seconds.")]
    public double ProbeDelaySeconds { get; set; } = 2;

    /// <summary>Seconds before the first look at a bulk job; later looks come ever more seldom, up to ten times as long. Default: 3.</summary>
    [Range(0.01, 600, ErrorMessage = "SyncWorker:BulkPollSeconds must be 0.01 to 600 seconds.")]
    public double BulkPollSeconds { get; set; } = 3;

    /// <summary>Seconds that a worker waits for a bulk job before it puts the run off, and that the run then waits. Default: 600.</summary>
    [Range(0.1, 86_400, ErrorMessage = "SyncWorker:BulkPatienceSeconds must be 0.1 to 86400 seconds.")]
    public double BulkPatienceSeconds { get; set; } = 600;

    /// <summary>Seconds that work waits which stopped at the reserve of daily calls, before it looks again. Default: 1800.</summary>
    [Range(0.1, 86_400, ErrorMessage = "SyncWorker:QuotaWaitSeconds must be 0.1 to 86400 seconds.")]
    public double QuotaWaitSeconds { get; set; } = 1800;

    /// <summary>Hours after which what the CRM held up (a field that cannot be seen, a history that is not kept) is planned again. Default: 24.</summary>
    [Range(0.1, 8_760, ErrorMessage = "SyncWorker:RetryHeldHours must be 0.1 to 8760 hours.")]
    public double RetryHeldHours { get; set; } = 24;

    /// <summary>Cells a connection and day that the drift watch looks at again; 0 turns the daily look off. Default: 500.</summary>
    [Range(0, 100_000, ErrorMessage = "SyncWorker:DriftCellsPerDay must be 0 to 100000 cells.")]
    public int DriftCellsPerDay { get; set; } = 500;

    /// <summary>Days since its verification from which on a cell is looked at again. Default: 1.</summary>
    [Range(0, 365, ErrorMessage = "SyncWorker:DriftMinDays must be 0 to 365 days.")]
    public double DriftMinDays { get; set; } = 1;

    /// <summary>Days since its verification up to which a cell is looked at again. Default: 30.</summary>
    [Range(0, 3_650, ErrorMessage = "SyncWorker:DriftMaxDays must be 0 to 3650 days.")]
    public double DriftMaxDays { get; set; } = 30;

    /// <summary>Seed of the daily draws, which differ from day to day. Default: 1.</summary>
    public int DriftSeed { get; set; } = 1;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (DriftMinDays >= DriftMaxDays)
            yield return new ValidationResult("SyncWorker:DriftMinDays must be below SyncWorker:DriftMaxDays.");
    }
}
