using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Edits;
using ClayAspire.Storage.Explain;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Signals;

namespace ClayAspire.Storage.Tests;

public sealed class FieldEditStoreTests
{
    private static readonly CellKey City = StorageHarness.Cell("00Q1", "City");

    private static LastEdit Edit(EditorKind by, int hour, string? old, string? @new, Reason? gap = null) => LastEdit.Made(
        new EditorVerdict(by, gap), "005000000000001AAA", StorageHarness.Start.AddHours(hour), FieldValue.FromCanonical(old), FieldValue.FromCanonical(@new));

    [Fact]
    public async Task Edits_come_back_as_they_were_learned_the_earliest_first_and_each_once()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<FieldEditStore>();
        var creation = LastEdit.Creation(new EditorVerdict(EditorKind.Human), "005000000000002AAA", StorageHarness.Start.AddHours(-9));
        var longText = LastEdit.Made(new EditorVerdict(EditorKind.Integration), "005000000000003AAA", StorageHarness.Start.AddHours(3), null, null);
        foreach (var edit in new[] { Edit(EditorKind.Automation, 2, "Rome", null), creation, longText, Edit(EditorKind.Automation, 2, "Rome", null), LastEdit.None, LastEdit.Computed, LastEdit.Unavailable(EditReasons.NotKept("Lead")) })
            await store.SaveAsync([KeyValuePair.Create(City, edit)], LearnedBy.Plan, default);
        await store.SaveAsync([KeyValuePair.Create(StorageHarness.Cell("00Q2", "City"), Edit(EditorKind.Human, 5, null, "x"))], LearnedBy.Mirror, default);

        var known = (await harness.Get<ExplanationStore>().FactsAsync(City, SuppressionRules.None, default)).Edits;

        Assert.Equal([creation, Edit(EditorKind.Automation, 2, "Rome", null), longText], known);
    }

    [Fact]
    public async Task An_editor_that_was_unknown_is_known_once_somebody_told_and_never_the_other_way_round()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<FieldEditStore>();
        async Task<LastEdit> AfterAsync(LastEdit edit)
        {
            await store.SaveAsync([KeyValuePair.Create(City, edit)], LearnedBy.Drift, default);
            return Assert.Single((await harness.Get<ExplanationStore>().FactsAsync(City, SuppressionRules.None, default)).Edits);
        }
        var gap = EditReasons.EditorNotVisible("icare", "005000000000001AAA");
        Assert.Equal((EditorKind.Unknown, gap), (await AfterAsync(Edit(EditorKind.Unknown, 1, null, "x", gap))) is var u ? (u.By, u.Gap) : default);
        Assert.Equal((EditorKind.Human, null), (await AfterAsync(Edit(EditorKind.Human, 1, null, "x"))) is var h ? (h.By, h.Gap) : default);
        Assert.Equal(EditorKind.Human, (await AfterAsync(Edit(EditorKind.Unknown, 1, null, "x", gap))).By);
    }

    [Fact]
    public async Task What_the_crm_held_up_is_pending_again_after_a_while_and_what_waits_for_legal_is_not()
    {
        await using var harness = await StorageHarness.StartAsync();
        var signals = await harness.OfferAsync(("00Q1", "City", "Rome"), ("00Q1", "Industry", "Rail"), ("00Q2", "City", "Bonn"));
        Decision Held(int signal, string code) => StorageHarness.Decision(Verdict.Hold, StorageHarness.Candidate(signals[signal], "x")) with { Reason = new Reason(code, "Because the test says so.") };
        await harness.Get<PlanStore>().SaveAsync(StorageHarness.Plan(Guid.Parse("0195e000-0000-7000-8000-0000000000b7"),
            StorageHarness.Cell(0, "00Q1", "City", Held(0, "history-not-tracked")), StorageHarness.Cell(1, "00Q1", "Industry", Held(1, "pending-legal")), StorageHarness.Cell(2, "00Q2", "City", Held(2, "field-not-visible"))),
            PlanFacts.Whole, default);
        var store = harness.Get<CandidateStore>();

        Assert.Empty(await store.ReleaseHeldByCrmAsync(EditReasons.GapCodes, StorageHarness.Start, default));
        Assert.Equal([new ReleasedCandidates("icare", "enrichment-writeback", 1)], await store.ReleaseHeldByCrmAsync(EditReasons.GapCodes, StorageHarness.Start.AddHours(1), default));
        Assert.Equal(City, Assert.Single(await store.OfPendingCellsAsync("icare", "enrichment-writeback", default)).Key);
    }
}
