using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using Xunit.Abstractions;

namespace ClayAspire.Domain.Tests.Writeback;

/// <summary>
/// 10,000 random histories of several cells each: what the engine leaves in every cell is what a small oracle says, which
/// shares no code with the engine: it knows the end, not the way. Arrivals come in any order, some twice; plans are sealed and applied between them,
/// late, or by a worker that dies before or after the CRM has the value.
/// </summary>
public sealed class HistoryOracleTests(ITestOutputHelper output)
{
    private const int Histories = 10_000;

    private static readonly string[] Sources = ["crm", "smartlead", "clay"];
    private static readonly string?[] Blanks = [null, "", "  ", "null", "undefined", "N/A", "#n/a", "-"];

    private static readonly (string Field, MergeRule Rule)[] Fields =
        [("Bounced", MergeRule.Union), ("Replied", MergeRule.SetOnce), ("Category", MergeRule.Latest), ("City", MergeRule.FillBlank), ("Formula", MergeRule.ReadOnly)];

    private static readonly Flow Sync = new("sync", ["icare"], ["clay.row"], [new FlowField("Lead", "*")], ReleaseMode.Approval, "CRM Admin", false, null, TimeSpan.FromHours(24));

    private static readonly PolicySet Policy = new("oracle",
        [.. Fields.Select(f => new FieldContract("icare", "Lead", f.Field, IsFlag(f.Rule) ? FieldType.Checkbox : FieldType.Text, ContractStatus.Active, f.Rule, Sources, "CRM Admin", null, [], "test"))],
        [Sync], []);

    private static readonly RecordKey Record = new("icare", "Lead", "00Q1");

