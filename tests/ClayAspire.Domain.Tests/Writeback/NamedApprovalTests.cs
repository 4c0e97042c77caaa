using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Tests.Writeback;

/// <summary>Overwrites and values of low confidence are offered, and only an approval that names the cell releases them.</summary>
public sealed class NamedApprovalTests
{
    private static readonly string[] Roles = ["CRM Admin"];

    private static readonly FieldContract Score = new("icare", "Lead", "Score", FieldType.Text, ContractStatus.Active, MergeRule.Ranked, ["crm", "clay"], "CRM Admin", null, [], "test");

    private static readonly FieldContract City = Score with { Field = "City", Rule = MergeRule.FillBlank, MinConfidence = 0.8 };

    private static readonly Flow Manual = new("enrich", ["icare"], ["clay.row"], [new FlowField("Lead", "*")], ReleaseMode.Approval, "CRM Admin", false, null, TimeSpan.FromHours(24));

    private static readonly Flow Automatic = Manual with { Release = ReleaseMode.PreAuthorised };

    private static readonly PolicySet Policy = new("v1", [Score, City], [Manual], []);

    [Theory]
    [InlineData(null, Caution.None)]
    [InlineData("70", Caution.Overwrite)]
    public void Ranked_fills_a_blank_and_offers_to_replace_a_value(string? live, Caution expected)
    {
        var decision = Decide("Score", live, new Candidate(1, "clay", Samples.Noon, FieldValue.FromCanonical("91")));
        Assert.Equal((Verdict.Write, "91", expected), (decision.Verdict, decision.Value.Text, decision.Caution));
    }

    [Theory]
    [InlineData(0.79, Caution.LowConfidence)]
    [InlineData(0.8, Caution.None)]
    [InlineData(null, Caution.None)]
    public void Low_confidence_is_offered_for_named_approval(double? confidence, Caution expected)
    {
        var decision = Decide("City", null, new Candidate(1, "clay", Samples.Noon, FieldValue.FromCanonical("Turin")) { Confidence = confidence });
        Assert.Equal((Verdict.Write, expected), (decision.Verdict, decision.Caution));
    }

    [Fact]
    public void A_late_better_candidate_is_offered_over_a_lesser_one_that_was_written_and_not_over_what_nobody_offered()
    {
        Candidate written = new(1, "clay", Samples.Noon, FieldValue.FromCanonical("Turin"), IsSettled: true), late = new(2, "crm", Samples.Noon, FieldValue.FromCanonical("Torino"));
        var offered = Decide("City", "Turin", written, late);
        Assert.Equal((Verdict.Write, "Torino", Caution.Overwrite, "better-value"), (offered.Verdict, offered.Value.Text, offered.Caution, offered.Reason.Code));
        var typed = Decide("City", "Milano", written, late);
        Assert.Equal((Verdict.Keep, Caution.None, "not-blank"), (typed.Verdict, typed.Caution, typed.Reason.Code));
    }

    [Fact]
    public void What_was_declined_is_offered_again_only_after_the_source_said_something_else()
    {
        Candidate declined = new(1, "clay", Samples.Noon, FieldValue.FromCanonical("91"), IsSettled: true), again = new(2, "clay", Samples.Noon.AddDays(1), FieldValue.FromCanonical("91"));
        Assert.Equal("decided-before", Decide("Score", "70", declined, again).Reason.Code);
        Candidate other = new(3, "clay", Samples.Noon.AddHours(12), FieldValue.FromCanonical("85"), IsSettled: true);
        Assert.Equal("better-value", Decide("Score", "70", declined, other, again).Reason.Code);
    }

    [Fact]
    public void An_approval_of_the_whole_plan_leaves_out_what_must_be_named()
    {
        var plan = Plan("70", null);
        var all = Release.Check(plan, plan.Hash, Approval(plan, null), Manual, Samples.Noon);
        Assert.Equal([1], all.Plan!.Changes.Select(c => c.Ordinal));
        var named = Release.Check(plan, plan.Hash, Approval(plan, [0, 1]), Manual, Samples.Noon);
        Assert.Equal([0, 1], named.Plan!.Changes.Select(c => c.Ordinal));
    }

