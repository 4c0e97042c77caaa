using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace ClayAspire.Analytics.Telemetry;

/// <summary>Renames what libraries call <c>….count</c>: in Prometheus that ending belongs to histograms, and <c>promtool check metrics</c> refuses it.</summary>
internal static class PrometheusNames
{
    private const string Ending = ".count";

    public static MeterProviderBuilder AddPrometheusNames(this MeterProviderBuilder metrics) => metrics.AddView(instrument =>
        instrument.Name.EndsWith(Ending, StringComparison.Ordinal) && !IsHistogram(instrument)
            ? new MetricStreamConfiguration { Name = instrument.Name[..^Ending.Length] + ".number" }
            : null);

    private static bool IsHistogram(Instrument instrument) =>
        instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Histogram<>);
}
