using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>Runs <c>services/policy/cases/*.yaml</c> against the shipped policy.</summary>
public sealed class PolicyCaseTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Notes() => new(All().Select(c => c.Case.Note));

    [Theory]
    [MemberData(nameof(Notes))]
    public void The_shipped_policy_decides_as_its_case_says(string note)
    {
        var (connection, item) = All().Single(c => c.Case.Note == note);
        var policy = ShippedPolicy.Policy;
        var dot = item.Cell.IndexOf('.', StringComparison.Ordinal);
        var (@object, field) = (item.Cell[..dot], item.Cell[(dot + 1)..]);
        var live = new LiveRecord(new RecordKey(connection, @object, "1"), RecordState.Live, "v1",
            new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [field] = FieldValue.FromCanonical(item.Live) });
        var candidates = item.Candidates.Select((c, i) => new Candidate(i + 1, c.Source, Noon.AddMinutes(c.Minute), FieldValue.FromCanonical(c.Value))).ToArray();

        var decision = CellDecider.Decide(policy, policy.Flow(item.Flow), live, field, candidates);

        Assert.Equal((item.Expect.Verdict, item.Expect.Value, item.Expect.Reason, item.Expect.WaitsFor),
            (decision.Verdict.ToString(), decision.Value.Text, decision.Reason.Code, decision.WaitsFor));
    }

    [Fact]
    public void No_contract_of_a_connection_with_cases_is_without_a_case()
    {
        foreach (var connection in All().GroupBy(c => c.Connection))
        {
            var covered = connection.Select(c => c.Case.Cell).ToHashSet(StringComparer.Ordinal);
            var missing = ShippedPolicy.Policy.Contracts.Where(c => c.Connection == connection.Key).Select(c => $"{c.Object}.{c.Field}").Where(c => !covered.Contains(c));
            Assert.Empty(missing);
        }
    }

    private static List<(string Connection, Case Case)> All()
    {
        var deserializer = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build();
        return [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "policy", "cases"), "*.yaml")
            .Select(f => deserializer.Deserialize<CaseFile>(File.ReadAllText(f)))
            .SelectMany(f => f.Cases.Select(c => (f.Connection, c)))];
    }

    public sealed class CaseFile
    {
        public string Connection { get; set; } = "";
        public List<Case> Cases { get; set; } = [];
    }

    public sealed class Case
    {
        public string Note { get; set; } = "";
        public string Flow { get; set; } = "";
        public string Cell { get; set; } = "";
        public string? Live { get; set; }
        public List<Offer> Candidates { get; set; } = [];
        public Expected Expect { get; set; } = new();
    }

    public sealed class Offer
    {
        public string Source { get; set; } = "";
        public string Value { get; set; } = "";
        public int Minute { get; set; }
    }

    public sealed class Expected
    {
        public string Verdict { get; set; } = "";
        public string? Value { get; set; }
        public string Reason { get; set; } = "";
        public string? WaitsFor { get; set; }
    }
}
