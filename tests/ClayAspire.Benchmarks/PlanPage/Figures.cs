using System.Globalization;

namespace ClayAspire.Benchmarks.PlanPage;

/// <summary>One request of a person, sent several times.</summary>
/// <param name="Name">What the person did.</param>
/// <param name="Samples">Each time it was sent.</param>
internal sealed record Measured(string Name, IReadOnlyList<Sample> Samples)
{
    /// <summary>Whether the answer is a file, which is used while it arrives.</summary>
    public bool IsFile => Name.StartsWith("CSV", StringComparison.Ordinal);

    public double Median(Func<Sample, double> of)
    {
        var sorted = Samples.Select(of).Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    public string Row(string remark = "")
    {
        var milliseconds = Samples.Select(s => s.Total.TotalMilliseconds).ToArray();
        return string.Create(CultureInfo.InvariantCulture,
            $"| {Name}{remark} | {milliseconds.Min():0} | {Median(s => s.Total.TotalMilliseconds):0} | {milliseconds.Max():0} | {Median(s => s.FirstByte.TotalMilliseconds):0} | {Median(s => s.ConsoleSeconds * 1000):0} | {Median(s => s.PostgresSeconds * 1000):0} | {Samples[0].Allocated / 1048576d:0.0} | {Median(s => s.Bytes / 1024d):0} |");
    }

    public static readonly string[] Head =
    [
        "| request | min ms | median ms | max ms | first byte ms | console CPU ms | PostgreSQL CPU ms | allocated MB | answer KB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ];
}

/// <summary>One request.</summary>
/// <param name="FirstByte">Until the answer's head was there.</param>
/// <param name="Total">Until its last byte was read.</param>
/// <param name="Bytes">The answer's length.</param>
/// <param name="ConsoleSeconds">Processor time of the console meanwhile.</param>
/// <param name="PostgresSeconds">Processor time of the database server meanwhile.</param>
/// <param name="Allocated">Bytes that the console allocated meanwhile, its background work included; metered for the first request of a kind.</param>
internal sealed record Sample(TimeSpan FirstByte, TimeSpan Total, long Bytes, double ConsoleSeconds, double PostgresSeconds, double Allocated);
