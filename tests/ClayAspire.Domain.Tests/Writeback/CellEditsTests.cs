using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Tests.Writeback;

/// <summary>What an explanation says of edits by others.</summary>
public sealed class CellEditsTests
{
    private static readonly Guid PlanId = Guid.Parse("0195e000-0000-7000-8000-0000000000e1");
    private static readonly Guid RunId = Guid.Parse("0195e000-0000-7000-8000-0000000000e2");
    private static readonly CellKey Cell = new(Samples.Live(null).Key, "F");
    private static readonly Candidate Rail = Samples.Offer(1, "Rail");

    private static PolicySet Policy(Protection protect = Protection.None)
    {
        var policy = Samples.PolicyWith(MergeRule.FillBlank);
        return new PolicySet(policy.Version, [policy.Contracts[0] with { Protect = protect }], policy.Flows, []);
    }

    private static LastEdit Edit(EditorKind by, int minute, string old, string @new) =>
        LastEdit.Made(new EditorVerdict(by), "005000000000001AAA", Samples.Noon.AddMinutes(minute), FieldValue.FromCanonical(old), FieldValue.FromCanonical(@new));

    /// <summary>We wrote "Rail" at 13:11, and a day later the mirror read "Wind".</summary>
    private static CellFacts Changed(params LastEdit[] edits)
    {
        var plan = new PlanMention(PlanId, "any", "marcom", "approved", Samples.Noon.AddMinutes(60), default, CellDecider.Decide(Policy(), Samples.AnyFlow, Samples.Live(null), "F", [Rail]),
            new ReleaseMention(true, "crm-admin", Samples.Noon.AddMinutes(70), null, true));
        var run = new RunMention(RunId, PlanId, "verified", default, Rail.Value, null, Samples.Noon.AddMinutes(70), Samples.Noon.AddMinutes(71), Samples.Noon.AddMinutes(72), null);
        return new CellFacts(Cell, new MirrorReading(RecordState.Live, FieldValue.FromCanonical("Wind"), true, Samples.Noon.AddDays(1)),
            [new Offer(Rail with { IsSettled = true }, "any", "settled", Samples.Noon)], [plan], [run])
        { Edits = edits };
    }

    [Fact]
    public void A_later_edit_by_a_person_is_told_with_its_time_and_values_and_without_a_name()
    {
        var story = CellExplainer.Explain(Policy(), Changed(Edit(EditorKind.Us, 71, "", "Rail"), Edit(EditorKind.Human, 300, "Rail", "Wind")));

        Assert.Equal((ValueOrigin.EditedSince, EditorKind.Human, Samples.Noon.AddMinutes(300)), (story.Current.Origin, story.Current.EditedBy, story.Current.EditedAt));
        Assert.Contains("A person changed it in the CRM 22 Nov 2026 17:00 UTC: it reads 'Wind'.", story.Story, StringComparison.Ordinal);
        Assert.Equal(["offered", "decided", "released", "sent", "verified", "edited", "read"], story.Timeline.Select(e => e.Kind));
        Assert.Equal("Edited by a person in the CRM, 'Rail' → 'Wind' (user 005000000000001AAA).", story.Timeline.Single(e => e.Kind == "edited").Text);
    }

    [Fact]
    public void A_value_that_changed_again_after_the_last_edit_that_is_known_is_said_to_have() =>
        Assert.Contains("It was changed again since.", CellExplainer.Explain(Policy(), Changed(Edit(EditorKind.Automation, 300, "Rail", "Solar"))).Current.Text, StringComparison.Ordinal);

    [Fact]
    public void An_edit_under_our_own_user_that_no_run_made_is_said_to_be_one()
    {
        var story = CellExplainer.Explain(Policy(), Changed(Edit(EditorKind.Us, 73, "Rail", "Wind")));
        Assert.Equal(EditorKind.Us, story.Current.EditedBy);
        Assert.Contains("though no run of ours wrote that value", story.Current.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nobody_knows_who_it_was_the_drift_watch_says_why()
    {
        var gap = EditReasons.NotTracked(Cell);
        var facts = Changed() with { Drifts = [new DriftMention(Samples.Noon.AddDays(2), DriftOutcome.Changed, Rail.Value, FieldValue.FromCanonical("Wind"), EditorKind.Unknown, gap)] };
        var story = CellExplainer.Explain(Policy(), facts);
        Assert.Equal((EditorKind.Unknown, null), (story.Current.EditedBy, story.Current.EditedAt));
        Assert.Contains("Turn on field history tracking", story.Current.Text, StringComparison.Ordinal);
        Assert.Contains("Drift watch: 'Wind' instead of 'Rail', changed by somebody unknown.", story.Timeline.Single(e => e.Kind == "checked").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_drift_watch_s_look_counts_as_a_sight_of_the_value()
    {
        var facts = Changed() with
        {
            Mirror = null,
            Drifts = [new DriftMention(Samples.Noon.AddDays(2), DriftOutcome.Kept, Rail.Value, Rail.Value, EditorKind.Unknown, null)],
        };
        var current = CellExplainer.Explain(Policy(), facts).Current;
        Assert.Equal((ValueOrigin.WrittenByUs, Samples.Noon.AddDays(2)), (current.Origin, current.SeenAt));
    }

    [Fact]
    public void A_cell_kept_for_a_person_s_edit_names_the_filter_and_what_would_have_changed_it()
    {
        var policy = Policy(Protection.HumanEdits);
        var human = Edit(EditorKind.Human, 30, "Rail", "");
        var decision = CellDecider.Decide(policy, Samples.AnyFlow, Samples.Live(null).WithEdit("F", human), "F", [Rail]);
        var facts = new CellFacts(Cell, null, [new Offer(Rail, "any", "settled", Samples.Noon)], [new PlanMention(PlanId, "any", "marcom", "sealed", Samples.Noon.AddMinutes(60), default, decision, null)], []) { Edits = [human] };

        var story = CellExplainer.Explain(policy, facts);

        Assert.Equal("Human edit", story.Filters.Single(f => f.Outcome == FilterOutcome.Answered).Name);
        Assert.Equal(("no-human-edit", "Rail"), (story.Change?.Code, story.Change?.Value));
        Assert.Equal((CandidateStanding.NotCompared, "Not compared: a person edited the field last."), (story.Candidates[0].Standing, story.Candidates[0].Why));
        Assert.Null(story.Decision.Now);
        // Also when the edit itself was not kept.
        Assert.Equal("no-human-edit", CellExplainer.Explain(policy, facts with { Edits = [] }).Change?.Code);
    }

    [Fact]
    public void A_cell_held_for_want_of_history_would_have_been_written_with_it()
    {
        var policy = Policy(Protection.HumanEdits);
        var decision = CellDecider.Decide(policy, Samples.AnyFlow, Samples.Live(null).WithEdit("F", LastEdit.Unavailable(EditReasons.NotTracked(Cell))), "F", [Rail]);
        var story = CellExplainer.Explain(policy, new CellFacts(Cell, null, [new Offer(Rail, "any", "held", Samples.Noon)], [new PlanMention(PlanId, "any", "marcom", "sealed", Samples.Noon.AddMinutes(60), default, decision, null)], []));
        Assert.Equal(("history-known", "Rail"), (story.Change?.Code, story.Change?.Value));
        Assert.Equal("CRM Admin", story.Decision.WaitsFor);
    }
}
