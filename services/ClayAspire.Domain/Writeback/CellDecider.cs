using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;

namespace ClayAspire.Domain.Writeback;

/// <summary>
/// Decides one cell: filters first, first that fires answers; then the contract's merge rule over the set of candidates;
/// then the live value. Pure and total: the same policy, live record and set of candidates give the same decision
/// in whatever order the candidates stand.
/// </summary>
public static class CellDecider
{
    /// <summary>Decides <paramref name="field"/> of <paramref name="live"/>.</summary>
    /// <param name="policy">The policy in force.</param>
    /// <param name="flow">The flow that the plan is made for.</param>
    /// <param name="live">The record as just read.</param>
    /// <param name="field">The field's API name.</param>
    /// <param name="candidates">Every candidate known for this cell; none may be blank.</param>
    /// <exception cref="ArgumentException">A candidate is blank: a blank offers nothing and must not become a candidate.</exception>
    public static Decision Decide(PolicySet policy, Flow flow, LiveRecord live, string field, IReadOnlyCollection<Candidate> candidates) =>
        Decide(policy, flow, live, field, candidates, MergeRules.Shipped);

    /// <summary>Decides by other merge rules than the shipped ones: for checks of a rule's stated strength.</summary>
    /// <inheritdoc cref="Decide(PolicySet, Flow, LiveRecord, string, IReadOnlyCollection{Candidate})"/>
    /// <param name="policy">The policy in force.</param>
    /// <param name="flow">The flow that the plan is made for.</param>
    /// <param name="live">The record as just read.</param>
    /// <param name="field">The field's API name.</param>
    /// <param name="candidates">Every candidate known for this cell; none may be blank.</param>
    /// <param name="rules">The merge rules.</param>
    public static Decision Decide(PolicySet policy, Flow flow, LiveRecord live, string field, IReadOnlyCollection<Candidate> candidates, MergeRules rules)
    {
        foreach (var candidate in candidates)
            if (candidate.Value.IsBlank)
                throw new ArgumentException("A blank value is no candidate; blanks never clear a field.", nameof(candidates));

        var cell = new CellKey(live.Key, field);
        var ranked = Rank(candidates);
        var contract = policy.Contract(cell.Record.Connection, cell.Record.Object, field);

        Decision Answer(Verdict verdict, Reason reason, string? waitsFor = null) =>
            new(verdict, FieldValue.Blank, reason, contract?.RuleId ?? "allowlist", policy.Version, ranked.Count > 0 ? ranked[0] : null, Others(ranked, ranked.Count > 0 ? ranked[0] : null), waitsFor);

        if (contract is null)
            return Answer(Verdict.Refuse, Reasons.NotInAllowlist(cell));
        switch (contract.Status)
        {
            case ContractStatus.Draft:
                return Answer(Verdict.Hold, Reasons.Draft(contract), contract.Owner);
            case ContractStatus.PendingLegal:
                return Answer(Verdict.Hold, Reasons.PendingLegal(contract), ContractLife.SigningRole);
            // A stop from the console is lifted again, and nothing must be enriched anew then; what the files stop is refused.
            case ContractStatus.Suspended when contract.Standing?.Suspension is { } suspension:
                return Answer(Verdict.Hold, Reasons.Suspended(contract), suspension.Role);
            case ContractStatus.Suspended:
                return Answer(Verdict.Refuse, Reasons.Suspended(contract));
            case ContractStatus.ReadOnly:
                return Answer(Verdict.Refuse, Reasons.ReadOnly(contract));
            case ContractStatus.Active:
                break;
        }
        if (contract.Rule == MergeRule.ReadOnly)
            return Answer(Verdict.Refuse, Reasons.ReadOnly(contract));
        if (!flow.Carries(cell.Record.Object, field))
            return Answer(Verdict.Refuse, Reasons.NotCarriedByFlow(flow, cell));
        if (SuppressionFilter.Check(policy, flow, live) is { } suppressed)
            return Answer(suppressed.Verdict, suppressed.Reason, suppressed.WaitsFor);
        if (Succession.Of(policy, flow, live, field) is { } next)
            return Answer(Verdict.Keep, Reasons.LivesOn(live, next));
        switch (live.State)
        {
            case RecordState.Converted:
                return Answer(Verdict.Hold, Reasons.Converted(live), contract.Owner);
            case RecordState.Merged:
                return Answer(Verdict.Hold, Reasons.Merged, contract.Owner);
            case RecordState.Deleted:
                return Answer(Verdict.Refuse, Reasons.Deleted);
            case RecordState.Live:
                break;
        }

        if (HumanEditFilter.Check(contract, live, field) is { } kept)
            return Answer(kept.Verdict, kept.Reason, kept.WaitsFor);

        var admissible = new List<Candidate>(ranked.Count);
        Reason? turnedAway = null;
        foreach (var candidate in ranked)
        {
            if (Fault(contract, candidate, out var admitted) is { } fault)
                turnedAway ??= fault;
            else
                admissible.Add(admitted);
        }
        if (admissible.Count == 0)
            return Answer(Verdict.Refuse, turnedAway ?? Reasons.NoCandidate);
        var merged = rules.Of(contract.Rule).Merge(contract, contract.Comparable(live.Value(field)), admissible);
        if (!merged.IsWrite)
            return new Decision(Verdict.Keep, FieldValue.Blank, merged.Reason, contract.RuleId, policy.Version, merged.Winner, Others(ranked, merged.Winner));
        return new Decision(Verdict.Write, merged.Winner.Value, merged.Reason, contract.RuleId, policy.Version, merged.Winner, Others(ranked, merged.Winner))
        {
            Caution = merged.Winner.Confidence < contract.MinConfidence ? merged.Caution | Caution.LowConfidence : merged.Caution,
        };
    }

