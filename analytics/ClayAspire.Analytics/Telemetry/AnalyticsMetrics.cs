using System.Diagnostics.Metrics;
using ClayAspire.Analytics.Kpis;
using ClayAspire.Analytics.Settings;

namespace ClayAspire.Analytics.Telemetry;

/// <summary>
/// The service's own metrics, all declared here. They show the figures in force; what cannot be measured gives no series, never NaN.
/// Label values are bounded: connections, objects and key fields come from policy, sources are the 20 largest and <c>(other)</c>.
/// </summary>
internal sealed class AnalyticsMetrics : IDisposable
{
    public const string MeterName = "ClayAspire.Analytics";
    private const int MaximumSources = 20;
    private readonly Meter _meter;
    private readonly KpiBoard _board;
    private readonly KpiDefinitions _definitions;
    private readonly TimeProvider _clock;

    public AnalyticsMetrics(IMeterFactory meters, KpiBoard board, KpiDefinitions definitions, TimeProvider clock)
    {
        _board = board;
        _definitions = definitions;
        _clock = clock;
        _meter = meters.Create(MeterName);
        Gauge("clay_fill_ratio", "Non-blank key fields of live Leads, all key fields together.", () => PerConnection("fill-rate", "connection", ("object", "Lead")));
        Gauge("clay_field_fill_ratio", "Non-blank values of one key field of live Leads.", FieldFill);
        Gauge("clay_duplicate_ratio", "Live records beyond the first of their cluster of exact duplicates.", Duplicates);
        Gauge("clay_bounce_ratio", "Distinct hard-bounced recipients per distinct recipient e-mailed; source (all) is the total.", () => Sources(i => i.Value));
        Gauge("clay_bounce_recipients", "Distinct recipients e-mailed, the denominator of clay_bounce_ratio.", () => Sources(i => i.Denominator));
        Gauge("clay_reply_ratio", "Distinct recipients who replied per distinct recipient e-mailed.", () => One(Find("reply-rate")?.Value));
        Gauge("clay_first_touch_p50_seconds", "Median time from first sync to first outbound e-mail.", () => PerConnection("time-to-first-touch", "connection"));
        Gauge("clay_first_touch_p90_seconds", "90th percentile of the time from first sync to first outbound e-mail.",
            () => Segment("time-to-first-touch", "connection").Where(i => i.P90 is not null).Select(i => Value(i.P90!.Value, ("connection", i.Name))));
        Gauge("clay_connection_headline", "1 when the connection counts into the headline figures and is watched by alerts, 0 for sandboxes.",
            () => Segment("fill-rate", "connection").Select(i => Value(_definitions.Headline.Exclude.Contains(i.Name) ? 0 : 1, ("connection", i.Name))));
        Gauge("clay_kpi_target_ratio", "Target of a KPI, from kpis.yaml; alerts compare with it.", Targets);
        Gauge("clay_plans_waiting", "Sealed plans that wait for release.",
            () => Plans(p => p.Plans));
        Gauge("clay_plan_waiting_age_seconds", "Age of the oldest plan that waits for release, at the snapshot's time.", () => Plans(p => p.OldestAgeSeconds));
        Gauge("clay_snapshot_age_seconds", "Seconds since the moment that the figures show.",
            () => One(_board.Current is { } c ? Math.Max(0, (_clock.GetUtcNow() - c.Manifest.TakenAt).TotalSeconds) : null));
        Gauge("clay_snapshot_rows", "Rows of an export view in the newest snapshot.",
            () => _board.Current?.Manifest.Files.Select(f => Value(f.Rows, ("view", f.View))) ?? []);
        Gauge("clay_snapshot_bytes", "Parquet size of an export view in the newest snapshot.",
            () => _board.Current?.Manifest.Files.Select(f => Value(f.Bytes, ("view", f.View))) ?? []);
        Gauge("clay_snapshot_seconds", "How long the newest snapshot took to read and write.", () => One(_board.Current?.Manifest.Seconds));
        _meter.CreateObservableCounter("clay_snapshot_failures_total", () => _board.Failures, description: "Snapshots that failed since the start of the process.");
    }

    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, string description, Func<IEnumerable<Measurement<double>>> observe) =>
        _meter.CreateObservableGauge(name, observe, description: description);

    private Kpi? Find(string key) => _board.Current?.Document.Kpis.FirstOrDefault(k => k.Key == key);

    private IReadOnlyList<KpiItem> Segment(string key, string dimension) =>
        Find(key)?.Segments.FirstOrDefault(s => s.Dimension == dimension)?.Items ?? [];

    private IEnumerable<Measurement<double>> PerConnection(string key, string dimension, params (string, string)[] labels) =>
        Segment(key, dimension).Where(i => i.Value is not null).Select(i => Value(i.Value!.Value, [("connection", i.Name), .. labels]));

    private IEnumerable<Measurement<double>> FieldFill() =>
        from item in Segment("fill-rate", "connection_field")
        where item.Value is not null
        let at = item.Name.LastIndexOf('/')
        select Value(item.Value ?? 0, ("connection", item.Name[..at]), ("object", "Lead"), ("field", item.Name[(at + 1)..]));

    private IEnumerable<Measurement<double>> Duplicates() =>
        from item in Segment("duplicate-rate", "connection_object")
        where item.Value is not null
        let at = item.Name.LastIndexOf('/')
        select Value(item.Value ?? 0, ("connection", item.Name[..at]), ("object", item.Name[(at + 1)..]));

    private IEnumerable<Measurement<double>> Sources(Func<KpiItem, double?> value)
    {
        if (Find("bounce-rate") is not { Value: not null } bounce)
            yield break;
        yield return Value(value(new KpiItem("(all)", bounce.Value, bounce.Numerator, bounce.Denominator, null)) ?? 0, ("source", "(all)"));
        var items = Segment("bounce-rate", "lead_source");
        foreach (var item in items.Take(MaximumSources))
            if (value(item) is { } v)
                yield return Value(v, ("source", item.Name));
        // A recipient has one lead source, so the rest may be added up.
        var rest = items.Skip(MaximumSources).ToList();
        if (rest.Sum(i => i.Denominator) is > 0 and var denominator)
        {
            var numerator = rest.Sum(i => i.Numerator);
            yield return Value(value(new KpiItem("(other)", (double)numerator / denominator, numerator, denominator, null)) ?? 0, ("source", "(other)"));
        }
    }

    private IEnumerable<Measurement<double>> Targets() =>
        _definitions.Kpis.Where(k => k.Value is { Unit: "ratio", Target: not null }).Select(k => Value(k.Value.Target!.Value, ("kpi", k.Key)));

    private IEnumerable<Measurement<double>> Plans(Func<PlansWaiting, double> value) =>
        _board.Current?.Document.Activity.PlansWaiting.Select(p => Value(value(p), ("connection", p.Connection), ("flow", p.Flow))) ?? [];

    private static IEnumerable<Measurement<double>> One(double? value) => value is { } v ? [new Measurement<double>(v)] : [];

    private static Measurement<double> Value(double value, params (string Name, string Value)[] labels) =>
        new(value, labels.Select(l => new KeyValuePair<string, object?>(l.Name, l.Value)));
}
