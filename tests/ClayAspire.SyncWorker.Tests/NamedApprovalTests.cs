using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Explain;
using ClayAspire.Storage.Plans;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>A better candidate that comes after a lesser one was written: offered, written only by name, declined, left out; from a signal to the twin.</summary>
public sealed class NamedApprovalTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Staging = "icare-staging";
    private const string Enrichment = "enrichment-writeback";

    [Fact]
    public async Task A_late_better_value_is_written_only_by_an_approval_that_names_its_cell()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin);
        var id = await FilledAsync(twin, stack, "r1", "Paris");
        await CityAsync(stack, "r1", "Lyon");

        var plan = await stack.PlanAsync(Staging, Enrichment);
        var change = Assert.Single(plan.Plan.Changes);
        Assert.Equal(("Paris", "Lyon", Caution.Overwrite), (change.Old.Text, change.Decision.Value.Text, change.Decision.Caution));
        Assert.Equal((1, 1), (plan.Row.Named, plan.Row.Overwrites));
        var whole = await ApproveAsync(stack, plan, null);
        Assert.Equal("needs-named-approval", whole.Refusal?.Code);

        var run = await stack.EndOfAsync((await ApproveAsync(stack, plan, [change.Ordinal])).RunId!.Value);
        Assert.Equal((RunStates.Green, 1), (run.State, run.Verified));
        Assert.Equal("Lyon", (await twin.Staging.RecordAsync("Lead", id)).GetProperty("City").GetString());
        Assert.Equal(2, (await stack.LedgerAsync(Staging, LedgerKinds.CellVerified)).Count);
    }

    [Fact]
    public async Task An_approval_of_the_whole_plan_leaves_overwrites_for_the_next_plan()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin);
        var first = await FilledAsync(twin, stack, "r1", "Paris");
        var second = (await twin.Staging.LoadAsync("Lead", [new { LastName = "B", Company = "C", Clay_Row_Id__c = "r2" }]))[0];
        await CityAsync(stack, "r1", "Lyon");
        await CityAsync(stack, "r2", "Nice");

        var plan = await stack.PlanAsync(Staging, Enrichment);
        Assert.Equal(2, plan.Plan.Changes.Count());
        var run = await stack.ApplyAsync(plan);
        Assert.Equal((RunStates.Green, 1, 1), (run.State, run.Planned, run.Verified));
        Assert.Equal(("Paris", "Nice"), ((await twin.Staging.RecordAsync("Lead", first)).GetProperty("City").GetString(), (await twin.Staging.RecordAsync("Lead", second)).GetProperty("City").GetString()));

        var next = await stack.PlanAsync(Staging, Enrichment);
        Assert.Equal("Lyon", Assert.Single(next.Plan.Changes).Decision.Value.Text);
    }

    [Fact]
    public async Task What_was_declined_is_not_offered_again_until_the_source_says_something_else()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin);
        var id = await FilledAsync(twin, stack, "r1", "Paris");
        await CityAsync(stack, "r1", "Lyon");
        var plan = await stack.PlanAsync(Staging, Enrichment);

        Assert.Equal("wrong-role", (await DeclineAsync(stack, plan, ["Viewer"], 0))?.Code);
        Assert.Equal("unknown-cells", (await DeclineAsync(stack, plan, ["CRM Admin"], 7))?.Code);
        Assert.Null(await DeclineAsync(stack, plan, ["CRM Admin"], 0));
        Assert.Equal("unknown-cells", (await DeclineAsync(stack, plan, ["CRM Admin"], 0))?.Code);
        Assert.Equal("cells-declined", (await ApproveAsync(stack, plan, [0])).Refusal?.Code);
        Assert.Equal("keep Paris", Assert.Single(await stack.LedgerAsync(Staging, LedgerKinds.CellsDeclined)).GetProperty("reason").GetString());
        var cell = new CellKey(new RecordKey(Staging, "Lead", id), "City");
        var story = CellExplainer.Explain(stack.Policy, await stack.Get<ExplanationStore>().FactsAsync(cell, stack.Policy.Suppression, default));
        Assert.Contains("crm-admin declined to write 'Lyon' from 'clay': keep Paris", story.Story, StringComparison.Ordinal);

        await CityAsync(stack, "r1", "Lyon");
        var repeated = await stack.PlanAsync(Staging, Enrichment);
        Assert.Equal("decided-before", Assert.Single(repeated.Plan.Cells).Decision.Reason.Code);
        await CityAsync(stack, "r1", "Nice");
        var other = await stack.PlanAsync(Staging, Enrichment);
        Assert.Equal("Nice", Assert.Single(other.Plan.Changes).Decision.Value.Text);
    }

    /// <summary>A lead whose city we have written.</summary>
    private static async Task<string> FilledAsync(Twin twin, SyncStack stack, string row, string city)
    {
        var id = (await twin.Staging.LoadAsync("Lead", [new { LastName = "A", Company = "C", Clay_Row_Id__c = row }]))[0];
        await CityAsync(stack, row, city);
        Assert.Equal(RunStates.Green, (await stack.ApplyAsync(await stack.PlanAsync(Staging, Enrichment))).State);
        return id;
    }

    private static Task CityAsync(SyncStack stack, string row, string city) => stack.ClayRowAsync("fake_1000", new { unique_id = row, city });

    private static Task<ApproveResult> ApproveAsync(SyncStack stack, StoredPlan plan, int[]? ordinals) =>
        stack.Get<PlanStore>().ApproveAsync(plan.Plan.Id, plan.StoredHash, "crm-admin", ["CRM Admin"], stack.Policy, ordinals?.ToHashSet(), default);

    private static Task<Reason?> DeclineAsync(SyncStack stack, StoredPlan plan, string[] roles, int ordinal) => stack.Get<PlanStore>()
        .DeclineAsync(plan.Plan.Id, plan.StoredHash, "crm-admin", roles, stack.Policy.Flow(Enrichment), new HashSet<int> { ordinal }, "keep Paris", default);
}
