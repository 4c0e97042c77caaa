using System.Globalization;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;

namespace ClayAspire.Domain.Writeback;

/// <summary>
/// Tells the story of a cell from what is stored of it. Pure: the same policy and facts tell the same story.
/// What would have altered the result is found by asking the <see cref="CellDecider"/> again, never by a second copy of its rules.
/// </summary>
public static class CellExplainer
{
    private static readonly (string Name, string Passed, string[] Codes)[] Filters =
    [
        ("Allowlist", "The field has a contract.", ["not-in-allowlist"]),
        ("Contract status", "The contract is Active.", ["draft", "pending-legal", "suspended", "read-only"]),
        ("Flow", "The flow carries the field.", ["not-carried-by-flow"]),
        ("Suppression", "Nothing suppresses the record for this flow.", [.. SuppressionReasons.Codes]),
        ("Record state", "The record is live.", ["record-converted", "record-merged", "record-deleted"]),
        ("Human edit", "No person edited the field last.", [EditReasons.EditedByHumanCode, .. EditReasons.GapCodes]),
        ("Source, type, standard, length, picklist", "At least one candidate is admissible.", ["source-not-allowed", "wrong-type", "not-standard", "too-long", "not-in-picklist", "no-candidate"]),
        ("Merge rule and live value", "", []),
        ("The CRM's own metadata", "The CRM takes the value.", ["field-not-visible", "field-is-formula", "field-not-writable"]),
    ];

    private const int EditFilter = 5;
    private const int CandidateFilter = 6;
    private const int MergeFilter = 7;
    private const int CrmFilter = 8;

    /// <summary>Explains a cell.</summary>
    /// <param name="policy">The policy in force.</param>
    /// <param name="facts">What is stored of the cell.</param>
    public static CellExplanation Explain(PolicySet policy, CellFacts facts)
    {
        var cell = facts.Cell;
        var contract = policy.Contract(cell.Record.Connection, cell.Record.Object, cell.Field);
        var last = facts.Plans.Count > 0 ? facts.Plans[^1] : null;
        var current = Current(facts, contract is not null);
        var flow = FlowOf(policy, facts, last);

        var now = new DecisionGround(policy, contract, flow,
            Record(facts, facts.Mirror?.State ?? RecordState.Live, FieldValue.FromCanonical(current.Value), facts.Suppression, CellEdits.Last(facts, last)),
            cell.Field, [.. facts.Offers.Select(o => o.Candidate)]);
        var today = now.Decide();
        var decision = last?.Decision ?? today;
        // The ground of the recorded decision: what the plan saw, under the contract in force.
        var ground = last is null ? now : now with
        {
            Live = Record(facts, StateOf(decision.Reason.Code), last.Old, SuppressionFacts.Of(decision), CellEdits.At(facts, last)),
            Candidates = decision.Winner is null ? [] : [decision.Winner, .. decision.Losers],
        };
        var candidates = Candidates(facts, ground, decision);
        var filters = FiltersOf(decision, ground, policy.Version);
        return new CellExplanation(
            cell.Record.Connection, cell.Record.Object, cell.Record.Id, cell.Field,
            Story(current, decision, last, contract, facts, today),
            current,
            contract is null ? null : new ExplainedContract(contract.Status, FieldContract.RuleName(contract.Rule), contract.Sources, contract.Owner, contract.Why) { ProtectsHumanEdits = HumanEditFilter.Needs(contract with { Status = ContractStatus.Active }), Standard = contract.Standard?.Name },
            new ExplainedDecision(decision.Verdict, decision.Reason, decision.RuleId, decision.PolicyVersion, ground.LiveValue.Text, decision.Value.Text, decision.WaitsFor,
                last?.PlanId, last?.SealedAt, last is null ? null : Today(decision, today)),
            filters, candidates, Change(ground, decision, policy.Version), Timeline(facts, current), facts.IsCut);
    }

