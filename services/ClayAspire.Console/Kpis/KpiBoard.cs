using System.Text.Json.Serialization;

namespace ClayAspire.Console.Kpis;

/// <summary>The figures of one snapshot, as the analytics service answers them on <c>/v1/kpis</c>.</summary>
/// <param name="Snapshot">The snapshot that every figure comes from.</param>
/// <param name="ComputedAt">When the figures were computed.</param>
/// <param name="ModelsVersion">Hash over the SQL models that computed them.</param>
/// <param name="Kpis">The indicators, headline first.</param>
public sealed record KpiBoard(KpiSnapshot Snapshot, DateTimeOffset ComputedAt, string? ModelsVersion, IReadOnlyList<Kpi> Kpis)
{
    /// <summary>The indicator of that key, or null when this snapshot has none.</summary>
    public Kpi? Find(string key) => Kpis.FirstOrDefault(k => k.Key == key);
}

/// <summary>One consistent read of the database, kept as Parquet.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TakenAt">When it was read.</param>
/// <param name="Files">Its Parquet files.</param>
public sealed record KpiSnapshot(string Id, DateTimeOffset TakenAt, IReadOnlyList<KpiSnapshotFile> Files);

/// <summary>One Parquet file of a snapshot.</summary>
/// <param name="View">The view that it holds.</param>
/// <param name="File">Its path in the warehouse.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its checksum.</param>
public sealed record KpiSnapshotFile(string View, string File, long Rows, long Bytes, string? Sha256);

/// <summary>How a figure stands against its target.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KpiStatus>))]
public enum KpiStatus
{
    /// <summary>There is no target; the figure is only measured.</summary>
    [JsonStringEnumMemberName("measured")]
    Measured,

    /// <summary>On target.</summary>
    [JsonStringEnumMemberName("met")]
    Met,

    /// <summary>On target, but past the amber line.</summary>
    [JsonStringEnumMemberName("amber")]
    Amber,

    /// <summary>Off target.</summary>
    [JsonStringEnumMemberName("missed")]
    Missed,

    /// <summary>Nothing to measure yet.</summary>
    [JsonStringEnumMemberName("no-data")]
    NoData,
}

/// <summary>One indicator: ratios from 0 to 1, times in seconds.</summary>
/// <param name="Key">Its key, such as <c>fill-rate</c>.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Unit"><c>ratio</c> or <c>seconds</c>.</param>
/// <param name="Better"><c>higher</c> or <c>lower</c>.</param>
/// <param name="Value">The figure; null when there is nothing to measure.</param>
/// <param name="Numerator">What was counted.</param>
/// <param name="Denominator">Out of how many.</param>
/// <param name="P90">For times, the 90th percentile.</param>
/// <param name="Target">The line to hold; null when only measured.</param>
/// <param name="Amber">The line of early warning.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Owner">Who answers for it.</param>
/// <param name="Definition">What it means, in one sentence.</param>
/// <param name="NumeratorMeans">What was counted, in words.</param>
/// <param name="DenominatorMeans">Out of what, in words.</param>
/// <param name="Model">The SQL model that computes it.</param>
/// <param name="Snapshot">The snapshot and the files that it was computed from.</param>
/// <param name="Series">Its course by week.</param>
/// <param name="Segments">Its breakdowns.</param>
public sealed record Kpi(
    string Key,
    string Title,
    string Unit,
    string? Better,
    double? Value,
    double? Numerator,
    double? Denominator,
    double? P90,
    double? Target,
    double? Amber,
    KpiStatus Status,
    string? Owner,
    string? Definition,
    string? NumeratorMeans,
    string? DenominatorMeans,
    string? Model,
    KpiSource? Snapshot,
    IReadOnlyList<KpiSeries> Series,
    IReadOnlyList<KpiDimension> Segments)
{
    /// <summary>The name that analytics gives to the series over all counted connections.</summary>
    public const string Headline = "(headline)";

    /// <summary>The weekly course over all counted connections.</summary>
    public IReadOnlyList<KpiPoint> Weekly => Series.FirstOrDefault(s => s.Name == Headline)?.Points ?? [];

    /// <summary>The items of one breakdown; empty when analytics has none.</summary>
    public IReadOnlyList<KpiSegment> Segment(string dimension) => Segments.FirstOrDefault(d => d.Dimension == dimension)?.Items ?? [];
}

/// <summary>Where one figure comes from.</summary>
/// <param name="Id">The snapshot's id.</param>
/// <param name="TakenAt">When it was read.</param>
/// <param name="Files">The Parquet files that the figure is computed from.</param>
public sealed record KpiSource(string Id, DateTimeOffset TakenAt, IReadOnlyList<string> Files);

/// <summary>A course by week.</summary>
/// <param name="Name">A connection, or <see cref="Kpi.Headline"/>.</param>
/// <param name="Points">The weeks that have data, in order.</param>
public sealed record KpiSeries(string Name, IReadOnlyList<KpiPoint> Points);

/// <summary>One week.</summary>
/// <param name="Week">ISO week, such as <c>2026-W47</c>.</param>
/// <param name="Value">The figure.</param>
/// <param name="Numerator">What was counted.</param>
/// <param name="Denominator">Out of how many.</param>
/// <param name="P90">For times, the 90th percentile.</param>
public sealed record KpiPoint(string Week, double? Value, double? Numerator, double? Denominator, double? P90);

/// <summary>A breakdown.</summary>
/// <param name="Dimension">By what: <c>field</c>, <c>gbu</c>, <c>region</c>, …</param>
/// <param name="Items">One item per value.</param>
public sealed record KpiDimension(string Dimension, IReadOnlyList<KpiSegment> Items);

/// <summary>One item of a breakdown.</summary>
/// <param name="Name">The value broken down by.</param>
/// <param name="Value">The figure.</param>
/// <param name="Numerator">What was counted.</param>
/// <param name="Denominator">Out of how many.</param>
/// <param name="P90">For times, the 90th percentile.</param>
public sealed record KpiSegment(string Name, double? Value, double? Numerator, double? Denominator, double? P90);
