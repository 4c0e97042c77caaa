using ClayAspire.Domain.Policy;
using ClayAspire.Storage;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;

namespace ClayAspire.Console.Api;

/// <summary>Body of <c>POST /api/plans</c>.</summary>
internal sealed record PlanOrder(string? Connection, string? Flow);

/// <summary>Answer to <c>POST /api/plans</c>: where the plan will be once it is sealed.</summary>
internal sealed record PlanOrdered(Guid PlanId, string Location);

/// <summary>
/// Which cells of a plan: those that match every part that is given. Kind is one of fill, overwrite, clear, named, plain, low-confidence, declined, drifted.
/// </summary>
internal sealed record CellSelection(
    string? Verdict = null, string? Object = null, string? Field = null, string? Record = null, string? Rule = null, string? Source = null, string? Kind = null, string? Search = null);

/// <summary>
/// Body of <c>POST /api/plans/{id}/approve</c>: without ordinals and filter, all changes that need no named approval. A filter by kind overwrite,
/// named or low-confidence names each change that it matches; any other leaves out those that need a name.
/// </summary>
internal sealed record PlanApproval(string? Hash, IReadOnlyList<int>? Ordinals = null, CellSelection? Filter = null);

/// <summary>Body of <c>POST /api/plans/{id}/refuse</c>.</summary>
internal sealed record PlanRefusal(string? Hash, string? Reason);

/// <summary>Body of <c>POST /api/plans/{id}/decline</c>.</summary>
internal sealed record PlanDecline(string? Hash, IReadOnlyList<int>? Ordinals, string? Reason, CellSelection? Filter = null);

/// <summary>Answer to <c>POST /api/plans/{id}/drift</c>: where what was found will stand.</summary>
internal sealed record PlanDriftOrdered(Guid PlanId, string Location);

/// <summary>The latest look at the live values of a plan's changes.</summary>
internal sealed record PlanDrift(DateTimeOffset LookedAt, string AskedBy, int Cells, int Drifted);

/// <summary>Changes that are alike: what leads to them, how many they are, the first of them.</summary>
internal sealed record PlanGroup(CellSelection Filter, int Changes, int Named, int Declined, int Drifted, PlanCell Sample)
{
    public static PlanGroup Of(CellGroup g) => new(
        new CellSelection(null, g.Filter.Object, g.Filter.Field, g.Filter.RecordId, g.Filter.Rule, g.Filter.Source, g.Filter.Kind), g.Changes, g.Named, g.Declined, g.Drifted, PlanCell.Of(g.Sample, null));
}

/// <summary>Answer to an approval.</summary>
internal sealed record PlanReleased(Guid RunId);

/// <summary>Body of <c>POST /api/policy/backtest</c>.</summary>
/// <param name="Files">The other policy's files: path from its folder (<c>contracts/icare.yaml</c>) and text.</param>
/// <param name="Days">How many days back signals are replayed; 90 when left out.</param>
/// <param name="Connection">The only connection to look at; all when left out.</param>
/// <param name="AllCells">Whether every differing cell is sent, not only the examples.</param>
internal sealed record BacktestOrder(IReadOnlyList<PolicyFile?>? Files, int? Days, string? Connection, bool AllCells = false);

/// <summary>One line of the answer: progress, a differing cell, or, last, the report.</summary>
/// <param name="Line"><c>progress</c>, <c>cell</c> or <c>report</c>; which of the others is set.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Cell">A differing cell.</param>
/// <param name="Report">The report.</param>
internal sealed record BacktestLine(string Line, BacktestProgress? Progress = null, BacktestCell? Cell = null, BacktestReport? Report = null);

/// <summary>How far a backtest is.</summary>
internal sealed record BacktestProgress(long Signals, long Total, long Differing);

/// <summary>One page of a list.</summary>
internal sealed record PageOf<T>(IReadOnlyList<T> Items, long Total, int Page, int Size)
{
    public static PageOf<T> Of<TRow>(PagedRows<TRow> rows, Func<TRow, T> map) => new([.. rows.Rows.Select(map)], rows.Total, rows.Number, rows.Size);
}

