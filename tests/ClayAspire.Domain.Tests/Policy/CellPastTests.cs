using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using static ClayAspire.Domain.Tests.Policy.BacktestSamples;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>Where a cell's value at the beginning of the window is taken from, and which edits are known.</summary>
public sealed class CellPastTests
{
    private static CellPast Of(RecordHistory record, bool isMirrored = true) => CellPast.Of(record, "City", March, isMirrored);

    [Fact]
    public void The_earliest_plan_that_read_the_cell_says_its_value()
    {
        var past = Of(Lead("1", new { City = "Mirror" }, plans: [Sealed(On(9), "Later"), Sealed(On(2), "Earliest")], writes: [Wrote(On(3), "Earliest", "New")]));
        Assert.Equal((Text("Earliest"), StartOrigin.Plan), (past.Start, past.Origin));
    }

    [Theory]
    [InlineData("not-in-allowlist", Verdict.Refuse, false)]
    [InlineData("field-not-visible", Verdict.Hold, false)]
    [InlineData("record-deleted", Verdict.Refuse, false)]
    [InlineData("read-only", Verdict.Refuse, true)]
    public void A_plan_that_could_not_read_the_cell_says_nothing(string reason, Verdict verdict, bool undo)
    {
        var past = Of(Lead("1", new { City = "Mirror" }, plans: [Sealed(On(2), null, verdict, reason, undo: undo)]));
        Assert.Equal((Text("Mirror"), StartOrigin.Mirror, 0), (past.Start, past.Origin, past.Edits.Count));
    }

    [Fact]
    public void A_run_of_ours_that_came_before_any_plan_says_what_it_replaced()
    {
        var past = Of(Lead("1", new { City = "Mirror" }, plans: [Sealed(On(5), "New")], writes: [Wrote(On(3), "Replaced", "New")]));
        Assert.Equal((Text("Replaced"), StartOrigin.Run, 0), (past.Start, past.Origin, past.Edits.Count));
    }

    [Fact]
    public void The_mirror_says_it_when_no_run_wrote_the_cell_since_it_was_read()
    {
        var before = Wrote(On(1).AddDays(-20), "Old", "Ours");
        Assert.Equal((Text("Mirror"), StartOrigin.Mirror), Short(Of(Lead("1", new { City = "Mirror" }, writes: [before]))));
        var stale = Lead("1", new { City = "Stale" }, writes: [before]);
        Assert.Equal((Text("Ours"), StartOrigin.Run), Short(Of(stale with { Mirror = stale.Mirror! with { ReadAt = On(1).AddDays(-21) } })));
        Assert.Equal((Text("Ours"), StartOrigin.Run), Short(Of(stale with { Mirror = null })));
    }

    [Fact]
    public void A_value_that_the_mirror_does_not_hold_is_blank_only_where_the_mirror_reads_the_field()
    {
        Assert.Equal((Text(null), StartOrigin.Mirror), Short(Of(Lead("1"))));
        Assert.Equal((Text(null), StartOrigin.AssumedBlank), Short(Of(Lead("1"), isMirrored: false)));
        Assert.Equal((Text("Known"), StartOrigin.Mirror), Short(Of(Lead("1", new { City = "Known" }), isMirrored: false)));
        Assert.Equal((Text(null), StartOrigin.AssumedBlank), Short(Of(Lead("1") with { Mirror = null })));
    }

    // Known: A (2nd); ours replaced B by C (4th): an edit to B after the 2nd. Then D is met (6th): an edit after the 4th. Undone to A on the 8th.
    [Fact]
    public void Edits_count_from_the_last_thing_known_before_they_were_met()
    {
        var past = Of(Lead("1", plans: [Sealed(On(2), "A"), Sealed(On(6), "D")], writes: [Wrote(On(4), "B", "C"), Wrote(On(8), "D", "A", undo: true)]));
        Assert.Equal([new OutsideEdit(On(2), Text("B")), new OutsideEdit(On(4), Text("D")), new OutsideEdit(On(8), Text("A"), IsUndo: true)], past.Edits);
        Assert.Equal(Text("A"), past.Untouched);
    }

    // History: A to B (3rd, a person), ours in fact wrote C (5th), a person D again over it (7th) and D once more (9th), which no plan met.
    [Fact]
    public void An_edit_that_the_field_history_tells_counts_from_its_time_and_says_what_it_replaced()
    {
        var past = Of(Lead("1", new { City = "D" }, plans: [Sealed(On(4), "B"), Sealed(On(8), "D")], writes: [Wrote(On(5), "B", "C")]) with
        {
            Edits =
            [
                Edited(On(7), EditorKind.Human, "C", "D"), Edited(On(3), EditorKind.Human, "A", "B"), Edited(On(5), EditorKind.Us, "B", "C"), Edited(On(9), EditorKind.Integration, "C", "D"),
                Edited(On(1).AddDays(-1), EditorKind.Human, "Z", "A"), Edited(March.To.AddDays(1), EditorKind.Human, "D", "E"), Edited(On(6), EditorKind.Human),
                Edited(On(6), EditorKind.Human, "Retail", "Energy", "Industry"),
            ],
        });
        Assert.Equal((Text("A"), StartOrigin.History), Short(past));
        Assert.Equal([new OutsideEdit(On(3), Text("B")), new OutsideEdit(On(7), Text("D")), new OutsideEdit(On(9), Text("D"))], past.Edits);
    }

    [Fact]
    public void What_a_plan_met_before_the_first_edit_of_the_history_is_the_value_at_the_beginning()
    {
        var past = Of(Lead("1", new { City = "B" }, plans: [Sealed(On(2), "A")]) with { Edits = [Edited(On(3), EditorKind.Human, "A", "B")] });
        Assert.Equal((Text("A"), StartOrigin.Plan), Short(past));
        Assert.Equal([new OutsideEdit(On(3), Text("B"))], past.Edits);
    }

    private static (FieldValue, StartOrigin) Short(CellPast past) => (past.Start, past.Origin);
}
