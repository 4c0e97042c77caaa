using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

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
    public static Decision Decide(PolicySet policy, Flow flow, LiveRecord live, string field, IReadOnlyCollection<Candidate> candidates)
    {
        if (candidates.Any(c => c.Value.IsBlank))
            throw new ArgumentException("A blank value is no candidate; blanks never clear a field.", nameof(candidates));

        var cell = new CellKey(live.Key, field);
        var ranked = Rank(candidates);
        var contract = policy.Contract(cell.Record.Connection, cell.Record.Object, field);

        Decision Answer(Verdict verdict, Reason reason, string? waitsFor = null) =>
            new(verdict, FieldValue.Blank, reason, contract?.RuleId ?? "allowlist", policy.Version, ranked.FirstOrDefault(), Rest(ranked), waitsFor);

        if (contract is null)
            return Answer(Verdict.Refuse, Reasons.NotInAllowlist(cell));
        switch (contract.Status)
        {
            case ContractStatus.PendingLegal:
                return Answer(Verdict.Hold, Reasons.PendingLegal(contract), "DPO");
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
        switch (live.State)
        {
            case RecordState.Converted:
                return Answer(Verdict.Hold, Reasons.Converted, contract.Owner);
            case RecordState.Merged:
                return Answer(Verdict.Hold, Reasons.Merged, contract.Owner);
            case RecordState.Deleted:
                return Answer(Verdict.Refuse, Reasons.Deleted);
            case RecordState.Live:
                break;
        }

        var admissible = new List<Candidate>(ranked.Count);
        Reason? turnedAway = null;
        foreach (var candidate in ranked)
        {
            var fault = Fault(contract, candidate);
            if (fault is null)
                admissible.Add(candidate);
            else
                turnedAway ??= fault;
        }
        if (admissible.Count == 0)
            return Answer(Verdict.Refuse, turnedAway ?? Reasons.NoCandidate);
        return Merge(policy, contract, live.Value(field), admissible, ranked);
    }

    private static Decision Merge(PolicySet policy, FieldContract contract, FieldValue liveValue, List<Candidate> admissible, IReadOnlyList<Candidate> all)
    {
        var winner = contract.Rule switch
        {
            // "True if any says true": the earliest true is the evidence. A candidate is never blank, so each says true.
            MergeRule.Union or MergeRule.SetOnce => admissible.MinBy(c => (c.OccurredAt, c.SignalId))!,
            MergeRule.Latest => admissible.MaxBy(c => (c.OccurredAt, c.SignalId))!,
            MergeRule.FillBlank => admissible
                .OrderBy(c => SourceRank(contract, c.Source))
                .ThenByDescending(c => c.OccurredAt).ThenByDescending(c => c.SignalId).First(),
            MergeRule.ReadOnly => throw new InvalidOperationException("A read-only contract never reaches its merge rule."),
        };
        var losers = all.Where(c => c.SignalId != winner.SignalId).ToArray();
        Decision Answer(Verdict verdict, Reason reason) =>
            new(verdict, verdict == Verdict.Write ? winner.Value : FieldValue.Blank, reason, contract.RuleId, policy.Version, winner, losers);

        if (liveValue == winner.Value)
            return Answer(Verdict.Keep, contract.Rule is MergeRule.Union or MergeRule.SetOnce ? Reasons.AlreadySet : Reasons.AlreadyEqual);
        switch (contract.Rule)
        {
            case MergeRule.FillBlank when !liveValue.IsBlank:
                return Answer(Verdict.Keep, Reasons.NotBlank);
            // A flag is set by its first event only; when all that says true was settled before, somebody unset it on purpose.
            case MergeRule.Union when admissible.All(c => c.IsSettled):
            case MergeRule.SetOnce when admissible.Any(c => c.IsSettled):
                return Answer(Verdict.Keep, Reasons.ChangedSince);
            case MergeRule.Latest or MergeRule.FillBlank when winner.IsSettled:
                return Answer(Verdict.Keep, Reasons.ChangedSince);
            default:
                return Answer(Verdict.Write, contract.Rule switch
                {
                    MergeRule.Union or MergeRule.SetOnce => Reasons.SetsFlag,
                    MergeRule.Latest => Reasons.LatestValue,
                    _ => Reasons.FillsBlank,
                });
        }
    }

    private static Reason? Fault(FieldContract contract, Candidate candidate)
    {
        if (!contract.Sources.Contains(candidate.Source))
            return Reasons.SourceNotAllowed(contract, candidate.Source);
        if (!FieldCodec.TryParse(contract.Type, candidate.Value.Text, out var canonical) || canonical != candidate.Value)
            return Reasons.WrongType(contract);
        if (contract.MaxLength is { } max && candidate.Value.Text!.Length > max)
            return Reasons.TooLong(contract, candidate.Value.Text.Length);
        if (contract.Type == FieldType.Picklist && contract.Values.Count > 0 && !contract.Values.Contains(candidate.Value.Text!))
            return Reasons.NotInPicklist(contract);
        return null;
    }

    private static int SourceRank(FieldContract contract, string source)
    {
        for (var i = 0; i < contract.Sources.Count; i++)
            if (contract.Sources[i] == source)
                return i;
        return int.MaxValue;
    }

    private static List<Candidate> Rank(IReadOnlyCollection<Candidate> candidates) =>
        [.. candidates.DistinctBy(c => c.SignalId).OrderByDescending(c => c.OccurredAt).ThenByDescending(c => c.SignalId)];

    private static Candidate[] Rest(List<Candidate> ranked) => [.. ranked.Skip(1)];
}
