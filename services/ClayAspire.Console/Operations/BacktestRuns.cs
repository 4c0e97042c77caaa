using System.Collections.Concurrent;
using ClayAspire.Console.Api;
using ClayAspire.Console.Components;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Policies;

namespace ClayAspire.Console.Operations;

/// <summary>What a person asks at the page.</summary>
/// <param name="Target">Which passage of the policy is edited; see <see cref="PolicyText.Find"/>.</param>
/// <param name="Mark">The mark of its file when the person saw it.</param>
/// <param name="Text">The passage as edited.</param>
/// <param name="Days">How many days back signals are replayed.</param>
/// <param name="Connection">The only connection to look at; null for all.</param>
internal sealed record BacktestDraft(string Target, string Mark, string Text, int? Days, string? Connection);

/// <summary>Where a backtest asked for at the page stands.</summary>
internal enum BacktestState
{
    /// <summary>It did not begin.</summary>
    Refused,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>Its report is there.</summary>
    Done,

    /// <summary>A person, or the end of the console, stopped it.</summary>
    Stopped,

    /// <summary>A fault ended it.</summary>
    Failed,
}

/// <summary>A backtest asked for at the page.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Draft">What was asked.</param>
/// <param name="By">Who asked.</param>
/// <param name="AskedAt">When.</param>
/// <param name="State">Where it stands.</param>
internal sealed record BacktestRun(Guid Id, BacktestDraft Draft, string By, DateTimeOffset AskedAt, BacktestState State)
{
    /// <summary>Why it did not begin.</summary>
    public Reason? Refusal { get; init; }

    /// <summary>What is wrong with the policy as edited; lines count within the file.</summary>
    public IReadOnlyList<PolicyProblem> Problems { get; init; } = [];

    /// <summary>The passage as it stood in the file; null when there is none of that name.</summary>
    public PolicyPassage? Passage { get; init; }

    /// <summary>How far it is.</summary>
    public BacktestProgress? Progress { get; init; }

    /// <summary>What it found.</summary>
    public BacktestReport? Report { get; init; }

    /// <summary>The differing cells, the first <see cref="BacktestRuns.MostCells"/> of them.</summary>
    public IReadOnlyList<BacktestCell> Cells { get; init; } = [];

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>Backtests asked for at the page: each runs beside the requests, and its result is kept in memory until newer ones take its place.</summary>
internal sealed class BacktestRuns(BacktestDesk desk, PolicySource policy, IIdSource ids, TimeProvider clock, ILogger<BacktestRuns> log) : IHostedService, IDisposable
{
    /// <summary>Results that are kept.</summary>
    public const int MostRuns = 10;

    /// <summary>Differing cells that are kept of one result; the command line writes them all.</summary>
    public const int MostCells = 20_000;

    private static readonly Reason Busy = new("backtest-running", "Another backtest is running. Try again when it has ended.");

    private readonly ConcurrentDictionary<Guid, BacktestRun> _runs = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private (Guid Id, CancellationTokenSource Stop, Task Work)? _running;

    /// <summary>What is kept, the newest first.</summary>
    public IReadOnlyList<BacktestRun> List() => [.. _runs.Values.Where(r => r.State != BacktestState.Refused).OrderByDescending(r => r.AskedAt).ThenByDescending(r => r.Id)];

    /// <summary>One of them; null when it is not kept any more.</summary>
    public BacktestRun? Find(Guid id) => _runs.GetValueOrDefault(id);

