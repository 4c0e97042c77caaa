using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using static ClayAspire.Domain.Tests.Writeback.Samples;

namespace ClayAspire.Domain.Tests.Edits;

public sealed class HumanEditFilterTests
{
    private const string User = "005000000000001AAA";

    private static PolicySet Protected(MergeRule rule, ContractStatus status = ContractStatus.Active)
    {
        var policy = PolicyWith(rule, rule is MergeRule.Union or MergeRule.SetOnce ? FieldType.Checkbox : FieldType.Text, status);
        return new PolicySet(policy.Version, [policy.Contracts[0] with { Protect = Protection.HumanEdits }], policy.Flows, []);
    }

    private static LastEdit By(EditorKind kind, Reason? gap = null) => LastEdit.Made(new EditorVerdict(kind, gap), User, Noon, null, null);

    private static Decision Decide(PolicySet policy, string? live, LastEdit? edit, params Candidate[] offers) =>
        CellDecider.Decide(policy, AnyFlow, edit is null ? Live(live) : Live(live).WithEdit("F", edit), "F", offers);

    public static TheoryData<MergeRule> OtherRules() => new(Enum.GetValues<MergeRule>().Where(r => r is not (MergeRule.Union or MergeRule.ReadOnly)));

    [Theory]
    [MemberData(nameof(OtherRules))]
    public void What_a_person_edited_last_is_kept_whatever_the_rule(MergeRule rule)
    {
        var offer = Offer(1, "true", 9);
        Assert.Equal(Verdict.Write, Decide(Protected(rule), null, LastEdit.None, offer).Verdict);

        var kept = Decide(Protected(rule), null, By(EditorKind.Human), offer);

        Assert.Equal((Verdict.Keep, "edited-by-human", null), (kept.Verdict, kept.Reason.Code, kept.WaitsFor));
        Assert.Contains("2026-11-22 12:00 UTC", kept.Reason.Text, StringComparison.Ordinal);
        Assert.Contains(User, kept.Reason.Text, StringComparison.Ordinal);
        Assert.True(kept.Value.IsBlank);
    }

    [Fact]
    public void A_union_flag_is_set_over_a_person_s_edit() =>
        Assert.Equal(Verdict.Write, Decide(Protected(MergeRule.Union), null, By(EditorKind.Human), Offer(1, "true")).Verdict);

    [Theory]
    [InlineData(EditorKind.Us)]
    [InlineData(EditorKind.Integration)]
    [InlineData(EditorKind.Automation)]
    public void What_a_program_edited_last_may_be_replaced(EditorKind kind) =>
        Assert.Equal(Verdict.Write, Decide(Protected(MergeRule.Latest), "x", By(kind), Offer(1, "y")).Verdict);

    [Fact]
    public void A_contract_that_protects_nothing_does_not_ask() =>
        Assert.Equal(Verdict.Write, Decide(PolicyWith(MergeRule.Latest), "x", By(EditorKind.Human), Offer(1, "y")).Verdict);

    [Fact]
    public void A_value_that_a_person_entered_with_the_record_is_kept_and_one_left_blank_is_filled()
    {
        var creation = LastEdit.Creation(new EditorVerdict(EditorKind.Human), User, Noon);
        Assert.Equal("edited-by-human", Decide(Protected(MergeRule.Latest), "typed", creation, Offer(1, "y")).Reason.Code);
        Assert.Equal(Verdict.Write, Decide(Protected(MergeRule.Latest), null, creation, Offer(1, "y")).Verdict);
    }

    [Fact]
    public void Without_history_the_cell_waits_for_its_owner_with_the_remedy()
    {
        var cell = new CellKey(Live(null).Key, "F");
        foreach (var (edit, code, remedy) in new (LastEdit? Edit, string Code, string Remedy)[]
        {
            (LastEdit.Unavailable(EditReasons.NotTracked(cell)), "history-not-tracked", "Turn on field history tracking"),
            (LastEdit.Unavailable(EditReasons.NotKept("Lead")), "history-not-kept", "Take 'protect: human-edits' out"),
            (By(EditorKind.Unknown, EditReasons.EditorNotVisible("icare", User)), "editor-not-visible", "read rights on User"),
            (null, "history-not-read", "Make a new plan"),
        })
        {
            var held = Decide(Protected(MergeRule.FillBlank), null, edit, Offer(1, "y"));
            Assert.Equal((Verdict.Hold, code, "CRM Admin"), (held.Verdict, held.Reason.Code, held.WaitsFor));
            Assert.Contains(remedy, held.Reason.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Contract_status_flow_and_record_state_answer_first_and_types_after()
    {
        var human = By(EditorKind.Human);
        Assert.Equal("pending-legal", Decide(Protected(MergeRule.Latest, ContractStatus.PendingLegal), "x", human, Offer(1, "y")).Reason.Code);
        Assert.Equal("record-deleted", CellDecider.Decide(Protected(MergeRule.Latest), AnyFlow, Live("x", RecordState.Deleted).WithEdit("F", human), "F", [Offer(1, "y")]).Reason.Code);
        Assert.Equal("not-carried-by-flow", CellDecider.Decide(Protected(MergeRule.Latest), AnyFlow with { Fields = [] }, Live("x").WithEdit("F", human), "F", [Offer(1, "y")]).Reason.Code);
        Assert.Equal("edited-by-human", Decide(Protected(MergeRule.Latest), "x", human, Offer(1, "y", source: "hearsay")).Reason.Code);
    }

    [Fact]
    public void A_plan_sealed_before_the_contract_protected_stands_until_the_second_check()
    {
        var policy = PolicyWith(MergeRule.Latest);
        var decision = CellDecider.Decide(policy, AnyFlow, Live("x"), "F", [Offer(1, "y")]);
        var plan = Plan.Seal(Guid.Parse("0195e000-0000-7000-8000-0000000000c1"), "icare", "any", policy.Version, "marcom", Noon, Noon.AddHours(1),
            [new PlannedCell(0, new CellKey(Live("x").Key, "F"), FieldValue.FromCanonical("x"), "v1", decision)], new PlanCost(3, 0));
        var newer = Protected(MergeRule.Latest);
        Assert.Null(PolicyChange.Check(plan.Head, plan.Cells[0], new PolicySet("newer", newer.Contracts, newer.Flows, []), AnyFlow));
    }
}
