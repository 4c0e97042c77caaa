using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using Xunit.Abstractions;

namespace ClayAspire.Domain.Tests.Writeback;

/// <summary>
/// 10,000 random histories of several cells each: what the engine decides at every seal, and what it leaves in every cell, is what a small
/// oracle says, which shares no code with the engine. For convergent rules the oracle knows only what was said; for the others what was said
/// before each seal, and what plans had ended for. Arrivals come in any order, some twice; plans are sealed and applied between them, late,
/// with or without the named approval that an overwrite asks for, or by a worker that dies before or after the CRM has the value.
/// </summary>
public sealed class HistoryOracleTests(ITestOutputHelper output)
{
    private const int Histories = 10_000;

    private static readonly string[] Sources = ["crm", "smartlead", "clay"];
    private static readonly string?[] Blanks = [null, "", "  ", "null", "undefined", "N/A", "#n/a", "-"];
    private static readonly (string? From, string To)[] Moves = [(null, "a"), (null, "b"), ("a", "b"), ("b", "c"), ("c", "a"), ("typed by sales", "c")];

    private static readonly (string Field, MergeRule Rule)[] Fields =
    [
        ("Bounced", MergeRule.Union), ("Replied", MergeRule.SetOnce), ("Category", MergeRule.Latest), ("City", MergeRule.FillBlank), ("Formula", MergeRule.ReadOnly),
        ("Score", MergeRule.Ranked), ("Title", MergeRule.Shadow), ("Stage", MergeRule.Stage),
    ];

    private static readonly Flow Sync = new("sync", ["icare"], ["clay.row"], [new FlowField("Lead", "*")], ReleaseMode.Approval, "CRM Admin", false, null, TimeSpan.FromHours(24));

