namespace ClayAspire.Domain.Policy;

/// <summary>How a cell differs between the policy in force ("now") and the other policy ("then"). Each differing cell is of one kind.</summary>
public enum CellDifference
{
    /// <summary>Not written now, written then.</summary>
    WrittenThenOnly,

    /// <summary>Written now, not written then.</summary>
    WrittenNowOnly,

    /// <summary>Written under both, with another value at last.</summary>
    OtherValue,

    /// <summary>Written under both with the same value at last, but by other writes on the way.</summary>
    OtherWrites,

    /// <summary>The same writes, but released otherwise: by the policy, with the plan, or only by name.</summary>
    OtherRelease,

    /// <summary>Written under neither, and kept, held or refused instead of one another.</summary>
    OtherVerdict,
}

/// <summary>One policy's side of a cell.</summary>
/// <param name="Outcome">What became of the cell.</param>
/// <param name="Reason">The reason code of the last write, else of the last decision; null when nothing was offered.</param>
/// <param name="Source">The source of the winning value.</param>
/// <param name="End">The value at the end; null when blank.</param>
/// <param name="Writes">How many writes.</param>
/// <param name="Overwrites">How many of them went over a value that was not blank.</param>
/// <param name="Release">By whom the last write is released.</param>
/// <param name="WrittenAt">The seal of the last write.</param>
public sealed record BacktestSide(CellOutcome Outcome, string? Reason, string? Source, string? End, int Writes, int Overwrites, WriteRelease? Release, DateTimeOffset? WrittenAt);

/// <summary>A cell that differs.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object.</param>
/// <param name="RecordId">The record.</param>
/// <param name="Field">The field.</param>
/// <param name="Difference">How it differs.</param>
/// <param name="Start">The value when the window began; null when blank.</param>
/// <param name="StartOrigin">Where that is known from.</param>
/// <param name="Now">Under the policy in force.</param>
/// <param name="Then">Under the other policy.</param>
public sealed record BacktestCell(
    string Connection, string Object, string RecordId, string Field, CellDifference Difference, string? Start, StartOrigin StartOrigin, BacktestSide Now, BacktestSide Then);

/// <summary>Cells that differ in the same way.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object.</param>
/// <param name="Field">The field.</param>
/// <param name="Difference">How they differ.</param>
/// <param name="Now">Their outcome under the policy in force.</param>
/// <param name="NowReason">Its reason code.</param>
/// <param name="Then">Their outcome under the other policy.</param>
/// <param name="ThenReason">Its reason code.</param>
/// <param name="Cells">How many.</param>
/// <param name="Examples">A few of them.</param>
public sealed record BacktestGroup(
    string Connection, string Object, string Field, CellDifference Difference, CellOutcome Now, string? NowReason, CellOutcome Then, string? ThenReason,
    long Cells, IReadOnlyList<BacktestCell> Examples);

/// <summary>What the two policies do to one field, over all records seen.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object.</param>
/// <param name="Field">The field; one that either policy may write.</param>
/// <param name="Records">Records of the object that a signal of the window was about.</param>
/// <param name="FilledAtStart">How many held a value when the window began.</param>
/// <param name="FilledNow">How many hold one at its end under the policy in force.</param>
/// <param name="FilledThen">How many hold one at its end under the other policy.</param>
/// <param name="AssumedBlank">For how many the value at the beginning is not known; they count as blank.</param>
/// <param name="WritesNow">Writes under the policy in force.</param>
/// <param name="WritesThen">Writes under the other policy.</param>
/// <param name="OverwritesNow">Writes over a value that was not blank, under the policy in force.</param>
/// <param name="OverwritesThen">The same under the other policy.</param>
/// <param name="OverwritesAvoided">Overwrites of the policy in force that the other would not do: of that value by that value in that cell.</param>
/// <param name="OverwritesAdded">Overwrites of the other policy that the one in force does not do.</param>
/// <param name="NamedNow">Writes that need a named approval under the policy in force.</param>
/// <param name="NamedThen">The same under the other policy.</param>
public sealed record FieldEffect(
    string Connection, string Object, string Field, long Records, long FilledAtStart, long FilledNow, long FilledThen, long AssumedBlank,
    long WritesNow, long WritesThen, long OverwritesNow, long OverwritesThen, long OverwritesAvoided, long OverwritesAdded,
    long NamedNow, long NamedThen);

