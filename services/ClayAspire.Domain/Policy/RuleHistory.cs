using System.Globalization;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Standards;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Policy;

/// <summary>What a source says of one cell, before it has arrived.</summary>
/// <param name="Number">Names it in a story, from 1.</param>
/// <param name="Source">Who says it.</param>
/// <param name="Minute">When it happened, in minutes after noon.</param>
/// <param name="Raw">What it says, as spelled by the source; a spelling of blank offers nothing.</param>
public sealed record HistoryOffer(int Number, string Source, int Minute, string Raw);

/// <summary>What happens next in a history.</summary>
public enum HistoryStepKind
{
    /// <summary>An offer arrives; again when it came before.</summary>
    Arrives,

    /// <summary>A plan is sealed over all that is known.</summary>
    Seals,

    /// <summary>The sealed plan is applied and its candidates are settled.</summary>
    Applies,

    /// <summary>The CRM has the value, but the worker died before it could settle the candidates.</summary>
    AppliesUnsettled,

    /// <summary>The worker died before the CRM got the value.</summary>
    AppliesNothing,

    /// <summary>The sealed plan is applied with the named approval that its change asks for.</summary>
    AppliesNamed,
}

/// <summary>One step of a history.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Offer">For an arrival, the index of the offer.</param>
public sealed record HistoryStep(HistoryStepKind Kind, int Offer = -1);

/// <summary>What a history led to.</summary>
/// <param name="Final">The CRM value at the end.</param>
/// <param name="Sealed">What each seal decided.</param>
public sealed record HistoryEnd(FieldValue Final, IReadOnlyList<string> Sealed);

/// <summary>One rule on a bench: a policy of one active contract that has it.</summary>
public sealed class RuleBench
{
    /// <summary>Makes a bench.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="rules">The merge rules, among them the one under check.</param>
    /// <param name="standard">The standard of the contract, which histories then spell in several ways; null for none.</param>
    public RuleBench(MergeRule rule, MergeRules rules, IStandard? standard = null)
    {
        Rules = rules;
        Strength = rules.Of(rule).Strength;
        IsFlag = rule is MergeRule.Union or MergeRule.SetOnce;
        Contract = new FieldContract("bench", "Record", "Field", IsFlag ? FieldType.Checkbox : FieldType.Text, ContractStatus.Active, rule,
            ["first", "second", "third"], "CRM Admin", null, [], "A rule under check.")
        {
            Backup = rule == MergeRule.Shadow ? "Backup" : null,
            Lifecycle = rule == MergeRule.Stage ? Stages : null,
            Standard = standard,
        };
        Flow = new Flow("check", [Contract.Connection], [], [new FlowField(Contract.Object, "*")], ReleaseMode.PreAuthorised, Contract.Owner, false, null, TimeSpan.FromHours(1));
        Policy = new PolicySet("check", [Contract], [Flow], []);
    }

    // Of the values that histories offer (a, b, c, d) and begin with (z), some moves and not others; one way only between a and b.
    private static Lifecycle Stages { get; } = new("bench", ["z", "a", "b", "c", "d"], [new(null, "a"), new(null, "b"), new("z", "a"), new("a", "b"), new("b", "c"), new("c", "a")]);

    /// <summary>Whether contracts of a rule may have a standard: those of texts that no list and no lifecycle bounds.</summary>
    public static bool TakesStandard(MergeRule rule) => rule is MergeRule.Latest or MergeRule.FillBlank or MergeRule.Ranked or MergeRule.Shadow;

    /// <summary>The merge rules.</summary>
    public MergeRules Rules { get; }

    /// <summary>The strength that the rule states.</summary>
    public RuleStrength Strength { get; }

    /// <summary>Whether the rule is for checkboxes.</summary>
    public bool IsFlag { get; }

    /// <summary>The contract.</summary>
    public FieldContract Contract { get; }

    internal Flow Flow { get; }

    internal PolicySet Policy { get; }

    internal RecordKey Record { get; } = new("bench", "Record", "1");
}

/// <summary>
/// One cell's life under one rule: what arrives in which order and how often, when plans are sealed and applied, and where a worker dies.
/// The worker's protocol is played as it is (docs/architecture.md): a seal plans cells that have a pending candidate;
/// apply reads again, decides again and skips what drifted; an end settles what the seal knew. At the end all that is pending is planned and applied.
/// </summary>
/// <param name="Live">The CRM value at the start.</param>
/// <param name="Offers">What the sources say.</param>
/// <param name="Steps">What happens.</param>
public sealed record RuleHistory(FieldValue Live, IReadOnlyList<HistoryOffer> Offers, IReadOnlyList<HistoryStep> Steps)
{
    /// <summary>Plays the history.</summary>
    /// <param name="bench">The rule under check.</param>
    /// <param name="story">Takes one line a step; null when nobody reads it.</param>
    public HistoryEnd Play(RuleBench bench, List<string>? story = null) => new Player(this, bench, story).Run();

