using System.Globalization;
using ClayAspire.Analytics.Settings;
using ClayAspire.Analytics.Snapshots;

namespace ClayAspire.Analytics.Kpis;

/// <summary>Shapes the rows of <c>fct_kpi_figures</c> into the document of the API. Pure: the same rows give the same document.</summary>
internal static class KpiBuilder
{
    public const string Headline = "(headline)";
    private const string Overall = "overall";

    public static IReadOnlyList<Kpi> Build(KpiDefinitions definitions, SnapshotManifest manifest, IReadOnlyList<KpiFigure> figures)
    {
        var byKpi = figures.ToLookup(f => f.Kpi, StringComparer.Ordinal);
        return [.. definitions.Kpis.Select(k => BuildOne(k.Key, k.Value, manifest, [.. byKpi[k.Key]]))];
    }

    private static Kpi BuildOne(string key, KpiDefinition definition, SnapshotManifest manifest, List<KpiFigure> figures)
    {
        var headline = figures.Find(f => f is { Scope: Headline, Dimension: Overall, Week: null });
        var files = manifest.Files.Where(f => definition.Views.Contains(f.View)).ToDictionary(f => f.View, f => f.File, StringComparer.Ordinal);
        return new Kpi(
            key, definition.Title, definition.Unit, definition.Better,
            headline?.Value, headline?.Numerator ?? 0, headline?.Denominator ?? 0, headline?.P90,
            definition.Target, definition.Amber, Status(definition, headline?.Value), Headline, definition.Owner,
            definition.Definition, definition.Numerator, definition.Denominator,
            files.Aggregate(definition.DrillDown, (text, f) => text.Replace($"{{{f.Key}}}", f.Value, StringComparison.Ordinal)), definition.Model,
            new KpiSource(manifest.Id, manifest.TakenAt, [.. files.Values]), Series(figures), Segments(definition, figures));
    }

    private static string Status(KpiDefinition definition, double? value)
    {
        if (value is not { } v)
            return "no-data";
        if (definition.Target is not { } target)
            return "measured";
        var higher = definition.Better == "higher";
        if (higher ? v < target : v >= target)
            return "missed";
        return definition.Amber is { } amber && (higher ? v < amber : v >= amber) ? "amber" : "met";
    }

    private static List<KpiSeries> Series(List<KpiFigure> figures)
    {
        var weekly = figures.Where(f => f.Week is not null).ToList();
        var scopes = weekly.Where(f => f.Dimension == Overall).GroupBy(f => f.Scope, StringComparer.Ordinal)
            .OrderBy(g => g.Key == Headline ? 0 : 1).ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new KpiSeries(g.Key, Points(g)));
        var members = weekly.Where(f => f.Scope == Headline && f.Dimension != Overall)
            .GroupBy(f => $"{f.Dimension}:{f.Member}", StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new KpiSeries(g.Key, Points(g)));
        return [.. scopes, .. members];
    }

    private static List<KpiSegment> Segments(KpiDefinition definition, List<KpiFigure> figures)
    {
        var whole = figures.Where(f => f.Week is null).ToList();
        var segments = definition.Dimensions
            .Select(d => new KpiSegment(d, Items(whole.Where(f => f.Scope == Headline && f.Dimension == d), f => f.Member)))
            .ToList();
        var connections = whole.Where(f => f.Scope != Headline).ToList();
        segments.Add(new KpiSegment("connection", Items(connections.Where(f => f.Dimension == Overall), f => f.Scope)));
        foreach (var perConnection in definition.Dimensions.Where(d => d is "object" or "field"))
            segments.Add(new KpiSegment($"connection_{perConnection}", Items(connections.Where(f => f.Dimension == perConnection), f => $"{f.Scope}/{f.Member}")));
        return segments;
    }

    private static List<KpiItem> Items(IEnumerable<KpiFigure> figures, Func<KpiFigure, string> name) =>
        [.. figures.Select(f => new KpiItem(name(f), f.Value, f.Numerator, f.Denominator, f.P90))
            .OrderByDescending(i => i.Denominator).ThenBy(i => i.Name, StringComparer.Ordinal)];

    private static List<KpiPoint> Points(IEnumerable<KpiFigure> figures) =>
        [.. figures.OrderBy(f => f.Week)
            .Select(f => new KpiPoint(WeekName(f.Week!.Value), f.Week.Value, f.Value, f.Numerator, f.Denominator, f.P90))];

    private static string WeekName(DateOnly monday)
    {
        var day = monday.ToDateTime(TimeOnly.MinValue);
        return string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(day):0000}-W{ISOWeek.GetWeekOfYear(day):00}");
    }
}
