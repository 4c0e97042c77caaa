using System.Runtime.CompilerServices;
using ClayAspire.Console.Api;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Backtests;
using ClayAspire.Storage.Policies;

namespace ClayAspire.Console.Operations;

/// <summary>A backtest that may begin.</summary>
/// <param name="Now">The policy in force.</param>
/// <param name="Then">The other policy.</param>
/// <param name="Window">The time that is replayed.</param>
/// <param name="Days">The same in days.</param>
/// <param name="Connection">The only connection to look at.</param>
internal sealed record PreparedBacktest(PolicySet Now, PolicySet Then, BacktestWindow Window, int Days, string? Connection);

/// <summary>Replays stored signals through another policy, beside the one in force. Writes nothing.</summary>
internal sealed class BacktestDesk(PolicySource policy, BacktestStore store, TimeProvider clock, ILogger<BacktestDesk> log) : IDisposable
{
    public const int DefaultDays = 90;
    public const int MostDays = 3650;

    /// <summary>Files that a policy may have; the shipped one has a dozen.</summary>
    private const int MostFiles = 500;

    /// <summary>Characters of all files together.</summary>
    private const int MostCharacters = 4_000_000;

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>The backtest, or why it cannot be: with the policy's problems when it does not load.</summary>
    public (PreparedBacktest? Backtest, Reason? Refusal, IReadOnlyList<PolicyProblem> Problems) Prepare(BacktestOrder order)
    {
        var days = order.Days ?? DefaultDays;
        if (days is < 1 or > MostDays)
            return (null, new Reason("bad-days", $"'days' must be from 1 to {MostDays}."), []);
        PolicyFile[] files = [.. (order.Files ?? []).Where(f => f is { Path: not null, Text: not null })!];
        if (files.Length > MostFiles || files.Sum(f => (long)f.Text.Length) > MostCharacters)
            return (null, new Reason("policy-too-large", $"A policy may have {MostFiles} files and {MostCharacters} characters. Send the folder with contracts/, mapping/ and flows.yaml only."), []);
        if (files.GroupBy(f => f.Path, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return (null, Faulty(1), [new PolicyProblem(twice.Key, 0, "The file was sent more than once.", "Send it once.")]);
        var load = PolicyParser.Parse(files);
        if (load.Policy is not { } other)
            return (null, Faulty(load.Problems.Count), load.Problems);
        var now = policy.Current;
        // The same signatures and suspensions for both; what the other files make Active is asked for as if it were signed.
        var then = policy.WithSignatures(other).AsIfSigned();
        string[] connections = [.. now.Connections.Union(then.Connections, StringComparer.Ordinal)];
        if (order.Connection is { } connection && !connections.Contains(connection, StringComparer.Ordinal))
            return (null, new Reason("connection-unknown", $"Neither policy has a connection of that name. They have {string.Join(", ", connections)}."), []);
        var to = clock.GetUtcNow();
        return (new PreparedBacktest(now, then, new BacktestWindow(to.AddDays(-days), to), days, order.Connection), null, []);
    }

    /// <summary>Takes the turn to run one; null while another runs. It reads much, so that there is one at a time.</summary>
    public IDisposable? TryTakeTurn() => _turn.Wait(0) ? new Turn(_turn) : null;

    /// <summary>Runs it: progress, the differing cells when they are wanted, and at last the report.</summary>
    public async IAsyncEnumerable<BacktestLine> RunAsync(PreparedBacktest prepared, bool allCells, Caller caller, [EnumeratorCancellation] CancellationToken cancel)
    {
        var backtest = new Backtest(prepared.Now, prepared.Then, prepared.Window, prepared.Connection);
        var (signals, differing) = (0L, 0L);
        await foreach (var part in store.ReadAsync(prepared.Window, backtest.Kinds, [prepared.Now.Suppression, prepared.Then.Suppression], cancel))
        {
            foreach (var record in part.Records)
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var cell in backtest.Add(record))
                {
                    differing++;
                    if (allCells)
                        yield return new BacktestLine("cell", Cell: cell);
                }
            }
            foreach (var (signal, reason) in part.Unplaced)
                backtest.AddUnplaced(signal, reason);
            signals += part.Signals;
            yield return new BacktestLine("progress", new BacktestProgress(signals, part.Total, differing));
        }
        var report = backtest.Report();
        LogMessages.BacktestRan(log, caller.UserName, report.Signals, prepared.Days, prepared.Then.Version, prepared.Now.Version, report.Differing);
        yield return new BacktestLine("report", Report: report);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static Reason Faulty(int problems) =>
        new("policy-faulty", $"The policy does not load: {problems} problems. Mend them; each names file, line and remedy.");

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        private SemaphoreSlim? _turn = turn;

        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }
}
