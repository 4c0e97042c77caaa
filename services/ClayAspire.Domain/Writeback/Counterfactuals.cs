using System.Globalization;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;

namespace ClayAspire.Domain.Writeback;

/// <summary>What a decision was made on. One edit of it is one "what if".</summary>
/// <param name="Policy">The policy, of whose contracts <paramref name="Contract"/> alone counts.</param>
/// <param name="Contract">The field's contract.</param>
/// <param name="Flow">The flow.</param>
/// <param name="Live">The record.</param>
/// <param name="Field">The field.</param>
/// <param name="Candidates">What was offered.</param>
internal sealed record DecisionGround(PolicySet Policy, FieldContract? Contract, Flow Flow, LiveRecord Live, string Field, IReadOnlyList<Candidate> Candidates)
{
    public FieldValue LiveValue => Live.Value(Field);

    public Decision Decide() => CellDecider.Decide(
        new PolicySet(Policy.Version, Contract is null ? [] : [Contract], [Flow], []) { Suppression = Policy.Suppression, Escalation = Policy.Escalation },
        Flow, Live, Field, Candidates);

    public DecisionGround WithLive(FieldValue value) =>
        this with { Live = Live with { Values = new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [Field] = value } } };

    /// <summary>Why a candidate may not compete at all; null when it may. Asked of the decider itself: alone, and with nothing else in its way.</summary>
    public Reason? FaultOf(Candidate candidate)
    {
        if (Contract is null)
            return null;
        var rule = Contract.Rule == MergeRule.ReadOnly ? MergeRule.FillBlank : Contract.Rule;
        var live = Live with { State = RecordState.Live, Suppression = SuppressionFacts.None };
        var alone = (this with { Contract = Contract with { Status = ContractStatus.Active, Rule = rule, Protect = Protection.None }, Candidates = [candidate], Live = live })
            .WithLive(FieldValue.Blank).Carried().Decide();
        return alone.Verdict == Verdict.Refuse ? alone.Reason : null;
    }

    public DecisionGround Carried() => this with { Flow = Flow with { Fields = [.. Flow.Fields, new FlowField(Live.Key.Object, Field)] } };
}

/// <summary>Looks for the nearest change that alters a decision, by deciding again: first with one thing different, then with two.</summary>
internal static class Counterfactuals
{
    private sealed record Edit(string Code, string Text, Func<DecisionGround, DecisionGround> Apply);

    /// <summary>The first change, nearest first, that turns the decision into a write, away from one, or to another value.</summary>
    public static NearestChange? Nearest(DecisionGround ground)
    {
        var before = ground.Decide();
        var edits = Edits(ground, before).ToArray();
        foreach (var edit in edits)
            if (Alters(before, edit.Apply(ground).Decide()) is { } after)
                return Found(ground, [edit], after);
        for (var i = 0; i < edits.Length; i++)
            for (var j = i + 1; j < edits.Length; j++)
                if (edits[i].Code != edits[j].Code && Alters(before, edits[j].Apply(edits[i].Apply(ground)).Decide()) is { } after)
                    return Found(ground, [edits[i], edits[j]], after);
        return null;
    }

    private static Decision? Alters(Decision before, Decision after)
    {
        var altered = before.Verdict == Verdict.Write
            ? after.Verdict != Verdict.Write || after.Value != before.Value
            : after.Verdict == Verdict.Write || (after.Verdict == before.Verdict && after.Winner is { } winner && winner.Value != before.Winner?.Value);
        return altered ? after : null;
    }

    private static NearestChange Found(DecisionGround ground, IReadOnlyList<Edit> edits, Decision after)
    {
        var result = after.Verdict switch
        {
            Verdict.Write when after.Winner?.SignalId == long.MaxValue => "that value would have been written",
            Verdict.Write when ground.Candidates.FirstOrDefault(c => c.SignalId == after.Winner?.SignalId) is { } offered && offered.Value != after.Value && after.Value == after.Winner!.Value =>
                $"'{after.Value}', the standard form of '{offered.Value}', would have been written",
            Verdict.Write => $"'{after.Value}' would have been written",
            Verdict.Keep when after.Winner is { } winner && after.Reason.Code == Reasons.NotBlank.Code => $"the CRM's value would have been kept, and '{winner.Value}' only offered",
            Verdict.Keep => "the CRM's value would have been kept",
            Verdict.Hold => "the value would have been held",
            _ => "the value would have been refused",
        };
        return new NearestChange(string.Join('+', edits.Select(e => e.Code)), $"{string.Join(", and ", edits.Select((e, i) => i == 0 ? e.Text : Lower(e.Text)))}: {result}.", edits.Count, after.Verdict,
            after.Verdict == Verdict.Write ? after.Value.Text : after.Winner?.Value.Text);
    }

