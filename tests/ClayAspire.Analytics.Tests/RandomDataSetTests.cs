using ClayAspire.Analytics.Kpis;

namespace ClayAspire.Analytics.Tests;

/// <summary>The SQL figures equal an independent computation on seeded random data; the seed stands in the test's name.</summary>
public sealed class RandomDataSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20260318)]
    public async Task Figures_equal_an_independent_computation(int seed)
    {
        var data = new RandomDataSet(seed, records: 1500, signals: 2500);
        await using var database = await AnalyticsDatabase.CreateAsync();
        await data.StoreAsync(database);
        using var bench = new Workbench(database.Export);

        var document = (await bench.TakeAsync()).Kpis;

        var reference = new ReferenceKpis(data);
        Equal(reference.FillRate(), document, "fill-rate");
        Equal(reference.DuplicateRate(), document, "duplicate-rate");
        Equal(reference.EmailRate(bounces: true), document, "bounce-rate");
        Equal(reference.EmailRate(bounces: false), document, "reply-rate");
        var touch = document.Kpis.Single(k => k.Key == "time-to-first-touch");
        var (seconds, synced) = reference.FirstTouch();
        Assert.Equal((seconds.Count, synced), (touch.Numerator, touch.Denominator));
        Assert.Equal(ReferenceKpis.Quantile(seconds, 0.5), touch.Value!.Value, 3);
        Assert.Equal(ReferenceKpis.Quantile(seconds, 0.9), touch.P90!.Value, 3);
    }

    [Fact]
    public async Task Recomputing_from_parquet_gives_equal_figures_after_the_database_changed()
    {
        var data = new RandomDataSet(seed: 7, records: 800, signals: 1200);
        await using var database = await AnalyticsDatabase.CreateAsync();
        await data.StoreAsync(database);
        using var bench = new Workbench(database.Export);
        var taken = await bench.TakeAsync();
        await database.ExecuteAsync("delete from sync.crm_record where record_id < '00Q000500'");

        bench.Clock.Advance(TimeSpan.FromHours(3));
        var (again, _) = await bench.Service.RecomputeAsync(taken.Manifest.Id, CancellationToken.None);
        var later = await bench.TakeAsync();

        Assert.True(again!.Equal);
        Assert.Empty(again.Differences);
        Assert.NotEqual(taken.Kpis.Kpis[0].Denominator, later.Kpis.Kpis[0].Denominator);
    }

    // Every figure that the document shows must be in the reference with the same numbers, and none of the reference may be missing.
    private static void Equal(Dictionary<string, (long Numerator, long Denominator)> reference, KpiDocument document, string key)
    {
        var kpi = document.Kpis.Single(k => k.Key == key);
        var shown = new Dictionary<string, (long, long)>(StringComparer.Ordinal)
        {
            ["(headline)|overall|(all)|"] = (kpi.Numerator, kpi.Denominator),
        };
        foreach (var segment in kpi.Segments)
            foreach (var item in segment.Items)
                shown[segment.Dimension switch
                {
                    "connection" => $"{item.Name}|overall|(all)|",
                    ['c', 'o', 'n', 'n', 'e', 'c', 't', 'i', 'o', 'n', '_', .. var dimension] => $"{item.Name.Split('/')[0]}|{dimension}|{item.Name.Split('/')[1]}|",
                    var dimension => $"(headline)|{dimension}|{item.Name}|",
                }] = (item.Numerator, item.Denominator);
        foreach (var series in kpi.Series)
            foreach (var point in series.Points)
                shown[series.Name.Contains(':', StringComparison.Ordinal)
                    ? $"(headline)|{series.Name.Replace(':', '|')}|{point.Week}"
                    : $"{series.Name}|overall|(all)|{point.Week}"] = (point.Numerator, point.Denominator);
        // The document shows breakdowns of single connections only by object and field, and none of them by week.
        var expected = reference.Where(f => f.Key.StartsWith("(headline)|", StringComparison.Ordinal)
            || f.Key.Contains("|overall|", StringComparison.Ordinal)
            || ((f.Key.Contains("|field|", StringComparison.Ordinal) || f.Key.Contains("|object|", StringComparison.Ordinal)) && f.Key.EndsWith('|')));
        Assert.Equal(expected.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value}"), shown.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value}"));
    }
}
