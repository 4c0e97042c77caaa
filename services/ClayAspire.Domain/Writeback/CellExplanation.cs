using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Writeback;

/// <summary>The story of one cell: what it holds and since when, what competed, what decided, and what would have altered the result. Values are canonical text; null is blank.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object.</param>
/// <param name="RecordId">The record.</param>
/// <param name="Field">The field.</param>
/// <param name="Story">The whole story in one or two sentences.</param>
/// <param name="Current">The last value known, and where it comes from.</param>
/// <param name="Contract">The field's contract in force; null when the field is outside the allowlist.</param>
/// <param name="Decision">The decision that is explained.</param>
/// <param name="Filters">The filters in their order, up to the one that answered and beyond.</param>
/// <param name="Candidates">Every value offered, the best first.</param>
/// <param name="Change">The nearest change that would have altered the result; null when no small change does.</param>
/// <param name="Timeline">What happened, the earliest first.</param>
/// <param name="IsCut">Whether older facts were left out.</param>
public sealed record CellExplanation(
    string Connection, string Object, string RecordId, string Field, string Story,
    ExplainedValue Current, ExplainedContract? Contract, ExplainedDecision Decision,
    IReadOnlyList<ExplainedFilter> Filters, IReadOnlyList<ExplainedCandidate> Candidates,
    NearestChange? Change, IReadOnlyList<ExplainedEvent> Timeline, bool IsCut);

/// <summary>Where a cell's value comes from.</summary>
public enum ValueOrigin
{
    /// <summary>Nothing was read of it yet.</summary>
    Unknown,

    /// <summary>We wrote it, and read it back equal.</summary>
    WrittenByUs,

    /// <summary>We sent it, and have not read it back yet.</summary>
    SentByUs,

    /// <summary>We wrote another value, and somebody else changed it since.</summary>
    EditedSince,

    /// <summary>No run of ours ever wrote it.</summary>
    NotByUs,
}

/// <summary>The last value known of a cell.</summary>
/// <param name="Value">The value; null is blank.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Text">The same as a sentence.</param>
/// <param name="SeenAt">When it was last seen in the CRM.</param>
/// <param name="OurValue">What we wrote last, if ever.</param>
/// <param name="RunId">The run that wrote it.</param>
/// <param name="PlanId">That run's plan.</param>
/// <param name="Approver">Who released that plan.</param>
/// <param name="VerifiedAt">When our write was read back equal.</param>
/// <param name="EditedBy">Who changed it after our write; null when nobody did, or it is not known that anybody did.</param>
/// <param name="EditedAt">When; null when that is not known.</param>
public sealed record ExplainedValue(
    string? Value, ValueOrigin Origin, string Text, DateTimeOffset? SeenAt,
    string? OurValue = null, Guid? RunId = null, Guid? PlanId = null, string? Approver = null, DateTimeOffset? VerifiedAt = null,
    EditorKind? EditedBy = null, DateTimeOffset? EditedAt = null);

/// <summary>A contract as far as an explanation needs it.</summary>
/// <param name="Status">Where it stands in its life.</param>
/// <param name="Rule">The merge rule's name.</param>
/// <param name="Sources">The sources that may offer values, best first.</param>
/// <param name="Owner">Who answers questions about the field.</param>
/// <param name="Why">The sentence that it rests on.</param>
public sealed record ExplainedContract(ContractStatus Status, string Rule, IReadOnlyList<string> Sources, string Owner, string Why)
{
    /// <summary>Whether a value that a person edited last is left alone, whatever the rule says.</summary>
    public bool ProtectsHumanEdits { get; init; }

    /// <summary>The standard that a value is brought to before it is compared and written; null for none.</summary>
    public string? Standard { get; init; }
}

/// <summary>The decision that is explained: the last one that a plan recorded, or the one that would be made now.</summary>
/// <param name="Verdict">What was done with the cell.</param>
/// <param name="Reason">Why.</param>
/// <param name="RuleId">The rule, or the filter that answered.</param>
/// <param name="PolicyVersion">The policy that decided.</param>
/// <param name="Live">The live value that it was set against; null is blank.</param>
/// <param name="Value">The value to be written; null unless the verdict is to write.</param>
/// <param name="WaitsFor">For a hold, who must act.</param>
/// <param name="PlanId">The plan that recorded it; null when no plan has decided this cell yet.</param>
/// <param name="At">When that plan was sealed.</param>
/// <param name="Now">What the policy in force would decide today, where that differs.</param>
public sealed record ExplainedDecision(
    Verdict Verdict, Reason Reason, string RuleId, string PolicyVersion, string? Live, string? Value, string? WaitsFor,
    Guid? PlanId, DateTimeOffset? At, string? Now);

/// <summary>What a filter did with the cell.</summary>
public enum FilterOutcome
{
    /// <summary>It let the cell pass.</summary>
    Passed,

    /// <summary>It gave the answer.</summary>
    Answered,

    /// <summary>An earlier one had answered already.</summary>
    NotReached,
}

/// <summary>One filter, in the order of the decider.</summary>
/// <param name="Name">What it looks at.</param>
/// <param name="Outcome">What it did.</param>
/// <param name="Text">What it looked for, or its answer.</param>
public sealed record ExplainedFilter(string Name, FilterOutcome Outcome, string Text);

/// <summary>How a candidate fared.</summary>
public enum CandidateStanding
{
    /// <summary>The best of all.</summary>
    Wins,

    /// <summary>Admissible, and another is better.</summary>
    Loses,

    /// <summary>Not admissible.</summary>
    TurnedAway,

    /// <summary>A filter answered before any were compared.</summary>
    NotCompared,

    /// <summary>It was not known yet when the decision was made.</summary>
    CameLater,
}

/// <summary>One value offered, and how it fared.</summary>
/// <param name="SignalId">Its signal.</param>
/// <param name="Source">Its source.</param>
/// <param name="Value">What it offers.</param>
/// <param name="OccurredAt">When it happened at its source.</param>
/// <param name="ReceivedAt">When it reached us; null when only a plan's evidence still knows of it.</param>
/// <param name="State">Where it stands: pending, planned, settled, held.</param>
/// <param name="Standing">How it fared.</param>
/// <param name="Why">Why.</param>
public sealed record ExplainedCandidate(
    long SignalId, string Source, string? Value, DateTimeOffset OccurredAt, DateTimeOffset? ReceivedAt, string State, CandidateStanding Standing, string Why);

/// <summary>The nearest change that would have altered the result, found by deciding again.</summary>
/// <param name="Code">Stable, kebab-case: which kinds of change, joined by <c>+</c>.</param>
/// <param name="Text">The change, and what would have come of it.</param>
/// <param name="Steps">How many things would have had to be different.</param>
/// <param name="Verdict">The verdict with that change.</param>
/// <param name="Value">The value of the winner with that change.</param>
public sealed record NearestChange(string Code, string Text, int Steps, Verdict Verdict, string? Value);

/// <summary>Something that happened to the cell.</summary>
/// <param name="At">When.</param>
/// <param name="Kind"><c>offered</c>, <c>decided</c>, <c>released</c>, <c>refused</c>, <c>declined</c>, <c>left-out</c>, <c>sent</c>, <c>verified</c>, <c>rejected</c>, <c>skipped</c>, <c>created</c>, <c>edited</c>, <c>checked</c> or <c>read</c>.</param>
/// <param name="Text">What.</param>
/// <param name="PlanId">The plan that it belongs to.</param>
/// <param name="RunId">The run that it belongs to.</param>
public sealed record ExplainedEvent(DateTimeOffset At, string Kind, string Text, Guid? PlanId = null, Guid? RunId = null);