    /// <summary>Begins one, or sets down why it cannot begin.</summary>
    public BacktestRun Begin(BacktestDraft draft, Caller caller)
    {
        var text = PolicyText.Read(policy);
        var run = new BacktestRun(ids.Next(), draft, caller.UserName, clock.GetUtcNow(), BacktestState.Refused) { Passage = text.Find(draft.Target) };
        if (run.Passage is not { } passage)
            return Keep(run with { Refusal = new Reason("passage-unknown", "The policy has no such contract or file. Choose one of the list.") });
        if (draft.Mark != text.MarkOf(passage))
            return Keep(run with { Refusal = new Reason("passage-changed", $"{passage.File} was changed since you opened it. Below is your text; choose the contract again to see what it is now.") });
        if (draft.Text.ReplaceLineEndings("\n").TrimEnd() == passage.Text.TrimEnd())
            return Keep(run with { Refusal = new Reason("nothing-edited", "The text is as it is in force, so nothing would differ. Change it first.") });
        var (prepared, refusal, problems) = desk.Prepare(new BacktestOrder(text.With(passage, draft.Text), draft.Days, draft.Connection));
        if (prepared is null)
            return Keep(run with { Refusal = refusal, Problems = problems });
        lock (_gate)
        {
            if (_end.IsCancellationRequested || desk.TryTakeTurn() is not { } turn)
                return Keep(run with { Refusal = Busy });
            run = Keep(run with { State = BacktestState.Running });
            var stop = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            _running = (run.Id, stop, Task.Run(() => RunAsync(run, prepared, caller, turn, stop), CancellationToken.None));
            return run;
        }
    }

    /// <summary>Stops one that runs; nothing for one that does not.</summary>
    public void Stop(Guid id)
    {
        lock (_gate)
            if (_running is { } running && running.Id == id)
                running.Stop.Cancel();
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task? work;
        lock (_gate)
        {
            _end.Cancel();
            work = _running?.Work;
        }
        if (work is not null)
            await work.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _end.Dispose();

    private async Task RunAsync(BacktestRun run, PreparedBacktest prepared, Caller caller, IDisposable turn, CancellationTokenSource stop)
    {
        var cells = new List<BacktestCell>();
        try
        {
            await foreach (var line in desk.RunAsync(prepared, allCells: true, caller, stop.Token))
            {
                if (line.Cell is { } cell && cells.Count < MostCells)
                    cells.Add(cell);
                if (line.Progress is { } progress)
                    run = Keep(run with { Progress = progress });
                if (line.Report is { } report)
                    run = run with { State = BacktestState.Done, Report = report, Cells = cells };
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            run = run with { State = BacktestState.Stopped };
        }
        // Nobody awaits this work: its page is where the fault is told.
        catch (Exception e)
        {
            LogMessages.BacktestFailed(log, e, run.Id, run.By);
            run = run with { State = BacktestState.Failed };
        }
        lock (_gate)
        {
            _running = null;
            stop.Dispose();
        }
        turn.Dispose();
        Keep(run with { EndedAt = clock.GetUtcNow() });
    }

    private BacktestRun Keep(BacktestRun run)
    {
        _runs[run.Id] = run;
        foreach (var old in _runs.Values.Where(r => r.State != BacktestState.Running).OrderByDescending(r => r.AskedAt).ThenByDescending(r => r.Id).Skip(MostRuns))
            _runs.TryRemove(old.Id, out _);
        return run;
    }
}

/// <summary>The filter and order of differing cells from an address; page and CSV read it alike.</summary>
internal static class BacktestCells
{
    /// <summary>The cells that the address asks for, in its order; a column that does not exist sorts nothing.</summary>
    public static IReadOnlyList<BacktestCell> Apply(IEnumerable<BacktestCell> cells, TableQuery query)
    {
        var rows = cells
            .Where(c => query["difference"] is not { } difference || c.Difference.ToString() == difference)
            .Where(c => query["connection"] is not { } connection || c.Connection == connection)
            .Where(c => query["field"] is not { } field || $"{c.Object}.{c.Field}" == field)
            .Where(c => query["q"] is not { } text || new[] { c.RecordId, c.Start, c.Now.End, c.Then.End, c.Now.Reason, c.Then.Reason }.Any(v => v?.Contains(text, StringComparison.OrdinalIgnoreCase) == true));
        Func<BacktestCell, object?>? key = query.Sort switch
        {
            "field" => c => $"{c.Object}.{c.Field} {c.Connection}",
            "record" => c => c.RecordId,
            "difference" => c => c.Difference,
            "start" => c => c.Start,
            "now" => c => c.Now.Outcome,
            "then" => c => c.Then.Outcome,
            _ => null,
        };
        return key is null ? [.. rows] : [.. query.Descending ? rows.OrderByDescending(key) : rows.OrderBy(key)];
    }
}
