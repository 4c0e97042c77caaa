using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>The life of a field contract, from a held value to the twin: signed, suspended, resumed, expired, changed.</summary>
public sealed class LifeTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Enrichment = "enrichment-writeback";

    [Fact]
    public async Task What_Pending_Legal_held_stands_in_the_next_plan_after_the_signature_without_any_new_signal()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Main.LoadAsync("Lead",
        [
            new { LastName = "A", Company = "C", Email = "a@example.com" }, new { LastName = "B", Company = "C", Email = "b@example.com", Industry = "Mining" },
            new { LastName = "D", Company = "C", Email = "d@example.com" },
        ]);
        await using var stack = await SyncStack.StartAsync(twin);
        foreach (var letter in "abd")
            await stack.ClayRowAsync("leads", new { email = $"{letter}@example.com", industry = $"Industry {letter}", company_description = "Makes things", provider = "clay", credits = 3 });
        var held = await stack.PlanAsync("icare", Enrichment);
        Assert.Equal(6, held.Plan.Cells.Count(c => c.Decision.Verdict == Verdict.Hold && c.Decision.Reason.Code == "pending-legal"));
        Assert.Equal(6, held.Plan.Cells.Length);
        var before = await SignalsAndOffersAsync(stack);
        var version = stack.Policy.Version;

        Assert.Equal("wrong-role", (await stack.SetDownAsync(SignatureAction.Signed, "Industry", role: "CRM Admin"))?.Code);
        Assert.Null(await stack.SetDownAsync(SignatureAction.Signed, "Industry"));
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.Candidates.AllAsync(c => c.State == CandidateStates.Pending)), "the held candidates are pending again");
        var plan = await stack.PlanAsync("icare", Enrichment);

        Assert.NotEqual(version, plan.Plan.PolicyVersion);
        Assert.Equal(
        [
            $"{ids[0]} Industry Write 'Industry a' fills-blank", $"{ids[1]} Industry Keep '(blank)' not-blank", $"{ids[2]} Industry Write 'Industry d' fills-blank",
        ], plan.Plan.Cells.Where(c => c.Cell.Field == "Industry").Select(c => $"{c.Cell.Record.Id} {c.Cell.Field} {c.Decision.Verdict} '{c.Decision.Value}' {c.Decision.Reason.Code}").Order(StringComparer.Ordinal));
        Assert.All(plan.Plan.Cells.Where(c => c.Cell.Field == "company_description__c"), c => Assert.Equal("pending-legal", c.Decision.Reason.Code));
        Assert.Equal(before, await SignalsAndOffersAsync(stack));

        var run = await stack.ApplyAsync(plan);
        Assert.Equal((RunStates.Green, 2), (run.State, run.Verified));
        Assert.Equal("Industry a", (await twin.Main.RecordAsync("Lead", ids[0])).GetProperty("Industry").GetString());
        Assert.All(await twin.Main.WritesAsync(), w => Assert.Equal("Industry", w.Field));
        Assert.Equal(before, await SignalsAndOffersAsync(stack));
        var entry = Assert.Single(await stack.LedgerAsync("icare", LedgerKinds.ContractSigned));
        Assert.Equal(("Industry", "dpo", "DPO", "Legitimate interest"),
            (entry.GetProperty("field").GetString(), entry.GetProperty("by").GetString(), entry.GetProperty("role").GetString(), entry.GetProperty("basis").GetString()));
        Assert.Equal(stack.Policy.Contract("icare", "Lead", "Industry")!.Hash, entry.GetProperty("contract").GetString());
    }

    [Fact]
    public async Task A_suspension_stops_approval_and_an_approved_run_at_once_and_after_it_the_value_is_offered_again()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Email = "a@example.com" }, new { LastName = "B", Company = "C", Email = "b@example.com" }]);
        await using var stack = await SyncStack.StartAsync(twin);
        Assert.Null(await stack.SetDownAsync(SignatureAction.Signed, "Industry"));
        await stack.ClayRowAsync("leads", new { email = "a@example.com", industry = "Banking" });
        var first = await stack.PlanAsync("icare", Enrichment);
        await stack.ClayRowAsync("leads", new { email = "b@example.com", industry = "Mining" });
        var second = await stack.PlanAsync("icare", Enrichment);
        // Approved, but kept waiting: the flow is paused until the contract is suspended.
        await stack.Get<FlowSwitchStore>().SetAsync(Enrichment, true, "test", default);
        var approved = await stack.ApproveAsync(first);

        Assert.Null(await stack.SetDownAsync(SignatureAction.Suspended, "Industry", role: "CRM Admin", reason: "A complaint came in"));
        var refused = await stack.Get<PlanStore>().ApproveAsync(second.Plan.Id, second.StoredHash, "crm-admin", ["CRM Admin"], await stack.Get<PolicySource>().RefreshAsync(default), null, default);
        await stack.Get<FlowSwitchStore>().SetAsync(Enrichment, false, "test", default);
        var run = await stack.EndOfAsync(approved);

        Assert.Equal("policy-changed", refused.Refusal?.Code);
        Assert.Contains("(suspended): The contract of Lead.Industry is suspended. crm-admin (CRM Admin) suspended it", refused.Refusal!.Text, StringComparison.Ordinal);
        Assert.Equal((0, 1), (run.Verified, run.Skipped));
        var skipped = Assert.Single(await stack.CellsAsync(run.Id));
        Assert.Equal("policy-changed", skipped.ReasonCode);
        Assert.Contains("A complaint came in", skipped.Reason, StringComparison.Ordinal);
        Assert.Empty(await twin.Main.WritesAsync());

        var meanwhile = await stack.PlanAsync("icare", Enrichment);
        Assert.Equal((Verdict.Hold, "suspended"), (Assert.Single(meanwhile.Plan.Cells).Decision.Verdict, meanwhile.Plan.Cells[0].Decision.Reason.Code));
        Assert.Null(await stack.SetDownAsync(SignatureAction.Resumed, "Industry", role: "CRM Admin"));
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.Candidates.AnyAsync(c => c.RecordId == ids[0] && c.State == CandidateStates.Pending)), "the value is pending again");
        var after = await stack.PlanAsync("icare", Enrichment);
        Assert.Equal("Banking", Assert.Single(after.Plan.Changes).Decision.Value.Text);
        // The plan that was open all the while decides as before, so it may be approved again.
        Assert.Equal(RunStates.Green, (await stack.ApplyAsync(second)).State);
        Assert.Equal(["contract-signed", "contract-suspended", "contract-resumed"], await ContractEntriesAsync(stack));
    }

    [Fact]
    public async Task A_signature_that_ended_and_a_contract_that_was_changed_are_Pending_Legal_again()
    {
        var twin = await fixture.EmptyAsync();
        await twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Email = "a@example.com" }]);
        using var folder = new PolicyCopy();
        await using var stack = await SyncStack.StartAsync(twin, folder.Path);
        var source = stack.Get<PolicySource>();
        // Two signatures of earlier days, as the database has them: one of them ended, one for other terms.
        Assert.Null(await stack.SetDownAsync(SignatureAction.Signed, "Industry", until: DateOnly.FromDateTime(stack.Get<TimeProvider>().GetUtcNow().UtcDateTime)));
        Assert.Null(await stack.SetDownAsync(SignatureAction.Signed, "company_description__c"));
        Assert.Equal([ContractStatus.Active, ContractStatus.Active], await StatusesAsync(stack));
        await stack.ReadAsync(db => db.Database.ExecuteSqlRawAsync("""
            insert into sync.contract_signature (connection, object, field, action, signed_by, role, legal_basis, expires_on, contract_hash, terms, at)
            select connection, object, field, action, signed_by, role, legal_basis, expires_on - 30, contract_hash, terms, at - interval '60 days'
            from sync.contract_signature where field = 'Industry'
            """));
        folder.Edit("contracts/icare.yaml", text => text.Replace("max_length: 32000", "max_length: 1000", StringComparison.Ordinal));
        Assert.True(source.TryReload());

        Assert.Equal([ContractStatus.PendingLegal, ContractStatus.PendingLegal], await StatusesAsync(stack));
        await stack.ClayRowAsync("leads", new { email = "a@example.com", industry = "Banking", company_description = "Makes things" });
        var held = await stack.PlanAsync("icare", Enrichment);
        Assert.Equal(["Hold pending-legal", "Hold pending-legal"], held.Plan.Cells.Select(c => $"{c.Decision.Verdict} {c.Decision.Reason.Code}"));
        Assert.Contains(held.Plan.Cells, c => c.Decision.Reason.Text.Contains("The signature of dpo of", StringComparison.Ordinal) && c.Decision.Reason.Text.Contains("expired at the end of", StringComparison.Ordinal));
        Assert.Contains(held.Plan.Cells, c => c.Decision.Reason.Text.Contains("was max_length: 32000; now max_length: 1000", StringComparison.Ordinal));

        Assert.Null(await stack.SetDownAsync(SignatureAction.Signed, "Industry"));
        Assert.Null(await stack.SetDownAsync(SignatureAction.Signed, "company_description__c"));
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.Candidates.AllAsync(c => c.State == CandidateStates.Pending)), "the held candidates are pending again");
        Assert.Equal(2, (await stack.PlanAsync("icare", Enrichment)).Plan.Changes.Count());
    }

    [Fact]
    public async Task A_file_edit_alone_makes_no_contract_Active_that_was_Pending_Legal_before_not_even_over_a_restart_or_a_detour()
    {
        var twin = await fixture.EmptyAsync();
        await twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Email = "a@example.com" }]);
        using var folder = new PolicyCopy();
        var database = await SyncStack.NewDatabaseAsync();
        await using (var stack = await SyncStack.StartAsync(twin, folder.Path, database))
        {
            await SyncStack.UntilAsync(async () => (await stack.Get<ContractStore>().RevisionAsync(default)).Unfinished == 4, "the shipped policy's four unfinished contracts are known");
            folder.Edit("contracts/icare.yaml", text => text.Replace("status: PendingLegal", "status: Active", StringComparison.Ordinal));
            Assert.True(stack.Get<PolicySource>().TryReload());
            Assert.Equal([ContractStatus.PendingLegal, ContractStatus.PendingLegal], await StatusesAsync(stack));
            await stack.ClayRowAsync("leads", new { email = "a@example.com", industry = "Banking" });
            var held = await stack.PlanAsync("icare", Enrichment);
            Assert.Contains("nobody has signed it", Assert.Single(held.Plan.Cells).Decision.Reason.Text, StringComparison.Ordinal);
        }
        // Out of the files, and back as if it were new.
        var text = await File.ReadAllTextAsync(Path.Combine(folder.Path, "contracts/icare.yaml"));
        folder.Edit("contracts/icare.yaml", t => t.Replace("    Industry:\n", "    Industry2:\n", StringComparison.Ordinal));
        await using (var stack = await SyncStack.StartAsync(twin, folder.Path, database))
            Assert.Null((await stack.Get<PolicySource>().RefreshAsync(default)).Contract("icare", "Lead", "Industry"));
        folder.Edit("contracts/icare.yaml", _ => text);
        await using (var stack = await SyncStack.StartAsync(twin, folder.Path, database))
        {
            Assert.Equal([ContractStatus.PendingLegal, ContractStatus.PendingLegal], await StatusesAsync(stack));
            var problem = stack.Policy.Unsigned.First(p => p.Message.Contains("Lead.Industry says Active, but takes a DPO's signature", StringComparison.Ordinal));
            Assert.Equal("contracts/icare.yaml", problem.File);
            // A contract that was Active when it was first seen is as the files say.
            Assert.Equal(ContractStatus.Active, stack.Policy.Contract("icare", "Lead", "external_hard_bounced__c")!.Status);
            Assert.Null(await stack.SetDownAsync(SignatureAction.Signed, "Industry"));
            await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.Candidates.AllAsync(c => c.State == CandidateStates.Pending)), "the held candidate is pending again");
            Assert.Single((await stack.PlanAsync("icare", Enrichment)).Plan.Changes);
        }
    }

    [Fact]
    public async Task A_draft_is_held_for_its_owner_until_it_is_sent_to_Legal()
    {
        var twin = await fixture.EmptyAsync();
        await twin.Main.LoadAsync("Lead", [new { LastName = "A", Company = "C", Email = "a@example.com" }]);
        using var folder = new PolicyCopy();
        folder.Edit("contracts/icare.yaml", text => text.Replace("status: PendingLegal", "status: Draft", StringComparison.Ordinal));
        await using var stack = await SyncStack.StartAsync(twin, folder.Path);
        await stack.ClayRowAsync("leads", new { email = "a@example.com", industry = "Banking" });
        var draft = Assert.Single((await stack.PlanAsync("icare", Enrichment)).Plan.Cells).Decision;
        Assert.Equal((Verdict.Hold, "draft", "DPO"), (draft.Verdict, draft.Reason.Code, draft.WaitsFor));

        Assert.Equal("still-a-draft", (await stack.SetDownAsync(SignatureAction.Signed, "Industry"))?.Code);
        Assert.Null(await stack.SetDownAsync(SignatureAction.SentToLegal, "Industry"));
        await stack.ClayRowAsync("leads", new { email = "a@example.com", industry = "Banking", company_description = "Makes things" });
        var sent = await stack.PlanAsync("icare", Enrichment);
        Assert.Equal(["Industry pending-legal", "company_description__c draft"], sent.Plan.Cells.Select(c => $"{c.Cell.Field} {c.Decision.Reason.Code}").Order(StringComparer.Ordinal));
        Assert.Equal(["contract-sent-to-legal"], await ContractEntriesAsync(stack));
    }

    private static async Task<ContractStatus[]> StatusesAsync(SyncStack stack)
    {
        var policy = await stack.Get<PolicySource>().RefreshAsync(default);
        return [policy.Contract("icare", "Lead", "Industry")!.Status, policy.Contract("icare", "Lead", "company_description__c")!.Status];
    }

    private static async Task<IReadOnlyList<string>> ContractEntriesAsync(SyncStack stack) =>
        await stack.ReadAsync(db => db.LedgerEntries.Where(e => e.Connection == "icare" && e.Kind.StartsWith("contract-")).OrderBy(e => e.Sequence).Select(e => e.Kind).ToListAsync());

    /// <summary>What came in at the door, and what it offered: whoever enriches again adds to both.</summary>
    private static Task<(int, int, long)> SignalsAndOffersAsync(SyncStack stack) =>
        stack.ReadAsync(async db => (await db.Signals.CountAsync(), await db.Candidates.CountAsync(), await db.Candidates.MaxAsync(c => c.SignalId)));
}
