using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Explain;
using ClayAspire.Storage.Plans;

namespace ClayAspire.Storage.Tests;

public sealed class ExplanationStoreTests
{
    [Fact]
    public async Task A_cell_s_offers_and_plans_are_read_and_no_others()
    {
        await using var harness = await StorageHarness.StartAsync();
        var signals = await harness.OfferAsync(("00Q1", "City", "Utrecht"), ("00Q1", "FirstName", "Freya"), ("00Q2", "City", "Ghent"));
        var winner = StorageHarness.Candidate(signals[0], "Utrecht");
        var plan = StorageHarness.Plan(Guid.Parse("0195e000-0000-7000-8000-0000000000b1"),
            StorageHarness.Cell(0, "00Q1", "City", StorageHarness.Decision(Verdict.Write, winner)),
            StorageHarness.Cell(1, "00Q2", "City", StorageHarness.Decision(Verdict.Hold, StorageHarness.Candidate(signals[2], "Ghent")), old: "Graz"));
        await harness.Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, default);

        var facts = await harness.Get<ExplanationStore>().FactsAsync(StorageHarness.Cell("00Q1", "City"), SuppressionRules.None, default);
        Assert.True(facts.IsKnown);
        Assert.False(facts.IsCut);
        Assert.Null(facts.Mirror);
        Assert.Equal("Utrecht", Assert.Single(facts.Offers).Candidate.Value.Text);
        var mention = Assert.Single(facts.Plans);
        Assert.Equal((plan.Id, Verdict.Write, null), (mention.PlanId, mention.Decision.Verdict, mention.Release));
        Assert.Equal(winner, mention.Decision.Winner);

        var elsewhere = await harness.Get<ExplanationStore>().FactsAsync(new CellKey(new RecordKey("other", "Lead", "00Q1"), "City"), SuppressionRules.None, default);
        Assert.False(elsewhere.IsKnown);
    }

    [Fact]
    public async Task A_partial_approval_says_whether_it_covers_the_cell()
    {
        await using var harness = await StorageHarness.StartAsync();
        var signals = await harness.OfferAsync(("00Q1", "City", "Utrecht"), ("00Q1", "FirstName", "Freya"));
        var plan = StorageHarness.Plan(Guid.Parse("0195e000-0000-7000-8000-0000000000b2"),
            StorageHarness.Cell(0, "00Q1", "City", StorageHarness.Decision(Verdict.Write, StorageHarness.Candidate(signals[0], "Utrecht"))),
            StorageHarness.Cell(1, "00Q1", "FirstName", StorageHarness.Decision(Verdict.Write, StorageHarness.Candidate(signals[1], "Freya"))));
        await harness.Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, default);
        await harness.Get<PlanStore>().ApproveAsync(plan.Id, plan.Hash, "crm-admin", ["CRM Admin"], StorageHarness.Policy(), new HashSet<int> { 0 }, default);

        async Task<CellFacts> Facts(string field) => await harness.Get<ExplanationStore>().FactsAsync(StorageHarness.Cell("00Q1", field), SuppressionRules.None, default);
        Assert.Equal((true, "crm-admin"), ((await Facts("City")).Plans[0].Release!.CoversCell, (await Facts("City")).Plans[0].Release!.Approver));
        Assert.Equal("planned", Assert.Single((await Facts("City")).Runs).State);
        Assert.False((await Facts("FirstName")).Plans[0].Release!.CoversCell);
        Assert.Empty((await Facts("FirstName")).Runs);
    }

    [Fact]
    public async Task A_long_history_is_cut_to_its_latest()
    {
        await using var harness = await StorageHarness.StartAsync();
        var signals = await harness.OfferAsync([.. Enumerable.Range(0, ExplanationStore.MostRows + 5).Select(i => ("00Q1", "City", $"City {i}"))]);
        var facts = await harness.Get<ExplanationStore>().FactsAsync(StorageHarness.Cell("00Q1", "City"), SuppressionRules.None, default);
        Assert.True(facts.IsCut);
        Assert.Equal(signals.Skip(5), facts.Offers.Select(o => o.Candidate.SignalId));
        Assert.Equal(("City", signals.Count), (await harness.Get<ExplanationStore>().FieldsAsync(StorageHarness.Cell("00Q1", "City").Record, default)).Select(f => (f.Field, (int)f.Offers)).Single());
    }
}
