using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Standards;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Policy;

/// <summary>How one rule fared against the strength that it states.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Strength">What it states.</param>
/// <param name="Histories">Over how many histories it held, or was tried until it broke.</param>
/// <param name="CounterExample">The smallest one found; null when it held.</param>
public sealed record StrengthResult(string Rule, RuleStrength Strength, long Histories, CounterExample? CounterExample);

/// <summary>
/// Holds a rule to its stated strength: all small histories, then random large ones. Each history is played beside its plain order.
/// Convergent: plain means every offer once, one seal. Deterministic at the seal: plain means that the same offers arrive between the same
/// seals, each once and in order of their numbers.
/// </summary>
public sealed class StrengthCheck
{
    private readonly RuleBench _bench;
    private readonly SmallHistories _small;
    private readonly RandomHistories _random;
    private (FieldValue Live, IReadOnlyList<HistoryOffer>? Offers, HistoryEnd? End) _plain;

    /// <summary>Prepares the check of one rule.</summary>
    /// <param name="bench">The rule.</param>
    /// <param name="seed">The seed of the random histories; the same seed gives the same histories.</param>
    public StrengthCheck(RuleBench bench, int seed)
    {
        _bench = bench;
        _small = new SmallHistories(bench);
        _random = new RandomHistories(bench, seed);
    }

    /// <summary>Holds a rule to its strength: with contracts without a standard and, where contracts of the rule may have one, with such too.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="rules">The merge rules, among them this one.</param>
    /// <param name="seed">The seed of the random histories.</param>
    /// <param name="random">Random histories, of each kind of contract.</param>
    public static StrengthResult Run(MergeRule rule, MergeRules rules, int seed, int random)
    {
        var plain = new StrengthCheck(new RuleBench(rule, rules), seed).Run(random);
        if (plain.CounterExample is not null || !RuleBench.TakesStandard(rule))
            return plain;
        var standardised = new StrengthCheck(new RuleBench(rule, rules, StandardRegistry.Find("city")), seed).Run(random);
        return standardised with { Histories = plain.Histories + standardised.Histories };
    }

    /// <summary>Tries the small histories and then <paramref name="random"/> random ones; stops at the first that breaks the rule.</summary>
    public StrengthResult Run(int random)
    {
        var rule = FieldContract.RuleName(_bench.Contract.Rule);
        long played = 0;
        foreach (var history in _small.All().Concat(_random.Take(random)))
        {
            played++;
            if (Breaks(history))
                return new StrengthResult(rule, _bench.Strength, played, Tell(rule, Shrink(history)));
        }
        return new StrengthResult(rule, _bench.Strength, played, null);
    }

    /// <summary>The plain order of a history.</summary>
    internal static RuleHistory Plain(RuleHistory history, RuleStrength strength)
    {
        var steps = new List<HistoryStep>();
        if (strength == RuleStrength.Convergent)
        {
            foreach (var offer in history.Steps.Where(s => s.Kind == HistoryStepKind.Arrives).Select(s => s.Offer).Distinct().Order())
                steps.Add(new HistoryStep(HistoryStepKind.Arrives, offer));
            return history with { Steps = steps };
        }
        var known = new HashSet<int>();
        var batch = new SortedSet<int>();
        void EndBatch()
        {
            steps.AddRange(batch.Select(o => new HistoryStep(HistoryStepKind.Arrives, o)));
            batch.Clear();
        }
        foreach (var step in history.Steps)
        {
            if (step.Kind != HistoryStepKind.Arrives)
            {
                EndBatch();
                steps.Add(step);
            }
            else if (known.Add(step.Offer))
            {
                batch.Add(step.Offer);
            }
        }
        EndBatch();
        return history with { Steps = steps };
    }

    private bool Breaks(RuleHistory history)
    {
        var b = history.Play(_bench);
        var a = PlainEnd(history);
        return a.Final != b.Final || !a.Sealed.SequenceEqual(b.Sealed, StringComparer.Ordinal);
    }

    private HistoryEnd PlainEnd(RuleHistory history)
    {
        // Small histories share their offers, and a convergent rule's plain order depends on nothing else.
        if (_bench.Strength == RuleStrength.Convergent && ReferenceEquals(_plain.Offers, history.Offers) && _plain.Live == history.Live)
            return _plain.End!;
        var end = Plain(history, _bench.Strength).Play(_bench);
        _plain = (history.Live, history.Offers, end);
        return end;
    }

    /// <summary>Takes away whatever the counter-example does not need, until nothing more can go.</summary>
    private RuleHistory Shrink(RuleHistory history)
    {
        for (var smaller = history; smaller is not null;)
        {
            history = smaller;
            smaller = Smaller(history).FirstOrDefault(Breaks);
        }
        return history;
    }

    private IEnumerable<RuleHistory> Smaller(RuleHistory history)
    {
        for (var i = history.Offers.Count - 1; i >= 0; i--)
            yield return Without(history, i);
        for (var i = 0; i < history.Steps.Count; i++)
        {
            // An offer's only arrival stays: it goes with the offer.
            var step = history.Steps[i];
            if (step.Kind != HistoryStepKind.Arrives || history.Steps.Count(s => s == step) > 1)
                yield return Fresh(history, steps: [.. history.Steps.Take(i), .. history.Steps.Skip(i + 1)]);
            if (step.Kind is HistoryStepKind.AppliesNothing or HistoryStepKind.AppliesUnsettled or HistoryStepKind.AppliesNamed)
                yield return Fresh(history, steps: [.. history.Steps.Take(i), new HistoryStep(HistoryStepKind.Applies), .. history.Steps.Skip(i + 1)]);
        }
        if (!history.Live.IsBlank)
            yield return Fresh(history with { Live = FieldValue.Blank });
        for (var i = 0; i < history.Offers.Count; i++)
        {
            var offer = history.Offers[i];
            if (offer.Minute > 0)
                yield return With(history, i, offer with { Minute = offer.Minute - 1 });
            var source = Array.IndexOf([.. _bench.Contract.Sources], offer.Source);
            if (source > 0)
                yield return With(history, i, offer with { Source = _bench.Contract.Sources[source - 1] });
            var value = Array.IndexOf(_small.Values, offer.Raw);
            foreach (var plainer in value < 0 ? _small.Values : _small.Values[..value])
                yield return With(history, i, offer with { Raw = plainer });
        }
    }

    private static RuleHistory Without(RuleHistory history, int gone) => new(history.Live,
        [.. history.Offers.Where((_, i) => i != gone).Select((o, i) => o with { Number = i + 1 })],
        [.. history.Steps.Where(s => s.Offer != gone).Select(s => s.Offer > gone ? s with { Offer = s.Offer - 1 } : s)]);

    private static RuleHistory With(RuleHistory history, int at, HistoryOffer offer) =>
        history with { Offers = [.. history.Offers.Select((o, i) => i == at ? offer : o)] };

    // A list of its own, so that the plain end of another history is never taken for this one's.
    private static RuleHistory Fresh(RuleHistory history, IReadOnlyList<HistoryStep>? steps = null) =>
        history with { Offers = [.. history.Offers], Steps = steps ?? history.Steps };

    private CounterExample Tell(string rule, RuleHistory history)
    {
        List<string> storyA = [], storyB = [];
        var a = Plain(history, _bench.Strength).Play(_bench, storyA);
        var b = history.Play(_bench, storyB);
        return new CounterExample(rule, _bench.Strength, history.Live, [.. history.Describe()], storyA, storyB, $"\"{a.Final}\"", $"\"{b.Final}\"") { Standard = _bench.Contract.Standard?.Name };
    }
}
