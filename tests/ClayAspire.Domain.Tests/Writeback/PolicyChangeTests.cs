using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using static ClayAspire.Domain.Tests.Writeback.Samples;

namespace ClayAspire.Domain.Tests.Writeback;

public sealed class PolicyChangeTests
{
    private static readonly Guid Id = Guid.Parse("0190a000-0000-7000-8000-000000000001");

    [Fact]
    public void A_change_elsewhere_in_the_policy_does_not_matter() => Assert.Null(Check(PolicyWith(MergeRule.FillBlank)));

    [Theory]
    [InlineData(ContractStatus.PendingLegal, MergeRule.FillBlank, "pending-legal")]
    [InlineData(ContractStatus.Suspended, MergeRule.FillBlank, "suspended")]
    [InlineData(ContractStatus.ReadOnly, MergeRule.FillBlank, "read-only")]
    [InlineData(ContractStatus.Active, MergeRule.Latest, "Lead.F:latest")]
    public void A_contract_that_is_no_longer_active_or_has_another_rule_does(ContractStatus status, MergeRule rule, string named)
    {
        var reason = Check(PolicyWith(rule, status: status));
        Assert.Equal("policy-changed", reason?.Code);
        Assert.Contains(named, reason!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_contract_that_is_gone_a_source_that_is_out_and_a_shorter_field_do()
    {
        var policy = PolicyWith(MergeRule.FillBlank);
        var contract = policy.Contracts[0];
        foreach (var (contracts, code) in new (IReadOnlyList<FieldContract>, string)[]
            { ([], "not-in-allowlist"), ([contract with { Sources = ["pardot"] }], "source-not-allowed"), ([contract with { MaxLength = 2 }], "too-long") })
        {
            Assert.Contains($"({code})", Check(new PolicySet("test", contracts, policy.Flows, []))!.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_undo_stands_while_its_field_may_be_undone()
    {
        var decision = UndoDecider.Decide(PolicyWith(MergeRule.Latest), Live("value"), "F", FieldValue.FromCanonical("value"), FieldValue.Blank);
        Assert.Null(Check(PolicyWith(MergeRule.Latest, status: ContractStatus.Suspended), decision, "value", Id));
        Assert.Equal("policy-changed", Check(PolicyWith(MergeRule.Latest, status: ContractStatus.ReadOnly), decision, "value", Id)?.Code);
    }

    private static Reason? Check(PolicySet now, Decision? decision = null, string? old = null, Guid? undoes = null)
    {
        var cell = new PlannedCell(0, new CellKey(Live(old).Key, "F"), FieldValue.FromCanonical(old), "v1", decision ?? Decide(MergeRule.FillBlank, null, Offer(1, "value")));
        var plan = Plan.Seal(Id, "icare", "any", "test", "author", Noon, Noon.AddHours(24), [cell], new PlanCost(3, 0), undoes);
        var released = Release.Check(plan, plan.Hash, new Approval(plan.Id, plan.Hash, "crm-admin", ["CRM Admin"], Noon), AnyFlow, Noon).Plan!;
        Assert.Null(PolicyChange.Check(released, now, AnyFlow));
        return PolicyChange.Check(released, new PolicySet("newer", now.Contracts, now.Flows, []), AnyFlow);
    }
}