/// <summary>A plan without its cells.</summary>
internal sealed record PlanSummary(
    Guid Id, string Connection, string Flow, string State, string Hash, string PolicyVersion, string Author,
    DateTimeOffset SealedAt, DateTimeOffset ExpiresAt, bool Applyable, bool Complete, bool Errored, IReadOnlyList<string> Remarks,
    int ApiCalls, decimal Credits, int Changes, int Keeps, int Holds, int Refusals, string Kind, Guid? UndoesRun, Guid? RunId,
    int Named, int Overwrites, int Clears, int ApplySeconds, PlanDrift? Drift = null)
{
    public static PlanSummary Of(PlanRow p) => Of(p, null, null);

    public static PlanSummary Of(PlanRow p, Guid? runId, PlanDriftLookRow? look) => new(
        p.Id, p.Connection, p.Flow, p.State, p.Hash, p.PolicyVersion, p.Author, p.SealedAt, p.ExpiresAt,
        p.Applyable, p.Complete, p.Errored, p.Remarks, p.ApiCalls, p.Credits, p.Changes, p.Keeps, p.Holds, p.Refusals, p.Kind, p.UndoesRun, runId, p.Named, p.Overwrites, p.Clears, p.ApplySeconds,
        look is null ? null : new PlanDrift(look.LookedAt, look.AskedBy, look.Cells, look.Drifted));
}

/// <summary>One decided cell of a plan.</summary>
internal sealed record PlanCell(
    int Ordinal, string Object, string RecordId, string Field, string Verdict, string? Old, string? New,
    string ReasonCode, string Reason, string RuleId, string? Source, long? Signal, string RecordVersion, string? WaitsFor, string? Change, string? Caution,
    string? DeclinedBy, string? Drift, string? ValueNow)
{
    public static PlanCell Of(PlanCellRow c, CellStanding? standing) => new(
        c.Ordinal, c.Object, c.RecordId, c.Field, c.Verdict, c.OldValue, c.NewValue,
        c.ReasonCode, c.Reason, c.RuleId, c.Source, c.WinnerSignal, c.RecordVersion, c.WaitsFor, c.Change, c.Caution,
        standing?.Declined?.DeclinedBy, standing?.Drift?.ReasonCode, standing?.Drift?.Value);
}

/// <summary>A run; while it runs, the counts are those of its cells now.</summary>
internal sealed record RunSummary(
    Guid Id, Guid PlanId, string Connection, string Flow, string State, int Planned, int Verified, int Rejected, int Skipped,
    int ApiCalls, DateTimeOffset QueuedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? Remark,
    string? CancelAskedBy, DateTimeOffset? CancelAskedAt)
{
    public static RunSummary Of(RunRow r) => new(
        r.Id, r.PlanId, r.Connection, r.Flow, r.State, r.Planned, r.Verified, r.Rejected, r.Skipped,
        r.ApiCalls, r.QueuedAt, r.StartedAt, r.FinishedAt, r.Remark, r.CancelAskedBy, r.CancelAskedAt);
}

/// <summary>One cell of a run.</summary>
internal sealed record RunCell(
    int Ordinal, string Object, string RecordId, string Field, string? Old, string? New, string State,
    string? ReasonCode, string? Reason, DateTimeOffset? SentAt, DateTimeOffset? VerifiedAt)
{
    public static RunCell Of(RunCellRow c) => new(
        c.Ordinal, c.Object, c.RecordId, c.Field, c.OldValue, c.NewValue, c.State, c.ReasonCode, c.Reason, c.SentAt, c.VerifiedAt);
}

/// <summary>A flow of the policy and its switch.</summary>
internal sealed record FlowSummary(
    string Name, IReadOnlyList<string> Connections, IReadOnlyList<string> Signals, IReadOnlyList<string> Fields,
    string Release, string Role, bool FourEyes, string? DailyAt, double ExpiresAfterHours, bool Paused, string Kind, string? Cadence);

/// <summary>Body of <c>POST /api/mirror/refresh</c>.</summary>
internal sealed record MirrorOrder(string? Connection);

/// <summary>Answer to it.</summary>
internal sealed record MirrorOrdered(string Connection, IReadOnlyList<string> Objects);

/// <summary>Answer to a replay: the job's new id.</summary>
internal sealed record JobReplayed(long JobId);

/// <summary>Who we are.</summary>
internal sealed record ProductInfo(string Product, string Version, bool Demo);
