using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Policy;

/// <summary>A value that a signal of the window offers for a cell.</summary>
/// <param name="At">When the signal arrived here.</param>
/// <param name="Flow">The flow that it feeds.</param>
/// <param name="Candidate">The candidate, not settled.</param>
public sealed record Arrival(DateTimeOffset At, string Flow, Candidate Candidate);

/// <summary>A cell of which a replay knows all that it needs.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Past">What is known of it whatever the policy.</param>
/// <param name="Fate">What became of its record; null when it is live.</param>
/// <param name="Others">Values of the record's other fields.</param>
/// <param name="Earlier">What was offered for it before the window.</param>
public sealed record ReplayGround(
    CellKey Cell, CellPast Past, RecordFate? Fate, IReadOnlyDictionary<string, FieldValue> Others, IReadOnlyList<EarlierOffer> Earlier)
{
    /// <summary>What the suppression list says of the record, by what is listed.</summary>
    public ILookup<string, ListedSuppression> Listed { get; init; } = Array.Empty<ListedSuppression>().ToLookup(_ => "", StringComparer.Ordinal);

    /// <summary>Edits of the cell that are known with their editors.</summary>
    public IReadOnlyList<LastEdit> Edits { get; init; } = [];
}

/// <summary>By whom a write is released.</summary>
public enum WriteRelease
{
    /// <summary>By the policy itself: the flow is pre-authorised.</summary>
    ByPolicy,

    /// <summary>By a person, with the whole plan.</summary>
    WithPlan,

    /// <summary>By a person who names the very cell.</summary>
    ByName,
}

/// <summary>A write that a policy would have done.</summary>
/// <param name="At">The seal that it belongs to.</param>
/// <param name="Old">The value before.</param>
/// <param name="Decision">The decision.</param>
/// <param name="Release">By whom it is released.</param>
public sealed record ReplayedWrite(DateTimeOffset At, FieldValue Old, Decision Decision, WriteRelease Release)
{
    /// <summary>Whether it went over a value that was there.</summary>
    public bool IsOverwrite => !Old.IsBlank;
}

/// <summary>What a policy made of a cell.</summary>
/// <param name="End">The value at the end of the window.</param>
/// <param name="Writes">Its writes, the earliest first.</param>
/// <param name="Last">The last decision; null when nothing was offered.</param>
public sealed record ReplayedCell(FieldValue End, IReadOnlyList<ReplayedWrite> Writes, Decision? Last)
{
    /// <summary>In one word; a cell that was written once is written, whatever was decided later.</summary>
    public CellOutcome Outcome => this switch
    {
        { Writes.Count: > 0 } => CellOutcome.Written,
        { Last: null } => CellOutcome.NotOffered,
        { Last.Verdict: Verdict.Keep } => CellOutcome.Kept,
        { Last.Verdict: Verdict.Hold } => CellOutcome.Held,
        { Last.Verdict: Verdict.Refuse } => CellOutcome.Refused,
        _ => throw new InvalidOperationException($"A decision to {Last.Verdict} was not counted as a write."),
    };

    /// <summary>The decision that the outcome rests on: the last write, else the last decision.</summary>
    public Decision? Telling => Writes.Count > 0 ? Writes[^1].Decision : Last;
}

/// <summary>What became of a cell under a policy.</summary>
public enum CellOutcome
{
    /// <summary>No signal offered a value for it.</summary>
    NotOffered,

    /// <summary>The live value stayed.</summary>
    Kept,

    /// <summary>Somebody must act first.</summary>
    Held,

    /// <summary>Never under that policy.</summary>
    Refused,

    /// <summary>Written at least once.</summary>
    Written,
}

/// <summary>
/// Plays a cell's window under one policy as the worker would: signals arrive, each flow seals at its cadence, every seal is approved
/// (also what needs a name) and applied at once, and what a seal knew is settled or held. Decisions are the <see cref="CellDecider"/>'s own.
/// </summary>
public static class CellReplay
{
    /// <summary>Plays the window.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="ground">The cell.</param>
    /// <param name="arrivals">What the window's signals offer under this policy, in order of arrival.</param>
    /// <param name="window">The window.</param>
    public static ReplayedCell Play(PolicySet policy, ReplayGround ground, IReadOnlyList<Arrival> arrivals, BacktestWindow window) =>
        arrivals.Count == 0 && ground.Earlier.All(e => e.Candidate.IsSettled)
            ? new ReplayedCell(ground.Past.Untouched, [], null)
            : new Player(policy, ground, window).Run(arrivals);

    /// <summary>
    /// When a flow seals what waits at a time: at once when it is pre-authorised, at its time of day, else (a flow that is planned on
    /// demand) at the next midnight. All in UTC.
    /// </summary>
    public static DateTimeOffset NextSeal(Flow flow, DateTimeOffset from)
    {
        if (flow.Release == ReleaseMode.PreAuthorised)
            return from;
        var utc = from.UtcDateTime;
        var today = new DateTimeOffset(utc.Date + (flow.DailyAt ?? TimeOnly.MinValue).ToTimeSpan(), TimeSpan.Zero);
        return today >= from ? today : today.AddDays(1);
    }

