using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using Xunit.Abstractions;

namespace ClayAspire.Cli.Tests;

public sealed class PolicyCheckTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("clayaspire").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_shipped_policy_holds_without_a_stack_and_is_found_from_below()
    {
        var answer = await CommandLine.RunAsync([], AppContext.BaseDirectory, "policy", "check", "--histories", "200", "--seed", "5");
        output.WriteLine(answer.Output);
        Assert.Equal(0, answer.Exit);
        Assert.Contains("The policy holds (seed 5).", answer.Output, StringComparison.Ordinal);
        Assert.Matches("latest +│ +[0-9]+ +│ convergent +│ held over [0-9,]+ histories", answer.Output);
        Assert.Matches("fill-blank +│ +[0-9]+ +│ deterministic at the seal +│ held over", answer.Output);
        Assert.Empty(answer.Error);
    }

    [Fact]
    public async Task A_broken_rule_is_1_with_the_smallest_counter_example_in_two_columns()
    {
        var rules = MergeRules.Shipped.With(new LastArrivalWins());
        var answer = await CommandLine.RunAsync(rules, [], AppContext.BaseDirectory, "policy", "check", "--histories", "0");
        output.WriteLine(answer.Output);
        Assert.Equal(1, answer.Exit);
        Assert.Contains("Rule 'latest' states that it is convergent, and is not: the same 2 candidates", answer.Output, StringComparison.Ordinal);
        Assert.Contains("order A ends with \"b\"    | order B ends with \"a\"", answer.Output, StringComparison.Ordinal);
        var json = await CommandLine.RunAsync(rules, [], AppContext.BaseDirectory, "policy", "check", "--histories", "0", "--json");
        Assert.Equal(1, json.Exit);
        Assert.False(json.Json.GetProperty("holds").GetBoolean());
        var latest = json.Json.GetProperty("rules").EnumerateArray().Single(r => r.GetProperty("rule").GetString() == "latest");
        Assert.Equal(2, latest.GetProperty("counterExample").GetProperty("offers").GetArrayLength());
    }

    [Fact]
    public async Task Problems_are_1_with_file_line_and_remedy()
    {
        Write("contracts/x.yaml", """
            connection: x
            objects:
              Lead:
                City: { type: text, standard: city, status: Active, rule: fill-blank, sources: [clay], owner: CRM Admin, why: w }
            """);
        var answer = await CommandLine.RunAsync("policy", "check", "--policy", _directory, "--histories", "0");
        Assert.Equal(1, answer.Exit);
        Assert.Contains("contracts/x.yaml:0: The connection 'x' has no cases. Add cases/x.yaml", answer.Output, StringComparison.Ordinal);
        Write("cases/x.yaml", """
            connection: x
            cases:
              - note: filled
                flow: f
                cell: Lead.City
                candidates: [{ source: clay, value: Turin }]
                expect: { verdict: Write, value: Turin, reason: fills-blank }
            """);
        Write("flows.yaml", "flows: { g: { connections: [x], signals: [s], fields: [Lead.*], release: approval, role: CRM Admin } }");
        answer = await CommandLine.RunAsync("policy", "check", "--policy", _directory, "--histories", "0");
        Assert.Equal(1, answer.Exit);
        Assert.Contains("cases/x.yaml:3: The case 'filled' names the flow 'f', which flows.yaml does not have. Choose one of g.", answer.Output, StringComparison.Ordinal);
        Write("contracts/x.yaml", "connection: x\nobjects:\n  Lead:\n    City: { type: txt }\n");
        answer = await CommandLine.RunAsync("policy", "check", "--policy", _directory);
        Assert.Equal(1, answer.Exit);
        Assert.Contains("contracts/x.yaml:4: 'txt' is no type.", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_2_with_the_remedy()
    {
        var answer = await CommandLine.RunAsync("policy", "check", "--policy", Path.Combine(_directory, "nowhere"));
        Assert.Equal(2, answer.Exit);
        Assert.Contains("contracts/", answer.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLine.RunAsync([], _directory, "policy", "check")).Exit);
        Assert.Equal(2, (await CommandLine.RunAsync([], _directory, "policy", "check", "--histories", "-1")).Exit);
    }

    private void Write(string path, string text)
    {
        var file = new FileInfo(Path.Combine(_directory, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text);
    }

    /// <summary>States that it converges, and lets the last arrival win.</summary>
    private sealed class LastArrivalWins : IMergeRule
    {
        public MergeRule Rule => MergeRule.Latest;

        public RuleStrength Strength => RuleStrength.Convergent;

        public MergeAnswer Merge(FieldContract contract, FieldValue live, IReadOnlyList<Candidate> admissible)
        {
            var winner = admissible.MaxBy(c => c.SignalId)!;
            return new MergeAnswer(winner, live != winner.Value, Reasons.LatestValue);
        }
    }
}