    // To the second: what happened within the same minute is told apart.
    private static string Second(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Lower(string text) => char.ToLowerInvariant(text[0]) + text[1..];

    private static IEnumerable<Edit> Edits(DecisionGround ground, Decision before)
    {
        var cell = $"{ground.Live.Key.Object}.{ground.Field}";
        var admissible = ground.Contract is null ? [.. ground.Candidates] : ground.Candidates.Where(c => ground.FaultOf(c) is null).ToArray();
        var better = Better(ground, before, admissible).ToArray();
        var blank = new Edit("blank-live-value", "If the CRM field had been blank", g => g.WithLive(FieldValue.Blank));

        if (ground.Contract is not { } contract)
        {
            var sources = ground.Candidates.Select(c => c.Source).Distinct(StringComparer.Ordinal).ToArray();
            yield return new Edit("contract-added", $"If {cell} had a field contract, Active, rule fill-blank, with source {string.Join(" and ", sources.Select(s => $"'{s}'"))}", g => g with
            {
                Contract = new FieldContract(g.Live.Key.Connection, g.Live.Key.Object, g.Field, FieldType.Text, ContractStatus.Active, MergeRule.FillBlank, sources, g.Flow.ReleaseRole, null, [], "what if"),
            });
        }
        else
        {
            // A formula stays one whatever its contract says, so read-only contracts are not "activated" here.
            if (contract.Status is ContractStatus.Draft or ContractStatus.PendingLegal or ContractStatus.Suspended)
                yield return new Edit("contract-active", contract.Status switch
                {
                    ContractStatus.Draft => $"If the contract of {cell} were Active (it is a draft, and takes the DPO's signature)",
                    ContractStatus.PendingLegal => $"If the contract of {cell} were Active (it waits for the DPO's signature)",
                    _ => $"If the contract of {cell} were Active and not suspended",
                }, g => g with { Contract = g.Contract! with { Status = ContractStatus.Active } });
            foreach (var source in ground.Candidates.Select(c => c.Source).Where(s => !contract.Sources.Contains(s)).Distinct(StringComparer.Ordinal))
                yield return new Edit("source-listed", $"If the contract of {cell} listed source '{source}'", g => g with { Contract = g.Contract! with { Sources = [.. g.Contract!.Sources, source] } });
            foreach (var (candidate, code) in ground.Candidates.Select(c => (c, ground.FaultOf(c)?.Code)))
            {
                if (code == "not-in-picklist")
                    yield return new Edit("value-in-picklist", $"If '{candidate.Value}' were in the picklist of {cell}", g => g with { Contract = g.Contract! with { Values = [.. g.Contract!.Values, candidate.Value.Text!] } });
                else if (code == "not-standard" && contract.Standard is { } standard)
                    yield return new Edit("value-standard", $"If '{candidate.Value}' were of standard '{standard.Name}' (such as '{standard.Samples[0]}')", g => g with { Contract = g.Contract! with { Standard = null } });
                else if (code == "too-long")
                    yield return new Edit("longer-field", $"If {cell} took {candidate.Value.Text!.Length} characters instead of {contract.MaxLength}", g => g with { Contract = g.Contract! with { MaxLength = candidate.Value.Text.Length } });
            }
        }
        if (!ground.Flow.Carries(ground.Live.Key.Object, ground.Field))
            yield return new Edit("flow-carries-field", $"If flow '{ground.Flow.Name}' carried {cell}", g => g.Carried());
        if (SuppressionReasons.Codes.Contains(before.Reason.Code))
            yield return new Edit("not-suppressed", "If nothing suppressed the record", g => g with { Live = g.Live with { Suppression = SuppressionFacts.None } });
        if (ground.Live.State != RecordState.Live)
            yield return new Edit("record-live", $"If the record were not {ground.Live.State.ToString().ToLowerInvariant()}", g => g with { Live = g.Live with { State = RecordState.Live } });
        if (before.Reason.Code == EditReasons.EditedByHumanCode)
            yield return new Edit("no-human-edit", "If no person had edited the field last", g => g with { Live = g.Live.WithEdit(g.Field, LastEdit.None) });
        else if (EditReasons.GapCodes.Contains(before.Reason.Code))
            yield return new Edit("history-known", "If the CRM's field history showed that no person edited the field last", g => g with { Live = g.Live.WithEdit(g.Field, LastEdit.None) });

        // Where the field holds the winning value already, "if it were blank" says nothing new; what a loser lacked does.
        var winnerStands = before.Verdict == Verdict.Write || before.Reason.Code is "already-equal" or "already-set";
        if (winnerStands)
            foreach (var edit in better)
                yield return edit;
        if (before.Verdict == Verdict.Write)
        {
            if (ground.LiveValue.IsBlank)
                yield return new Edit("live-value-there", "If the CRM field had held another value when the plan was sealed", g => g.WithLive(FieldValue.FromCanonical("another value")));
            if (before.Winner is { } winner)
            {
                if (ground.Contract is { Rule: MergeRule.Latest } latest)
                    yield return new Edit("later-value", $"If a listed source had offered another value that happened after {Second(winner.OccurredAt)}", g => g with
                    {
                        Candidates = [.. g.Candidates, new Candidate(long.MaxValue, latest.Sources[0], winner.OccurredAt.AddSeconds(1), OtherThan(latest, winner.Value))],
                    });
                yield return new Edit("live-value-equal", $"If the CRM field had held '{winner.Value}' already", g => g.WithLive(winner.Value));
            }
        }
        else if (before is { Reason.Code: "move-not-allowed", Winner: { } asked } && ground.Contract is { Lifecycle: { } lifecycle })
        {
            yield return new Edit("move-in-lifecycle", $"If lifecycle '{lifecycle.Name}' had the move from {ground.LiveValue} to '{asked.Value}'", g => g with
            {
                Contract = g.Contract! with { Lifecycle = lifecycle with { Moves = [.. lifecycle.Moves, new LifecycleMove(g.LiveValue.Text, asked.Value.Text!)] } },
            });
        }
        else if (before.Reason.Code == Reasons.ChangedSince.Code)
        {
            yield return new Edit("not-settled", "If this value were new and had not had its plan before (a new signal that offers it again)", g => g with { Candidates = [.. g.Candidates.Select(c => c with { IsSettled = false })] });
        }
        if (!ground.LiveValue.IsBlank)
            yield return blank;
        if (!winnerStands)
            foreach (var edit in better)
                yield return edit;
        if (ground.Candidates.Count == 0 && ground.Contract is { Sources.Count: > 0 } known)
            yield return new Edit("value-offered", $"If source '{known.Sources[0]}' had offered a value", g => g with
            {
                Candidates = [new Candidate(long.MaxValue, known.Sources[0], DateTimeOffset.UnixEpoch, SampleOf(known))],
            });
    }

    /// <summary>What each loser lacked: a later time, or a better place of its source.</summary>
    private static IEnumerable<Edit> Better(DecisionGround ground, Decision before, Candidate[] admissible)
    {
        if (before.Winner is not { } winner)
            yield break;
        foreach (var loser in admissible.Where(c => c.SignalId != winner.SignalId && c.Value != winner.Value).OrderByDescending(c => c.OccurredAt))
        {
            yield return new Edit("later-time", $"If '{loser.Value}' from '{loser.Source}' (signal {loser.SignalId}) had happened after {Second(winner.OccurredAt)}", g => g with
            {
                Candidates = [.. g.Candidates.Select(c => c.SignalId == loser.SignalId ? c with { OccurredAt = winner.OccurredAt.AddSeconds(1), IsSettled = false } : c)],
            });
            if (ground.Contract is { } contract && loser.Source != winner.Source)
                yield return new Edit("source-first", $"If source '{loser.Source}' stood before '{winner.Source}' in the contract", g => g with
                {
                    Contract = g.Contract! with { Sources = [loser.Source, .. contract.Sources.Where(s => s != loser.Source)] },
                });
        }
    }

    private static FieldValue OtherThan(FieldContract contract, FieldValue value) =>
        contract.Type == FieldType.Picklist && contract.Values.FirstOrDefault(v => v != value.Text) is { } other ? FieldValue.FromCanonical(other)
        : contract.Standard?.Samples.FirstOrDefault(s => s != value.Text) is { } sample ? FieldValue.FromCanonical(sample)
        : SampleOf(contract);

    private static FieldValue SampleOf(FieldContract contract) => FieldValue.FromCanonical(contract.Type switch
    {
        FieldType.Checkbox => "true",
        FieldType.Number => "1",
        FieldType.DateTime => "2000-01-01T00:00:00Z",
        FieldType.Picklist when contract.Values.Count > 0 => contract.Values[0],
        FieldType.Email => "a@b.example",
        _ => contract.Standard?.Samples[0] ?? "a value",
    });
}