/// <summary>Hard-bounce flags that the replay sets: checkboxes that a bounce signal feeds under either policy.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object.</param>
/// <param name="Field">The flag.</param>
/// <param name="SetNow">Flags that are set under the policy in force.</param>
/// <param name="SetThen">Flags that are set under the other policy.</param>
/// <param name="NowOnly">Of the first, those that the other policy would not set.</param>
/// <param name="ThenOnly">Of the second, those that the policy in force does not set.</param>
public sealed record BounceEffect(string Connection, string Object, string Field, long SetNow, long SetThen, long NowOnly, long ThenOnly);

/// <summary>E-mail addresses that the replay writes.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object.</param>
/// <param name="Field">The field; one whose contract is of type e-mail under either policy.</param>
/// <param name="WrittenNow">Addresses written under the policy in force.</param>
/// <param name="WrittenThen">Addresses written under the other policy.</param>
/// <param name="EndOtherwise">Records whose address differs between the two at the end.</param>
public sealed record EmailEffect(string Connection, string Object, string Field, long WrittenNow, long WrittenThen, long EndOtherwise);

/// <summary>Signals that cannot be replayed under a policy, and why.</summary>
/// <param name="Code">A stable code.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="Signals">How many.</param>
public sealed record NotReplayable(string Code, string Reason, long Signals);

/// <summary>What a policy made of the signals.</summary>
/// <param name="PolicyVersion">The policy.</param>
/// <param name="Replayed">Signals that offered something to a record that is known.</param>
/// <param name="FeedNothing">Signals that feed no flow under it.</param>
/// <param name="NotReplayable">Signals that feed a flow, but of a record that is not known.</param>
public sealed record BacktestSignals(string PolicyVersion, long Replayed, long FeedNothing, IReadOnlyList<NotReplayable> NotReplayable);

/// <summary>Where the values at the beginning of the window are known from: cells by origin.</summary>
/// <param name="Plan">From a plan of the window.</param>
/// <param name="Run">From a run of ours.</param>
/// <param name="Mirror">From the mirror.</param>
/// <param name="History">By the CRM's field history.</param>
/// <param name="AssumedBlank">Not known; a blank is assumed.</param>
public sealed record StartOrigins(long Plan, long Run, long Mirror, long History, long AssumedBlank);

/// <summary>The replay under the policy in force beside what runs wrote in fact within the window.</summary>
/// <param name="Cells">Cells that runs wrote and verified in fact.</param>
/// <param name="Alike">Of these, cells to which the replay gives the same value at last.</param>
public sealed record ReplayFidelity(long Cells, long Alike);

/// <summary>What a backtest found.</summary>
/// <param name="Window">The time that was replayed.</param>
/// <param name="Connection">The only connection that was looked at; null for all.</param>
/// <param name="Signals">Signals of the window that could feed a flow under either policy.</param>
/// <param name="Records">Records that they are about.</param>
/// <param name="Cells">Cells that they offer a value for, under either policy.</param>
/// <param name="Now">The signals under the policy in force.</param>
/// <param name="Then">The signals under the other policy.</param>
/// <param name="Differing">Cells that differ.</param>
/// <param name="Groups">The same by field, kind and outcome; the largest first.</param>
/// <param name="Fields">Fill, writes and overwrites by field.</param>
/// <param name="Bounces">Hard-bounce flags.</param>
/// <param name="Emails">E-mail addresses.</param>
/// <param name="CountedAsSigned">Contracts that the other policy's files say are Active and that lack a DPO's signature; they count as signed.</param>
/// <param name="Starts">Where the values at the beginning are known from, over <paramref name="Cells"/>.</param>
/// <param name="OutsideEdits">Edits by others that took part.</param>
/// <param name="Fidelity">The replay beside what was written in fact.</param>
/// <param name="Assumptions">What the replay assumes, in sentences.</param>
public sealed record BacktestReport(
    BacktestWindow Window, string? Connection, long Signals, long Records, long Cells, BacktestSignals Now, BacktestSignals Then, long Differing,
    IReadOnlyList<BacktestGroup> Groups, IReadOnlyList<FieldEffect> Fields, IReadOnlyList<BounceEffect> Bounces, IReadOnlyList<EmailEffect> Emails,
    IReadOnlyList<string> CountedAsSigned, StartOrigins Starts, long OutsideEdits, ReplayFidelity Fidelity, IReadOnlyList<string> Assumptions)
{
    /// <summary>Writes over a non-blank value that the other policy would not do.</summary>
    public long OverwritesAvoided => Fields.Sum(f => f.OverwritesAvoided);

    /// <summary>Writes over a non-blank value that the other policy would add.</summary>
    public long OverwritesAdded => Fields.Sum(f => f.OverwritesAdded);
}
