using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Writeback;
using Xunit.Abstractions;
using static ClayAspire.Domain.Tests.Policy.BacktestSamples;

namespace ClayAspire.Domain.Tests.Policy;

/// <summary>What holds of every backtest, over random records; the seed is printed, and <c>CLAYASPIRE_TEST_SEED</c> gives another.</summary>
public sealed class BacktestProperties(ITestOutputHelper output)
{
    private const int Records = 3000;
    private static readonly string[] Cities = ["Lyon", "Graz", "Turin"];

    private static readonly (MergeRule City, ContractStatus Industry, ReleaseMode Release)[] Policies =
    [
        .. from city in new[] { MergeRule.FillBlank, MergeRule.Latest, MergeRule.Ranked, MergeRule.Shadow }
           from industry in Enum.GetValues<ContractStatus>()
           from release in Enum.GetValues<ReleaseMode>()
           select (city, industry, release),
    ];

    private static readonly Dictionary<(MergeRule, ContractStatus, ReleaseMode), PolicySet> Made = Policies.ToDictionary(p => p, p => PolicyOf(p.City, p.Industry, p.Release));

    private Random Random()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CLAYASPIRE_TEST_SEED"), out var given) ? given : 20260317;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    [Fact]
    public void The_policy_in_force_against_itself_reports_no_difference()
    {
        var random = Random();
        foreach (var (city, industry, release) in Policies)
        {
            var backtest = new Backtest(PolicyOf(city, industry, release), PolicyOf(city, industry, release), March);
            for (var i = 0; i < Records / Policies.Length; i++)
                Assert.Empty(backtest.Add(Any(random)));
            var report = backtest.Report();
            Assert.True(report.Cells > 50 && report.Fields.Sum(f => f.WritesNow) > 10, "The records must have something to differ in.");
            Assert.Equal((0, 0, 0), (report.Differing, report.OverwritesAvoided, report.OverwritesAdded));
            Assert.Empty(report.Groups);
            Assert.All(report.Fields, f => Assert.Equal((f.FilledNow, f.WritesNow, f.OverwritesNow), (f.FilledThen, f.WritesThen, f.OverwritesThen)));
            Assert.All(report.Bounces, b => Assert.Equal((b.SetNow, 0L, 0L), (b.SetThen, b.NowOnly, b.ThenOnly)));
        }
    }

    [Fact]
    public void To_change_places_mirrors_the_report_and_the_order_of_the_signals_given_changes_nothing()
    {
        var random = Random();
        for (var i = 0; i < Records; i++)
        {
            var (a, b) = (Policies[random.Next(Policies.Length)], Policies[random.Next(Policies.Length)]);
            var record = Any(random);
            var there = new Backtest(Of(a), Of(b), March).Add(record);
            var back = new Backtest(Of(b), Of(a), March).Add(record with { Signals = [.. record.Signals.Reverse()] });
            Assert.Equal(there.Select(c => (c.Field, c.Now, c.Then, Mirror(c.Difference))), back.Select(c => (c.Field, c.Then, c.Now, c.Difference)));
        }
    }

