using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Explain;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Signals;
using ClayAspire.Storage.Suppression;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>Suppression from the CRM's fields and from signals to the plan, the second check and the explanation.</summary>
public sealed class SuppressionTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Enrichment = "enrichment-writeback";

    [Fact]
    public async Task A_suppressed_record_is_not_enriched_and_its_bounce_still_reaches_the_crm()
    {
        var twin = await fixture.EmptyAsync();
        await twin.Main.LoadAsync("Lead",
        [
            new { LastName = "A", Company = "C", Email = "a@example.com", HasOptedOutOfEmail = true },
            new { LastName = "B", Company = "C", Email = "b@example.com", DoNotCall = true },
            new { LastName = "D", Company = "C", Email = "d@example.com", Status = "Unqualified" },
            new { LastName = "E", Company = "C", Email = "e@example.com" },
        ]);
        await using var stack = await SyncStack.StartAsync(twin);
        foreach (var letter in "abde")
            await stack.ClayRowAsync("leads", new { email = $"{letter}@example.com", hard_bounced = "yes" });
        var plan = await stack.PlanAsync("icare", Enrichment);

        Assert.Equal(
            ["Refuse suppressed do-not-contact", "Refuse suppressed unqualified", "Refuse suppressed unsubscribed", "Write sets-flag"],
            plan.Plan.Cells.Select(c => $"{c.Decision.Verdict} {c.Decision.Reason.Code}{Named(c.Decision.Reason.Text)}").Order(StringComparer.Ordinal));

        await stack.SignalAsync("smartlead", "smartlead.bounce", "*", new { lead_email = "a@example.com", bounce_class = "hard" });
        var run = await stack.ApplyAsync(await stack.PlanAsync("icare", "bounce-sync"));
        Assert.Equal((RunStates.Green, 1), (run.State, run.Verified));
    }

    [Fact]
    public async Task An_unsubscribe_lists_the_address_by_its_key_for_every_connection_and_no_later_signal_lifts_it()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Staging.LoadAsync("Lead",
        [
            new { LastName = "A", Company = "C", Clay_Row_Id__c = "r1", Email = "Ada@Example.com" },
            new { LastName = "B", Company = "C", Clay_Row_Id__c = "r2", Email = "bo@example.com" },
        ]);
        await using var stack = await SyncStack.StartAsync(twin);
        var later = stack.Get<TimeProvider>().GetUtcNow();
        await stack.SignalAsync("smartlead", "smartlead.unsubscribed", "*", new { lead_email = "ada@example.com" }, later);
        await stack.SignalAsync("smartlead", "smartlead.category", "*", new { lead_email = "ada@example.com", reply_category = "Interested" }, later.AddMinutes(1));
        await stack.SignalAsync("smartlead", "smartlead.unsubscribed", "*", new { lead_email = "ADA@example.com" }, later.AddDays(-3));
        foreach (var row in (string[])["r1", "r2"])
            await stack.ClayRowAsync("fake_1000", new { unique_id = row, city = "Paris" });

        var plan = await stack.PlanAsync("icare-staging", Enrichment);

        Assert.Equal([$"{ids[1]} Write", $"{ids[0]} Refuse"], plan.Plan.Cells.Select(c => $"{c.Cell.Record.Id} {c.Decision.Verdict}"));
        Assert.Contains("(unsubscribed): source 'smartlead'", plan.Plan.Cells[1].Decision.Reason.Text, StringComparison.Ordinal);
        var key = SuppressionKey.Of("ada@example.com");
        var entry = Assert.Single((await stack.Get<SuppressionStore>().FindAsync([key], default))[key]);
        Assert.Equal(("unsubscribed", "smartlead"), (entry.Reason, entry.Source));
        Assert.Equal(later.AddDays(-3).ToUnixTimeSeconds(), entry.Since.ToUnixTimeSeconds());
        Assert.Equal(1L, (await stack.Get<SuppressionStore>().CountsAsync(default))["unsubscribed"]);
        var outcome = await stack.ReadAsync(db => db.SignalOutcomes.OrderBy(o => o.SignalId).FirstAsync());
        Assert.Equal(SignalOutcomes.Ignored, outcome.State);
        Assert.StartsWith("The address is listed as unsubscribed.", outcome.Reason, StringComparison.Ordinal);

        var facts = await stack.Get<ExplanationStore>().FactsAsync(plan.Plan.Cells[1].Cell, stack.Policy.Suppression, default);
        var story = CellExplainer.Explain(stack.Policy, facts);
        Assert.Equal("Suppression", Assert.Single(story.Filters, f => f.Outcome == FilterOutcome.Answered).Name);
        Assert.Equal("not-suppressed", story.Change?.Code);
    }

    [Fact]
    public async Task A_domain_that_a_person_lists_is_left_alone_with_all_below_it_until_it_is_taken_off()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Staging.LoadAsync("Lead",
        [
            new { LastName = "A", Company = "C", Clay_Row_Id__c = "r1", Email = "a@mail.rival.example" },
            new { LastName = "B", Company = "C", Clay_Row_Id__c = "r2", Website = "https://www.rival.example" },
            new { LastName = "D", Company = "C", Clay_Row_Id__c = "r3", Email = "d@friend.example" },
        ]);
        await using var stack = await SyncStack.StartAsync(twin);
        var store = stack.Get<SuppressionStore>();
        await store.AddAsync([new SuppressionOrder(new SuppressionSubject(SuppressionKind.Domain, "rival.example"), "excluded", "Competitor")], "marcom", default);
        foreach (var row in (string[])["r1", "r2", "r3"])
            await stack.ClayRowAsync("fake_1000", new { unique_id = row, city = "Paris" });

        var plan = await stack.PlanAsync("icare-staging", Enrichment);

        Assert.Equal([ids[2]], plan.Plan.Cells.Where(c => c.Decision.Verdict == Verdict.Write).Select(c => c.Cell.Record.Id));
        foreach (var cell in plan.Plan.Cells.Where(c => c.Cell.Record.Id != ids[2]))
        {
            Assert.Equal((Verdict.Refuse, SuppressionReasons.Suppressed), (cell.Decision.Verdict, cell.Decision.Reason.Code));
            Assert.Contains("(excluded): a person listed its domain", cell.Decision.Reason.Text, StringComparison.Ordinal);
        }

        var entry = Assert.Single((await store.EntriesAsync(new SuppressionQuery(true), null, true, 1, 50, default)).Rows);
        Assert.True(await store.RemoveAsync(entry.Id, "crm-admin", "A partner now", default));
        await stack.ClayRowAsync("fake_1000", new { unique_id = "r1", city = "Lyon" });
        Assert.Equal((Verdict.Write, "Lyon"), Assert.Single((await stack.PlanAsync("icare-staging", Enrichment)).Plan.Cells, c => c.Cell.Record.Id == ids[0]) is { } lifted
            ? (lifted.Decision.Verdict, lifted.Decision.Value.Text)
            : default);
    }

    [Fact]
    public async Task Who_opts_out_between_approval_and_write_is_left_alone()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Staging.LoadAsync("Lead",
        [
            new { LastName = "A", Company = "C", Clay_Row_Id__c = "r1" },
            new { LastName = "B", Company = "C", Clay_Row_Id__c = "r2" },
        ]);
        await using var stack = await SyncStack.StartAsync(twin);
        foreach (var row in (string[])["r1", "r2"])
            await stack.ClayRowAsync("fake_1000", new { unique_id = row, city = "Paris" });
        var plan = await stack.PlanAsync("icare-staging", Enrichment);
        await stack.Get<FlowSwitchStore>().SetAsync(Enrichment, true, "crm-admin", default);
        var runId = await stack.ApproveAsync(plan);
        await twin.Staging.UpdateAsync("Lead", ids[0], new { HasOptedOutOfEmail = true });
        await stack.Get<FlowSwitchStore>().SetAsync(Enrichment, false, "crm-admin", default);

        var run = await stack.EndOfAsync(runId);

        Assert.Equal((1, 1), (run.Verified, run.Skipped));
        Assert.Equal(SuppressionReasons.Suppressed, Assert.Single(await stack.CellsAsync(runId), c => c.State == RunCellStates.Skipped).ReasonCode);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await twin.Staging.RecordAsync("Lead", ids[0])).GetProperty("City").ValueKind);
    }

    [Fact]
    public async Task A_field_that_tells_suppression_and_cannot_be_seen_holds_the_values()
    {
        var twin = await fixture.EmptyAsync();
        await twin.Staging.LoadAsync("Lead", [new { LastName = "A", Company = "C", Clay_Row_Id__c = "r1" }]);
        await twin.Staging.PermitAsync("Lead", "HasOptedOutOfEmail", read: false, edit: false);
        try
        {
            await using var stack = await SyncStack.StartAsync(twin);
            await stack.ClayRowAsync("fake_1000", new { unique_id = "r1", city = "Paris" });
            var decision = Assert.Single((await stack.PlanAsync("icare-staging", Enrichment)).Plan.Cells).Decision;
            Assert.Equal((Verdict.Hold, SuppressionReasons.NotVisible, "CRM Admin"), (decision.Verdict, decision.Reason.Code, decision.WaitsFor));
            Assert.Contains("Lead.HasOptedOutOfEmail", decision.Reason.Text, StringComparison.Ordinal);
        }
        finally
        {
            await twin.Staging.PermitAsync("Lead", "HasOptedOutOfEmail", read: true, edit: false);
        }
    }

    [Fact]
    public async Task Signals_from_before_the_rules_are_looked_through_once()
    {
        var twin = await fixture.EmptyAsync();
        using var folder = new PolicyCopy();
        var text = File.ReadAllText(Path.Combine(folder.Path, "suppression.yaml"));
        File.Delete(Path.Combine(folder.Path, "suppression.yaml"));
        await using var stack = await SyncStack.StartAsync(twin, folder.Path);
        await stack.Get<SignalStore>().AppendAsync([new NewSignal("smartlead", "smartlead.unsubscribed", "*", "u1", """{"lead_email":"ada@example.com"}""", stack.Get<TimeProvider>().GetUtcNow(), FeedsFlow: false)], default);
        await stack.SettledAsync();
        Assert.Empty(await stack.Get<SuppressionStore>().CountsAsync(default));

        await File.WriteAllTextAsync(Path.Combine(folder.Path, "suppression.yaml"), text);
        Assert.True(stack.Get<PolicySource>().TryReload());
        await SyncStack.UntilAsync(() => stack.Get<SuppressionStore>().IsScannedAsync(stack.Policy.Suppression, default), "the earlier signals are looked through");

        Assert.Equal(1L, (await stack.Get<SuppressionStore>().CountsAsync(default))["unsubscribed"]);
    }

    private static string Named(string text) => text.StartsWith("The record is suppressed (", StringComparison.Ordinal) ? " " + text["The record is suppressed (".Length..text.IndexOf(')', StringComparison.Ordinal)] : "";
}
