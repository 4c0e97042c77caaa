using System.Diagnostics;
using System.Diagnostics.Metrics;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Storage;

/// <summary>The storage layer's metrics: <c>clay_queue_jobs{state}</c> and <c>clay_queue_job_duration_seconds{kind,outcome}</c>.</summary>
public sealed class StorageMetrics : IDisposable
{
    /// <summary>The meter's name; give it to the telemetry of every service that uses storage.</summary>
    public const string MeterName = "ClayAspire.Storage";

    internal static readonly ActivitySource Activities = new(MeterName);
    private static readonly double[] Buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private volatile IReadOnlyList<QueueDepth> _depth = [];

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">The host's meters.</param>
    public StorageMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _duration = _meter.CreateHistogram("clay_queue_job_duration", "s", "How long jobs took, by kind and outcome.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets });
        _meter.CreateObservableGauge("clay_queue_jobs", () => _depth.Select(d => new Measurement<long>(d.Count, new KeyValuePair<string, object?>("state", d.State))),
            description: "Jobs by state, sampled every five seconds.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void SetDepth(IReadOnlyList<QueueDepth> depth) => _depth = depth;

    internal void JobEnded(string kind, string outcome, TimeSpan duration) =>
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));
}
