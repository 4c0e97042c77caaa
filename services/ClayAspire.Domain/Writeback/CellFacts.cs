using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;

namespace ClayAspire.Domain.Writeback;

/// <summary>All that is stored of one cell, as the <see cref="CellExplainer"/> takes it.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Mirror">The last reading of the record; null when the mirror has none.</param>
/// <param name="Offers">Every value ever offered for the cell.</param>
/// <param name="Plans">Every plan that decided the cell, the earliest first.</param>
/// <param name="Runs">Every run that had the cell, the earliest first.</param>
/// <param name="IsCut">Whether there is more than was read; the latest is what was read.</param>
public sealed record CellFacts(
    CellKey Cell,
    MirrorReading? Mirror,
    IReadOnlyList<Offer> Offers,
    IReadOnlyList<PlanMention> Plans,
    IReadOnlyList<RunMention> Runs,
    bool IsCut = false)
{
    /// <summary>Edits of the field by anybody, as the CRM's history told them, the earliest first.</summary>
    public IReadOnlyList<LastEdit> Edits { get; init; } = [];

    /// <summary>What the drift watch saw of what we wrote, the earliest first.</summary>
    public IReadOnlyList<DriftMention> Drifts { get; init; } = [];

    /// <summary>What is known of the record where it matters to its suppression.</summary>
    public SuppressionFacts Suppression { get; init; } = SuppressionFacts.None;

    /// <summary>Whether anything is known of the cell's record at all.</summary>
    public bool IsKnown => Mirror is not null || Offers.Count > 0 || Plans.Count > 0 || Runs.Count > 0;
}

/// <summary>The last reading of a record.</summary>
/// <param name="State">What became of the record.</param>
/// <param name="Value">The field's value; blank when it is blank or is not read.</param>
/// <param name="HasField">Whether the reading holds a value of this field.</param>
/// <param name="ReadAt">When it was read.</param>
public sealed record MirrorReading(RecordState State, FieldValue Value, bool HasField, DateTimeOffset ReadAt);

/// <summary>A look of the drift watch at a value that we wrote.</summary>
/// <param name="At">When it looked.</param>
/// <param name="Outcome">Whether the value was still there.</param>
/// <param name="Written">What we had written.</param>
/// <param name="Seen">What it saw; blank when it saw nothing.</param>
/// <param name="By">Who had changed it.</param>
/// <param name="Gap">Why that is not known, if it is not.</param>
public sealed record DriftMention(DateTimeOffset At, DriftOutcome Outcome, FieldValue Written, FieldValue Seen, EditorKind By, Reason? Gap);

/// <summary>A value that was offered for the cell.</summary>
/// <param name="Candidate">The candidate.</param>
/// <param name="Flow">The flow that it belongs to.</param>
/// <param name="State"><c>pending</c>, <c>planned</c>, <c>settled</c> or <c>held</c>.</param>
/// <param name="ReceivedAt">When its signal reached us.</param>
public sealed record Offer(Candidate Candidate, string Flow, string State, DateTimeOffset ReceivedAt);

/// <summary>The cell as a plan decided it.</summary>
/// <param name="PlanId">The plan.</param>
/// <param name="Flow">The plan's flow.</param>
/// <param name="Author">Who asked for the plan.</param>
/// <param name="PlanState">What became of the plan.</param>
/// <param name="SealedAt">When it was sealed.</param>
/// <param name="Old">The live value at the seal.</param>
/// <param name="Decision">The decision with its evidence.</param>
/// <param name="Release">What a person, or the policy, said to the plan; null while nobody did.</param>
public sealed record PlanMention(
    Guid PlanId, string Flow, string Author, string PlanState, DateTimeOffset SealedAt, FieldValue Old, Decision Decision, ReleaseMention? Release)
{
    /// <summary>Who declined this very cell; null when nobody did.</summary>
    public DeclineMention? Declined { get; init; }
}

/// <summary>A change that a person declined while its plan waited.</summary>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
public sealed record DeclineMention(string By, DateTimeOffset At, string Reason);

/// <summary>A release or refusal of a plan.</summary>
/// <param name="IsApproval">Whether it was released.</param>
/// <param name="Approver">By whom; <see cref="Writeback.Release.PolicyApprover"/> for a pre-authorised flow.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="CoversCell">Whether this cell was among those released.</param>
public sealed record ReleaseMention(bool IsApproval, string Approver, DateTimeOffset At, string? Reason, bool CoversCell);

/// <summary>The cell as a run applied it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="PlanId">The run's plan.</param>
/// <param name="State"><c>planned</c>, <c>intent</c>, <c>acknowledged</c>, <c>verified</c>, <c>rejected</c> or <c>skipped</c>.</param>
/// <param name="Old">The value that was to be replaced.</param>
/// <param name="New">The value that was to be written.</param>
/// <param name="Reason">Why it was rejected or skipped.</param>
/// <param name="QueuedAt">When the run was queued.</param>
/// <param name="SentAt">When the cell was sent.</param>
/// <param name="VerifiedAt">When it was read back equal.</param>
/// <param name="EndedAt">When the run ended.</param>
public sealed record RunMention(
    Guid RunId, Guid PlanId, string State, FieldValue Old, FieldValue New, Reason? Reason,
    DateTimeOffset QueuedAt, DateTimeOffset? SentAt, DateTimeOffset? VerifiedAt, DateTimeOffset? EndedAt)
{
    /// <summary>Whether it was written and read back equal.</summary>
    public bool IsVerified => State == "verified" && VerifiedAt is not null;
}
