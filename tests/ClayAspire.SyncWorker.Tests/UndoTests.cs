using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>Taking back what a run wrote, without trampling later edits.</summary>
public sealed class UndoTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Staging = "icare-staging";
    private const string Enrichment = "enrichment-writeback";
    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_undo_of_5000_cells_restores_4700_and_lists_the_300_that_were_edited_since()
    {
        const int leads = 2500, edited = 300;
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, leads);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, leads);
        var run = await stack.ApplyAsync(await stack.PlanAsync(Staging, Enrichment));
        Assert.Equal((RunStates.Green, 2 * leads), (run.State, run.Verified));
        for (var i = 0; i < edited; i++)
            await twin.Staging.UpdateAsync("Lead", ids[i], new { City = $"Edited{i}" });

        var undo = await stack.UndoAsync(run);

        Assert.Equal((PlanKind.Undo, run.Id, PlanStates.Sealed), (undo.Plan.Kind, undo.Plan.UndoesRun, undo.Row.State));
        Assert.Equal((4700, edited, 0, 0), (undo.Row.Changes, undo.Row.Keeps, undo.Row.Holds, undo.Row.Refusals));
        Assert.All(undo.Plan.Changes, c => Assert.Equal(("restores-old", true), (c.Decision.Reason.Code, c.Decision.Value.IsBlank)));
        var left = undo.Plan.Cells.Where(c => !c.IsChange).ToList();
        Assert.All(left, c => Assert.Equal((Verdict.Keep, "edited-since", "City"), (c.Decision.Verdict, c.Decision.Reason.Code, c.Cell.Field)));
        Assert.Equal(ids.Take(edited).Order(StringComparer.Ordinal), left.Select(c => c.Cell.Record.Id).Order(StringComparer.Ordinal));

        var undone = await stack.ApplyAsync(undo);

        Assert.Equal((RunStates.Green, 4700, 0, 0), (undone.State, undone.Verified, undone.Rejected, undone.Skipped));
        var records = await twin.Staging.QueryAsync("SELECT Id, FirstName, City FROM Lead");
        Assert.Equal(edited, records.Count(r => r.GetProperty("City").ValueKind == JsonValueKind.String && r.GetProperty("City").GetString()!.StartsWith("Edited", StringComparison.Ordinal)));
        Assert.Equal(0, records.Count(r => r.GetProperty("FirstName").ValueKind != JsonValueKind.Null));
        var entries = (await stack.LedgerAsync(Staging, LedgerKinds.CellVerified)).Where(e => e.GetProperty("run").GetGuid() == undone.Id).ToList();
        Assert.Equal(4700, entries.Count);
        Assert.All(entries, e => Assert.Equal((run.Id, JsonValueKind.Null), (e.GetProperty("undoes").GetGuid(), e.GetProperty("new").ValueKind)));
        Assert.Equal(run.Id, (await stack.LedgerAsync(Staging, LedgerKinds.PlanApproved))[^1].GetProperty("undoes").GetGuid());
        // What was undone is not offered again, neither by the next plan nor by a second undo.
        Assert.Equal(PlanStates.Empty, (await stack.PlanAsync(Staging, Enrichment)).Row.State);
        Assert.Equal(2 * leads, await stack.ReadAsync(db => db.Candidates.CountAsync(c => c.State == CandidateStates.Settled)));
        var again = await stack.UndoAsync(run);
        Assert.Equal([("already-undone", 4700), ("edited-since", edited)], again.Plan.Cells.CountBy(c => c.Decision.Reason.Code).OrderByDescending(c => c.Value).Select(c => (c.Key, c.Value)));
    }

    [Fact]
    public async Task What_changes_between_the_seal_and_the_apply_of_an_undo_is_skipped()
    {
        var (twin, stack, ids, run) = await AppliedAsync(2);
        await using var _ = stack;
        var undo = await stack.UndoAsync(run);
        await twin.Staging.UpdateAsync("Lead", ids[0], new { City = "Rome" });

        var undone = await stack.ApplyAsync(undo);

        Assert.Equal((RunStates.Green, 3, 1), (undone.State, undone.Verified, undone.Skipped));
        Assert.Equal("drifted", (await stack.CellsAsync(undone.Id)).Single(c => c.State == RunCellStates.Skipped).ReasonCode);
        Assert.Equal("Rome", (await twin.Staging.RecordAsync("Lead", ids[0])).GetProperty("City").GetString());
    }

    [Fact]
    public async Task An_undo_can_itself_be_undone_and_the_first_run_then_has_a_later_writer()
    {
        var (twin, stack, ids, run) = await AppliedAsync(1);
        await using var _ = stack;
        var undone = await stack.ApplyAsync(await stack.UndoAsync(run));
        Assert.Equal(JsonValueKind.Null, (await twin.Staging.RecordAsync("Lead", ids[0])).GetProperty("City").ValueKind);

        var redone = await stack.ApplyAsync(await stack.UndoAsync(undone));

        Assert.Equal((RunStates.Green, 2), (redone.State, redone.Verified));
        Assert.Equal("Paris0", (await twin.Staging.RecordAsync("Lead", ids[0])).GetProperty("City").GetString());
        var first = await stack.UndoAsync(run);
        Assert.All(first.Plan.Cells, c => Assert.Equal("edited-since", c.Decision.Reason.Code));
        Assert.Contains(redone.Id.ToString("D"), first.Plan.Cells[0].Decision.Reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_undo_of_a_pre_authorised_run_waits_for_a_person_and_unsets_a_flag_while_the_flow_is_paused()
    {
        var twin = await fixture.EmptyAsync();
        var campaign = await twin.Main.LoadAsync("Campaign", [new { Name = "Campaign 0", IsActive = true }]);
        var lead = await twin.Main.LoadAsync("Lead", [new { LastName = "L", Company = "C", Email = "lead0@example.com" }]);
        var member = (await twin.Main.LoadAsync("CampaignMember", [new { CampaignId = campaign[0], LeadId = lead[0] }]))[0];
        await using var stack = await SyncStack.StartAsync(twin);
        await stack.SignalAsync("smartlead", "smartlead.reply", "*",
            new { lead_email = "lead0@example.com", campaign_name = "Campaign 0", event_timestamp = At, reply_category = "Interested" }, At);
        await stack.SettledAsync();
        var run = Assert.Single(await stack.ReadAsync(db => db.Runs.Where(r => r.FinishedAt != null).ToListAsync()));
        Assert.True((await twin.Main.RecordAsync("CampaignMember", member)).GetProperty("Has_Replied__c").GetBoolean());
        await stack.Get<FlowSwitchStore>().SetAsync("reply-sync", true, "crm-admin", default);

        var undo = await stack.UndoAsync(run);

        Assert.Equal(PlanStates.Sealed, undo.Row.State);
        var plans = stack.Get<PlanStore>();
        async Task<string?> TryAsync(string who, params string[] roles) =>
            (await plans.ApproveAsync(undo.Plan.Id, undo.StoredHash, who, roles, stack.Policy, null, default)).Refusal?.Code;
        Assert.Equal("needs-a-person", await TryAsync(Release.PolicyApprover));
        Assert.Equal("wrong-role", await TryAsync("viewer", "Viewer"));
        var approved = await plans.ApproveAsync(undo.Plan.Id, undo.StoredHash, "owner", [stack.Policy.Flow("reply-sync").ReleaseRole], stack.Policy, null, default);
        var undone = await stack.EndOfAsync(approved.RunId!.Value);
        Assert.Equal((RunStates.Green, run.Verified), (undone.State, undone.Verified));
        var record = await twin.Main.RecordAsync("CampaignMember", member);
        Assert.False(record.GetProperty("Has_Replied__c").GetBoolean());
        Assert.Equal(JsonValueKind.Null, record.GetProperty("ReplyClassification__c").ValueKind);
        await stack.Get<FlowSwitchStore>().SetAsync("reply-sync", false, "crm-admin", default);
        await stack.SettledAsync();
        Assert.False((await twin.Main.RecordAsync("CampaignMember", member)).GetProperty("Has_Replied__c").GetBoolean());
    }

    [Fact]
    public async Task An_undo_that_names_another_run_in_the_database_is_altered()
    {
        var (_, stack, _, run) = await AppliedAsync(1);
        await using var disposed = stack;
        var undo = await stack.UndoAsync(run);
        await stack.ReadAsync(db => db.Database.ExecuteSqlAsync($"update sync.plan set kind = 'writeback', undoes_run = null where id = {undo.Plan.Id}"));
        var result = await stack.Get<PlanStore>().ApproveAsync(undo.Plan.Id, undo.StoredHash, "crm-admin", ["CRM Admin"], stack.Policy, null, default);
        Assert.Equal("plan-altered", result.Refusal?.Code);
    }

    [Fact]
    public async Task A_suspended_contract_stops_a_writeback_at_approval_and_at_apply_but_not_an_undo()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 2);
        using var folder = new PolicyCopy();
        await using var stack = await SyncStack.StartAsync(twin, folder.Path);
        var flows = stack.Get<FlowSwitchStore>();
        await OfferAsync(stack, 1);
        var run = await stack.ApplyAsync(await stack.PlanAsync(Staging, Enrichment));
        await OfferAsync(stack, 1, from: 1);
        var open = await stack.PlanAsync(Staging, Enrichment);

        // A change elsewhere does not matter.
        var before = stack.Policy.Version;
        folder.Edit("contracts/icare-staging.yaml", text => text + "\n# a remark\n");
        Assert.True(stack.Get<PolicySource>().TryReload());
        Assert.NotEqual(before, stack.Policy.Version);
        await flows.SetAsync(Enrichment, true, "test", default);
        var approved = await stack.ApproveAsync(open);
        SuspendCity(folder);
        Assert.True(stack.Get<PolicySource>().TryReload());
        await flows.SetAsync(Enrichment, false, "test", default);
        var applied = await stack.EndOfAsync(approved);

        Assert.Equal((1, 1), (applied.Verified, applied.Skipped));
        Assert.Equal(("City", "policy-changed"), (await stack.CellsAsync(applied.Id)).Where(c => c.State == RunCellStates.Skipped).Select(c => (c.Field, c.ReasonCode!)).Single());
        var undone = await stack.ApplyAsync(await stack.UndoAsync(run));
        Assert.Equal((RunStates.Green, 2), (undone.State, undone.Verified));
    }

    [Fact]
    public async Task A_plan_whose_contract_was_suspended_since_is_not_approved()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 1);
        using var folder = new PolicyCopy();
        await using var stack = await SyncStack.StartAsync(twin, folder.Path);
        await OfferAsync(stack, 1);
        var plan = await stack.PlanAsync(Staging, Enrichment);
        SuspendCity(folder);
        Assert.True(stack.Get<PolicySource>().TryReload());

        var refused = await stack.Get<PlanStore>().ApproveAsync(plan.Plan.Id, plan.StoredHash, "crm-admin", ["CRM Admin"], stack.Policy, null, default);

        Assert.Equal("policy-changed", refused.Refusal?.Code);
        Assert.Contains("suspended", refused.Refusal!.Text, StringComparison.Ordinal);
        // The cells that the policy still stands behind may be approved alone.
        var name = plan.Plan.Changes.Single(c => c.Cell.Field == "FirstName").Ordinal;
        Assert.NotEqual(default, await stack.ApproveAsync(plan, new HashSet<int> { name }));
    }

    private async Task<(Twin Twin, SyncStack Stack, IReadOnlyList<string> Ids, RunRow Run)> AppliedAsync(int count)
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, count);
        var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, count);
        return (twin, stack, ids, await stack.ApplyAsync(await stack.PlanAsync(Staging, Enrichment)));
    }

    private static Task<IReadOnlyList<string>> LeadsAsync(Twin twin, int count) =>
        twin.Staging.LoadAsync("Lead", Enumerable.Range(0, count).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}" }));

    private static Task OfferAsync(SyncStack stack, int count, int from = 0) =>
        stack.Get<SignalStore>().AppendAsync([.. Enumerable.Range(from, count).Select(i => new NewSignal("clay", "clay.row", "fake_1000", $"row {i}",
            JsonSerializer.Serialize(new { unique_id = $"r{i}", first_name = $"Ada{i % 1000}", city = $"Paris{i % 1000}" }), At, FeedsFlow: true))], default);

    private static void SuspendCity(PolicyCopy folder) => folder.Edit("contracts/icare-staging.yaml", text =>
        text.Replace("    City:\n      type: text\n      status: Active", "    City:\n      type: text\n      status: Suspended", StringComparison.Ordinal));
}
