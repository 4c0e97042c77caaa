using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Explain;
using ClayAspire.Storage.Plans;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>Leads that are converted, merged or deleted between plan and apply: what becomes of their values, and where it stands.</summary>
public sealed class SuccessionTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Staging = "icare-staging";
    private const string Enrichment = "enrichment-writeback";

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(1)]
    public async Task What_became_of_the_record_stands_in_run_ledger_and_explanation_and_only_the_survivor_is_written(int bulkAbove)
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin, settings: [("Connections:icare-staging:BulkAbove", $"{bulkAbove}")]);
        var ids = await LeadsAsync(twin, stack);
        var plan = await stack.PlanAsync(Staging, Enrichment);
        Assert.Equal(5, plan.Plan.Changes.Count());
        var (converted, merged, survivor, deleted, untouched) = (ids[0], ids[1], ids[2], ids[3], ids[4]);
        var contact = (await twin.Staging.OrderAsync("convert", new { leadId = converted, by = "human" })).GetProperty("contactId").GetString()!;
        await twin.Staging.OrderAsync("merge", new { id = survivor, others = new[] { merged }, by = "human" });
        await twin.Staging.DeleteAsync("Lead", deleted);

        var run = await stack.ApplyAsync(plan);

        var cells = (await stack.CellsAsync(run.Id)).ToDictionary(c => c.RecordId);
        Assert.Equal((2, 0, 3), (run.Verified, run.Rejected, run.Skipped));
        Assert.Equal((RunCellStates.Verified, RunCellStates.Verified), (cells[survivor].State, cells[untouched].State));
        Assert.Equal([("record-converted", contact), ("record-merged", survivor), ("record-deleted", "deleted")],
            new[] { (converted, contact), (merged, survivor), (deleted, "deleted") }.Select(g => (cells[g.Item1].ReasonCode!, cells[g.Item1].Reason!.Contains(g.Item2, StringComparison.Ordinal) ? g.Item2 : cells[g.Item1].Reason!)));
        var ledger = (await stack.LedgerAsync(Staging, LedgerKinds.CellSkipped)).ToDictionary(e => e.GetProperty("record").GetString()!, e => e.GetProperty("reasonCode").GetString());
        Assert.Equal(("record-converted", "record-merged", "record-deleted"), (ledger[converted], ledger[merged], ledger[deleted]));
        foreach (var (record, code) in new[] { (converted, "record-converted"), (merged, "record-merged"), (deleted, "record-deleted") })
        {
            var facts = await stack.Get<ExplanationStore>().FactsAsync(Cell("Lead", record), stack.Policy.Suppression, default);
            Assert.Equal(code, Assert.Single(facts.Runs).Reason!.Code);
        }
        Assert.Equal(new[] { survivor, untouched }.Order(StringComparer.Ordinal), (await twin.Staging.WritesAsync()).Where(w => w.Field == "City").Select(w => w.Id).Order(StringComparer.Ordinal));

        // The next plan: the lead's value waits for a person, the deleted one's is refused, and the merged one's goes on to the survivor, which has a better one.
        var next = await stack.PlanAsync(Staging, Enrichment);
        var decided = next.Plan.Cells.ToDictionary(c => c.Cell.Record.Id, c => (c.Decision.Verdict, c.Decision.Reason.Code));
        Assert.Equal((Verdict.Hold, "record-converted"), decided[converted]);
        Assert.Equal((Verdict.Refuse, "record-deleted"), decided[deleted]);
        Assert.Equal((Verdict.Keep, "record-merged"), decided[merged]);
        Assert.Equal(Verdict.Keep, decided[survivor].Verdict);
        var followed = Assert.Single(await stack.LedgerAsync(Staging, LedgerKinds.OffersFollowed));
        Assert.Equal((survivor, merged, "merged"), (followed.GetProperty("record").GetString(), followed.GetProperty("from")[0].GetString(), followed.GetProperty("why").GetString()));
        Assert.Equal(2, (await stack.Get<ExplanationStore>().FactsAsync(Cell("Lead", survivor), stack.Policy.Suppression, default)).Offers.Count);
    }

    [Fact]
    public async Task A_value_for_a_merged_lead_is_written_to_the_survivor_and_for_a_converted_one_to_the_contact_where_the_contract_follows()
    {
        var twin = await fixture.EmptyAsync();
        using var folder = new PolicyCopy();
        // The policy does not load while a contract writes an object that the integration user is not to edit.
        folder.Edit("permissions.yaml", text =>
        {
            var staging = text.IndexOf("  icare-staging:\n", StringComparison.Ordinal);
            return text[..staging] + text[staging..].Replace("      Contact:\n        rights: [read]\n", "      Contact:\n        rights: [read, edit]\n", StringComparison.Ordinal);
        });
        folder.Edit("contracts/icare-staging.yaml", text => text
            .Replace("    FirstName:\n", "    FirstName:\n      on_conversion: follow\n", StringComparison.Ordinal)
            .Replace("  Lead:\n", """
              Contact:
                FirstName:
                  type: text
                  status: Active
                  rule: fill-blank
                  sources: [clay]
                  owner: MARCOM Ops
                  max_length: 40
                  standard: person-name
                  why: "A trial of following."
              Lead:

            """, StringComparison.Ordinal));
        folder.Edit("flows.yaml", text => text.Replace("fields: [Lead.*]", "fields: [Lead.*, Contact.*]", StringComparison.Ordinal));
        await using var stack = await SyncStack.StartAsync(twin, folder.Path);
        var ids = await LeadsAsync(twin, stack, i => new { unique_id = $"r{i}", first_name = $"Ada{i}" });
        await stack.SettledAsync();
        var contact = (await twin.Staging.OrderAsync("convert", new { leadId = ids[0], by = "human" })).GetProperty("contactId").GetString()!;
        await twin.Staging.OrderAsync("merge", new { id = ids[4], others = new[] { ids[1] }, by = "human" });

        var plan = await stack.PlanAsync(Staging, Enrichment);

        var decided = plan.Plan.Cells.ToDictionary(c => c.Cell.Record, c => (c.Decision.Verdict, c.Decision.Reason));
        Assert.Equal((Verdict.Keep, "record-converted"), decided[new RecordKey(Staging, "Lead", ids[0])] is var d ? (d.Verdict, d.Reason.Code) : default);
        Assert.Contains("goes on to Contact.FirstName", d.Reason.Text, StringComparison.Ordinal);
        // It arrived; there the contact's own contract and the integration user's rights decide, which are to read contacts only.
        Assert.Equal("field-not-writable", decided[new RecordKey(Staging, "Contact", contact)].Reason.Code);
        Assert.Equal(["converted", "merged"], (await stack.LedgerAsync(Staging, LedgerKinds.OffersFollowed)).Select(e => e.GetProperty("why").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await stack.Get<ExplanationStore>().FactsAsync(Cell("Lead", ids[4]) with { Field = "FirstName" }, stack.Policy.Suppression, default)).Offers.Count);
        Assert.Equal(RunStates.Green, (await stack.ApplyAsync(plan)).State);
        Assert.Equal(ids.Skip(2).Order(StringComparer.Ordinal), (await twin.Staging.WritesAsync()).Select(w => w.Id).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(2)]
    public async Task A_duplicate_rule_that_refuses_a_record_leaves_the_records_that_it_is_like_in_the_reason(int bulkAbove)
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin, settings: [("Connections:icare-staging:BulkAbove", $"{bulkAbove}")]);
        var like = (await twin.Staging.LoadAsync("Lead", [new { LastName = "L", Company = "C", City = "Paris1" }]))[0];
        var ids = await LeadsAsync(twin, stack);
        var plan = await stack.PlanAsync(Staging, Enrichment);
        await twin.Staging.OrderAsync("duplicate-rules", new[] { new { @object = "Lead", name = "Same_City", fields = new[] { "City" }, action = "block" } });

        var run = await stack.ApplyAsync(plan);

        Assert.Equal((RunStates.FinishedWithRejections, 4, 1), (run.State, run.Verified, run.Rejected));
        var refused = (await stack.CellsAsync(run.Id)).Single(c => c.State == RunCellStates.Rejected);
        Assert.Equal((ids[1], "DUPLICATES_DETECTED"), (refused.RecordId, refused.ReasonCode));
        Assert.EndsWith($"Rule Same_City found it like Lead {like}.", refused.Reason, StringComparison.Ordinal);
        Assert.Contains(like, Assert.Single(await stack.LedgerAsync(Staging, LedgerKinds.CellRejected)).GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.All((await twin.Staging.WritesAsync()), w => Assert.Equal(w.Id == ids[1] ? 0 : 1, w.Committed));
    }

    private static CellKey Cell(string @object, string record) => new(new RecordKey(Staging, @object, record), "City");

    private static async Task<IReadOnlyList<string>> LeadsAsync(Twin twin, SyncStack stack, Func<int, object>? offer = null)
    {
        var ids = await twin.Staging.LoadAsync("Lead", Enumerable.Range(0, 5).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}" }));
        for (var i = 0; i < 5; i++)
            await stack.SignalAsync("clay", "clay.row", "fake_1000", offer?.Invoke(i) ?? new { unique_id = $"r{i}", city = $"Paris{i}" }, DateTimeOffset.UnixEpoch.AddDays(i));
        return ids;
    }
}