    private static LiveRecord Record(CellFacts facts, RecordState state, FieldValue value, SuppressionFacts suppression, LastEdit edit) =>
        new LiveRecord(facts.Cell.Record, state, "", new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [facts.Cell.Field] = value }) { Suppression = suppression }
            .WithEdit(facts.Cell.Field, edit);

    private static RecordState StateOf(string reasonCode) => reasonCode switch
    {
        "record-converted" => RecordState.Converted,
        "record-merged" => RecordState.Merged,
        "record-deleted" => RecordState.Deleted,
        _ => RecordState.Live,
    };

    private static Flow FlowOf(PolicySet policy, CellFacts facts, PlanMention? last)
    {
        var record = facts.Cell.Record;
        var name = last?.Flow ?? (facts.Offers.Count > 0 ? facts.Offers.MaxBy(o => o.Candidate.SignalId)!.Flow : null);
        return (name is null ? null : policy.FindFlow(name))
            ?? policy.Flows.FirstOrDefault(f => f.Connections.Contains(record.Connection) && f.Carries(record.Object, facts.Cell.Field))
            ?? new Flow(name ?? "none", [record.Connection], [], [], ReleaseMode.Approval, "CRM Admin", false, null, TimeSpan.FromHours(24));
    }

    /// <summary>The freshest sight of the value in the CRM: a mirror reading, a plan's own reading, or our read-back.</summary>
    private static ExplainedValue Current(CellFacts facts, bool hasContract)
    {
        // A field that cannot be seen reads as blank, which says nothing.
        var sights = facts.Plans.Where(p => hasContract && p.Decision.Reason.Code != "field-not-visible").Select(p => (At: p.SealedAt, Value: p.Old)).ToList();
        if (facts.Mirror is { } mirror && (mirror.HasField || hasContract))
            sights.Add((mirror.ReadAt, mirror.Value));
        sights.AddRange(facts.Drifts.Where(d => d.Outcome is DriftOutcome.Kept or DriftOutcome.Changed).Select(d => (d.At, d.Seen)));
        var ours = facts.Runs.Where(r => r.IsVerified).MaxBy(r => r.VerifiedAt);
        if (ours is not null)
            sights.Add((ours.VerifiedAt!.Value, ours.New));
        if (sights.Count == 0)
        {
            return new ExplainedValue(null, ValueOrigin.Unknown, hasContract
                ? "The record was not read yet, so the value in the CRM is not known."
                : "The field is outside the allowlist, so it is not read either: its value in the CRM is not known here.", null);
        }
        var seen = sights.MaxBy(s => s.At);
        var sent = facts.Runs.Count > 0 && facts.Runs[^1].State is "intent" or "acknowledged" ? facts.Runs[^1] : null;
        if (sent is not null)
            return Ours(seen, sent, facts, ValueOrigin.SentByUs, $"{Quoted(sent.New)} was sent {At(sent.SentAt ?? sent.QueuedAt)} and is not read back yet.");
        if (ours is null)
        {
            return new ExplainedValue(seen.Value.Text, ValueOrigin.NotByUs,
                seen.Value.IsBlank ? $"The field was blank when it was last read, {At(seen.At)}. We never wrote it." : $"{Quoted(seen.Value)} is not from us: no run ever wrote this field. Last read {At(seen.At)}.", seen.At);
        }
        var by = Approver(facts, ours.PlanId) is { } who ? $", approved by {who}" : "";
        if (seen.Value == ours.New)
            return Ours(seen, ours, facts, ValueOrigin.WrittenByUs, $"{Quoted(ours.New)} was written by us{by}, and read back equal on {At(ours.VerifiedAt!.Value)}.");
        var (text, editedBy, editedAt) = CellEdits.Since(facts, ours, seen);
        var edited = Ours(seen, ours, facts, ValueOrigin.EditedSince, $"We wrote {Quoted(ours.New)}{by}, read back equal on {At(ours.VerifiedAt!.Value)}. {text}");
        return edited with { EditedBy = editedBy, EditedAt = editedAt };
    }

    private static ExplainedValue Ours((DateTimeOffset At, FieldValue Value) seen, RunMention run, CellFacts facts, ValueOrigin origin, string text) =>
        new(seen.Value.Text, origin, text, seen.At, run.New.Text, run.RunId, run.PlanId, Approver(facts, run.PlanId), run.VerifiedAt);

    private static string? Approver(CellFacts facts, Guid planId) =>
        facts.Plans.FirstOrDefault(p => p.PlanId == planId)?.Release is { IsApproval: true } release
            ? release.Approver == Release.PolicyApprover ? "the policy (pre-authorised flow)" : release.Approver
            : null;

    private static List<ExplainedCandidate> Candidates(CellFacts facts, DecisionGround ground, Decision decision)
    {
        var known = ground.Candidates.Select(c => c.SignalId).ToHashSet();
        var offers = facts.Offers.ToDictionary(o => o.Candidate.SignalId);
        // The evidence of a plan outlives the candidate's row, so both are looked at.
        var all = facts.Offers.Select(o => o.Candidate).UnionBy(ground.Candidates, c => c.SignalId)
            .OrderBy(c => c.SignalId == decision.Winner?.SignalId ? 0 : 1).ThenByDescending(c => c.OccurredAt).ThenByDescending(c => c.SignalId);
        var merged = FilterOf(decision) >= MergeFilter;
        return [.. all.Select(c =>
        {
            var offer = offers.GetValueOrDefault(c.SignalId);
            var (standing, why) = known.Contains(c.SignalId) ? Standing(ground, decision, c, merged) : Later(facts, ground, c);
            return new ExplainedCandidate(c.SignalId, c.Source, c.Value.Text, c.OccurredAt, offer?.ReceivedAt, offer?.State ?? "settled", standing, why);
        })];
    }

    private static (CandidateStanding, string) Standing(DecisionGround ground, Decision decision, Candidate c, bool merged)
    {
        if (!merged && decision.Verdict != Verdict.Write && FilterOf(decision) < CandidateFilter)
        {
            return (CandidateStanding.NotCompared, decision.Verdict switch
            {
                Verdict.Hold => "Kept for later: nothing was compared yet.",
                Verdict.Keep => "Not compared: a person edited the field last.",
                _ => "Not compared: the field was refused before any value was looked at.",
            });
        }
        if (ground.FaultOf(c) is { } fault)
            return (CandidateStanding.TurnedAway, fault.Text);
        if (decision.Winner is not { } winner || winner.SignalId == c.SignalId)
            return (CandidateStanding.Wins, decision.Verdict == Verdict.Write ? "The best of what was offered, and written." : $"The best of what was offered. {decision.Reason.Text}");
        return (CandidateStanding.Loses, Lack(ground.Contract, winner, c));
    }

    private static (CandidateStanding, string) Later(CellFacts facts, DecisionGround ground, Candidate c)
    {
        var sealedAt = facts.Plans.Count > 0 ? $" (sealed {At(facts.Plans[^1].SealedAt)})" : "";
        return ground.FaultOf(c) is { } fault
            ? (CandidateStanding.TurnedAway, fault.Text)
            : (CandidateStanding.CameLater, $"Not known when the plan was made{sealedAt}; the next plan looks at it.");
    }

    private static string Lack(FieldContract? contract, Candidate winner, Candidate loser)
    {
        var rule = contract?.Rule;
        if (loser.Value == winner.Value)
            return "Offers the same value as the winner.";
        if (rule is MergeRule.Union or MergeRule.SetOnce)
            return $"An earlier event had set the flag already ({At(winner.OccurredAt)}).";
        if (rule is not (MergeRule.Latest or MergeRule.Stage) && contract is not null && Place(contract, loser.Source) > Place(contract, winner.Source))
            return $"Source '{loser.Source}' ranks below '{winner.Source}'.";
        return loser.OccurredAt == winner.OccurredAt
            ? $"Happened at the same time as the winner; signal {winner.SignalId} came after signal {loser.SignalId}."
            : $"Happened earlier ({At(loser.OccurredAt)}) than the winner ({At(winner.OccurredAt)}).";
    }

    private static int Place(FieldContract contract, string source)
    {
        var place = contract.Sources.ToList().IndexOf(source);
        return place < 0 ? int.MaxValue : place;
    }

    private static int FilterOf(Decision decision)
    {
        for (var i = 0; i < Filters.Length; i++)
            if (Filters[i].Codes.Contains(decision.Reason.Code))
                return i;
        return decision.Verdict is Verdict.Write or Verdict.Keep ? MergeFilter : CrmFilter;
    }

    private static List<ExplainedFilter> FiltersOf(Decision decision, DecisionGround ground, string policyVersion)
    {
        var answered = FilterOf(decision);
        // The CRM's own list says no in the same words as the contract's; under an unchanged policy the contract lets the value pass.
        if (answered == CandidateFilter && decision.PolicyVersion == policyVersion && ground.Decide().Verdict == Verdict.Write)
            answered = CrmFilter;
        var wrote = decision.Verdict == Verdict.Write;
        return [.. Filters.Select((f, i) =>
        {
            if (i == answered)
                return new ExplainedFilter(f.Name, FilterOutcome.Answered, decision.Reason.Text);
            if (i < answered || (i == CrmFilter && wrote))
                return new ExplainedFilter(f.Name, FilterOutcome.Passed, i switch
                {
                    MergeFilter => "The rule wanted to write.",
                    EditFilter when !HumanEditFilter.Needs(ground.Contract) => "The contract does not protect human edits.",
                    _ => f.Passed,
                });
            return new ExplainedFilter(f.Name, FilterOutcome.NotReached, "Not reached.");
        })];
    }

    private static NearestChange? Change(DecisionGround ground, Decision decision, string policyVersion)
    {
        var again = ground.Decide();
        if (again.Verdict == decision.Verdict && again.Reason.Code == decision.Reason.Code)
            return Counterfactuals.Nearest(ground);
        var result = again.Verdict == Verdict.Write ? $"'{again.Value}' would be written" : again.Reason.Text;
        return decision.PolicyVersion == policyVersion
            ? new NearestChange("crm-metadata", $"If the CRM took it: {result}. {decision.Reason.Text}", 1, again.Verdict, again.Winner?.Value.Text)
            : new NearestChange("policy-in-force", $"Under the policy in force now, which is not the one that decided, the same facts give another answer: {result.TrimEnd('.')}.", 1, again.Verdict, again.Winner?.Value.Text);
    }

    private static string? Today(Decision recorded, Decision today)
    {
        if (today.Verdict == recorded.Verdict && today.Reason.Code == recorded.Reason.Code && today.Value == recorded.Value)
            return null;
        return today.Verdict == Verdict.Write ? $"Write '{today.Value}': {today.Reason.Text}" : $"{today.Verdict}: {today.Reason.Text}";
    }

    private static string Story(ExplainedValue current, Decision decision, PlanMention? last, FieldContract? contract, CellFacts facts, Decision today)
    {
        if (facts.Offers.Count == 0 && last is null)
            return contract is null ? $"{current.Text} Nothing was ever offered for it, and nothing could be written: it has no field contract." : $"{current.Text} Nothing was ever offered for it.";
        var offered = decision.Winner?.Value is { } value ? $"'{value}' from '{decision.Winner.Source}'" : "Nothing";
        switch (decision.Verdict)
        {
            case Verdict.Hold:
                return $"{current.Text} {offered} is held: {decision.Reason.Text}";
            case Verdict.Refuse:
                return $"{current.Text} {offered} was refused: {decision.Reason.Text}";
            case Verdict.Keep when current.Origin != ValueOrigin.EditedSince:
                return $"{current.Text} {offered} is the best of what was offered, and the CRM's value was kept: {decision.Reason.Text}";
            case Verdict.Keep:
                return $"{current.Text} It is left alone: {decision.Reason.Text}";
        }
        if (last is null)
            return $"{current.Text} {offered} waits for the next plan, which would write it: {decision.Reason.Text}";
        var run = facts.Runs.LastOrDefault(r => r.PlanId == last.PlanId);
        return (run, last) switch
        {
            ({ IsVerified: true }, _) when current.Origin == ValueOrigin.EditedSince && today.Verdict != Verdict.Write => $"{current.Text} It is left alone: {today.Reason.Text}",
            ({ IsVerified: true }, _) => current.Text,
            ({ Reason: { } why, State: "rejected" }, _) => $"{current.Text} Writing {offered} was rejected: {why.Text}",
            ({ Reason: { } why }, _) => $"{current.Text} Writing {offered} was skipped: {why.Text}",
            (_, { Declined: { } no }) => $"{current.Text} {no.By} declined to write {offered}: {no.Reason} It is not offered again until the source says something else.",
            (_, { Release: { IsApproval: false } no }) => $"{current.Text} {no.Approver} refused the plan that would have written {offered}.",
            (_, { Release: { IsApproval: true, CoversCell: false } }) => $"{current.Text} {offered} was left out of a partial approval; it is offered again in the next plan.",
            (_, { PlanState: "expired" }) => $"{current.Text} The plan that would have written {offered} expired unreleased.",
            (_, { Release: null, Decision.NeedsNamedApproval: true }) => $"{current.Text} {offered} is offered and waits for an approval that names this cell: {Cautions(decision.Caution)}.",
            (_, { Release: null }) => $"{current.Text} {offered} is planned and waits for release.",
            _ => $"{current.Text} {offered} is released and on its way.",
        };
    }

    private static List<ExplainedEvent> Timeline(CellFacts facts, ExplainedValue current)
    {
        var events = new List<ExplainedEvent>();
        foreach (var offer in facts.Offers)
            events.Add(new ExplainedEvent(offer.ReceivedAt, "offered", $"'{offer.Candidate.Value}' arrived from '{offer.Candidate.Source}' (signal {offer.Candidate.SignalId}, happened {At(offer.Candidate.OccurredAt)})."));
        foreach (var plan in facts.Plans)
        {
            var what = plan.Decision.Verdict == Verdict.Write ? $"Write '{plan.Decision.Value}' over {Quoted(plan.Old)}" : plan.Decision.Verdict.ToString();
            events.Add(new ExplainedEvent(plan.SealedAt, "decided", $"{what}, in a plan of {plan.Flow} asked for by {plan.Author}: {plan.Decision.Reason.Text}", plan.PlanId));
            if (plan.Declined is { } declined)
                events.Add(new ExplainedEvent(declined.At, "declined", $"{declined.By} declined this change: {declined.Reason}", plan.PlanId));
            else if (plan.Release is { } release && plan.Decision.Verdict == Verdict.Write)
                events.Add(release switch
                {
                    { IsApproval: false } => new ExplainedEvent(release.At, "refused", $"{release.Approver} refused the plan: {release.Reason ?? "no reason given"}", plan.PlanId),
                    { CoversCell: false } => new ExplainedEvent(release.At, "left-out", $"{release.Approver} released other cells of the plan and left this one out.", plan.PlanId),
                    _ => new ExplainedEvent(release.At, "released", $"Released by {Approver(facts, plan.PlanId)}.", plan.PlanId),
                });
        }
        foreach (var run in facts.Runs)
        {
            if (run.SentAt is { } sent)
                events.Add(new ExplainedEvent(sent, "sent", $"'{run.New}' was sent to {facts.Cell.Record.Connection}.", run.PlanId, run.RunId));
            var end = run.VerifiedAt ?? run.EndedAt ?? run.SentAt ?? run.QueuedAt;
            if (run.IsVerified)
                events.Add(new ExplainedEvent(end, "verified", $"Read back equal: the CRM has {Quoted(run.New)}.", run.PlanId, run.RunId));
            else if (run.State is "rejected" or "skipped")
                events.Add(new ExplainedEvent(end, run.State, run.Reason?.Text ?? "No reason was kept.", run.PlanId, run.RunId));
        }
        events.AddRange(CellEdits.Timeline(facts));
        if (current is { Origin: ValueOrigin.EditedSince, SeenAt: { } seen, EditedAt: null })
            events.Add(new ExplainedEvent(seen, "edited", $"The CRM held {(current.Value is { } v ? $"'{v}'" : "a blank")} instead of '{current.OurValue}': changed by somebody else after our read-back."));
        else if (facts.Mirror is { } mirror && current.SeenAt == mirror.ReadAt)
            events.Add(new ExplainedEvent(mirror.ReadAt, "read", $"Last read from the CRM: {(current.Value is { } v ? $"'{v}'" : "blank")}."));
        return [.. events.Select((e, i) => (e, i)).OrderBy(x => x.e.At).ThenBy(x => x.i).Select(x => x.e)];
    }

    private static string Cautions(Caution caution) => caution switch
    {
        Caution.Overwrite => "it replaces a value that is there",
        Caution.LowConfidence => "its confidence is below what the contract asks",
        _ => "it replaces a value that is there, and its confidence is below what the contract asks",
    };

    internal static string Quoted(FieldValue value) => value.IsBlank ? "a blank" : $"'{value}'";

    internal static string At(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