    private sealed class Player(PolicySet policy, ReplayGround ground, BacktestWindow window)
    {
        private readonly List<Candidate> _known = [];
        private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
        private readonly List<ReplayedWrite> _writes = [];
        private FieldValue _live = ground.Past.Start;
        private DateTimeOffset? _lastOwn;
        private Decision? _last;

        public ReplayedCell Run(IReadOnlyList<Arrival> arrivals)
        {
            foreach (var offer in ground.Earlier)
                Take(window.From, offer.Flow, offer.Candidate);
            var (edits, nextEdit, nextArrival) = (ground.Past.Edits, 0, 0);
            while (nextEdit < edits.Count || nextArrival < arrivals.Count)
            {
                var isEdit = nextArrival == arrivals.Count || (nextEdit < edits.Count && edits[nextEdit].At <= arrivals[nextArrival].At);
                // What comes at the moment of a seal is in it.
                SealUntil(isEdit ? edits[nextEdit].At : arrivals[nextArrival].At, isInclusive: false);
                if (isEdit)
                {
                    var edit = edits[nextEdit++];
                    _live = edit.Value;
                    if (edit.IsUndo)
                        _lastOwn = edit.At;
                    continue;
                }
                var arrival = arrivals[nextArrival++];
                Take(arrival.At, arrival.Flow, arrival.Candidate);
            }
            SealUntil(window.To, isInclusive: true);
            foreach (var flow in _waiting.Keys.Order(StringComparer.Ordinal).ToList())
                Seal(flow, window.To);
            return new ReplayedCell(_live, _writes, _last);
        }

        private void Take(DateTimeOffset at, string flowName, Candidate candidate)
        {
            _known.Add(candidate);
            // A flow that the policy does not have, or not for this connection, plans nothing; its values compete all the same.
            if (candidate.IsSettled || policy.FindFlow(flowName) is not { MakesPlans: true } flow || !flow.Connections.Contains(ground.Cell.Record.Connection))
                return;
            if (!_waiting.TryGetValue(flowName, out var waiting))
                _waiting.Add(flowName, waiting = new Waiting(flow, NextSeal(flow, at)));
            waiting.Signals.Add(candidate.SignalId);
        }

        private void SealUntil(DateTimeOffset time, bool isInclusive)
        {
            while (_waiting.Count > 0)
            {
                var (name, due) = _waiting.Select(w => (w.Key, w.Value.Due)).OrderBy(w => w.Due).ThenBy(w => w.Key, StringComparer.Ordinal).First();
                if (isInclusive ? due > time : due >= time)
                    return;
                Seal(name, due);
            }
        }

        private IEnumerable<ListedSuppression> ListedNow(Dictionary<string, FieldValue> values) =>
            policy.Suppression.Of(ground.Cell.Record.Connection, ground.Cell.Record.Object) is { } told ? told.Matches(values).SelectMany(m => ground.Listed[m]) : [];

        private void Seal(string flowName, DateTimeOffset at)
        {
            _waiting.Remove(flowName, out var waiting);
            var values = new Dictionary<string, FieldValue>(ground.Others, StringComparer.Ordinal) { [ground.Cell.Field] = _live };
            var record = new LiveRecord(ground.Cell.Record, ground.Fate?.At(at) ?? RecordState.Live, "replayed", values)
            {
                // By the record's fields as the mirror has them, and by what stands on the list since then or before.
                Suppression = SuppressionFacts.Assumed(values, [.. ListedNow(values).Where(l => l.Since <= at)]),
            }.WithEdit(ground.Cell.Field, LastEditAt(at));
            _last = CellDecider.Decide(policy, waiting!.Flow, record, ground.Cell.Field, _known);
            if (_last.Verdict == Verdict.Write)
            {
                var release = waiting.Flow.Release == ReleaseMode.PreAuthorised ? WriteRelease.ByPolicy : WriteRelease.WithPlan;
                _writes.Add(new ReplayedWrite(at, _live, _last, _last.NeedsNamedApproval ? WriteRelease.ByName : release));
                _live = _last.Value;
                _lastOwn = at;
            }
            // Held values wait for a change of policy, which a replay does not have; they compete on, unsettled.
            if (_last.Verdict == Verdict.Hold)
                return;
            for (var i = 0; i < _known.Count; i++)
                if (waiting.Signals.Contains(_known[i].SignalId))
                    _known[i] = _known[i] with { IsSettled = true };
        }

        // What we wrote in fact within the window, this policy may not have written: its own writes and undos count instead.
        private LastEdit LastEditAt(DateTimeOffset at)
        {
            var known = ground.Edits.Where(e => e.At <= at && (e.By != EditorKind.Us || e.At < window.From)).MaxBy(e => e.At);
            return _lastOwn is { } own && !(known?.At > own) ? LastEdit.Made(new EditorVerdict(EditorKind.Us), "replayed", own, null, null) : known ?? LastEdit.None;
        }

        private sealed record Waiting(Flow Flow, DateTimeOffset Due)
        {
            public HashSet<long> Signals { get; } = [];
        }
    }
}
