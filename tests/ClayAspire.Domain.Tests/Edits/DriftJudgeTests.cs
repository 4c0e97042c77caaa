using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using static ClayAspire.Domain.Tests.Writeback.Samples;

namespace ClayAspire.Domain.Tests.Edits;

public sealed class DriftJudgeTests
{
    private static readonly WrittenCell Write = new(new CellKey(Live(null).Key, "F"), Guid.Parse("0195e000-0000-7000-8000-0000000000d1"), 0, FieldValue.FromCanonical("ours"), Noon, Noon.AddSeconds(2));

    private static LastEdit Edit(EditorKind by, int minute, string? @new, Reason? gap = null) =>
        LastEdit.Made(new EditorVerdict(by, gap), "005", Noon.AddMinutes(minute), FieldValue.FromCanonical("ours"), @new is null ? null : FieldValue.FromCanonical(@new));

    [Fact]
    public void What_is_as_we_wrote_it_gone_or_hidden_needs_nobody_to_be_asked()
    {
        Assert.Equal(DriftOutcome.Kept, DriftJudge.Unchanged(Write, Live("ours"))!.Outcome);
        Assert.Equal(DriftOutcome.Kept, DriftJudge.Unchanged(Write, Live("ours", RecordState.Converted))!.Outcome);
        Assert.Equal(DriftOutcome.Gone, DriftJudge.Unchanged(Write, Live("ours", RecordState.Merged))!.Outcome);
        Assert.Equal(DriftOutcome.NotVisible, DriftJudge.Unchanged(Write, Live("ours") with { Values = new Dictionary<string, FieldValue>(StringComparer.Ordinal) })!.Outcome);
        Assert.Null(DriftJudge.Unchanged(Write, Live("theirs")));
        Assert.Null(DriftJudge.Unchanged(Write, Live(null)));
        // What we cleared is kept while it is blank.
        Assert.Equal(DriftOutcome.Kept, DriftJudge.Unchanged(Write with { Written = FieldValue.Blank }, Live(null))!.Outcome);
    }

    [Theory]
    [InlineData(EditorKind.Human)]
    [InlineData(EditorKind.Integration)]
    [InlineData(EditorKind.Automation)]
    [InlineData(EditorKind.Us)]
    public void A_later_edit_names_its_author_and_time(EditorKind by)
    {
        var finding = DriftJudge.Changed(Write, Live("theirs"), Edit(by, 60, "theirs"));
        Assert.Equal((DriftOutcome.Changed, by, Noon.AddMinutes(60), "theirs", null), (finding.Outcome, finding.By, finding.ChangedAt, finding.Seen.Text, finding.Gap));
    }

    [Fact]
    public void A_history_that_ends_with_our_own_write_does_not_say_who_changed_it()
    {
        foreach (var edit in new[] { Edit(EditorKind.Us, 0, "ours"), Edit(EditorKind.Us, 0, null), Edit(EditorKind.Human, -60, "older"), LastEdit.None, LastEdit.Creation(new EditorVerdict(EditorKind.Human), "005", Noon.AddDays(-9)) })
        {
            var finding = DriftJudge.Changed(Write, Live("theirs"), edit);
            Assert.Equal((EditorKind.Unknown, "history-has-no-later-edit", null), (finding.By, finding.Gap?.Code, finding.ChangedAt));
        }
    }

    [Fact]
    public void Without_history_or_editor_it_is_unknown_with_the_reason()
    {
        Assert.Equal("history-not-kept", DriftJudge.Changed(Write, Live("theirs"), LastEdit.Unavailable(EditReasons.NotKept("CampaignMember"))).Gap?.Code);
        var unlisted = DriftJudge.Changed(Write, Live("theirs"), Edit(EditorKind.Unknown, 60, "theirs", EditReasons.EditorNotVisible("icare", "005")));
        Assert.Equal((EditorKind.Unknown, "editor-not-visible", Noon.AddMinutes(60)), (unlisted.By, unlisted.Gap?.Code, unlisted.ChangedAt));
        Assert.Equal((EditorKind.Automation, null), (DriftJudge.Changed(Write, Live("theirs"), LastEdit.Computed).By, DriftJudge.Changed(Write, Live("theirs"), LastEdit.Computed).Gap));
    }
}
