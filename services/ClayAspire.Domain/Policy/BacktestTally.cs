using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;

namespace ClayAspire.Domain.Policy;

/// <summary>Adds up what a backtest finds, cell by cell.</summary>
internal sealed class BacktestTally
{
    /// <summary>Examples kept of each group.</summary>
    private const int Examples = 3;

    private readonly Dictionary<(string Connection, string Object, string Field), FieldCount> _fields = [];
    private readonly Dictionary<GroupKey, (long Cells, List<BacktestCell> Examples)> _groups = [];
    private readonly IReadOnlyList<string> _countedAsSigned;
    private readonly long[] _origins = new long[Enum.GetValues<StartOrigin>().Length];
    private long _records;
    private long _differing;
    private long _edits;
    private (long Cells, long Alike) _inFact;

    public BacktestTally(PolicySet now, PolicySet then)
    {
        foreach (var policy in new[] { now, then })
        {
            // What no policy ever writes cannot differ.
            foreach (var contract in policy.Contracts.Where(c => c.Status != ContractStatus.ReadOnly && c.Rule != MergeRule.ReadOnly))
                Counted(contract).IsEmail |= contract.Type == FieldType.Email;
        }
        foreach (var policy in new[] { now, then })
            foreach (var mapping in policy.Mappings.Where(m => m.Kinds.Contains(SignalReader.BounceKind)))
                foreach (var field in mapping.Constants.Keys.Concat(mapping.Columns.Values))
                    if (policy.Contract(mapping.Connection, mapping.Object, field) is { Type: FieldType.Checkbox }
                        && _fields.TryGetValue((mapping.Connection, mapping.Object, field), out var flag))
                        flag.IsBounceFlag = true;
        _countedAsSigned = [.. then.Contracts.Where(c => c is { Status: ContractStatus.Active, Standing.Status: ContractStatus.PendingLegal })
            .Select(c => $"{c.Connection} {c.Object}.{c.Field}").Order(StringComparer.Ordinal)];
        Fields = _fields.Keys.ToLookup(k => (k.Connection, k.Object), k => k.Field);
    }

    /// <summary>The fields that either policy may ever write, by connection and object; their fill is measured over every record seen.</summary>
    public ILookup<(string Connection, string Object), string> Fields { get; }

    /// <summary>Counts a record.</summary>
    public void Seen() => _records++;

    /// <summary>Counts a cell that nothing was offered for.</summary>
    public void Untouched(CellKey cell, CellPast past) => Find(cell)?.AddFill(past, past.Untouched, past.Untouched);

    /// <summary>Counts a cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="past">What is known of it.</param>
    /// <param name="now">What the policy in force made of it.</param>
    /// <param name="then">What the other made of it.</param>
    /// <param name="inFact">What a run of the window wrote last in fact; null when none did.</param>
    /// <returns>The difference; null when there is none.</returns>
    public BacktestCell? Compare(CellKey cell, CellPast past, ReplayedCell now, ReplayedCell then, KnownWrite? inFact)
    {
        _origins[(int)past.Origin]++;
        _edits += past.Edits.Count;
        if (inFact is not null)
            _inFact = (_inFact.Cells + 1, _inFact.Alike + (now.Writes.Count > 0 && now.Writes[^1].Decision.Value == inFact.New ? 1 : 0));
        if (Find(cell) is { } field)
        {
            field.AddFill(past, now.End, then.End);
            field.AddWrites(now, then);
        }
        if (DifferenceOf(now, then) is not { } difference)
            return null;

        var differing = new BacktestCell(cell.Record.Connection, cell.Record.Object, cell.Record.Id, cell.Field, difference, past.Start.Text, past.Origin, Side(now), Side(then));
        _differing++;
        var key = new GroupKey(cell.Record.Connection, cell.Record.Object, cell.Field, difference, differing.Now.Outcome, differing.Now.Reason, differing.Then.Outcome, differing.Then.Reason);
        var (cells, examples) = _groups.GetValueOrDefault(key, (0, []));
        if (examples.Count < Examples)
            examples.Add(differing);
        _groups[key] = (cells + 1, examples);
        return differing;
    }

    public BacktestReport Report(BacktestWindow window, string? connection, long signals, BacktestSignals now, BacktestSignals then)
    {
        long Starts(StartOrigin origin) => _origins[(int)origin];
        var seen = _fields.Where(f => f.Value.Records > 0).OrderBy(f => f.Key.Connection, StringComparer.Ordinal)
            .ThenBy(f => f.Key.Object, StringComparer.Ordinal).ThenBy(f => f.Key.Field, StringComparer.Ordinal).ToList();
        return new BacktestReport(
            window, connection, signals, _records, _origins.Sum(), now, then, _differing,
            [
                .. _groups.OrderByDescending(g => g.Value.Cells).ThenBy(g => g.Key.ToString(), StringComparer.Ordinal).Select(g => new BacktestGroup(
                    g.Key.Connection, g.Key.Object, g.Key.Field, g.Key.Difference, g.Key.Now, g.Key.NowReason, g.Key.Then, g.Key.ThenReason, g.Value.Cells, g.Value.Examples)),
            ],
            [.. seen.Select(f => f.Value.Effect(f.Key))],
            [.. seen.Where(f => f.Value.IsBounceFlag).Select(f => new BounceEffect(
                f.Key.Connection, f.Key.Object, f.Key.Field, f.Value.WrittenNow, f.Value.WrittenThen, f.Value.WrittenNowOnly, f.Value.WrittenThenOnly))],
            [.. seen.Where(f => f.Value.IsEmail).Select(f => new EmailEffect(
                f.Key.Connection, f.Key.Object, f.Key.Field, f.Value.WrittenNow, f.Value.WrittenThen, f.Value.EndOtherwise))],
            _countedAsSigned, new StartOrigins(Starts(StartOrigin.Plan), Starts(StartOrigin.Run), Starts(StartOrigin.Mirror), Starts(StartOrigin.History), Starts(StartOrigin.AssumedBlank)),
            _edits, new ReplayFidelity(_inFact.Cells, _inFact.Alike), BacktestWords.Assumptions);
    }

