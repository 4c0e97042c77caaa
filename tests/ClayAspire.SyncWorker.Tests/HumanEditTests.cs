using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Explain;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>"Skip sync if last_modified_by = sales_user", from the field's own history: in plans, in the second check, and in what is told afterwards.</summary>
public sealed class HumanEditTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Staging = "icare-staging";
    private const string Enrichment = "enrichment-writeback";
    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_field_that_a_person_edited_last_is_kept_and_one_that_a_program_edited_last_is_filled()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 5, city: "Turin");
        // Cleared by a person, by another integration, by a flow; and one that a person cleared before a flow did.
        await twin.Staging.EditAsync("human", ids[0], new { City = "" });
        await twin.Staging.EditAsync("integration", ids[1], new { City = "" });
        await twin.Staging.EditAsync("automation", ids[2], new { City = "" });
        await twin.Staging.EditAsync("human", ids[3], new { City = "Genoa", FirstName = "Typed" });
        await twin.Staging.EditAsync("automation", ids[3], new { City = "" });
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 5);

        var plan = await stack.PlanAsync(Staging, Enrichment);

        Assert.Equal("Keep edited-by-human", Told(plan, ids[0], "City"));
        Assert.Equal("Write fills-blank", Told(plan, ids[1], "City"));
        Assert.Equal("Write fills-blank", Told(plan, ids[2], "City"));
        Assert.Equal("Write fills-blank", Told(plan, ids[3], "City"));
        Assert.Equal("Keep edited-by-human", Told(plan, ids[3], "FirstName"));
        Assert.Equal("Keep not-blank", Told(plan, ids[4], "City"));
        Assert.DoesNotContain("Sales", plan.Plan.Cells.Single(c => c.Cell.Record.Id == ids[0] && c.Cell.Field == "City").Decision.Reason.Text, StringComparison.Ordinal);
        var run = await stack.ApplyAsync(plan);
        Assert.Equal((RunStates.Green, 7, 0), (run.State, run.Verified, run.Skipped));
        Assert.Equal(JsonValueKind.Null, (await twin.Staging.RecordAsync("Lead", ids[0])).GetProperty("City").ValueKind);
        // Reading, writing and reading back one batch, and one question about its protected cells.
        Assert.Equal(4, plan.Plan.Cost.ApiCalls);
        // What was learned is kept, and the explanation tells it.
        var story = CellExplainer.Explain(stack.Policy, await stack.Get<ExplanationStore>().FactsAsync(Cell(ids[0], "City"), stack.Policy.Suppression, default));
        var edit = story.Timeline.Single(e => e.Kind == "edited");
        Assert.Contains("Edited by a person in the CRM, 'Turin' → a blank (user 005", edit.Text, StringComparison.Ordinal);
        Assert.Equal(("Human edit", "no-human-edit"), (story.Filters.Single(f => f.Outcome == FilterOutcome.Answered).Name, story.Change?.Code));
    }

    [Fact]
    public async Task A_person_s_edit_between_the_seal_and_the_apply_is_seen_by_the_second_check_though_the_value_is_the_same_again()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 2);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 2);
        var plan = await stack.PlanAsync(Staging, Enrichment);
        await twin.Staging.EditAsync("human", ids[0], new { City = "Rome" });
        await twin.Staging.EditAsync("human", ids[0], new { City = "" });

        var run = await stack.ApplyAsync(plan);

        Assert.Equal((RunStates.Green, 3, 1), (run.State, run.Verified, run.Skipped));
        var skipped = (await stack.CellsAsync(run.Id)).Single(c => c.State == RunCellStates.Skipped);
        Assert.Equal((ids[0], "City", "decided-otherwise"), (skipped.RecordId, skipped.Field, skipped.ReasonCode));
        Assert.Contains("edited-by-human", skipped.Reason, StringComparison.Ordinal);
        Assert.Equal("Keep edited-by-human", Told(await stack.PlanAsync(Staging, Enrichment), ids[0], "City"));
        Assert.Equal(JsonValueKind.Null, (await twin.Staging.RecordAsync("Lead", ids[0])).GetProperty("City").ValueKind);
    }

    [Fact]
    public async Task Without_field_history_the_cell_waits_for_its_owner_and_is_planned_again_when_the_crm_was_mended()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 1);
        await twin.Staging.TrackAsync("Lead", "City", false);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 1);

        var held = await stack.PlanAsync(Staging, Enrichment);

        Assert.Equal("Hold history-not-tracked", Told(held, ids[0], "City"));
        Assert.Equal("Write fills-blank", Told(held, ids[0], "FirstName"));
        var city = held.Plan.Cells.Single(c => c.Cell.Field == "City").Decision;
        Assert.Equal("MARCOM Ops", city.WaitsFor);
        Assert.Contains("Turn on field history tracking", city.Reason.Text, StringComparison.Ordinal);

        await twin.Staging.TrackAsync("Lead", "City", true);
        Assert.Empty(await stack.Get<CandidateStore>().ReleaseHeldByCrmAsync(["pending-legal"], stack.Get<TimeProvider>().GetUtcNow(), default));
        var released = await stack.Get<CandidateStore>().ReleaseHeldByCrmAsync([.. EditReasons.GapCodes], stack.Get<TimeProvider>().GetUtcNow(), default);
        Assert.Equal([(Enrichment, 1)], released.Select(r => (r.Flow, r.Count)));
        // A worker that has just started does not know yet that the field is tracked now; another does.
        await using var later = await SyncStack.StartAsync(twin, database: stack.Database, run: false);
        var (plan, _) = await later.Get<Planning.PlanMaker>().MakeAsync(new MakePlan(later.Get<IIdSource>().Next(), Staging, Enrichment, "marcom"), later.Policy, later.Policy.Flow(Enrichment), default);
        Assert.Equal((Verdict.Write, "City"), plan.Cells.Select(c => (c.Decision.Verdict, c.Cell.Field)).Single());
    }

    [Fact]
    public async Task A_contract_without_protection_costs_no_question()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 1);
        using var folder = new PolicyCopy();
        folder.Edit("contracts/icare-staging.yaml", text => text.Replace("      protect: human-edits\n", "", StringComparison.Ordinal));
        await twin.Staging.EditAsync("human", ids[0], new { City = "Rome" });
        await twin.Staging.EditAsync("human", ids[0], new { City = "" });
        await using var stack = await SyncStack.StartAsync(twin, folder.Path);
        await OfferAsync(stack, 1);

        var plan = await stack.PlanAsync(Staging, Enrichment);
        await stack.ApplyAsync(plan);

        Assert.Equal("Paris0", (await twin.Staging.RecordAsync("Lead", ids[0])).GetProperty("City").GetString());
        Assert.Equal(3, plan.Plan.Cost.ApiCalls);
        Assert.Equal(0, await stack.ReadAsync(db => db.FieldEdits.CountAsync()));
    }

    [Fact]
    public async Task The_mirror_asks_who_changed_what_we_wrote_and_the_explanation_says_it()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 3);
        await using var stack = await SyncStack.StartAsync(twin);
        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.MirrorCursors.AnyAsync(c => c.Connection == Staging && c.Object == "Lead" && c.ReadUntil != null)), "staging is mirrored");
        await OfferAsync(stack, 3);
        await stack.ApplyAsync(await stack.PlanAsync(Staging, Enrichment));
        await twin.Staging.EditAsync("human", ids[0], new { City = "Rome" });
        await twin.Staging.EditAsync("automation", ids[1], new { City = "" });

        await stack.Get<JobQueue>().EnqueueAsync(NewJob.RefreshMirror(Staging, "Lead"), default);

        await SyncStack.UntilAsync(() => stack.ReadAsync(db => db.FieldEdits.AnyAsync(e => e.RecordId == ids[1] && e.EditedBy == "automation")), "the mirror has learned who edited");
        async Task<CellExplanation> StoryAsync(string id) => CellExplainer.Explain(stack.Policy, await stack.Get<ExplanationStore>().FactsAsync(Cell(id, "City"), stack.Policy.Suppression, default));
        var human = await StoryAsync(ids[0]);
        Assert.Equal((ValueOrigin.EditedSince, EditorKind.Human, "Rome"), (human.Current.Origin, human.Current.EditedBy, human.Current.Value));
        Assert.Contains("A person changed it in the CRM", human.Story, StringComparison.Ordinal);
        Assert.Contains(human.Timeline, e => e.Kind == "edited" && e.Text.StartsWith("Edited by a person in the CRM, 'Paris0' → 'Rome'", StringComparison.Ordinal));
        Assert.Equal(EditorKind.Automation, (await StoryAsync(ids[1])).Current.EditedBy);
        Assert.Equal((ValueOrigin.WrittenByUs, null), ((await StoryAsync(ids[2])).Current.Origin, (await StoryAsync(ids[2])).Current.EditedBy));
        Assert.Equal(0, await stack.ReadAsync(db => db.FieldEdits.CountAsync(e => e.RecordId == ids[2] && e.LearnedBy == "mirror")));
    }

    private static CellKey Cell(string record, string field) => new(new RecordKey(Staging, "Lead", record), field);

    private static string Told(StoredPlan plan, string record, string field)
    {
        var decision = plan.Plan.Cells.Single(c => c.Cell.Record.Id == record && c.Cell.Field == field).Decision;
        return $"{decision.Verdict} {decision.Reason.Code}";
    }

    private static Task<IReadOnlyList<string>> LeadsAsync(Twin twin, int count, string? city = null) =>
        twin.Staging.LoadAsync("Lead", Enumerable.Range(0, count).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}", City = city }));

    private static Task OfferAsync(SyncStack stack, int count) =>
        stack.Get<SignalStore>().AppendAsync([.. Enumerable.Range(0, count).Select(i => new NewSignal("clay", "clay.row", "fake_1000", $"row {i}",
            JsonSerializer.Serialize(new { unique_id = $"r{i}", first_name = $"Ada{i}", city = $"Paris{i}" }), At, FeedsFlow: true))], default);
}
