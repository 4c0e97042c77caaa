using System.Globalization;
using ClayAspire.Console.Kpis;

namespace ClayAspire.Console.Components;

/// <summary>How values are spelled on pages: one spelling of numbers, times and states everywhere.</summary>
internal static class Show
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static string Number(long value) => value.ToString("#,0", Culture);

    public static string Number(double? value) => value is { } v ? v.ToString("#,0.##", Culture) : "–";

    public static string Percent(double? ratio) => ratio is { } r ? (r * 100).ToString("0.0", Culture) : "–";

    public static string Time(DateTimeOffset? at) => at is { } t ? t.ToUniversalTime().ToString("d MMM yyyy, HH:mm 'UTC'", Culture) : "–";

    public static string Machine(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", Culture);

    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var span = now - at;
        return span < TimeSpan.FromSeconds(45) ? "just now" : $"{Span(span)} ago";
    }

    public static string Until(DateTimeOffset at, DateTimeOffset now) => at > now ? $"in {Span(at - now)}" : $"{Span(now - at)} ago";

    public static string Span(TimeSpan span) => span.Duration() switch
    {
        { TotalSeconds: < 1 } => "under 1 s",
        { TotalSeconds: < 60 } s => string.Create(Culture, $"{s.TotalSeconds:0} s"),
        { TotalMinutes: < 60 } s => string.Create(Culture, $"{s.TotalMinutes:0} min"),
        { TotalHours: < 48 } s => string.Create(Culture, $"{s.TotalHours:0.#} h"),
        var s => string.Create(Culture, $"{s.TotalDays:0} days"),
    };

    public static string ShortHash(string hash) => hash.Length <= 12 ? hash : hash[..12];

    public static string ShortId(Guid id) => id.ToString("N")[^8..];

    /// <summary>A figure and its unit, apart because the unit is set smaller.</summary>
    public static (string Value, string Unit) Figure(string unit, double? value) => (unit, value) switch
    {
        (_, null) => ("–", ""),
        ("ratio", _) => (Percent(value), "%"),
        ("seconds", { } s) when s < 90 => (s.ToString("0", Culture), "s"),
        ("seconds", { } s) when s < 5400 => ((s / 60).ToString("0.#", Culture), "min"),
        ("seconds", { } s) when s < 172800 => ((s / 3600).ToString("0.#", Culture), "h"),
        ("seconds", { } s) => ((s / 86400).ToString("0.#", Culture), "days"),
        _ => (Number(value), ""),
    };

    public static string FigureText(string unit, double? value)
    {
        var (text, suffix) = Figure(unit, value);
        return suffix.Length == 0 ? text : $"{text} {suffix}";
    }

    public static (string Tone, string Text) Status(KpiStatus status) => status switch
    {
        KpiStatus.Met => ("good", "On target"),
        KpiStatus.Amber => ("warn", "Watch"),
        KpiStatus.Missed => ("bad", "Off target"),
        KpiStatus.Measured => ("info", "Measured"),
        KpiStatus.NoData => ("", "No data"),
    };

    /// <summary>The state of a plan now: one past its time is expired, one without a change has nothing to release.</summary>
    public static (string Tone, string Text) PlanState(Storage.Model.PlanRow plan, DateTimeOffset now) => PlanState(
        plan.State != Storage.Plans.PlanStates.Sealed ? plan.State
        : plan.ExpiresAt <= now ? Storage.Plans.PlanStates.Expired
        : plan.Applyable ? plan.State : Operations.Overview.NothingToRelease);

    public static (string Tone, string Text) PlanState(string state) => state switch
    {
        "sealed" => ("accent", "Waiting"),
        "nothing-to-release" => ("", "Nothing to release"),
        "approved" => ("good", "Approved"),
        "refused" => ("bad", "Refused"),
        "expired" => ("warn", "Expired"),
        "empty" => ("", "Nothing to write"),
        _ => ("", state),
    };

    public static (string Tone, string Text) RunState(string state) => state switch
    {
        "queued" => ("info", "Queued"),
        "running" => ("info", "Running"),
        "paused" => ("warn", "Paused"),
        "green" => ("good", "Green"),
        "finished-with-rejections" => ("warn", "Finished, with rejections"),
        "failed" => ("bad", "Failed"),
        "cancelled" => ("warn", "Cancelled"),
        _ => ("", state),
    };

    public static (string Tone, string Text) CellState(string state) => state switch
    {
        "planned" => ("", "Planned"),
        "intent" => ("info", "Sent"),
        "acknowledged" => ("info", "Acknowledged"),
        "verified" => ("good", "Verified"),
        "rejected" => ("bad", "Rejected"),
        "skipped" => ("warn", "Skipped"),
        _ => ("", state),
    };

    public static (string Tone, string Text) ContractStatus(Domain.Policy.ContractStatus status) => status switch
    {
        Domain.Policy.ContractStatus.Draft => ("info", "Draft"),
        Domain.Policy.ContractStatus.PendingLegal => ("hold", "Pending Legal"),
        Domain.Policy.ContractStatus.Active => ("good", "Active"),
        Domain.Policy.ContractStatus.Suspended => ("bad", "Suspended"),
        Domain.Policy.ContractStatus.ReadOnly => ("", "Read-only"),
    };

    public static string Day(DateOnly day) => day.ToString("d MMM yyyy", Culture);

    public static string VerdictTone(string verdict) => verdict switch
    {
        "Write" => "good",
        "Hold" => "hold",
        "Refuse" => "bad",
        _ => "",
    };
}