    /// <summary>The candidate that an offer becomes on arrival; null when it offers nothing.</summary>
    internal static Candidate? Arrival(FieldContract contract, HistoryOffer offer, long signalId) =>
        FieldCodec.TryParse(contract.Type, offer.Raw, out var value) && !value.IsBlank
            ? new Candidate(signalId, offer.Source, PolicyCases.Noon.AddMinutes(offer.Minute), value)
            : null;

    private sealed class Player(RuleHistory history, RuleBench bench, List<string>? story)
    {
        private readonly List<Candidate> _known = [];
        private readonly long[] _signalIds = new long[history.Offers.Count];
        private readonly List<string> _sealed = [];
        private FieldValue _live = history.Live;
        private (FieldValue Old, Decision Decision, HashSet<long> Known)? _plan;
        private long _lastSignalId;

        public HistoryEnd Run()
        {
            foreach (var step in history.Steps)
                Take(step);
            if (_known.Exists(c => !c.IsSettled))
            {
                Take(new HistoryStep(HistoryStepKind.Seals));
                Take(new HistoryStep(HistoryStepKind.Applies));
            }
            return new HistoryEnd(_live, _sealed);
        }

        private void Take(HistoryStep step)
        {
            switch (step.Kind)
            {
                case HistoryStepKind.Arrives:
                    Arrive(history.Offers[step.Offer], step.Offer);
                    break;
                case HistoryStepKind.Seals:
                    Seal();
                    break;
                default:
                    Apply(step.Kind);
                    break;
            }
        }

        private void Arrive(HistoryOffer offer, int index)
        {
            if (_signalIds[index] != 0)
            {
                Tell($"#{offer.Number} arrives again");
                return;
            }
            // Ids are given in order of arrival, as the database does.
            _signalIds[index] = ++_lastSignalId;
            if (Arrival(bench.Contract, offer, _lastSignalId) is { } candidate)
                _known.Add(candidate);
            Tell($"#{offer.Number} arrives: \"{offer.Raw}\"");
        }

        private void Seal()
        {
            _plan = null;
            if (!_known.Exists(c => !c.IsSettled))
            {
                Tell("nothing is pending");
                return;
            }
            var decision = Decide();
            if (bench.Strength == RuleStrength.DeterministicAtSeal)
                _sealed.Add($"{decision.Verdict} {decision.Value} ({decision.Reason.Code})");
            HashSet<long> known = [.. _known.Select(c => c.SignalId)];
            Tell(decision.Verdict == Verdict.Write
                ? $"sealed: {(decision.NeedsNamedApproval ? "offer to write" : "write")} \"{decision.Value}\""
                : $"sealed: {decision.Verdict} ({decision.Reason.Code})");
            if (decision.Verdict == Verdict.Write)
                _plan = (_live, decision, known);
            else
                Settle(known);
        }

        private void Apply(HistoryStepKind kind)
        {
            if (_plan is not { } plan)
                return;
            _plan = null;
            var again = _live == plan.Old ? Decide() : null;
            if (again is not { Verdict: Verdict.Write } || again.Value != plan.Decision.Value)
            {
                Tell("applied: skipped, planned anew");
                return;
            }
            // What nobody named stays pending and is offered again by the next seal.
            if (plan.Decision.NeedsNamedApproval && kind != HistoryStepKind.AppliesNamed)
            {
                Tell("not named by an approver: left as it is");
                return;
            }
            if (kind == HistoryStepKind.AppliesNothing)
            {
                Tell("the worker dies before it writes");
                return;
            }
            _live = again.Value;
            if (kind == HistoryStepKind.AppliesUnsettled)
            {
                Tell($"the CRM has \"{_live}\"; the worker dies before it settles");
                return;
            }
            Tell($"applied: the CRM has \"{_live}\"");
            Settle(plan.Known);
        }

        private Decision Decide()
        {
            var record = new LiveRecord(bench.Record, RecordState.Live, "v1",
                new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [bench.Contract.Field] = _live });
            return CellDecider.Decide(bench.Policy, bench.Flow, record, bench.Contract.Field, _known, bench.Rules);
        }

        private void Settle(HashSet<long> known)
        {
            for (var i = 0; i < _known.Count; i++)
                if (known.Contains(_known[i].SignalId))
                    _known[i] = _known[i] with { IsSettled = true };
        }

        private void Tell(string line) => story?.Add(line);
    }

    /// <summary>The offers as a reader sees them, one a line.</summary>
    internal IEnumerable<string> Describe() => Offers.Select(o =>
        string.Create(CultureInfo.InvariantCulture, $"#{o.Number}  {o.Source,-10} 12:{o.Minute:00}  \"{o.Raw}\""));
}