    private static readonly PolicySet Policy = new("oracle", [.. Fields.Select(f => Contract(f.Field, f.Rule))], [Sync], []);

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
                Assert.True(world.Fault is null && world.Oracle == world.Value,
                    $"Seed {seed}, history {number}, {FieldContract.RuleName(rule)}: {world.Fault ?? $"the oracle says '{world.Oracle}', the engine '{world.Value}'"}.\n{string.Join('\n', world.Story)}");
            }
        }
        foreach (var (what, times) in tally)
            output.WriteLine($"{what}: {times}");
        // The histories reached what they are for.
        Assert.All(["arrives", "arrives again", "blank", "dies before writing", "dies after writing", "drifted or superseded", "late better candidate offered", "not named", "named", "move not allowed"],
            what => Assert.True(tally.GetValueOrDefault(what) > 300, what));
    }

    private static FieldContract Contract(string field, MergeRule rule) =>
        new("icare", "Lead", field, IsFlag(rule) ? FieldType.Checkbox : FieldType.Text, ContractStatus.Active, rule, Sources, "CRM Admin", null, [], "test")
        {
            Backup = rule == MergeRule.Shadow ? "Backup" : null,
            Lifecycle = rule == MergeRule.Stage ? new Lifecycle("test", ["a", "b", "c"], [.. Moves.Select(m => new LifecycleMove(m.From, m.To))]) : null,
        };

    private static bool IsFlag(MergeRule rule) => rule is MergeRule.Union or MergeRule.SetOnce;

    private sealed record Said(int Time, string Source, string? Raw);

    /// <summary>What the oracle wants of a cell: the value to write, and whether only a named approval releases it; no value to leave it.</summary>
    private readonly record struct Wish(string? Write, bool Named = false);

    /// <summary>One cell. The oracle is told what was said in which order, what the CRM holds, and what plans ended for; never what the engine decided.</summary>
    private sealed class World(string field, MergeRule rule, Random random, SortedDictionary<string, int> tally)
    {
        private readonly List<(Said Said, Candidate Candidate)> _known = [];
        private readonly HashSet<Said> _arrived = new(ReferenceEqualityComparer.Instance);
        private (string? Old, Wish Wish, int Known)? _plan;
        private string? _oracle;

        public List<string> Story { get; } = [];

        public string? Value { get; private set; }

        /// <summary>Where the engine's decision at a seal or before a write was not the oracle's.</summary>
        public string? Fault { get; private set; }

        public string? Oracle => rule switch
        {
            MergeRule.Union or MergeRule.SetOnce => _arrived.Any(s => s.Raw is "true" or "1" or "YES") ? "true" : _oracle,
            MergeRule.Latest => Best(_arrived, bySource: false)?.Raw!.Trim() ?? _oracle,
            MergeRule.FillBlank or MergeRule.Ranked or MergeRule.Shadow or MergeRule.Stage or MergeRule.ReadOnly => _oracle,
        };

        public void Live()
        {
            Value = _oracle = random.Next(3) > 0 ? null : IsFlag(rule) ? "true" : random.Next(2) == 0 ? "a" : "typed by sales";
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
            Assert.True(FieldCodec.TryParse(IsFlag(rule) ? FieldType.Checkbox : FieldType.Text, said.Raw, out var value));
            if (value.IsBlank)
                Tell("blank", $"{said}");
            else
                _known.Add((said, new Candidate(_known.Count + 1, said.Source, Samples.Noon.AddMinutes(said.Time), value)));
            Tell("arrives", $"{said}");
        }

        private void Seal()
        {
            _plan = null;
            if (_known.TrueForAll(k => k.Candidate.IsSettled))
                return;
            var wish = Agreed();
            Tell("sealed", $"{wish}");
            if (wish.Named && _known.Exists(k => k.Candidate.IsSettled))
                Tell("late better candidate offered", wish.Write!);
            if (wish.Write is null)
                Settle(_known.Count);
            else
                _plan = (Value, wish, _known.Count);
        }

        private void Apply(int chance)
        {
            if (_plan is not { } plan)
                return;
            _plan = null;
            if (Value != plan.Old || Agreed() != plan.Wish)
            {
                Tell("drifted or superseded", "skipped");
                return;
            }
            if (plan.Wish.Named && chance != 3)
            {
                Tell("not named", "left, and pending again");
                return;
            }
            if (chance == 1)
            {
                Tell("dies before writing", "");
                return;
            }
            Value = _oracle = plan.Wish.Write;
            if (chance == 2)
            {
                Tell("dies after writing", Value!);
                return;
            }
            Tell(plan.Wish.Named ? "named" : "applied", Value!);
            Settle(plan.Known);
        }

        /// <summary>The oracle's wish. Where the rule is not convergent, the engine must decide the very same, at every seal and before every write.</summary>
        private Wish Agreed()
        {
            var live = new LiveRecord(Record, RecordState.Live, "v1", new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [field] = FieldValue.FromCanonical(Value) });
            var decision = CellDecider.Decide(Policy, Sync, live, field, [.. _known.Select(k => k.Candidate)]);
            var engine = decision.Verdict == Verdict.Write ? new Wish(decision.Value.Text, decision.NeedsNamedApproval) : default;
            if (rule is MergeRule.Union or MergeRule.SetOnce or MergeRule.Latest or MergeRule.ReadOnly)
                return engine;
            var wish = Wished();
            if (wish != engine)
                Fault ??= $"the oracle wants {wish}, the engine {engine} ({decision.Reason.Code})";
            return wish;
        }

        /// <summary>The words of the policy, applied to what is known now.</summary>
        private Wish Wished()
        {
            var best = Best(_known.Select(k => k.Said), bySource: rule != MergeRule.Stage)!;
            var value = best.Raw!.Trim();
            // What the winning source said, the latest last; of several that say the very same, the last to arrive.
            var own = _known.Where(k => k.Said.Source == best.Source).OrderBy(k => k.Said.Time).ThenBy(k => k.Said.Raw!.Trim(), StringComparer.Ordinal)
                .Select(k => (Value: k.Said.Raw!.Trim(), Ended: k.Candidate.IsSettled)).ToList();
            if (value == Value || own[^1].Ended)
                return default;
            var repeats = own.Count > 1 && own[^2] == (value, true);
            switch (rule)
            {
                case MergeRule.Stage when Moves.Contains((Value, value)):
                    return new Wish(value);
                case MergeRule.Stage:
                    Tell("move not allowed", $"{Value} to {value}");
                    return default;
                case var _ when Value is null:
                    return new Wish(value);
                case MergeRule.Ranked when !repeats:
                case MergeRule.FillBlank when !repeats && _known.Exists(k => k.Said.Raw!.Trim() == Value):
                    return new Wish(value, Named: true);
                default:
                    return default;
            }
        }

        private void Settle(int known)
        {
            for (var i = 0; i < known; i++)
                _known[i] = (_known[i].Said, _known[i].Candidate with { IsSettled = true });
        }

        /// <summary>The best by the words of the policy, with no help of the engine: a key that is sorted.</summary>
        private static Said? Best(IEnumerable<Said> said, bool bySource) => said
            .Where(s => s.Raw?.Trim() is "a" or "b" or "c")
            .OrderByDescending(s => bySource ? -Array.IndexOf(Sources, s.Source) : 0)
            .ThenByDescending(s => s.Time)
            .ThenBy(s => Array.IndexOf(Sources, s.Source))
            .ThenByDescending(s => s.Raw!.Trim(), StringComparer.Ordinal)
            .FirstOrDefault();

        private void Tell(string what, string detail)
        {
            tally[what] = tally.GetValueOrDefault(what) + 1;
            Story.Add($"{what} {detail}");
        }
    }
}
