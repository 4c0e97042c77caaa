using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Policy;

/// <summary>The time that a backtest replays; each policy counts as if it had come into force at its beginning.</summary>
/// <param name="From">The earliest receipt of a signal that is replayed.</param>
/// <param name="To">The end: what waits then is sealed then.</param>
public sealed record BacktestWindow(DateTimeOffset From, DateTimeOffset To);

/// <summary>All that is stored of one record that a backtest needs.</summary>
/// <param name="Record">The record.</param>
/// <param name="Signals">The signals of the window that were resolved to it, in any order.</param>
/// <param name="Plans">Its cells in plans sealed within the window.</param>
/// <param name="Writes">Its cells that runs of ours wrote and verified, also before the window.</param>
/// <param name="Mirror">The last reading; null when the mirror has none.</param>
/// <param name="Earlier">Values that signals received before the window offered for its cells.</param>
public sealed record RecordHistory(
    RecordKey Record, IReadOnlyList<Signal> Signals, IReadOnlyList<PlanSighting> Plans, IReadOnlyList<KnownWrite> Writes, KnownMirror? Mirror,
    IReadOnlyList<EarlierOffer> Earlier)
{
    /// <summary>What the suppression list says of its address and domains, by what is listed.</summary>
    public ILookup<string, ListedSuppression> Listed { get; init; } = Array.Empty<ListedSuppression>().ToLookup(_ => "", StringComparer.Ordinal);

    /// <summary>Edits of its cells that are known with their editors, by whomever and whenever.</summary>
    public IReadOnlyList<KnownEdit> Edits { get; init; } = [];
}

/// <summary>An edit whose editor was learned from the CRM's field history.</summary>
/// <param name="Field">The field.</param>
/// <param name="Edit">The edit; it has a time.</param>
public sealed record KnownEdit(string Field, LastEdit Edit);

/// <summary>A cell as a plan saw it.</summary>
/// <param name="Field">The field.</param>
/// <param name="SealedAt">When the plan was sealed; its reading came shortly before.</param>
/// <param name="Old">The live value that it read.</param>
/// <param name="Verdict">What it decided.</param>
/// <param name="ReasonCode">Why.</param>
/// <param name="IsUndo">Whether the plan takes back a run.</param>
public sealed record PlanSighting(string Field, DateTimeOffset SealedAt, FieldValue Old, Verdict Verdict, string ReasonCode, bool IsUndo)
{
    /// <summary>Whether <see cref="Old"/> was read: a field outside the allowlist, one that is not visible and a record that is gone read as blank and are not.</summary>
    internal bool IsReading => ReasonCode is not ("not-in-allowlist" or "field-not-visible" or "record-deleted") && !(IsUndo && Verdict == Verdict.Refuse);

    /// <summary>What the plan saw of the record; null when an earlier filter answered before its state was looked at.</summary>
    internal RecordState? State => ReasonCode switch
    {
        "record-converted" => RecordState.Converted,
        "record-merged" => RecordState.Merged,
        "record-deleted" => RecordState.Deleted,
        _ => Verdict is Verdict.Write or Verdict.Keep ? RecordState.Live : null,
    };
}

/// <summary>A cell that a run of ours wrote and read back.</summary>
/// <param name="Field">The field.</param>
/// <param name="At">When it was read back.</param>
/// <param name="Old">The value that was replaced.</param>
/// <param name="New">The value that was written.</param>
/// <param name="IsUndo">Whether it took back an earlier write: a person's act, and no decision of the policy.</param>
public sealed record KnownWrite(string Field, DateTimeOffset At, FieldValue Old, FieldValue New, bool IsUndo);

/// <summary>The mirror's last reading of a record.</summary>
/// <param name="State">What became of the record.</param>
/// <param name="ReadAt">When it was read.</param>
/// <param name="Version">The CRM's version mark.</param>
/// <param name="Values">Its values; blank ones are left out.</param>
public sealed record KnownMirror(RecordState State, DateTimeOffset ReadAt, string Version, IReadOnlyDictionary<string, FieldValue> Values);

/// <summary>A value that was offered before the window.</summary>
/// <param name="Field">The field.</param>
/// <param name="Flow">The flow that it belongs to.</param>
/// <param name="Candidate">The candidate, settled or not as it stood when the window began.</param>
public sealed record EarlierOffer(string Field, string Flow, Candidate Candidate);

/// <summary>Why a signal has no record.</summary>
public enum UnplacedReason
{
    /// <summary>The worker has not looked at it yet.</summary>
    Pending,

    /// <summary>Several live records match.</summary>
    Ambiguous,

    /// <summary>No record matches.</summary>
    Unmatched,

    /// <summary>No flow of the policy then in force took it, so no record was looked for.</summary>
    Ignored,
}

/// <summary>Where a cell's value at the beginning of the window is known from.</summary>
public enum StartOrigin
{
    /// <summary>The earliest plan of the window that read it.</summary>
    Plan,

    /// <summary>A run of ours: what it replaced, or what it wrote last before the window.</summary>
    Run,

    /// <summary>The mirror, when no run of ours wrote the cell within the window or after the mirror's reading.</summary>
    Mirror,

    /// <summary>The CRM's field history: what an edit of the window replaced, where nothing earlier is known.</summary>
    History,

    /// <summary>Nothing is known; a blank is assumed.</summary>
    AssumedBlank,
}