    /// <summary>Why a candidate may not compete; null when it may.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="candidate">The candidate as it was offered.</param>
    /// <param name="admitted">
    /// The candidate with its value in the contract's standard. An offer was standardised when it was made; one that was made before the contract
    /// had its standard is standardised here, so that nothing has to be enriched again.
    /// </param>
    private static Reason? Fault(FieldContract contract, Candidate candidate, out Candidate admitted)
    {
        admitted = candidate;
        if (!contract.Sources.Contains(candidate.Source))
            return Reasons.SourceNotAllowed(contract, candidate.Source);
        if (!contract.TryRead(candidate.Value.Text, out var value, out var fault))
            return fault;
        if (value != candidate.Value)
        {
            // Without a standard, a value that its type spells otherwise was never read, and is no value of that type.
            if (contract.Standard is null || value.IsBlank)
                return Reasons.WrongType(contract);
            admitted = candidate with { Value = value };
        }
        if (contract.MaxLength is { } max && value.Text!.Length > max)
            return Reasons.TooLong(contract, value.Text.Length);
        if (contract.Type == FieldType.Picklist && contract.Values.Count > 0 && !contract.Values.Contains(value.Text!))
            return Reasons.NotInPicklist(contract);
        return null;
    }

    private static List<Candidate> Rank(IReadOnlyCollection<Candidate> candidates)
    {
        var ranked = new List<Candidate>(candidates);
        ranked.Sort(LatestFirst);
        // The same signal offers the same value, so its repetitions stand side by side.
        for (var i = ranked.Count - 1; i > 0; i--)
            if (ranked[i].SignalId == ranked[i - 1].SignalId)
                ranked.RemoveAt(i);
        return ranked;
    }

    // By content before the signal's id: ids are given in order of arrival, which must not decide which refusal is named.
    private static int LatestFirst(Candidate a, Candidate b)
    {
        var order = b.OccurredAt.CompareTo(a.OccurredAt);
        if (order == 0)
            order = string.CompareOrdinal(a.Source, b.Source);
        if (order == 0)
            order = string.CompareOrdinal(a.Value.Text, b.Value.Text);
        return order != 0 ? order : b.SignalId.CompareTo(a.SignalId);
    }

    private static IReadOnlyList<Candidate> Others(List<Candidate> ranked, Candidate? winner)
    {
        if (ranked.Count <= 1)
            return [];
        var others = new List<Candidate>(ranked.Count - 1);
        foreach (var candidate in ranked)
            if (candidate.SignalId != winner!.SignalId)
                others.Add(candidate);
        return others;
    }
}
