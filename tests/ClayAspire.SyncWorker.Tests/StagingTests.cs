using ClayAspire.Connectors.Tests;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>"Always test sync rules in staging" (seed 2): a flow's rules run green on its staging connection before they write elsewhere.</summary>
public sealed class StagingTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Bounces = "bounce-sync";

    [Fact]
    public async Task A_plan_is_released_only_after_a_green_run_of_the_same_rules_on_staging()
    {
        var twin = await fixture.EmptyAsync();
        using var policy = new PolicyCopy();
        policy.Edit("flows.yaml", yaml => yaml.Replace("  bounce-sync:\n", "  bounce-sync:\n    staging: icare-staging\n", StringComparison.Ordinal));
        policy.Edit("mapping/smartlead.yaml", yaml => yaml + """
              - table: trial
                kinds: [smartlead.bounce]
                connection: icare-staging
                object: Lead
                email: [lead_email]
                constants: { external_hard_bounced__c: "true" }

            """);
        var main = await twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Email = "a@example.com" }, new { LastName = "B", Company = "C", Email = "b@example.com" }]);
        await twin.Staging.LoadAsync("Lead", [new { LastName = "T", Company = "C", Email = "t@example.com" }, new { LastName = "U", Company = "C", Email = "u@example.com" }]);
        await using var stack = await SyncStack.StartAsync(twin, policy.Path);

        await BounceAsync(stack, "smartlead", "a@example.com");
        var plan = await stack.PlanAsync("icare", Bounces);
        Assert.Equal("staging-run-missing", (await TryAsync(stack, plan)).Refusal?.Code);

        await BounceAsync(stack, "trial", "t@example.com");
        Assert.Equal(RunStates.Green, (await stack.ApplyAsync(await stack.PlanAsync("icare-staging", Bounces))).State);
        Assert.Equal(RunStates.Green, (await stack.EndOfAsync((await TryAsync(stack, plan)).RunId!.Value)).State);

        // A changed rule is a new rule: it starts in staging again. A change of who releases it is not.
        policy.Edit("flows.yaml", yaml => yaml.Replace("daily_at: \"06:30\"", "daily_at: \"06:45\"", StringComparison.Ordinal));
        Assert.True(stack.Get<PolicySource>().TryReload());
        await BounceAsync(stack, "smartlead", "b@example.com");
        var second = await stack.PlanAsync("icare", Bounces);
        policy.Edit("contracts/icare.yaml", yaml => yaml.Replace("rule: union\n      sources: [smartlead, clay]", "rule: union\n      sources: [clay, smartlead]", StringComparison.Ordinal));
        Assert.True(stack.Get<PolicySource>().TryReload());
        Assert.Equal("staging-run-missing", (await TryAsync(stack, second)).Refusal?.Code);
        await BounceAsync(stack, "trial", "u@example.com");
        Assert.Equal(RunStates.Green, (await stack.ApplyAsync(await stack.PlanAsync("icare-staging", Bounces))).State);
        Assert.Equal(RunStates.Green, (await stack.EndOfAsync((await TryAsync(stack, second)).RunId!.Value)).State);
        foreach (var id in main)
            Assert.True((await twin.Main.RecordAsync("Lead", id)).GetProperty("external_hard_bounced__c").GetBoolean());
    }

    private static Task BounceAsync(SyncStack stack, string table, string email) =>
        stack.SignalAsync("smartlead", "smartlead.bounce", table, new { lead_email = email, bounce_class = "hard", event_timestamp = "2026-11-01T10:00:00Z" });

    private static Task<ApproveResult> TryAsync(SyncStack stack, StoredPlan plan) =>
        stack.Get<PlanStore>().ApproveAsync(plan.Plan.Id, plan.StoredHash, "crm-admin", ["CRM Admin"], stack.Policy, null, default);
}
