using System.ComponentModel.DataAnnotations;

namespace ClayAspire.Storage.Queue;

/// <summary>Settings of the queue's workers, section <c>Queue</c>. Wrong values stop the start.</summary>
public sealed class QueueSettings : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Queue";

    /// <summary>Jobs that this process works on at once. Default 4.</summary>
    [Range(1, 256)]
    public int Concurrency { get; set; } = 4;

    /// <summary>How long a claim holds without a heartbeat, in seconds. Default 15.</summary>
    [Range(1, 3600)]
    public double LeaseSeconds { get; set; } = 15;

    /// <summary>How often a lease is extended, in seconds; at most a third of the lease. Default 4.</summary>
    [Range(0.1, 1200)]
    public double HeartbeatSeconds { get; set; } = 4;

    /// <summary>How often is asked for due jobs when no notification came, in seconds. Default 1.</summary>
    [Range(0.05, 60)]
    public double PollSeconds { get; set; } = 1;

    /// <summary>How often expired leases are looked for, in seconds. Default 1, so that a killed worker's job is back within lease + 2 s.</summary>
    [Range(0.1, 60)]
    public double RescueSeconds { get; set; } = 1;

    /// <summary>How long completed jobs are kept, in hours. Default 72.</summary>
    [Range(0.01, 24 * 365)]
    public double KeepCompletedHours { get; set; } = 72;

    /// <summary>Completed jobs deleted in one go. Default 1000.</summary>
    [Range(1, 100_000)]
    public int CleanBatch { get; set; } = 1000;

    /// <summary>Seed of the chance in the back-off. Default 1.</summary>
    public int Seed { get; set; } = 1;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HeartbeatSeconds * 3 > LeaseSeconds)
        {
            yield return new ValidationResult(
                $"Queue:HeartbeatSeconds ({HeartbeatSeconds}) must be at most a third of Queue:LeaseSeconds ({LeaseSeconds}), or one late heartbeat loses the job.",
                [nameof(HeartbeatSeconds)]);
        }
    }
}
