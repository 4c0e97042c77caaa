using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ClayAspire.Console.Tests;

/// <summary>Figures as the analytics service answers them.</summary>
internal static class KpiSample
{
    private const string Id = "20261123T021500123Z";
    private static readonly DateTimeOffset TakenAt = new(2026, 11, 23, 2, 15, 0, TimeSpan.Zero);
    private static readonly string[] Files = ["snapshots/crm_record/date=2026-11-23/20261123T021500123Z.parquet", "snapshots/signal/date=2026-11-23/20261123T021500123Z.parquet"];

    public static HttpResponseMessage Answer(HttpRequestMessage request) => request.RequestUri!.AbsolutePath switch
    {
        "/v1/kpis" or "/v1/snapshots" => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(JsonSerializer.Serialize(Board())) },
        _ => new HttpResponseMessage(HttpStatusCode.NotFound),
    };

    private static object Board() => new
    {
        snapshot = new { id = Id, takenAt = TakenAt, files = Files.Select((f, i) => new { view = f.Split('/')[1], file = f, rows = 4000 + (i * 14210), bytes = 181234, sha256 = "9f2c61b0a7d3e45891c2" }) },
        computedAt = TakenAt.AddSeconds(1.4),
        modelsVersion = "3f2a9c1184d0",
        kpis = new object[]
        {
            Ratio("fill-rate", "Fill rate", "higher", 8312, 10000, 0.85, null, "missed", "MARCOM Ops", "Non-blank cells ÷ eligible cells over the key fields e-mail, LinkedIn, domain, industry and owner of live Leads.",
                "non-blank cells", "cells of key fields", [0.771, 0.786, 0.794, 0.812, 0.826, 0.831],
                Segment("field", ("email", 1940, 2000), ("linkedin", 1420, 2000), ("domain", 1800, 2000), ("industry", 1200, 2000), ("owner", 1952, 2000)),
                Segment("gbu", ("EMEA Health", 2110, 2500), ("EMEA Energy", 1954, 2500), ("APAC Mobility", 2231, 2500), ("AMER Finance", 2017, 2500)),
                Segment("region", ("DACH", 3310, 3900), ("Nordics", 2480, 3000), ("Benelux", 2522, 3100))),
            Ratio("duplicate-rate", "Duplicate rate", "lower", 42, 2000, 0.03, 0.02, "amber", "CRM Admin", "Live records without clusters ÷ live records.", "surplus records", "live records",
                [0.034, 0.031, 0.027, 0.025, 0.022, 0.021], Segment("object", ("Lead", 42, 2000))),
            Ratio("bounce-rate", "Bounce rate", "lower", 17, 1000, 0.05, 0.02, "met", "MARCOM Ops", "Distinct hard-bounced recipients ÷ distinct recipients e-mailed.", "hard-bounced recipients", "recipients e-mailed",
                [0.041, 0.036, 0.028, 0.024, 0.019, 0.017], Segment("lead_source", ("Clay", 9, 620), ("Webinar", 5, 240), ("Trade fair", 3, 140))),
            new
            {
                key = "time-to-first-touch", title = "Time to first touch", unit = "seconds", better = "lower", value = 15480d, numerator = 812, denominator = 1000, p90 = 91800d, target = (double?)null, amber = (double?)null,
                status = "measured", owner = "RevOps", definition = "First outbound touch − first successful sync; median, with the 90th percentile beside it.", numeratorMeans = "records touched", denominatorMeans = "records synced", model = "fct_first_touch",
                snapshot = Source(), series = new[] { new { name = "(headline)", points = Weeks([26000, 23100, 19800, 18300, 16900, 15480], [151000, 140000, 121000, 109000, 98000, 91800]) } }, segments = Array.Empty<object>(),
            },
        },
        activity = new { cellsDaily = Array.Empty<object>(), plansWaiting = Array.Empty<object>() },
    };

    private static object Ratio(string key, string title, string better, double numerator, double denominator, double target, double? amber, string status, string owner, string definition,
        string numeratorMeans, string denominatorMeans, double[] weeks, params object[] segments) => new
        {
            key,
            title,
            unit = "ratio",
            better,
            value = numerator / denominator,
            numerator,
            denominator,
            p90 = (double?)null,
            target,
            amber,
            status,
            owner,
            definition,
            numeratorMeans,
            denominatorMeans,
            model = "fct_" + key.Replace('-', '_'),
            snapshot = Source(),
            series = new[] { new { name = "(headline)", points = Weeks(weeks, null) } },
            segments,
        };

    private static object Source() => new { id = Id, takenAt = TakenAt, files = Files };

    private static object[] Weeks(double[] values, double[]? p90) =>
        [.. values.Select((v, i) => new { week = string.Create(CultureInfo.InvariantCulture, $"2026-W{42 + i}"), weekStart = "2026-11-09", value = v, numerator = v * 1000, denominator = 1000, p90 = p90?[i] })];

    private static object Segment(string dimension, params (string Name, double Numerator, double Denominator)[] items) =>
        new { dimension, items = items.Select(i => new { name = i.Name, value = i.Numerator / i.Denominator, numerator = i.Numerator, denominator = i.Denominator, p90 = (double?)null }) };
}
