using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>Runs <c>services/policy/cases/*.yaml</c> against the shipped policy, and the check of cases against faulty ones.</summary>
public sealed class PolicyCaseTests
{
    private const string Contracts = """
        connection: icare
        objects:
          Lead:
            City:
              type: text
              status: Active
              rule: fill-blank
              sources: [clay]
              owner: MARCOM Ops
              standard: city
              why: "test"
            Industry:
              type: text
              status: PendingLegal
              rule: fill-blank
              sources: [clay]
              owner: DPO
              standard: industry
              why: "test"
        """;

    private const string Flows = """
        flows:
          enrichment-writeback:
            connections: [icare]
            signals: [clay.row]
            fields: [Lead.*]
            release: approval
            role: CRM Admin
        """;

    public static TheoryData<string> Notes() => new(Shipped().Select(c => c.Note));

    [Theory]
    [MemberData(nameof(Notes))]
    public void The_shipped_policy_decides_as_its_case_says(string note) =>
        Assert.Null(Shipped().Single(c => c.Note == note).Run(ShippedPolicy.Policy, MergeRules.Shipped));

    [Fact]
    public void The_shipped_policy_holds_with_every_contract_covered_by_a_case()
    {
        var (connections, problems) = PolicyCheck.RunCases(ShippedPolicy.Policy, ShippedPolicy.CaseFiles, MergeRules.Shipped);
        Assert.Empty(problems);
        Assert.Equal(["hubspot-main", "icare", "icare-staging"], connections.Select(c => c.Connection));
        Assert.All(connections, c => Assert.Equal((c.Contracts, 0), (c.Covered, c.Failed)));
    }

    [Fact]
    public void A_case_that_is_decided_otherwise_names_its_line_both_decisions_and_the_remedy()
    {
        var problem = Assert.Single(Check("""
            connection: icare
            cases:
              - note: an industry is held
                flow: enrichment-writeback
                cell: Lead.Industry
                candidates: [{ source: clay, value: Mining }]
                expect: { verdict: Hold, reason: pending-legal, waits_for: DPO }
              - note: a city is overwritten
                flow: enrichment-writeback
                cell: Lead.City
                live: Rome
                candidates: [{ source: clay, value: Turin, minute: 1 }]
                expect: { verdict: Write, value: Turin, reason: fills-blank }
            """));
        Assert.Equal(("cases/icare.yaml", 8), (problem.File, problem.Line));
        Assert.Contains("expects Write \"Turin\" (fills-blank), but Lead.City is decided Keep (not-blank)", problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Remedy);
    }

    [Fact]
    public void A_contract_without_a_case_names_the_contracts_line_and_where_to_add_the_case()
    {
        var problem = Assert.Single(Check("""
            connection: icare
            cases:
              - note: an industry is held
                flow: enrichment-writeback
                cell: Lead.Industry
                candidates: [{ source: clay, value: Mining }]
                expect: { verdict: Hold, reason: pending-legal, waits_for: DPO }
            """));
        Assert.Equal(("contracts/icare.yaml", 4), (problem.File, problem.Line));
        Assert.Contains("cell: Lead.City", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_without_cases_is_a_problem() =>
        Assert.Contains("cases/icare.yaml", Assert.Single(PolicyCheck.RunCases(Policy(), [], MergeRules.Shipped).Problems).Remedy, StringComparison.Ordinal);

    [Fact]
    public void Faulty_case_files_are_told_by_line_and_never_pass_for_cases()
    {
        var (cases, problems) = PolicyCases.Parse([new PolicyFile("cases/x.yaml", """
            connection: icare
            cases:
              - note: no cell
                flow: f
                cell: City
                candidates: [{ source: clay, value: "", minute: soon, when: 1 }]
                expect: { verdict: Perhaps, reason: x }
              - note: no expectation
                flow: f
                cell: Lead.City
            """)]);
        Assert.Empty(cases);
        Assert.Equal([3L, 6, 6, 6, 7, 8], problems.Select(p => p.Line).Order());
        Assert.All(problems, p => Assert.NotEmpty(p.Remedy));
    }

    [Fact]
    public void A_case_of_an_unknown_flow_names_the_flows_there_are()
    {
        var problems = Check("""
            connection: icare
            cases:
              - note: c
                flow: nightly
                cell: Lead.City
                candidates: [{ source: clay, value: x }]
                expect: { verdict: Keep, reason: not-blank }
              - note: i
                flow: enrichment-writeback
                cell: Lead.Industry
                candidates: [{ source: clay, value: x }]
                expect: { verdict: Hold, reason: pending-legal, waits_for: DPO }
            """);
        Assert.Contains("enrichment-writeback", Assert.Single(problems).Remedy, StringComparison.Ordinal);
    }

    private static IReadOnlyList<PolicyProblem> Check(string cases) =>
        PolicyCheck.RunCases(Policy(), [new PolicyFile("cases/icare.yaml", cases)], MergeRules.Shipped).Problems;

    private static PolicySet Policy() =>
        PolicyParser.Parse([new PolicyFile("contracts/icare.yaml", Contracts), new PolicyFile("flows.yaml", Flows)]).Policy!;

    private static IReadOnlyList<PolicyCase> Shipped()
    {
        var (cases, problems) = PolicyCases.Parse(ShippedPolicy.CaseFiles);
        Assert.Empty(problems);
        return cases;
    }
}
