using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Policy;

/// <summary>
/// Replays stored signals under the policy in force ("now") and under another ("then"), record by record, and counts where they differ.
/// Pure; holds counts and a few examples only, so that any number of records may pass.
/// </summary>
/// <param name="now">The policy in force.</param>
/// <param name="then">The other policy.</param>
/// <param name="window">The time that is replayed.</param>
/// <param name="connection">The only connection to look at; null for all.</param>
public sealed class Backtest(PolicySet now, PolicySet then, BacktestWindow window, string? connection = null)
{
    private readonly BacktestTally _tally = new(now, then);
    private readonly SideCount _now = new();
    private readonly SideCount _then = new();
    private long _signals;

    /// <summary>The kinds of signal that a flow of either policy takes; others can make no difference.</summary>
    public IReadOnlyList<string> Kinds { get; } =
        [.. now.Flows.Concat(then.Flows).SelectMany(f => f.Signals).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Replays a record.</summary>
    /// <returns>Its cells that differ.</returns>
    public IReadOnlyList<BacktestCell> Add(RecordHistory record)
    {
        var isLookedAt = connection is null || record.Record.Connection == connection;
        var (offersNow, offersThen) = (new Dictionary<string, List<Arrival>>(StringComparer.Ordinal), new Dictionary<string, List<Arrival>>(StringComparer.Ordinal));
        foreach (var signal in record.Signals.OrderBy(s => s.ReceivedAt).ThenBy(s => s.Id))
        {
            var (readNow, readThen) = Count(signal);
            Offer(readNow, record.Record, _now, isLookedAt ? offersNow : null);
            Offer(readThen, record.Record, _then, isLookedAt ? offersThen : null);
        }
        if (!isLookedAt)
            return [];
        _tally.Seen();

        var differing = new List<BacktestCell>();
        var fate = RecordFate.Of(record);
        var mirrored = record.Mirror?.Values ?? new Dictionary<string, FieldValue>();
        var offered = offersNow.Keys.Union(offersThen.Keys, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        var (connectionName, objectName) = (record.Record.Connection, record.Record.Object);
        foreach (var field in offered.Union(_tally.Fields[(connectionName, objectName)], StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var past = CellPast.Of(record, field, window, now.Contract(connectionName, objectName, field) is not null);
            var cell = new CellKey(record.Record, field);
            if (!offered.Contains(field))
            {
                _tally.Untouched(cell, past);
                continue;
            }
            var ground = new ReplayGround(cell, past, fate, mirrored, [.. record.Earlier.Where(e => e.Field == field)])
            {
                Listed = record.Listed,
                Edits = [.. record.Edits.Where(e => e.Field == field).Select(e => e.Edit)],
            };
            var playedNow = CellReplay.Play(now, ground, offersNow.GetValueOrDefault(field) ?? [], window);
            var playedThen = CellReplay.Play(then, ground, offersThen.GetValueOrDefault(field) ?? [], window);
            var inFact = record.Writes.Where(w => w.Field == field && w.At >= window.From && !w.IsUndo).MaxBy(w => w.At);
            if (_tally.Compare(cell, past, playedNow, playedThen, inFact) is { } differs)
                differing.Add(differs);
        }
        return differing;
    }

    /// <summary>Counts a signal that has no record.</summary>
    public void AddUnplaced(Signal signal, UnplacedReason reason)
    {
        var (readNow, readThen) = Count(signal);
        foreach (var (reading, count) in new[] { (readNow, _now), (readThen, _then) })
            if (reading is not null)
                count.Refuse(BacktestWords.CodeOf(reason), BacktestWords.Of(reason));
    }

    /// <summary>What was found so far.</summary>
    public BacktestReport Report() => _tally.Report(window, connection, _signals, _now.Of(now, _signals), _then.Of(then, _signals));

    private (SignalReading? Now, SignalReading? Then) Count(Signal signal)
    {
        var (readNow, readThen) = (Read(now, signal), Read(then, signal));
        // Without a connection to look at, a signal that feeds nothing is counted too.
        if (connection is null || readNow is not null || readThen is not null)
            _signals++;
        return (readNow, readThen);
    }

    private SignalReading? Read(PolicySet policy, Signal signal) =>
        SignalReader.Read(policy, signal).Reading is { } reading && (connection is null || reading.Mapping.Connection == connection) ? reading : null;

    private static void Offer(SignalReading? reading, RecordKey record, SideCount count, Dictionary<string, List<Arrival>>? offers)
    {
        if (reading is null)
            return;
        if (reading.Mapping.Connection != record.Connection || reading.Mapping.Object != record.Object || offers is null)
        {
            count.Refuse("other-target", BacktestWords.OtherTarget(reading.Mapping.Connection, reading.Mapping.Object));
            return;
        }
        count.Replayed++;
        foreach (var (field, value) in reading.Offers)
        {
            if (!offers.TryGetValue(field, out var list))
                offers.Add(field, list = []);
            list.Add(new Arrival(reading.Signal.ReceivedAt, reading.Flow.Name,
                new Candidate(reading.Signal.Id, reading.Signal.Source, reading.OccurredAt, FieldValue.FromCanonical(value)) { Confidence = reading.Confidence }));
        }
    }

    /// <summary>One policy's signals.</summary>
    private sealed class SideCount
    {
        private readonly Dictionary<(string Code, string Reason), long> _refused = [];

        public long Replayed { get; set; }

        public void Refuse(string code, string reason) => _refused[(code, reason)] = _refused.GetValueOrDefault((code, reason)) + 1;

        public BacktestSignals Of(PolicySet policy, long signals) => new(
            policy.Version, Replayed, signals - Replayed - _refused.Values.Sum(), [.. _refused.OrderByDescending(r => r.Value).ThenBy(r => r.Key.Code, StringComparer.Ordinal).ThenBy(r => r.Key.Reason, StringComparer.Ordinal).Select(r => new NotReplayable(r.Key.Code, r.Key.Reason, r.Value))]);
    }
}
