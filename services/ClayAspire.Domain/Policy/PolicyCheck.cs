using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Policy;

/// <summary>How far a connection's contracts are covered by cases.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Contracts">How many contracts it has.</param>
/// <param name="Covered">How many of them have a case.</param>
/// <param name="Cases">How many cases it has.</param>
/// <param name="Failed">How many of these are decided otherwise than expected.</param>
public sealed record CaseCoverage(string Connection, int Contracts, int Covered, int Cases, int Failed);

/// <summary>What a check of the policy found.</summary>
/// <param name="Seed">The seed of the random histories.</param>
/// <param name="Connections">Cases and coverage by connection.</param>
/// <param name="Rules">Each merge rule and how it held its stated strength.</param>
/// <param name="Problems">What must be mended: cases that fail or cannot be read, contracts without a case.</param>
public sealed record PolicyReport(
    int Seed, IReadOnlyList<CaseCoverage> Connections, IReadOnlyList<StrengthResult> Rules, IReadOnlyList<PolicyProblem> Problems)
{
    /// <summary>Whether everything holds.</summary>
    public bool Holds => Problems.Count == 0 && Rules.All(r => r.CounterExample is null);
}

/// <summary>Checks a policy: its cases, their coverage, and the stated strength of every merge rule.</summary>
public static class PolicyCheck
{
    /// <summary>Checks a policy that has loaded.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="files">Its case files; others are left alone.</param>
    /// <param name="seed">The seed of the random histories.</param>
    /// <param name="histories">Random histories for each rule, beside all small ones.</param>
    /// <param name="rules">The merge rules; null for the shipped ones.</param>
    public static PolicyReport Run(PolicySet policy, IEnumerable<PolicyFile> files, int seed, int histories, MergeRules? rules = null)
    {
        rules ??= MergeRules.Shipped;
        var (connections, problems) = RunCases(policy, files, rules);
        return new PolicyReport(seed, connections, [.. rules.All.AsParallel().AsOrdered().Select(r => StrengthCheck.Run(r.Rule, rules, seed, histories))], problems);
    }

    /// <summary>Runs the cases and finds contracts without one; the strengths of the rules are left alone.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="files">Its case files; others are left alone.</param>
    /// <param name="rules">The merge rules.</param>
    public static (IReadOnlyList<CaseCoverage> Connections, IReadOnlyList<PolicyProblem> Problems) RunCases(PolicySet policy, IEnumerable<PolicyFile> files, MergeRules rules)
    {
        var (cases, faults) = PolicyCases.Parse(files);
        var problems = new List<PolicyProblem>(faults);
        var connections = new List<CaseCoverage>();
        foreach (var connection in policy.Connections.Union(cases.Select(c => c.Connection), StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var contracts = policy.Contracts.Where(c => c.Connection == connection).ToList();
            var own = cases.Where(c => c.Connection == connection).ToList();
            var failed = own.Select(c => c.Run(policy, rules)).OfType<PolicyProblem>().ToList();
            var covered = own.Select(c => (c.Object, c.Field)).ToHashSet();
            var bare = contracts.Where(c => !covered.Contains((c.Object, c.Field))).ToList();
            problems.AddRange(failed);
            if (contracts.Count == 0)
                problems.Add(new PolicyProblem(own[0].Place.File, own[0].Place.Line, $"The cases name the connection '{connection}', which has no contracts.", "Mend the name."));
            if (own.Count == 0)
                problems.Add(new PolicyProblem(contracts[0].Place?.File ?? "contracts/", 0, $"The connection '{connection}' has no cases.", $"Add cases/{connection}.yaml with a case for each contract."));
            else
                problems.AddRange(bare.Select(c => new PolicyProblem(c.Place?.File ?? "contracts/", c.Place?.Line ?? 0,
                    $"{c.Object}.{c.Field} of '{connection}' has no case.", $"Add one to {own[0].Place.File}: cell: {c.Object}.{c.Field}.")));
            connections.Add(new CaseCoverage(connection, contracts.Count, contracts.Count - bare.Count, own.Count, failed.Count));
        }
        return (connections, problems);
    }
}
