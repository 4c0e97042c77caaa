using BenchmarkDotNet.Attributes;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Standards;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Benchmarks;

/// <summary>
/// Decisions of one cell on one core. The mix is a nightly enrichment plan and a day of events: mostly fill-blank on cells with one to three
/// candidates, half of them already filled; some flags and reclassifications; a few cells held for Legal or refused.
/// One operation is one decision, so that "decisions per second" is 1 / mean and "Allocated" is bytes per decision.
/// </summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private const int Cells = 10_000;
    private const int Seed = 20260401;

    private static readonly string[] Sources = ["smartlead", "clay", "file"];
    private static readonly DateTimeOffset Noon = new(2026, 4, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Flow _flow = new("bench", ["icare"], ["clay.row"], [new FlowField("Lead", "*")], ReleaseMode.Approval, "CRM Admin", false, null, TimeSpan.FromHours(24));
    private PolicySet _policy = null!;
    private PolicySet _standardised = null!;
    private Cell[] _mix = [];
    private Cell[] _fillBlank = [];
    private Cell[] _latestOfTen = [];

    [GlobalSetup]
    public void Prepare()
    {
        _policy = new PolicySet("bench",
        [
            Contract("Bounced", FieldType.Checkbox, MergeRule.Union), Contract("Replied", FieldType.Checkbox, MergeRule.SetOnce),
            Contract("Category", FieldType.Text, MergeRule.Latest), Contract("City", FieldType.Text, MergeRule.FillBlank),
            Contract("Description", FieldType.Text, MergeRule.FillBlank, ContractStatus.PendingLegal),
            Contract("Formula", FieldType.Checkbox, MergeRule.ReadOnly, ContractStatus.ReadOnly),
        ], [_flow], []);
        _standardised = new PolicySet("bench", [.. _policy.Contracts.Select(c => c with { Standard = StandardOf(c.Field) })], [_flow], []);
        var random = new Random(Seed);
        _mix = [.. Enumerable.Range(0, Cells).Select(_ => random.Next(100) switch
        {
            < 60 => Make(random, "City", random.Next(1, 4), random.Next(2) == 0),
            < 70 => Make(random, "Category", random.Next(1, 5), random.Next(2) == 0),
            < 78 => Make(random, "Replied", random.Next(1, 4), random.Next(2) == 0, isFlag: true),
            < 86 => Make(random, "Bounced", random.Next(1, 3), random.Next(2) == 0, isFlag: true),
            < 94 => Make(random, "Description", 1, false),
            < 97 => Make(random, "Formula", 1, false, isFlag: true),
            _ => Make(random, "Unlisted", 1, false),
        })];
        _fillBlank = [.. Enumerable.Range(0, Cells).Select(_ => Make(random, "City", 1, false))];
        _latestOfTen = [.. Enumerable.Range(0, Cells).Select(_ => Make(random, "Category", 10, true))];
    }

    [Benchmark(OperationsPerInvoke = Cells, Baseline = true, Description = "realistic mix")]
    public int Mix() => DecideAll(_policy, _mix);

    [Benchmark(OperationsPerInvoke = Cells, Description = "realistic mix, text fields with standards")]
    public int MixWithStandards() => DecideAll(_standardised, _mix);

    [Benchmark(OperationsPerInvoke = Cells, Description = "fill-blank, one candidate")]
    public int FillBlankOfOne() => DecideAll(_policy, _fillBlank);

    [Benchmark(OperationsPerInvoke = Cells, Description = "latest of ten candidates")]
    public int LatestOfTen() => DecideAll(_policy, _latestOfTen);

    private int DecideAll(PolicySet policy, Cell[] cells)
    {
        var writes = 0;
        foreach (var cell in cells)
            if (CellDecider.Decide(policy, _flow, cell.Live, cell.Field, cell.Candidates).Verdict == Verdict.Write)
                writes++;
        return writes;
    }

    // As shipped contracts have them; a category stands for any short text with a standard.
    private static IStandard? StandardOf(string field) => field switch
    {
        "City" => StandardRegistry.Find("city"),
        "Category" => StandardRegistry.Find("person-name"),
        "Description" => StandardRegistry.Find("prose"),
        _ => null,
    };

    private static FieldContract Contract(string field, FieldType type, MergeRule rule, ContractStatus status = ContractStatus.Active) =>
        new("icare", "Lead", field, type, status, rule, Sources, "CRM Admin", type == FieldType.Text ? 255 : null, [], "benchmark");

    private static Cell Make(Random random, string field, int candidates, bool isFilled, bool isFlag = false) => new(
        field,
        new LiveRecord(new RecordKey("icare", "Lead", $"00Q{random.Next(1_000_000):D15}"), RecordState.Live, "2026-04-01T00:00:00Z",
            new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [field] = isFilled ? FieldValue.FromCanonical(isFlag ? "true" : "There already") : FieldValue.Blank }),
        [.. Enumerable.Range(1, candidates).Select(id => new Candidate(id, Sources[random.Next(Sources.Length)], Noon.AddSeconds(random.Next(86_400)),
            isFlag ? FieldValue.True : FieldValue.FromCanonical($"Value {random.Next(5)}"), id < candidates && random.Next(3) == 0))]);

    private sealed record Cell(string Field, LiveRecord Live, Candidate[] Candidates);
}
