using System.Text.RegularExpressions;
using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>Holds the table "seed sentence → file and key" of docs/policy.md to the shipped policy: what it names must be there.</summary>
public sealed partial class SeedTableTests
{
    private static readonly string Root = FindRoot();

    private static readonly List<(string Sentence, string Where)> Rows = Read();

    [Fact]
    public void Every_sentence_has_a_place_or_says_which_part_brings_it()
    {
        Assert.True(Rows.Count > 100, $"{Rows.Count} rows were read.");
        Assert.Empty(Rows.Where(r => r.Where.Length == 0));
        Assert.Empty(Rows.GroupBy(r => r.Sentence, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void Every_file_that_it_names_exists() =>
        Assert.Empty(Rows.SelectMany(r => FileName().Matches(r.Where).Select(m => m.Groups["file"].Value)).Distinct(StringComparer.Ordinal)
            .Where(f => !f.Contains("icp.yaml", StringComparison.Ordinal) && !f.Contains("CONNECTION", StringComparison.Ordinal))
            .Where(f => !Path.Exists(Path.Combine(Root, f.StartsWith("analytics/", StringComparison.Ordinal) ? f : $"services/policy/{f}"))));

    [Fact]
    public void Every_contract_that_it_names_exists_with_the_rule_status_and_standard_that_stand_beside_it()
    {
        var checkedRules = 0;
        foreach (var (sentence, where) in Rows)
            foreach (Match match in Contract().Matches(where))
            {
                var contracts = ShippedPolicy.Policy.Contracts.Where(c => c.Object == match.Groups["object"].Value && c.Field == match.Groups["field"].Value).ToList();
                Assert.True(contracts.Count > 0, $"{sentence}: there is no contract {match.Value}.");
                foreach (Capture term in match.Groups["term"].Captures)
                {
                    checkedRules++;
                    Assert.All(contracts.Where(c => c.Connection != "icare-staging"), c => Assert.Contains(term.Value, Terms(c)));
                }
            }
        Assert.True(checkedRules >= 10, $"{checkedRules} rules were compared.");
    }

    [Fact]
    public void Every_flow_and_reason_that_it_names_exists()
    {
        var known = ShippedPolicy.Policy.Flows.Select(f => f.Name).Concat(ShippedPolicy.Policy.Suppression.Reasons.Select(r => r.Name))
            .Concat(ShippedPolicy.Policy.Escalation.Paths.Select(p => p.Trouble)).ToHashSet(StringComparer.Ordinal);
        var named = Rows.SelectMany(r => NameInFile().Matches(r.Where).SelectMany(m => m.Groups["name"].Captures).Select(c => (r.Sentence, Name: c.Value))).ToList();
        Assert.True(named.Count >= 15, $"{named.Count} names were read.");
        Assert.Empty(named.Where(n => !known.Contains(n.Name)));
    }

    private static IEnumerable<string> Terms(FieldContract contract) =>
    [
        $"rule: {FieldContract.RuleName(contract.Rule)}", $"status: {contract.Status}", $"standard: {contract.Standard?.Name}", $"sources: [{string.Join(", ", contract.Sources)}]",
    ];

    private static List<(string Sentence, string Where)> Read()
    {
        var lines = File.ReadAllLines(Path.Combine(Root, "docs", "policy.md"));
        var from = Array.IndexOf(lines, "## Seed sentence → file and key");
        var to = Array.IndexOf(lines, "## Merge rules");
        return [.. lines[from..to].Where(l => l.StartsWith("| ", StringComparison.Ordinal) && l is not "| sentence | where |" && !l.StartsWith("| ---", StringComparison.Ordinal))
            .Select(l => l.Trim().Trim('|').Split(" | ", 2)).Select(c => (c[0].Trim(), c.ElementAtOrDefault(1)?.Trim() ?? ""))];
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "docs", "policy.md")))
                return folder.FullName;
        throw new InvalidOperationException("The tests run outside the repository: docs/policy.md is in no folder above.");
    }

    [GeneratedRegex("`(?<file>[A-Za-z/-]+(\\.yaml|/models))`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();

    [GeneratedRegex("\\b(?<object>contacts|companies|Lead|CampaignMember)\\.(?<field>[A-Za-z_]+)(,? `(?<term>(rule|status|standard|sources): [^`]+)`)*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Contract();

    [GeneratedRegex("`(flows|suppression|escalation)\\.yaml` (?<name>[a-z]+(-[a-z]+)*)(, (?<name>[a-z]+-[a-z]+))*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameInFile();
}
