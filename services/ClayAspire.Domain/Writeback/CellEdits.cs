using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>The part of a cell's story that others wrote: who edited it in the CRM, and what the drift watch saw.</summary>
internal static class CellEdits
{
    /// <summary>The last edit that is known today.</summary>
    public static LastEdit Last(CellFacts facts, PlanMention? plan) => facts.Edits.Count > 0 ? facts.Edits[^1] : At(facts, plan);

    /// <summary>The last edit as a plan found it, by the reason that it gave.</summary>
    public static LastEdit At(CellFacts facts, PlanMention? plan)
    {
        if (plan is null)
            return LastEdit.None;
        var reason = plan.Decision.Reason;
        if (EditReasons.GapCodes.Contains(reason.Code))
            return LastEdit.Unavailable(reason);
        if (reason.Code != EditReasons.EditedByHumanCode)
            return LastEdit.None;
        // When the edit itself was not kept, the reason is all there is of it.
        return facts.Edits.LastOrDefault(e => e.By == EditorKind.Human && e.At <= plan.SealedAt)
            ?? LastEdit.Made(new EditorVerdict(EditorKind.Human), "", plan.SealedAt, null, null);
    }

    /// <summary>What became of a value of ours that is not there any more: the sentence, who, when.</summary>
    public static (string Text, EditorKind? By, DateTimeOffset? At) Since(CellFacts facts, RunMention ours, (DateTimeOffset At, FieldValue Value) seen)
    {
        var from = (ours.SentAt ?? ours.VerifiedAt!.Value) - DriftJudge.Skew;
        if (facts.Edits.LastOrDefault(e => e.At >= from && !e.IsCreation && !IsOurWrite(facts, e)) is { } edit)
        {
            var again = edit.New is { } value && value != seen.Value ? " It was changed again since." : "";
            var how = edit.By == EditorKind.Us ? $" ({UnderOurUser})" : "";
            return ($"{Sentence(edit.By)} changed it in the CRM {CellExplainer.At(edit.At!.Value)}{how}: it reads {CellExplainer.Quoted(seen.Value)}.{again}", edit.By, edit.At);
        }
        if (facts.Drifts.LastOrDefault(d => d.Outcome == DriftOutcome.Changed && d.At >= ours.VerifiedAt) is { } drift)
            return ($"{Sentence(drift.By)} changed it since: {CellExplainer.At(drift.At)} it read {CellExplainer.Quoted(drift.Seen)}.{(drift.Gap is { } gap ? $" {gap.Text}" : "")}", drift.By, null);
        return ($"Somebody else changed it since: {CellExplainer.At(seen.At)} it read {CellExplainer.Quoted(seen.Value)}.", null, null);
    }

    /// <summary>The edits of others and the looks of the drift watch.</summary>
    public static IEnumerable<ExplainedEvent> Timeline(CellFacts facts)
    {
        foreach (var edit in facts.Edits.Where(e => !IsOurWrite(facts, e)))
        {
            var values = edit is { Old: { } old, New: { } @new } ? $", {CellExplainer.Quoted(old)} → {CellExplainer.Quoted(@new)}" : "";
            var user = string.IsNullOrEmpty(edit.EditorId) ? "" : $" (user {edit.EditorId})";
            yield return edit.IsCreation
                ? new ExplainedEvent(edit.At!.Value, "created", $"The record was made in the CRM by {EditorKinds.Subject(edit.By)}{user}; the field was not edited between that and our last look.")
                : new ExplainedEvent(edit.At!.Value, "edited", $"Edited by {EditorKinds.Subject(edit.By)} in the CRM{values}{user}.{(edit.By == EditorKind.Us ? $" That is {UnderOurUser}." : "")}");
        }
        foreach (var drift in facts.Drifts)
        {
            yield return new ExplainedEvent(drift.At, "checked", drift.Outcome switch
            {
                DriftOutcome.Kept => $"Drift watch: still {CellExplainer.Quoted(drift.Written)}, as we wrote it.",
                DriftOutcome.Changed => $"Drift watch: {CellExplainer.Quoted(drift.Seen)} instead of {CellExplainer.Quoted(drift.Written)}, changed by {EditorKinds.Subject(drift.By)}.{(drift.Gap is { } gap ? $" {gap.Text}" : "")}",
                DriftOutcome.Gone => "Drift watch: the record is gone.",
                _ => "Drift watch: the integration user cannot see the field any more.",
            });
        }
    }

    private const string UnderOurUser = "under our own user, though no run of ours wrote that value: an automation that our write set off, or another program with our credentials";

    // Where the history keeps no values, an edit under our user passes for ours.
    private static bool IsOurWrite(CellFacts facts, LastEdit edit) =>
        edit.By == EditorKind.Us && (edit.New is not { } value || facts.Runs.Any(r => r.New == value));

    private static string Sentence(EditorKind by)
    {
        var subject = EditorKinds.Subject(by);
        return char.ToUpperInvariant(subject[0]) + subject[1..];
    }
}
