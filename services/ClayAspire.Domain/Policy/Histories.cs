using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Policy;

/// <summary>
/// Every small history, fewest candidates first: up to three offers in every order, with every batch split, duplicate, late apply and crash;
/// four different offers in every order with every batch split. Two times, so that clock ties are there.
/// </summary>
/// <param name="bench">The rule under check.</param>
internal sealed class SmallHistories(RuleBench bench)
{
    private static readonly HistoryStep Seals = new(HistoryStepKind.Seals);
    private static readonly HistoryStep Applies = new(HistoryStepKind.Applies);

    // What may happen between two arrivals.
    private static readonly HistoryStep[][] Gaps =
    [
        [], [Seals, Applies], [Seals, new(HistoryStepKind.AppliesUnsettled)], [Seals, new(HistoryStepKind.AppliesNothing)], [Seals], [Applies],
        [Seals, new(HistoryStepKind.AppliesNamed)],
    ];

    /// <summary>The values that small histories offer, plainest first.</summary>
    public string[] Values { get; } = bench.IsFlag ? ["true"] : bench.Contract.Standard is null ? ["a", "b"] : ["Lyon", "GRAZ"];

    public IEnumerable<RuleHistory> All()
    {
        var kinds = (from minute in new[] { 0, 1 } from source in bench.Contract.Sources.Take(2) from value in Values select new HistoryOffer(0, source, minute, value)).ToArray();
        FieldValue[] lives = bench.IsFlag
            ? [FieldValue.Blank, FieldValue.True]
            : [FieldValue.Blank, FieldValue.FromCanonical(Values[0]), FieldValue.FromCanonical(bench.Contract.Standard is null ? "z" : "Oslo")];
        for (var count = 1; count <= 4; count++)
        {
            var schedules = Schedules(count).ToArray();
            foreach (var chosen in Choose(kinds.Length, count, 0, withRepeats: count < 4))
            {
                HistoryOffer[] offers = [.. chosen.Select((k, i) => kinds[k] with { Number = i + 1 })];
                foreach (var live in lives)
                    foreach (var steps in schedules)
                        yield return new RuleHistory(live, offers, steps);
            }
        }
    }

    private static IEnumerable<HistoryStep[]> Schedules(int count)
    {
        foreach (var order in Orders([.. Enumerable.Range(0, count)]))
        {
            // Four offers: batch splits only, or the number of histories explodes.
            foreach (var steps in WithGaps(order, count < 4 ? Gaps.Length : 2))
                yield return steps;
            for (var again = 0; again < count && count < 4; again++)
                foreach (var steps in WithGaps([.. order, again], 2))
                    yield return steps;
        }
    }

    private static IEnumerable<HistoryStep[]> WithGaps(int[] arrivals, int gapKinds)
    {
        var choices = (int)Math.Pow(gapKinds, arrivals.Length - 1);
        for (var choice = 0; choice < choices; choice++)
        {
            var steps = new List<HistoryStep>();
            for (int i = 0, rest = choice; i < arrivals.Length; i++)
            {
                steps.Add(new HistoryStep(HistoryStepKind.Arrives, arrivals[i]));
                if (i == arrivals.Length - 1)
                    break;
                steps.AddRange(Gaps[rest % gapKinds]);
                rest /= gapKinds;
            }
            yield return [.. steps];
        }
    }

    private static IEnumerable<int[]> Orders(int[] items)
    {
        if (items.Length <= 1)
        {
            yield return items;
            yield break;
        }
        for (var i = 0; i < items.Length; i++)
            foreach (var rest in Orders([.. items.Where((_, at) => at != i)]))
                yield return [items[i], .. rest];
    }

    private static IEnumerable<int[]> Choose(int kinds, int count, int from, bool withRepeats)
    {
        if (count == 0)
        {
            yield return [];
            yield break;
        }
        for (var kind = from; kind < kinds; kind++)
            foreach (var rest in Choose(kinds, count - 1, withRepeats ? kind : kind + 1, withRepeats))
                yield return [kind, .. rest];
    }
}

/// <summary>Random larger histories from a seed: up to ten offers, few times so that ties are common, values and blanks in many spellings.</summary>
/// <param name="bench">The rule under check.</param>
/// <param name="seed">The seed.</param>
internal sealed class RandomHistories(RuleBench bench, int seed)
{
    private static readonly string[] Texts = ["a", "b", "c", "d", " a ", "b\r\nb", "", "  ", "N/A", "null", "undefined", "-"];
    // As the standard of cities reads them: three towns, and what is none.
    private static readonly string[] Cities = ["Lyon", "LYON", " lyon ", "Graz", "GRAZ", "graz", "Turin", "", "N/A", "-", "12345", "https://example.org"];
    private static readonly string[] Flags = ["true", "1", "Yes", "TRUE", "on", "false", "0", "no", "", "n/a"];

    public IEnumerable<RuleHistory> Take(int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
            yield return Next(random);
    }

    private RuleHistory Next(Random random)
    {
        var raws = bench.IsFlag ? Flags : bench.Contract.Standard is null ? Texts : Cities;
        HistoryOffer[] offers = [.. Enumerable.Range(1, random.Next(2, 11)).Select(number =>
            new HistoryOffer(number, bench.Contract.Sources[random.Next(bench.Contract.Sources.Count)], random.Next(5), raws[random.Next(raws.Length)]))];
        var live = random.Next(3) > 0 ? FieldValue.Blank : bench.IsFlag ? FieldValue.True : FieldValue.FromCanonical((random.Next(2) == 0, bench.Contract.Standard) switch { (true, null) => "a", (false, null) => "z", (true, _) => "Lyon", _ => "OSLO" });
        int[] arrivals = [.. Enumerable.Range(0, offers.Length), .. Enumerable.Range(0, random.Next(offers.Length)).Select(_ => random.Next(offers.Length))];
        random.Shuffle(arrivals);
        var steps = new List<HistoryStep>();
        foreach (var arrival in arrivals)
        {
            steps.Add(new HistoryStep(HistoryStepKind.Arrives, arrival));
            if (random.Next(3) == 0)
                steps.Add(new HistoryStep(HistoryStepKind.Seals));
            if (random.Next(3) == 0)
                steps.Add(new HistoryStep((HistoryStepKind)random.Next((int)HistoryStepKind.Applies, (int)HistoryStepKind.AppliesNamed + 1)));
        }
        return new RuleHistory(live, offers, steps);
    }
}
