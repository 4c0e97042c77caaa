using ClayAspire.Console.Kpis;

namespace ClayAspire.Console.Api;

/// <summary>The KPI board as one flat CSV file: headline, weeks, segments.</summary>
internal static class KpiCsv
{
    private sealed record Line(string Kpi, string Part, string Name, string Week, double? Value, double? P90, double? Numerator, double? Denominator, string Unit, double? Target);

    public static IResult Of(KpiBoard board) => Csv.Of($"kpis-{board.Snapshot.Id}", Csv.Stream(board.Kpis.SelectMany(Lines)),
        ["kpi", "part", "name", "week", "value", "p90", "numerator", "denominator", "unit", "target", "snapshot"],
        l => [l.Kpi, l.Part, l.Name, l.Week, l.Value, l.P90, l.Numerator, l.Denominator, l.Unit, l.Target, board.Snapshot.Id]);

    private static IEnumerable<Line> Lines(Kpi kpi) =>
        [
            new Line(kpi.Key, "headline", "", "", kpi.Value, kpi.P90, kpi.Numerator, kpi.Denominator, kpi.Unit, kpi.Target),
            .. kpi.Series.SelectMany(s => s.Points.Select(p => new Line(kpi.Key, "week", s.Name, p.Week, p.Value, p.P90, p.Numerator, p.Denominator, kpi.Unit, kpi.Target))),
            .. kpi.Segments.SelectMany(d => d.Items.Select(i => new Line(kpi.Key, d.Dimension, i.Name, "", i.Value, i.P90, i.Numerator, i.Denominator, kpi.Unit, kpi.Target))),
        ];
}
