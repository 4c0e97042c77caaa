using System.Diagnostics.Metrics;
using ClayAspire.Storage.Policies;

namespace ClayAspire.Console;

/// <summary>The console's own metrics; label values are flows, connections and verdicts of the policy, so they are bounded.</summary>
internal sealed class ConsoleMetrics
{
    public const string MeterName = "ClayAspire.Console";

    private readonly Counter<long> _approvals;
    private readonly PolicySource _policy;
    private readonly ConsoleSettings _settings;
    private readonly TimeProvider _clock;
    private volatile IReadOnlyList<PlanAge> _ages = [];

    public ConsoleMetrics(IMeterFactory meters, PolicySource policy, ConsoleSettings settings, TimeProvider clock)
    {
        (_policy, _settings, _clock) = (policy, settings, clock);
        var meter = meters.Create(MeterName);
        _approvals = meter.CreateCounter<long>("clay_approvals_total", description: "Plans decided by people, by verdict.");
        meter.CreateObservableGauge("clay_plan_age_seconds",
            () => _ages.Select(a => new Measurement<double>(a.Seconds, new("connection", a.Connection), new("flow", a.Flow))),
            description: "Age of the oldest plan that waits for release.");
        meter.CreateObservableGauge("clay_contract_signatures_ending", SignaturesEnding,
            description: "Field contracts whose signature is in force and ends within Console:SignatureWarningDays.");
    }

    /// <summary>How many signatures are about to end, by connection; a connection without any is there with 0.</summary>
    internal IEnumerable<Measurement<long>> SignaturesEnding()
    {
        var now = _clock.GetUtcNow();
        return [.. _policy.Current.Contracts.GroupBy(c => c.Connection, StringComparer.Ordinal)
            .Select(g => new Measurement<long>(g.Count(c => c.Standing!.EndsSoon(now, _settings.SignatureWarning)), new KeyValuePair<string, object?>("connection", g.Key)))];
    }

    /// <summary>Counts one decision.</summary>
    public void Decided(string verdict) => _approvals.Add(1, new KeyValuePair<string, object?>("verdict", verdict));

    /// <summary>Sets what the gauge shows.</summary>
    public void Ages(IReadOnlyList<PlanAge> ages) => _ages = ages;
}

/// <summary>How long the oldest waiting plan of one flow has waited.</summary>
internal sealed record PlanAge(string Connection, string Flow, double Seconds);
