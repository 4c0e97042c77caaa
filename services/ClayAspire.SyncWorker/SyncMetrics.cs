using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ClayAspire.Connectors;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.SyncWorker;

/// <summary>All metrics of the worker, names and labels in one place. Labels are bounded: never a record id, an address or a value.</summary>
internal sealed class SyncMetrics
{
    public const string MeterName = "ClayAspire.SyncWorker";

    /// <summary>The ledger no longer holds what its last anchor saw.</summary>
    public const string Contradicted = "contradicted";

    /// <summary>The folder cannot be written to, or the last anchor in it cannot be read.</summary>
    public const string NotWritten = "not-written";

    private readonly Counter<long> _planned;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _verified;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _anchorFailures;
    private readonly Counter<long> _looked;
    private readonly Histogram<double> _planSeconds;
    private readonly Histogram<double> _applySeconds;
    private readonly ConcurrentDictionary<string, Quota> _quotas = new(StringComparer.Ordinal);

    public SyncMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _planned = meter.CreateCounter<long>("clay_rows_planned_total", description: "Cells that sealed plans want to write.");
        _sent = meter.CreateCounter<long>("clay_rows_sent_total", description: "Cells sent to a CRM.");
        _verified = meter.CreateCounter<long>("clay_rows_verified_total", description: "Cells read back and equal.");
        _rejected = meter.CreateCounter<long>("clay_rows_rejected_total", description: "Cells that a CRM or the read-back rejected, by family of the error table.");
        _skipped = meter.CreateCounter<long>("clay_rows_skipped_total", description: "Cells skipped because they drifted since the seal.");
        _refused = meter.CreateCounter<long>("clay_refused_cells_total", description: "Cells that the policy refused or held, by reason code.");
        _anchorFailures = meter.CreateCounter<long>("clay_ledger_anchor_failures_total", description: "Attempts to write the day's anchor of a ledger that failed, by reason.");
        _looked = meter.CreateCounter<long>("clayaspire_drift_cells_total",
            description: "Cells that the drift watch read again, by who had changed them; by=\"nobody\" for those still as written.");
        _planSeconds = meter.CreateHistogram<double>("clay_plan_seconds", "s", "Time to make and store a plan.");
        _applySeconds = meter.CreateHistogram<double>("clay_apply_seconds", "s", "Time of one turn at a run that ended it.");
        meter.CreateObservableGauge("clay_quota_used_ratio",
            () => _quotas.Select(q => new Measurement<double>(q.Value.Ratio, new KeyValuePair<string, object?>("system", q.Key))),
            description: "Used share of the daily call budget, by connection.");
        // A counter that appears with its first increment misses that increment in every rate.
        _planned.Add(0);
        _sent.Add(0);
        _verified.Add(0);
        _skipped.Add(0);
        foreach (var reason in (string[])[Contradicted, NotWritten])
            _anchorFailures.Add(0, new KeyValuePair<string, object?>("reason", reason));
        foreach (var family in (string[])["lock", "validation", "access", "gone", "automation", "duplicate", "read-back", "other"])
            _rejected.Add(0, new KeyValuePair<string, object?>("family", family));
    }

    public void Planned(Plan plan, TimeSpan took)
    {
        _planned.Add(plan.Changes.Count());
        foreach (var refused in plan.Cells.Where(c => c.Decision.Verdict is Verdict.Refuse or Verdict.Hold).CountBy(c => c.Decision.Reason.Code))
            _refused.Add(refused.Value, new KeyValuePair<string, object?>("reason", refused.Key));
        _planSeconds.Record(took.TotalSeconds);
    }

    public void Sent(int cells) => _sent.Add(cells);

    public void Verified() => _verified.Add(1);

    public void Rejected(string family) => _rejected.Add(1, new KeyValuePair<string, object?>("family", family));

    public void AnchorFailed(string reason) => _anchorFailures.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Skipped() => _skipped.Add(1);

    public void Applied(TimeSpan took) => _applySeconds.Record(took.TotalSeconds);

    /// <summary>A look of the drift watch. The field is one of the allowlist, so its values are bounded; a cell that could not be seen is no look.</summary>
    public void Looked(DriftFinding finding)
    {
        if (finding.Outcome is not (DriftOutcome.Kept or DriftOutcome.Changed))
            return;
        var cell = finding.Write.Cell;
        _looked.Add(1,
            new KeyValuePair<string, object?>("connection", cell.Record.Connection), new KeyValuePair<string, object?>("field", $"{cell.Record.Object}.{cell.Field}"),
            new KeyValuePair<string, object?>("by", finding.Outcome == DriftOutcome.Kept ? "nobody" : EditorKinds.Name(finding.By)));
    }

    public void QuotaUsed(string connection, Quota quota)
    {
        if (quota.Max > 0)
            _quotas[connection] = quota;
    }
}
