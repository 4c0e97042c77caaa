namespace ClayAspire.Analytics.Kpis;

/// <summary>All figures of one snapshot, as answered by <c>GET /v1/kpis</c> and kept beside the manifest.</summary>
internal sealed record KpiDocument(
    SnapshotReference Snapshot, DateTimeOffset ComputedAt, double? AgeSeconds, string ModelsVersion, string RunId, IReadOnlyList<Kpi> Kpis, Activity Activity);

/// <summary>The snapshot that figures come from.</summary>
internal sealed record SnapshotReference(string Id, DateTimeOffset TakenAt, string Manifest, IReadOnlyList<Snapshots.SnapshotFile> Files);

/// <summary>One KPI. Value is null when nothing can be measured; it never appears without numerator and denominator.</summary>
internal sealed record Kpi(
    string Key, string Title, string Unit, string Better,
    double? Value, long Numerator, long Denominator, double? P90,
    double? Target, double? Amber, string Status, string Scope, string Owner,
    string Definition, string NumeratorMeans, string DenominatorMeans, string DrillDown, string Model,
    KpiSource Snapshot, IReadOnlyList<KpiSeries> Series, IReadOnlyList<KpiSegment> Segments);

/// <summary>The snapshot and the Parquet files that this KPI reads.</summary>
internal sealed record KpiSource(string Id, DateTimeOffset TakenAt, IReadOnlyList<string> Files);

/// <summary>Points by week: the headline, a connection, or a member of a breakdown (<c>field:email</c>).</summary>
internal sealed record KpiSeries(string Name, IReadOnlyList<KpiPoint> Points);

/// <summary>One ISO week (UTC).</summary>
internal sealed record KpiPoint(string Week, DateOnly WeekStart, double? Value, long Numerator, long Denominator, double? P90);

/// <summary>A breakdown of the headline, largest denominators first.</summary>
internal sealed record KpiSegment(string Dimension, IReadOnlyList<KpiItem> Items);

/// <summary>One member of a breakdown.</summary>
internal sealed record KpiItem(string Name, double? Value, long Numerator, long Denominator, double? P90);

/// <summary>What went on, beside the KPIs.</summary>
internal sealed record Activity(IReadOnlyList<CellsOfDay> CellsDaily, IReadOnlyList<PlansWaiting> PlansWaiting);

/// <summary>Cells by outcome on one day (UTC).</summary>
internal sealed record CellsOfDay(DateOnly Day, string Connection, string Flow, long Verified, long Rejected, long Skipped, long Open);

/// <summary>Sealed plans that nobody released yet; the age is that at the snapshot's time.</summary>
internal sealed record PlansWaiting(string Connection, string Flow, long Plans, long Changes, DateTimeOffset OldestSealedAt, double OldestAgeSeconds);

/// <summary>One row of the model <c>fct_kpi_figures</c>; week is null for all weeks.</summary>
internal sealed record KpiFigure(
    string Kpi, string Scope, string Dimension, string Member, DateOnly? Week, long Numerator, long Denominator, double? Value, double? P90);