    [Fact]
    public void Ten_thousand_random_histories_end_as_an_independent_oracle_says()
    {
        var seed = Environment.GetEnvironmentVariable("CLAYASPIRE_TEST_SEED") is { } given ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : 20261123;
        output.WriteLine($"Seed {seed} (set CLAYASPIRE_TEST_SEED for another).");
        var random = new Random(seed);
        var tally = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var number = 0; number < Histories; number++)
        {
            foreach (var (field, rule) in Fields)
            {
                var world = new World(field, rule, random, tally);
                world.Live();
                Assert.True(world.Oracle == world.Value,
                    $"Seed {seed}, history {number}, {FieldContract.RuleName(rule)}: the oracle says '{world.Oracle}', the engine '{world.Value}'.\n{string.Join('\n', world.Story)}");
            }
        }
        foreach (var (what, times) in tally)
            output.WriteLine($"{what}: {times}");
        // The histories reached what they are for.
        Assert.All(["arrives", "arrives again", "blank", "dies before writing", "dies after writing", "drifted or superseded", "late better candidate kept in evidence"],
            what => Assert.True(tally.GetValueOrDefault(what) > 300, what));
    }

    private static bool IsFlag(MergeRule rule) => rule is MergeRule.Union or MergeRule.SetOnce;

    private sealed record Said(int Time, string Source, string? Raw);

    /// <summary>One cell. The oracle is told only of what was said, and for fill-blank of the seals whose value reached the CRM.</summary>
    private sealed class World(string field, MergeRule rule, Random random, SortedDictionary<string, int> tally)
    {
        private readonly List<(Said Said, Candidate Candidate)> _known = [];
        private readonly HashSet<Said> _arrived = new(ReferenceEqualityComparer.Instance);
        private (string? Old, Decision Decision, long[] Known, Said[] AtSeal)? _plan;
        private string? _oracle;
        private long _signals;

        public List<string> Story { get; } = [];

        public string? Value { get; private set; }

        public string? Oracle => rule switch
        {
            MergeRule.Union or MergeRule.SetOnce => _arrived.Any(s => s.Raw is "true" or "1" or "YES") ? "true" : _oracle,
            MergeRule.Latest => Best(_arrived, bySource: false) ?? _oracle,
            MergeRule.FillBlank or MergeRule.ReadOnly => _oracle,
        };

        public void Live()
        {
            Value = _oracle = random.Next(3) > 0 ? null : IsFlag(rule) ? "true" : "typed by sales";
            string[] values = IsFlag(rule) ? ["true", "1", "YES"] : ["a", "b", "c", " c "];
            Said[] said = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ =>
                new Said(random.Next(4), Sources[random.Next(Sources.Length)], random.Next(6) == 0 ? (IsFlag(rule) && random.Next(2) == 0 ? "false" : Blanks[random.Next(Blanks.Length)]) : values[random.Next(values.Length)]))];
            int[] order = [.. Enumerable.Range(0, said.Length), .. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(said.Length))];
            random.Shuffle(order);
            foreach (var i in order)
            {
                Arrive(said[i]);
                if (random.Next(3) == 0)
                    Seal();
                if (random.Next(3) == 0)
                    Apply(random.Next(5));
            }
            Seal();
            Apply(0);
        }

        private void Arrive(Said said)
        {
            if (!_arrived.Add(said))
            {
                Tell("arrives again", $"{said}");
                return;
            }
            _signals++;
            Assert.True(FieldCodec.TryParse(IsFlag(rule) ? FieldType.Checkbox : FieldType.Text, said.Raw, out var value));
            if (value.IsBlank)
                Tell("blank", $"{said}");
            else
                _known.Add((said, new Candidate(_signals, said.Source, Samples.Noon.AddMinutes(said.Time), value)));
            Tell("arrives", $"{said}");
        }

        private void Seal()
        {
            _plan = null;
            if (_known.TrueForAll(k => k.Candidate.IsSettled))
                return;
            var decision = Decide();
            Said[] atSeal = [.. _known.Select(k => k.Said)];
            Tell("sealed", $"{decision.Verdict} {decision.Value}");
            // Decided by the set that the seal knew: the best of it wins, whether or not it is written.
            if (rule == MergeRule.FillBlank)
            {
                Assert.Equal(Best(atSeal, bySource: true), decision.Winner!.Value.Text);
                Assert.Equal(Value is null ? Verdict.Write : Verdict.Keep, decision.Verdict);
                if (decision.Verdict == Verdict.Keep && decision.Winner is { IsSettled: false } late && late.Value.Text != Value)
                    Tell("late better candidate kept in evidence", late.Value.Text!);
            }
            if (decision.Verdict == Verdict.Write)
                _plan = (Value, decision, [.. _known.Select(k => k.Candidate.SignalId)], atSeal);
            else
                Settle([.. _known.Select(k => k.Candidate.SignalId)]);
        }

        private void Apply(int chance)
        {
            if (_plan is not { } plan)
                return;
            _plan = null;
            var again = Decide();
            if (Value != plan.Old || again.Verdict != Verdict.Write || again.Value != plan.Decision.Value)
            {
                Tell("drifted or superseded", "skipped");
                return;
            }
            if (chance == 1)
            {
                Tell("dies before writing", "");
                return;
            }
            Value = plan.Decision.Value.Text;
            if (rule == MergeRule.FillBlank)
                _oracle = Best(plan.AtSeal, bySource: true);
            if (chance == 2)
            {
                Tell("dies after writing", Value!);
                return;
            }
            Tell("applied", Value!);
            Settle(plan.Known);
        }

        private Decision Decide()
        {
            var live = new LiveRecord(Record, RecordState.Live, "v1", new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [field] = FieldValue.FromCanonical(Value) });
            return CellDecider.Decide(Policy, Sync, live, field, [.. _known.Select(k => k.Candidate)]);
        }

        private void Settle(long[] ids)
        {
            for (var i = 0; i < _known.Count; i++)
                if (ids.Contains(_known[i].Candidate.SignalId))
                    _known[i] = (_known[i].Said, _known[i].Candidate with { IsSettled = true });
        }

        /// <summary>The best by the words of the policy, with no help of the engine: a key that is sorted.</summary>
        private static string? Best(IEnumerable<Said> said, bool bySource) => said
            .Where(s => s.Raw?.Trim() is "a" or "b" or "c")
            .OrderByDescending(s => bySource ? -Array.IndexOf(Sources, s.Source) : 0)
            .ThenByDescending(s => s.Time)
            .ThenBy(s => Array.IndexOf(Sources, s.Source))
            .ThenByDescending(s => s.Raw!.Trim(), StringComparer.Ordinal)
            .FirstOrDefault()?.Raw!.Trim();

        private void Tell(string what, string detail)
        {
            tally[what] = tally.GetValueOrDefault(what) + 1;
            Story.Add($"{what} {detail}");
        }
    }
}