    private static CellDifference? DifferenceOf(ReplayedCell now, ReplayedCell then) => (now.Outcome, then.Outcome) switch
    {
        (CellOutcome.Written, CellOutcome.Written) when now.Writes[^1].Decision.Value != then.Writes[^1].Decision.Value => CellDifference.OtherValue,
        (CellOutcome.Written, CellOutcome.Written) when !Steps(now).SequenceEqual(Steps(then)) => CellDifference.OtherWrites,
        (CellOutcome.Written, CellOutcome.Written) => now.Writes.Select(w => w.Release).SequenceEqual(then.Writes.Select(w => w.Release)) ? null : CellDifference.OtherRelease,
        (CellOutcome.Written, _) => CellDifference.WrittenNowOnly,
        (_, CellOutcome.Written) => CellDifference.WrittenThenOnly,
        var (a, b) => a == b ? null : CellDifference.OtherVerdict,
    };

    // Another hour of the same write is no difference.
    private static IEnumerable<(FieldValue, FieldValue)> Steps(ReplayedCell cell) => cell.Writes.Select(w => (w.Old, w.Decision.Value));

    private static BacktestSide Side(ReplayedCell cell) => new(
        cell.Outcome, cell.Telling?.Reason.Code, cell.Telling?.Winner?.Source, cell.End.Text, cell.Writes.Count, cell.Writes.Count(w => w.IsOverwrite),
        cell.Writes.Count > 0 ? cell.Writes[^1].Release : null, cell.Writes.Count > 0 ? cell.Writes[^1].At : null);

    private FieldCount? Find(CellKey cell) => _fields.GetValueOrDefault((cell.Record.Connection, cell.Record.Object, cell.Field));

    private FieldCount Counted(FieldContract contract)
    {
        var key = (contract.Connection, contract.Object, contract.Field);
        if (!_fields.TryGetValue(key, out var count))
            _fields.Add(key, count = new FieldCount());
        return count;
    }

    private readonly record struct GroupKey(
        string Connection, string Object, string Field, CellDifference Difference, CellOutcome Now, string? NowReason, CellOutcome Then, string? ThenReason);

    private sealed class FieldCount
    {
        private long _filledAtStart;
        private long _filledNow;
        private long _filledThen;
        private long _assumedBlank;
        private long _writesNow;
        private long _writesThen;
        private long _overwritesNow;
        private long _overwritesThen;
        private long _avoided;
        private long _added;
        private long _namedNow;
        private long _namedThen;

        public bool IsBounceFlag { get; set; }

        public bool IsEmail { get; set; }

        public long Records { get; private set; }

        public long WrittenNow { get; private set; }

        public long WrittenThen { get; private set; }

        public long WrittenNowOnly { get; private set; }

        public long WrittenThenOnly { get; private set; }

        public long EndOtherwise { get; private set; }

        public void AddFill(CellPast past, FieldValue endNow, FieldValue endThen)
        {
            Records++;
            _filledAtStart += past.Start.IsBlank ? 0 : 1;
            _filledNow += endNow.IsBlank ? 0 : 1;
            _filledThen += endThen.IsBlank ? 0 : 1;
            _assumedBlank += past.Origin == StartOrigin.AssumedBlank ? 1 : 0;
            EndOtherwise += endNow == endThen ? 0 : 1;
        }

        public void AddWrites(ReplayedCell now, ReplayedCell then)
        {
            var (isNow, isThen) = (now.Writes.Count > 0, then.Writes.Count > 0);
            WrittenNow += isNow ? 1 : 0;
            WrittenThen += isThen ? 1 : 0;
            WrittenNowOnly += isNow && !isThen ? 1 : 0;
            WrittenThenOnly += isThen && !isNow ? 1 : 0;
            _writesNow += now.Writes.Count;
            _writesThen += then.Writes.Count;
            _namedNow += now.Writes.Count(w => w.Release == WriteRelease.ByName);
            _namedThen += then.Writes.Count(w => w.Release == WriteRelease.ByName);
            var (before, after) = (Overwrites(now), Overwrites(then));
            _overwritesNow += before.Count;
            _overwritesThen += after.Count;
            var common = before.Count(after.Remove);
            _avoided += before.Count - common;
            _added += after.Count;
        }

        public FieldEffect Effect((string Connection, string Object, string Field) key) => new(
            key.Connection, key.Object, key.Field, Records, _filledAtStart, _filledNow, _filledThen, _assumedBlank,
            _writesNow, _writesThen, _overwritesNow, _overwritesThen, _avoided, _added, _namedNow, _namedThen);

        private static List<(FieldValue Old, FieldValue New)> Overwrites(ReplayedCell cell) =>
            [.. cell.Writes.Where(w => w.IsOverwrite).Select(w => (w.Old, w.Decision.Value))];
    }
}
