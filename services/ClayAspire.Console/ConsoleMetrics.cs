using System.Diagnostics.Metrics;

namespace ClayAspire.Console;

/// <summary>The console's own metrics; label values are flows, connections and verdicts of the policy, so they are bounded.</summary>
internal sealed class ConsoleMetrics
{
    public const string MeterName = "ClayAspire.Console";

    private readonly Counter<long> _approvals;
    private volatile IReadOnlyList<PlanAge> _ages = [];

    public ConsoleMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _approvals = meter.CreateCounter<long>("clay_approvals_total", description: "Plans decided by people, by verdict.");
        meter.CreateObservableGauge("clay_plan_age_seconds",
            () => _ages.Select(a => new Measurement<double>(a.Seconds, new("connection", a.Connection), new("flow", a.Flow))),
            description: "Age of the oldest plan that waits for release.");
    }

    /// <summary>Counts one decision.</summary>
    public void Decided(string verdict) => _approvals.Add(1, new KeyValuePair<string, object?>("verdict", verdict));

    /// <summary>Sets what the gauge shows.</summary>
    public void Ages(IReadOnlyList<PlanAge> ages) => _ages = ages;
}

/// <summary>How long the oldest waiting plan of one flow has waited.</summary>
internal sealed record PlanAge(string Connection, string Flow, double Seconds);
