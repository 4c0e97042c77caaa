using ClayAspire.Analytics.Snapshots;

namespace ClayAspire.Analytics.Kpis;

/// <summary>The figures in force, for the API and the metrics; and what went wrong last, if anything.</summary>
internal sealed class KpiBoard
{
    private volatile Shown? _shown;
    private volatile string? _lastError;
    private long _failures;

    /// <summary>The newest figures with their manifest; null before the first snapshot.</summary>
    public Shown? Current => _shown;

    /// <summary>Why the last snapshot failed; null when it did not.</summary>
    public string? LastError => _lastError;

    /// <summary>Snapshots that failed since the start of the process.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    public void Show(SnapshotManifest manifest, KpiDocument document)
    {
        _shown = new Shown(manifest, document);
        _lastError = null;
    }

    public void Fail(string message)
    {
        Interlocked.Increment(ref _failures);
        _lastError = message;
    }

    internal sealed record Shown(SnapshotManifest Manifest, KpiDocument Document);
}
