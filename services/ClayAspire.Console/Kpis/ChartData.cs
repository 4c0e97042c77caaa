namespace ClayAspire.Console.Kpis;

/// <summary>What console.js draws: a course by week, or bars by name.</summary>
/// <param name="Kind"><c>line</c> or <c>bars</c>.</param>
/// <param name="Unit"><c>ratio</c> or <c>seconds</c>.</param>
/// <param name="Target">The line to hold.</param>
/// <param name="Amber">The line of early warning.</param>
/// <param name="Names">Weeks or names.</param>
/// <param name="Series">Values, as many as names.</param>
public sealed record ChartData(string Kind, string Unit, double? Target, double? Amber, IReadOnlyList<string> Names, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>The weekly course of an indicator; a time also shows its 90th percentile.</summary>
    public static ChartData Weekly(Kpi? kpi)
    {
        var points = kpi?.Weekly ?? [];
        var series = new List<ChartSeries> { new(kpi?.P90 is null ? kpi?.Title ?? "" : "Median", [.. points.Select(p => p.Value)]) };
        if (points.Any(p => p.P90 is not null))
            series.Add(new ChartSeries("90 %", [.. points.Select(p => p.P90)]));
        return new ChartData("line", kpi?.Unit ?? "ratio", kpi?.Target, kpi?.Amber, [.. points.Select(p => p.Week)], series);
    }

    /// <summary>One breakdown of an indicator as bars, lowest first.</summary>
    public static ChartData Bars(Kpi? kpi, string dimension)
    {
        var items = (kpi?.Segment(dimension) ?? []).OrderBy(i => i.Value ?? double.MaxValue).ToList();
        return new ChartData("bars", kpi?.Unit ?? "ratio", kpi?.Target, kpi?.Amber, [.. items.Select(i => i.Name)], [new ChartSeries(kpi?.Title ?? "", [.. items.Select(i => i.Value)])]);
    }
}

/// <summary>One line or one set of bars.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">Its values; null where there is no data.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<double?> Values);
