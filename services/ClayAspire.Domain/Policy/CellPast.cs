using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Policy;

/// <summary>A value that somebody else, or an undo, gave a cell.</summary>
/// <param name="At">When it counts from: its time where the CRM's field history told it, else the last moment before which the cell is known to have held something else.</param>
/// <param name="Value">The value.</param>
/// <param name="IsUndo">Whether an undo of ours gave it.</param>
public sealed record OutsideEdit(DateTimeOffset At, FieldValue Value, bool IsUndo = false);

/// <summary>What is known of a cell whatever the policy: its value when the window began, and what others did to it since.</summary>
/// <param name="Start">The value when the window began.</param>
/// <param name="Origin">Where that is known from.</param>
/// <param name="Edits">Edits by others, the earliest first.</param>
public sealed record CellPast(FieldValue Start, StartOrigin Origin, IReadOnlyList<OutsideEdit> Edits)
{
    /// <summary>The value at the end when no policy writes the cell.</summary>
    public FieldValue Untouched => Edits.Count > 0 ? Edits[^1].Value : Start;

    /// <summary>Reads a cell's past from what is stored of its record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="field">The field.</param>
    /// <param name="window">The window.</param>
    /// <param name="isMirrored">Whether the mirror reads this field, so that a value missing there is a blank.</param>
    public static CellPast Of(RecordHistory record, string field, BacktestWindow window, bool isMirrored)
    {
        var writes = record.Writes.Where(w => w.Field == field).OrderBy(w => w.At).ToList();
        var readings = record.Plans.Where(p => p.Field == field && p.IsReading).OrderBy(p => p.SealedAt).ToList();
        var within = writes.Where(w => w.At >= window.From).ToList();
        // Our own edits are told by our runs.
        var edits = record.Edits.Where(e => e.Field == field && e.Edit is { By: not EditorKind.Us, New: not null } && e.Edit.At >= window.From && e.Edit.At <= window.To)
            .Select(e => e.Edit).OrderBy(e => e.At).ToList();
        var (start, origin) = StartOf(record.Mirror, field, isMirrored, readings, within, edits.FirstOrDefault(), writes.LastOrDefault(w => w.At < window.From));
        return new CellPast(start, origin, EditsOf(start, window.From, readings, within, [.. edits.Select(e => new OutsideEdit(e.At!.Value, e.New!.Value))]));
    }

    private static (FieldValue Value, StartOrigin Origin) StartOf(
        KnownMirror? mirror, string field, bool isMirrored, List<PlanSighting> readings, List<KnownWrite> within, LastEdit? edit, KnownWrite? before)
    {
        if (edit?.Old is { } replaced && (readings.Count == 0 || edit.At <= readings[0].SealedAt) && (within.Count == 0 || edit.At <= within[0].At))
            return (replaced, StartOrigin.History);
        if (readings.Count > 0 && (within.Count == 0 || readings[0].SealedAt <= within[0].At))
            return (readings[0].Old, StartOrigin.Plan);
        if (within.Count > 0)
            return (within[0].Old, StartOrigin.Run);
        if (mirror is not null && (before is null || mirror.ReadAt >= before.At))
        {
            if (mirror.Values.TryGetValue(field, out var value))
                return (value, StartOrigin.Mirror);
            if (isMirrored)
                return (FieldValue.Blank, StartOrigin.Mirror);
        }
        return before is null ? (FieldValue.Blank, StartOrigin.AssumedBlank) : (before.New, StartOrigin.Run);
    }

    /// <summary>
    /// A reading that differs from what was known is an edit by somebody else. It happened at some time since the last thing known; it
    /// counts from there, because a plan of ours that came between would have met it. An edit of which the time is known counts from its
    /// time, also where the value met before was the same: a replay may have written another by then.
    /// </summary>
    private static List<OutsideEdit> EditsOf(FieldValue start, DateTimeOffset from, List<PlanSighting> readings, List<KnownWrite> writes, List<OutsideEdit> timed)
    {
        var edits = new List<OutsideEdit>();
        var (known, since) = (start, from);
        void Meet(FieldValue value, DateTimeOffset at)
        {
            if (value != known)
                edits.Add(new OutsideEdit(since, value));
            (known, since) = (value, at);
        }
        var (nextReading, nextWrite, nextTimed) = (0, 0, 0);
        while (nextReading < readings.Count || nextWrite < writes.Count || nextTimed < timed.Count)
        {
            if (nextTimed < timed.Count
                && (nextReading == readings.Count || timed[nextTimed].At <= readings[nextReading].SealedAt) && (nextWrite == writes.Count || timed[nextTimed].At <= writes[nextWrite].At))
            {
                var edit = timed[nextTimed++];
                edits.Add(edit);
                (known, since) = (edit.Value, edit.At);
                continue;
            }
            if (nextWrite == writes.Count || (nextReading < readings.Count && readings[nextReading].SealedAt <= writes[nextWrite].At))
            {
                var reading = readings[nextReading++];
                Meet(reading.Old, reading.SealedAt);
                continue;
            }
            var write = writes[nextWrite++];
            Meet(write.Old, since);
            // What an undo puts back is a person's will whatever the policy; what the policy wrote is for the replay to find out.
            if (write.IsUndo)
                edits.Add(new OutsideEdit(write.At, write.New, IsUndo: true));
            (known, since) = (write.New, write.At);
        }
        return edits;
    }
}

/// <summary>That a record ceased to be live.</summary>
/// <param name="State">What became of it.</param>
/// <param name="After">The last time that it was seen live; null when it was not within the window.</param>
public sealed record RecordFate(RecordState State, DateTimeOffset? After)
{
    /// <summary>What became of a record; null when it is live, as far as is known.</summary>
    public static RecordFate? Of(RecordHistory record)
    {
        var live = record.Plans.Where(p => p.State == RecordState.Live).Select(p => p.SealedAt).Concat(record.Writes.Select(w => w.At)).Order().Cast<DateTimeOffset?>().LastOrDefault();
        bool IsLater(DateTimeOffset at) => live is null || at > live;
        if (record.Plans.Where(p => p.State is not (null or RecordState.Live) && IsLater(p.SealedAt)).MinBy(p => p.SealedAt) is { State: { } seen })
            return new RecordFate(seen, live);
        return record.Mirror is { State: not RecordState.Live } mirror && IsLater(mirror.ReadAt) ? new RecordFate(mirror.State, live) : null;
    }

    /// <summary>The record's state at a time.</summary>
    public RecordState At(DateTimeOffset time) => After is { } after && time <= after ? RecordState.Live : State;
}
