using System.Diagnostics.Metrics;
using ClayAspire.Ingestion.Smartlead;

namespace ClayAspire.Ingestion;

/// <summary>The service's metrics. Label values are closed lists: sources, kinds, reason codes; never a table, a person or a key.</summary>
internal sealed class IngestionMetrics
{
    public const string MeterName = "ClayAspire.Ingestion";

    private readonly Counter<long> _signals;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _quarantined;
    private readonly Counter<long> _importRows;
    private readonly Histogram<double> _webhookLag;

    public IngestionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _signals = meter.CreateCounter<long>("clay_signals_total", description: "Signals stored as new.");
        _duplicates = meter.CreateCounter<long>("clay_signals_duplicate_total", description: "Deliveries of signals that were there before.");
        _quarantined = meter.CreateCounter<long>("clay_quarantined_total", description: "Rows that could not be read and stand in the quarantine.");
        _importRows = meter.CreateCounter<long>("clay_import_rows_total", description: "Rows of imported files, by what became of them.");
        _webhookLag = meter.CreateHistogram("clay_webhook_lag_seconds", description: "Time from an event at its source to its arrival here.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400] });
    }

    /// <summary>Makes every series exist from the first scrape on; to be called when something listens, that is, when the host has started.</summary>
    public void Announce()
    {
        // A counter that appears with its first increment hides that increment from rate().
        foreach (var kind in SmartleadEventKinds.All)
            _signals.Add(0, Tag("source", Sources.Smartlead), Tag("kind", kind));
        foreach (var kind in (string[])[Sources.ClayRow, Sources.FileRow])
            _signals.Add(0, Tag("source", Sources.Clay), Tag("kind", kind));
        foreach (var source in (string[])[Sources.Clay, Sources.Smartlead])
            _duplicates.Add(0, Tag("source", source));
        foreach (var outcome in (string[])["accepted", "duplicate", "quarantined"])
            _importRows.Add(0, Tag("outcome", outcome));
    }

    public void Accepted(string source, string kind, long count = 1) => _signals.Add(count, Tag("source", source), Tag("kind", kind));

    public void Duplicate(string source) => _duplicates.Add(1, Tag("source", source));

    public void Quarantined(string source, string reasonCode) => _quarantined.Add(1, Tag("source", source), Tag("reason", reasonCode));

    public void ImportRows(string outcome, long count) => _importRows.Add(count, Tag("outcome", outcome));

    public void WebhookLag(TimeSpan lag) => _webhookLag.Record(Math.Max(0, lag.TotalSeconds), Tag("source", Sources.Smartlead));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

/// <summary>Names of sources and of the kinds that rows have.</summary>
internal static class Sources
{
    public const string Clay = "clay";
    public const string Smartlead = "smartlead";
    public const string ClayRow = "clay.row";
    public const string FileRow = "file.row";
}
