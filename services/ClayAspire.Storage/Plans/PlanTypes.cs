using System.Text.Json.Serialization;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;

namespace ClayAspire.Storage.Plans;

/// <summary>The states of a plan.</summary>
public static class PlanStates
{
    /// <summary>Waits for its release.</summary>
    public const string Sealed = "sealed";

    /// <summary>Released; a run applies it.</summary>
    public const string Approved = "approved";

    /// <summary>Refused by a person, with a reason.</summary>
    public const string Refused = "refused";

    /// <summary>Its time ran out unreleased; what it held is planned anew.</summary>
    public const string Expired = "expired";

    /// <summary>There was nothing to decide.</summary>
    public const string Empty = "empty";
}

/// <summary>The kinds of plan.</summary>
public static class PlanKinds
{
    /// <summary>Writes what candidates offer.</summary>
    public const string Writeback = "writeback";

    /// <summary>Takes back what a run wrote.</summary>
    public const string Undo = "undo";

    /// <summary>The stored spelling of a kind.</summary>
    public static string Of(PlanKind kind) => kind switch
    {
        PlanKind.Writeback => Writeback,
        PlanKind.Undo => Undo,
    };
}

/// <summary>The states of a run.</summary>
public static class RunStates
{
    /// <summary>Waits for a worker.</summary>
    public const string Queued = "queued";

    /// <summary>A worker applies it.</summary>
    public const string Running = "running";

    /// <summary>Goes on later; the remark says why.</summary>
    public const string Paused = "paused";

    /// <summary>All planned cells are verified or skipped with a reason.</summary>
    public const string Green = "green";

    /// <summary>Ended, and some cells were rejected with a reason.</summary>
    public const string FinishedWithRejections = "finished-with-rejections";

    /// <summary>Gave up; the remark says why.</summary>
    public const string Failed = "failed";

    /// <summary>Cancelled by a person before its end: what was not sent by then is skipped with reason <c>cancelled</c>.</summary>
    public const string Cancelled = "cancelled";
}

/// <summary>What a run is to do at its next safe point: between two batches, never inside one.</summary>
public enum RunOrder
{
    /// <summary>Go on.</summary>
    GoOn,

    /// <summary>Stop until its flow is resumed.</summary>
    Pause,

    /// <summary>End: what is not sent yet is skipped.</summary>
    Cancel,
}

/// <summary>The states of a run's cell: planned → intent → acknowledged → verified, or rejected / skipped with a reason.</summary>
public static class RunCellStates
{
    /// <summary>Not touched yet.</summary>
    public const string Planned = "planned";

    /// <summary>About to be sent. Without an outcome it is unknown: probe by reading.</summary>
    public const string Intent = "intent";

    /// <summary>The CRM said yes; not read back yet.</summary>
    public const string Acknowledged = "acknowledged";

    /// <summary>Read back equal.</summary>
    public const string Verified = "verified";

    /// <summary>Refused by the CRM or by the read-back.</summary>
    public const string Rejected = "rejected";

    /// <summary>Not written, with a reason: the live value drifted, it would be decided otherwise now, the run was cancelled.</summary>
    public const string Skipped = "skipped";
}

/// <summary>What the planner says of its own work, beside what the plan itself shows.</summary>
/// <param name="Complete">Whether everything asked for could be looked at.</param>
/// <param name="Errored">Whether something went wrong.</param>
/// <param name="Remarks">Why not complete, or errored: one sentence each.</param>
public sealed record PlanFacts(bool Complete, bool Errored, IReadOnlyList<string> Remarks)
{
    /// <summary>Complete and without error.</summary>
    public static PlanFacts Whole { get; } = new(true, false, []);

    /// <summary>The <see cref="Domain.Policy.FlowFingerprint"/> that the plan was decided by; null for an undo, which no rule decides.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>A plan as loaded: rebuilt from its rows, so that its hash is computed anew.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="StoredHash">The hash stored when it was sealed.</param>
/// <param name="Row">Its row.</param>
public sealed record StoredPlan(Plan Plan, string StoredHash, PlanRow Row);

/// <summary>The stored rows make no plan any more: somebody removed or changed some.</summary>
/// <param name="planId">The plan.</param>
/// <param name="cause">What does not fit.</param>
public sealed class PlanAlteredException(Guid planId, Exception cause)
    : Exception($"The stored rows of plan {planId} make no plan any more: {cause.Message} Make a new plan, and look into who changed the stored one.", cause);

/// <summary>A run was queued, or the reason why not: exactly one of the two.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Refusal">Why the plan was not released.</param>
public sealed record ApproveResult(Guid? RunId, Reason? Refusal);

/// <summary>A cancel that was taken, or why not: exactly one of the two.</summary>
/// <param name="Run">The run as it stands now: ended, or going to end at its next safe point.</param>
/// <param name="Refusal">Why it cannot be cancelled.</param>
public sealed record CancelResult(RunRow? Run, Reason? Refusal);

/// <summary>Which plans to list.</summary>
/// <param name="Connection">Of this connection.</param>
/// <param name="Flow">Of this flow.</param>
/// <param name="State">In this state.</param>
/// <param name="Number">The page, from 1.</param>
/// <param name="Size">Rows a page.</param>
/// <param name="Applyable">Only those that hold a change to apply, or only those that hold none; null for both.</param>
public sealed record PlanFilter(string? Connection = null, string? Flow = null, string? State = null, int Number = 1, int Size = 50, bool? Applyable = null);

/// <summary>The candidates that competed for a cell, as stored in <see cref="PlanCellRow.Evidence"/> (camelCase JSON).</summary>
/// <param name="Winner">The one that would win on merit.</param>
/// <param name="Losers">The others, best first.</param>
public sealed record CellEvidence(EvidenceCandidate? Winner, IReadOnlyList<EvidenceCandidate> Losers);

/// <summary>One candidate as stored.</summary>
/// <param name="Signal">Its signal.</param>
/// <param name="Source">Its source.</param>
/// <param name="OccurredAt">When it happened at its source.</param>
/// <param name="Value">What it offers.</param>
/// <param name="Settled">Whether a plan had ended for it.</param>
/// <param name="Confidence">How sure its source is, 0 to 1; null when it does not say.</param>
public sealed record EvidenceCandidate(
    long Signal, string Source, DateTimeOffset OccurredAt, string? Value, bool Settled,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Confidence = null);

/// <summary>What becomes of a cell's candidates when the cell ends.</summary>
public enum CandidateFate
{
    /// <summary>Settled for verified and rejected cells, pending for skipped ones.</summary>
    Default,

    /// <summary>A plan has ended for them.</summary>
    Settled,

    /// <summary>They are planned again.</summary>
    Pending,
}

/// <summary>A cell that a run wrote and read back.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Before">What it held before.</param>
/// <param name="Written">What the run wrote.</param>
/// <param name="WrittenSince">The latest run that wrote it again since; null when none did.</param>
public sealed record VerifiedCell(CellKey Cell, FieldValue Before, FieldValue Written, Guid? WrittenSince);

/// <summary>A move of one cell of a run.</summary>
/// <param name="Ordinal">The cell.</param>
/// <param name="State">The new state; one of <see cref="RunCellStates"/>.</param>
/// <param name="Reason">Why; required for rejected and skipped.</param>
/// <param name="Batch">The batch that it goes out in.</param>
/// <param name="Candidates">What becomes of its candidates.</param>
public sealed record CellMove(int Ordinal, string State, Reason? Reason = null, int? Batch = null, CandidateFate Candidates = CandidateFate.Default);
