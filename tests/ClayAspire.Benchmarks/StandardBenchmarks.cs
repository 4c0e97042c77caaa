using BenchmarkDotNet.Attributes;
using ClayAspire.Domain.Standards;

namespace ClayAspire.Benchmarks;

/// <summary>One text through one standard: as it is decided on (standard already) and as it comes in.</summary>
[MemoryDiagnoser]
public class StandardBenchmarks
{
    private static readonly Dictionary<string, string> Raw = new(StringComparer.Ordinal)
    {
        ["city"] = "FRANKFURT AM MAIN",
        ["company-name"] = "ACME ROBOTICS, GMBH",
        ["country"] = "Vereinigte Staaten",
        ["industry"] = "COMPUTER_SOFTWARE",
        ["job-title"] = "sr. mgr, r & d",
        ["person-name"] = "LUDWIG VAN BEETHOVEN",
        ["phone"] = "+49 (0)30 901820",
        ["prose"] = "<p>Makes&nbsp;robots &amp; pumps.</p><p>In  Lyon, with about 250 people.</p>",
        ["url"] = "HTTP://Example.com:80/?utm_source=x",
    };

    private IStandard _standard = null!;
    private string _raw = "";

    public static IEnumerable<string> Names => Raw.Keys;

    [ParamsSource(nameof(Names))]
    public string Kind { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        _standard = StandardRegistry.Find(Kind)!;
        _raw = Raw[Kind];
    }

    [Benchmark(Description = "standard already")]
    public bool Standard() => _standard.TryStandardise(_standard.Samples[0], out _, out _);

    [Benchmark(Description = "as it comes in")]
    public bool AsItComes() => _standard.TryStandardise(_raw, out _, out _);
}
