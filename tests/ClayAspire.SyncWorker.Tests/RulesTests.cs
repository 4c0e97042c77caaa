using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>The merge rules and filters from a signal to the twin and back.</summary>
public sealed class RulesTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Enrichment = "enrichment-writeback";

    [Fact]
    public async Task Fill_blank_fills_only_blanks_and_a_second_plan_is_empty()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Staging.LoadAsync("Lead",
        [
            new { LastName = "A", Company = "C", Clay_Row_Id__c = "r1" },
            new { LastName = "B", Company = "C", Clay_Row_Id__c = "r2", City = "Lyon" },
            new { LastName = "C", Company = "C", Clay_Row_Id__c = "r3", FirstName = "Na" },
        ]);
        await using var stack = await SyncStack.StartAsync(twin);
        foreach (var row in (string[])["r1", "r2", "r3"])
            await stack.ClayRowAsync("fake_1000", new { unique_id = row, first_name = " Ada ", city = "Paris", surname = "x" });
        await stack.ClayRowAsync("fake_1000", new { unique_id = "r1", first_name = "undefined", city = "" });

        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        var run = await stack.ApplyAsync(plan);

        Assert.Equal(4, plan.Plan.Changes.Count());
        Assert.Equal((RunStates.Green, 4, 0, 0), (run.State, run.Verified, run.Rejected, run.Skipped));
        Assert.Equal(["Ada/Paris", "Ada/Lyon", "Na/Paris"], await Task.WhenAll(ids.Select(async id =>
        {
            var lead = await twin.Staging.RecordAsync("Lead", id);
            return $"{lead.GetProperty("FirstName").GetString()}/{lead.GetProperty("City").GetString()}";
        })));
        Assert.All(await twin.Staging.WritesAsync(), w => Assert.Equal((1, 1), (w.Received, w.Committed)));
        var second = await stack.PlanAsync("icare-staging", Enrichment);
        Assert.Equal(PlanStates.Empty, second.Row.State);
        // The same rows again are new signals, but offer nothing that is not there.
        foreach (var row in (string[])["r1", "r2", "r3"])
            await stack.ClayRowAsync("fake_1000", new { unique_id = row, first_name = "Ada", city = "Paris" });
        var third = await stack.PlanAsync("icare-staging", Enrichment);
        Assert.Empty(third.Plan.Changes);
        Assert.Equal(4, (await stack.LedgerAsync("icare-staging", LedgerKinds.CellVerified)).Count);
    }

    [Fact]
    public async Task What_the_policy_does_not_let_through_stands_in_the_plan_and_never_reaches_the_crm()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Email = "a@example.com" }]);
        await using var stack = await SyncStack.StartAsync(twin);
        await stack.ClayRowAsync("leads", new
        {
            email = "A@Example.com",
            company_description = "Makes things",
            industry = "Banking",
            Title = "Director",
            overall_hard_bounced__c = true,
            Cold_Lead_Eligible__c = "yes",
            nothing = "n/a",
        });

        var plan = await stack.PlanAsync("icare", Enrichment);

        Assert.Equal(
        [
            "Cold_Lead_Eligible__c Refuse read-only", "Industry Hold pending-legal", "Title Refuse not-in-allowlist",
            "company_description__c Hold pending-legal", "overall_hard_bounced__c Refuse read-only",
        ], plan.Plan.Cells.Select(c => $"{c.Cell.Field} {c.Decision.Verdict} {c.Decision.Reason.Code}").Order(StringComparer.Ordinal));
        var refused = await stack.Get<PlanStore>().ApproveAsync(plan.Plan.Id, plan.StoredHash, "crm-admin", ["CRM Admin"], stack.Policy, null, default);
        Assert.Equal("nothing-to-apply", refused.Refusal?.Code);
        await stack.SettledAsync();
        Assert.Empty(await twin.Main.WritesAsync());
        Assert.Equal(["held", "held", "settled", "settled", "settled"], await stack.ReadAsync(db => db.Candidates.Select(c => c.State).OrderBy(s => s).ToListAsync()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await twin.Main.RecordAsync("Lead", ids[0])).GetProperty("Industry").ValueKind);
    }

    [Fact]
    public async Task A_hard_bounce_is_a_union_with_pardots_and_never_touches_pardots_own_field()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Main.LoadAsync("Lead",
        [
            new { LastName = "A", Company = "C", Email = "a@example.com", pi__pardot_hard_bounced__c = true },
            new { LastName = "B", Company = "C", Email = "b@example.com", external_hard_bounced__c = true },
            new { LastName = "D", Company = "C", Email = "d@example.com" },
        ]);
        await using var stack = await SyncStack.StartAsync(twin);
        foreach (var letter in "abd")
            await stack.SignalAsync("smartlead", "smartlead.bounce", "*", new { lead_email = $"{letter}@example.com", bounce_class = letter == 'd' ? "soft" : "hard" });

        var plan = await stack.PlanAsync("icare", "bounce-sync");
        await stack.ApplyAsync(plan);

        Assert.Equal([$"{ids[0]} Write sets-flag", $"{ids[1]} Keep already-set"], plan.Plan.Cells.Select(c => $"{c.Cell.Record.Id} {c.Decision.Verdict} {c.Decision.Reason.Code}"));
        Assert.Equal([(ids[0], "external_hard_bounced__c")], (await twin.Main.WritesAsync()).Select(w => (w.Id, w.Field)));
        Assert.True((await twin.Main.RecordAsync("Lead", ids[0])).GetProperty("overall_hard_bounced__c").GetBoolean());
        Assert.False((await twin.Main.RecordAsync("Lead", ids[2])).GetProperty("overall_hard_bounced__c").GetBoolean());
    }

    [Fact]
    public async Task An_address_that_several_live_records_share_is_never_guessed()
    {
        var twin = await fixture.EmptyAsync();
        await twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Email = "a@example.com" }, new { LastName = "B", Company = "C", Email = "A@EXAMPLE.com" }]);
        await using var stack = await SyncStack.StartAsync(twin);
        await stack.SignalAsync("smartlead", "smartlead.bounce", "*", new { lead_email = "a@example.com", bounce_class = "hard" });
        await stack.SignalAsync("smartlead", "smartlead.bounce", "*", new { lead_email = "nobody@example.com", bounce_class = "hard" });
        await stack.SettledAsync();

        Assert.Equal([SignalOutcomes.Ambiguous, SignalOutcomes.Unmatched], await stack.ReadAsync(db => db.SignalOutcomes.OrderBy(o => o.SignalId).Select(o => o.State).ToListAsync()));
        Assert.Equal(0, await stack.ReadAsync(db => db.Candidates.CountAsync()));
    }

    [Fact]
    public async Task A_converted_lead_is_held_and_a_deleted_one_refused()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Main.LoadAsync("Lead",
        [
            new { LastName = "A", Company = "C", Email = "a@example.com", IsConverted = true, Status = "Closed - Converted" },
            new { LastName = "B", Company = "C" },
        ]);
        await twin.Main.DeleteAsync("Lead", ids[1]);
        await using var stack = await SyncStack.StartAsync(twin);
        await stack.SignalAsync("smartlead", "smartlead.bounce", "*", new { lead_email = "a@example.com", bounce_class = "hard" });
        await stack.SignalAsync("smartlead", "smartlead.bounce", "*", new { salesforce_lead_id = ids[1][..15], lead_email = "x@example.com", bounce_class = "hard" });

        var plan = await stack.PlanAsync("icare", "bounce-sync");

        Assert.Equal(["Hold record-converted", "Refuse record-deleted"], plan.Plan.Cells.Select(c => $"{c.Decision.Verdict} {c.Decision.Reason.Code}"));
    }

    [Fact]
    public async Task A_field_that_the_integration_user_may_not_see_or_edit_is_held_for_its_owner()
    {
        var twin = await fixture.EmptyAsync();
        await twin.Staging.LoadAsync("Lead", [new { LastName = "A", Company = "C", Clay_Row_Id__c = "r1", City = "Lyon" }]);
        await twin.Staging.PermitAsync("Lead", "City", read: false, edit: false);
        await twin.Staging.PermitAsync("Lead", "FirstName", read: true, edit: false);
        try
        {
            await using var stack = await SyncStack.StartAsync(twin);
            await stack.ClayRowAsync("fake_1000", new { unique_id = "r1", first_name = "Ada", city = "Paris" });

            var plan = await stack.PlanAsync("icare-staging", Enrichment);

            Assert.Equal(["City Hold field-not-visible MARCOM Ops", "FirstName Hold field-not-writable MARCOM Ops"],
                plan.Plan.Cells.Select(c => $"{c.Cell.Field} {c.Decision.Verdict} {c.Decision.Reason.Code} {c.Decision.WaitsFor}"));
        }
        finally
        {
            await twin.Staging.PermitAsync("Lead", "City", read: true, edit: true);
            await twin.Staging.PermitAsync("Lead", "FirstName", read: true, edit: true);
        }
    }
}
