using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>What flows.yaml may say, and what the shipped one says of the seeds' cadence tables.</summary>
public sealed class FlowFileTests
{
    private const string Flow = """
        flows:
          some-flow:
            kind: export
            connections: [icare]
            role: MARCOM Ops
            cadence: per campaign launch
        """;

    [Fact]
    public void The_shipped_flows_are_the_rows_of_the_cadence_tables()
    {
        (string Name, FlowKind Kind, ReleaseMode Release, string Role)[] seed =
        [
            ("campaign-export", FlowKind.Export, ReleaseMode.Approval, "MARCOM Ops"),
            ("enrichment-writeback", FlowKind.Writeback, ReleaseMode.Approval, "CRM Admin"),
            ("hubspot-writeback", FlowKind.Writeback, ReleaseMode.Approval, "CRM Admin"),
            ("reply-sync", FlowKind.Writeback, ReleaseMode.PreAuthorised, "CRM Admin"),
            ("bounce-sync", FlowKind.Writeback, ReleaseMode.Approval, "CRM Admin"),
            ("eligibility-check", FlowKind.ReadOnly, ReleaseMode.Approval, "CRM Admin"),
            ("sequencer-handoff", FlowKind.Handoff, ReleaseMode.Approval, "MARCOM Ops"),
        ];
        Assert.Equal(seed, ShippedPolicy.Policy.Flows.Select(f => (f.Name, f.Kind, f.Release, f.ReleaseRole)));
    }

    [Fact]
    public void A_flow_that_makes_no_plans_carries_no_field_whatever_it_lists()
    {
        foreach (var flow in ShippedPolicy.Policy.Flows.Where(f => !f.MakesPlans))
            foreach (var contract in ShippedPolicy.Policy.Contracts)
                Assert.False(flow.Carries(contract.Object, contract.Field));
    }

    [Theory]
    [InlineData("    signals: [clay.row]", "signals")]
    [InlineData("    release: approval", "release")]
    [InlineData("    four_eyes: true", "four_eyes")]
    [InlineData("    daily_at: \"06:00\"", "daily_at")]
    [InlineData("    expires_after_hours: 2", "expires_after_hours")]
    public void What_concerns_plans_is_a_problem_on_a_flow_that_makes_none(string line, string key)
    {
        var problem = Assert.Single(Problems($"{Flow}\n{line}"));
        Assert.Equal(("flows.yaml", 7), (problem.File, problem.Line));
        Assert.Contains($"'export', which has no '{key}'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flow_that_makes_plans_has_no_cadence_in_words() =>
        Assert.Contains(Problems(Flow.Replace("kind: export", "release: approval", StringComparison.Ordinal)), p => p.Line == 6 && p.Message.Contains("'cadence'", StringComparison.Ordinal));

    [Fact]
    public void A_flow_that_only_reads_may_not_name_a_field_that_is_written() =>
        Assert.Contains(Problems(Flow.Replace("kind: export", "kind: read-only\n    fields: [Lead.external_hard_bounced__c]", StringComparison.Ordinal)),
            p => p.Line == 2 && p.Message.Contains("only reads, but Lead.external_hard_bounced__c of 'icare' may be written", StringComparison.Ordinal));

    private static IEnumerable<PolicyProblem> Problems(string flows) =>
        PolicyParser.Parse([.. ShippedPolicy.Files.Where(f => f.Path.StartsWith("contracts/", StringComparison.Ordinal) || f.Path == "lifecycle.yaml"), new PolicyFile("flows.yaml", flows)]).Problems;
}