    [Fact]
    public void A_plan_of_nothing_but_overwrites_needs_names()
    {
        var plan = Plan("70");
        Assert.Equal("needs-named-approval", Release.Check(plan, plan.Hash, Approval(plan, null), Manual, Samples.Noon).Refusal!.Code);
        Assert.Equal([0], Release.Check(plan, plan.Hash, Approval(plan, [0]), Manual, Samples.Noon).Plan!.Changes.Select(c => c.Ordinal));
    }

    [Fact]
    public void Policy_never_names_a_cell_and_a_person_may()
    {
        var mixed = Plan("70", null);
        var byPolicy = new Approval(mixed.Id, mixed.Hash, Release.PolicyApprover, [], Samples.Noon);
        Assert.Equal([1], Release.Check(mixed, mixed.Hash, byPolicy, Automatic, Samples.Noon).Plan!.Changes.Select(c => c.Ordinal));
        Assert.Equal("needs-a-person", Release.Check(mixed, mixed.Hash, byPolicy with { Ordinals = new HashSet<int> { 0 } }, Automatic, Samples.Noon).Refusal!.Code);
        var overwrite = Plan("70");
        Assert.Equal("needs-a-person", Release.Check(overwrite, overwrite.Hash, new Approval(overwrite.Id, overwrite.Hash, Release.PolicyApprover, [], Samples.Noon), Automatic, Samples.Noon).Refusal!.Code);
        Assert.NotNull(Release.Check(overwrite, overwrite.Hash, Approval(overwrite, [0]), Automatic, Samples.Noon).Plan);
    }

    [Fact]
    public void Declined_cells_are_never_released()
    {
        var plan = Plan(null, null);
        Assert.Equal([1], Release.Check(plan, plan.Hash, Approval(plan, null, [0]), Manual, Samples.Noon).Plan!.Changes.Select(c => c.Ordinal));
        Assert.Equal("cells-declined", Release.Check(plan, plan.Hash, Approval(plan, [0], [0]), Manual, Samples.Noon).Refusal!.Code);
        Assert.Equal("nothing-to-apply", Release.Check(plan, plan.Hash, Approval(plan, null, [0, 1]), Manual, Samples.Noon).Refusal!.Code);
    }

    [Fact]
    public void The_hash_covers_why_a_name_is_asked_for()
    {
        var plan = Plan("70");
        var cell = plan.Cells[0];
        var altered = Domain.Writeback.Plan.Seal(plan.Id, plan.Connection, plan.Flow, plan.PolicyVersion, plan.Author, plan.SealedAt, plan.ExpiresAt,
            [cell with { Decision = cell.Decision with { Caution = Caution.None } }], plan.Cost);
        Assert.NotEqual(plan.Hash, altered.Hash);
    }

    private static Approval Approval(Plan plan, int[]? ordinals, int[]? declined = null) =>
        new(plan.Id, plan.Hash, "ada", Roles, Samples.Noon, ordinals?.ToHashSet(), declined?.ToHashSet());

    /// <summary>A plan with one Score cell for each live value.</summary>
    private static Plan Plan(params string?[] live) => Domain.Writeback.Plan.Seal(new Guid(1, 2, 3, new byte[8]), "icare", Manual.Name, "v1", "bob", Samples.Noon, Samples.Noon.AddHours(1),
        live.Select((value, i) => new PlannedCell(i, new CellKey(new RecordKey("icare", "Lead", $"{i}"), "Score"), FieldValue.FromCanonical(value), "v",
            Decide("Score", value, new Candidate(i + 1, "clay", Samples.Noon, FieldValue.FromCanonical("91"))))), new PlanCost(1, 0));

    private static Decision Decide(string field, string? live, params Candidate[] candidates) => CellDecider.Decide(Policy, Manual,
        new LiveRecord(new RecordKey("icare", "Lead", "1"), RecordState.Live, "v", new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [field] = FieldValue.FromCanonical(live) }), field, candidates);
}