    /// <summary>The end value said independently of the engine: no edits, one cell, each rule's promise in one line.</summary>
    [Fact]
    public void Without_edits_the_end_is_what_each_rule_promises()
    {
        var random = Random();
        for (var i = 0; i < Records; i++)
        {
            var start = random.Next(3) == 0 ? "Bergen" : null;
            var rows = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Row(On(random.Next(1, 31), random.Next(24)), new { city = Cities[random.Next(3)] }, On(random.Next(1, 31), random.Next(24)))).ToList();
            var lead = Lead("1", new { City = start }, rows);
            var arrived = rows.OrderBy(r => r.ReceivedAt).ThenBy(r => r.Id).ToList();
            string? latest = CityOf(rows.OrderBy(r => r.OccurredAt).ThenBy(CityOf, StringComparer.Ordinal).Last());
            // At once: each instant's rows are sealed together, so the first instant fills the blank.
            string? first = start ?? CityOf(arrived.TakeWhile(r => r.ReceivedAt == arrived[0].ReceivedAt).OrderBy(r => r.OccurredAt).ThenBy(CityOf, StringComparer.Ordinal).Last());
            // Daily at six: what arrived until the first six o'clock after the first arrival is sealed together.
            var six = arrived[0].ReceivedAt.Date.AddHours(arrived[0].ReceivedAt.Hour <= 6 ? 6 : 30);
            string? daily = start ?? CityOf(arrived.TakeWhile(r => r.ReceivedAt.UtcDateTime <= six).OrderBy(r => r.OccurredAt).ThenBy(CityOf, StringComparer.Ordinal).Last());

            Assert.Equal((daily, latest), Ends(lead, (MergeRule.Shadow, ReleaseMode.Approval), (MergeRule.Latest, ReleaseMode.Approval)));
            Assert.Equal((first, latest), Ends(lead, (MergeRule.Shadow, ReleaseMode.PreAuthorised), (MergeRule.Ranked, ReleaseMode.PreAuthorised)));
            // What fill-blank has put there is replaced, by name, when a better candidate comes.
            Assert.Equal((start ?? latest, start ?? latest), Ends(lead, (MergeRule.FillBlank, ReleaseMode.Approval), (MergeRule.FillBlank, ReleaseMode.PreAuthorised)));
        }
    }

    private static (string?, string?) Ends(RecordHistory lead, (MergeRule City, ReleaseMode Release) now, (MergeRule City, ReleaseMode Release) then)
    {
        FieldValue End((MergeRule City, ReleaseMode Release) p)
        {
            var policy = Of((p.City, ContractStatus.Active, p.Release));
            var ground = new ReplayGround(new CellKey(lead.Record, "City"), CellPast.Of(lead, "City", March, true), null, lead.Mirror!.Values, []);
            return CellReplay.Play(policy, ground, [.. lead.Signals.OrderBy(s => s.ReceivedAt).ThenBy(s => s.Id)
                .Select(s => new Arrival(s.ReceivedAt, "enrich", new Candidate(s.Id, s.Source, s.OccurredAt, Text(CityOf(s)))))], March).End;
        }
        return (End(now).Text, End(then).Text);
    }

    private static string CityOf(Signal signal) => System.Text.Json.JsonElement.Parse(signal.Payload).GetProperty("city").GetString()!;

    private static PolicySet Of((MergeRule City, ContractStatus Industry, ReleaseMode Release) p) => Made[p];

    private static CellDifference Mirror(CellDifference difference) => difference switch
    {
        CellDifference.WrittenThenOnly => CellDifference.WrittenNowOnly,
        CellDifference.WrittenNowOnly => CellDifference.WrittenThenOnly,
        var same => same,
    };

    private static RecordHistory Any(Random random)
    {
        string? City() => random.Next(3) == 0 ? null : Cities[random.Next(3)];
        DateTimeOffset At() => On(random.Next(1, 31), random.Next(24));
        List<T> Some<T>(int most, Func<T> make) => [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => make())];
        return Lead("1", new { City = City(), Industry = random.Next(4) == 0 ? "Retail" : null },
            [
                .. Some(4, () => Row(At(), new { city = City(), industry = random.Next(2) == 0 ? "Wind energy" : null, mail = random.Next(5) == 0 ? "a@example.org" : null }, At())),
                .. Some(1, () => Bounce(At())),
            ],
            Some(2, () => Sealed(At(), City(), random.Next(2) == 0 ? Verdict.Keep : Verdict.Hold, random.Next(8) == 0 ? "record-converted" : "not-blank")),
            Some(1, () => Wrote(At(), City(), Cities[random.Next(3)], undo: random.Next(3) == 0)),
            Some(1, () => Earlier(Cities[random.Next(3)], On(1).AddDays(-random.Next(1, 9)), random.Next(2) == 0)),
            random.Next(10) == 0 ? RecordState.Converted : RecordState.Live);
    }
}
