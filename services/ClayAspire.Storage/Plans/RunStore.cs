using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Plans;

/// <summary>
/// Runs and their cells. Every write is guarded by the lease of the job that applies the run: when the lease is lost,
/// <see cref="LeaseLostException"/> is thrown and nothing is written.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads.</param>
/// <param name="ledger">Where the end of every cell is recorded.</param>
/// <param name="queue">The jobs that apply runs.</param>
/// <param name="clock">Stamps sends and verifications.</param>
public sealed partial class RunStore(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, LedgerStore ledger, JobQueue queue, TimeProvider clock)
{
    private static readonly string[] OpenStates = [RunCellStates.Planned, RunCellStates.Intent, RunCellStates.Acknowledged];

    /// <summary>A run, or null.</summary>
    public async Task<RunRow?> FindAsync(Guid runId, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == runId, cancel);
    }

    /// <summary>The run of a plan, or null.</summary>
    public async Task<RunRow?> FindByPlanAsync(Guid planId, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.PlanId == planId, cancel);
    }

    /// <summary>Runs, the latest first.</summary>
    public async Task<PagedRows<RunRow>> ListAsync(int number, int size, CancellationToken cancel)
    {
        (number, size) = Paging.Bound(number, size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var rows = await context.Runs.AsNoTracking().OrderByDescending(r => r.QueuedAt).ThenBy(r => r.Id)
            .Skip(Paging.Offset(number, size)).Take(size).ToListAsync(cancel);
        return new PagedRows<RunRow>(rows, await context.Runs.LongCountAsync(cancel), number, size);
    }

    /// <summary>One page of a run's cells, by ordinal.</summary>
    public async Task<PagedRows<RunCellRow>> CellsAsync(Guid runId, string? state, int number, int size, CancellationToken cancel)
    {
        (number, size) = Paging.Bound(number, size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var cells = context.RunCells.AsNoTracking().Where(c => c.RunId == runId && (state == null || c.State == state));
        var rows = await cells.OrderBy(c => c.Ordinal).Skip(Paging.Offset(number, size)).Take(size).ToListAsync(cancel);
        return new PagedRows<RunCellRow>(rows, await cells.LongCountAsync(cancel), number, size);
    }

    /// <summary>All cells that have not ended, by ordinal.</summary>
    public async Task<IReadOnlyList<RunCellRow>> OpenCellsAsync(Guid runId, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.RunCells.AsNoTracking().Where(c => c.RunId == runId && OpenStates.Contains(c.State)).OrderBy(c => c.Ordinal).ToListAsync(cancel);
    }

    /// <summary>
    /// Seconds a call to the CRM has taken in the connection's last 20 runs that ended, waits between calls included: the median of the runs,
    /// so that one that stood still for a night does not count for all. Null when no run has ended yet.
    /// </summary>
    public async Task<double?> SecondsPerCallAsync(string connection, CancellationToken cancel) =>
        (double?)await dataSource.Command("Plans/RunGetPace.sql").With("connection", connection).ScalarAsync(cancel);

    /// <summary>What a run wrote and read back, by ordinal: what an undo of it is decided on.</summary>
    public async Task<IReadOnlyList<VerifiedCell>> VerifiedCellsAsync(RunRow run, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        return await transaction.Command("Plans/RunCellGetVerified.sql").With("run_id", run.Id).ReadAllAsync(r => new VerifiedCell(
            new CellKey(new RecordKey(run.Connection, r.GetString(0), r.GetString(1)), r.GetString(2)),
            FieldValue.FromCanonical(r.TextOrNull(3)), FieldValue.FromCanonical(r.TextOrNull(4)), r.IsDBNull(5) ? null : r.GetGuid(5)), cancel);
    }

    /// <summary>Notes that a worker applies the run now; at the first time it writes out the run's cells from what was approved.</summary>
    /// <returns>The run; when it has ended already, as it ended.</returns>
    public async Task<RunRow> StartIfLeaseHeldAsync(JobLease lease, Guid runId, string worker, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await JobQueue.HoldAsync(transaction, lease, cancel);
        await transaction.Command("Plans/RunStartUnlessEnded.sql").With("id", runId).With("worker", worker).With("now", clock.GetUtcNow()).RunAsync(cancel);
        var run = await LockAsync(transaction, runId, cancel);
        if (run.State == RunStates.Running)
            await WriteOutCellsAsync(transaction, run, cancel);
        await transaction.CommitAsync(cancel);
        return run;
    }

    /// <summary>
    /// Moves cells, all or none: their states, the run's counts, their candidates, and the ledger's entry for each cell that ended.
    /// </summary>
    /// <param name="lease">The lease of the job that applies the run.</param>
    /// <param name="runId">The run.</param>
    /// <param name="moves">The moves; at most one a cell.</param>
    /// <param name="apiCalls">Calls to the CRM since the last move, added to the run's.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <exception cref="LeaseLostException">The job is not ours any more.</exception>
    /// <exception cref="InvalidOperationException">A move is not legal from the cell's state.</exception>
    public async Task<RunRow> MoveCellsIfLeaseHeldAsync(JobLease lease, Guid runId, IReadOnlyList<CellMove> moves, int apiCalls, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await JobQueue.HoldAsync(transaction, lease, cancel);
        var run = await MoveCellsAsync(transaction, await LockAsync(transaction, runId, cancel), moves, lease.Fence, apiCalls, cancel);
        await transaction.CommitAsync(cancel);
        return run;
    }

    /// <summary>
    /// Ends a run. Its counts are taken from its cells; it is green only when every planned cell is verified or skipped with a reason,
    /// and cancelled only when a cell was skipped for that.
    /// </summary>
    /// <exception cref="LeaseLostException">The job is not ours any more.</exception>
    /// <exception cref="InvalidOperationException">Cells are open still.</exception>
    public async Task<RunRow> FinishIfLeaseHeldAsync(JobLease lease, Guid runId, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await JobQueue.HoldAsync(transaction, lease, cancel);
        var run = await LockAsync(transaction, runId, cancel);
        if (run.State is RunStates.Green or RunStates.FinishedWithRejections or RunStates.Failed or RunStates.Cancelled)
            return run;
        var open = (long)(await transaction.Command("Plans/RunCountOpen.sql").With("id", runId).ScalarAsync(cancel))!;
        if (open > 0)
            throw new InvalidOperationException($"Run {runId} has {open} open cells; it cannot end.");
        run = await RecountAsync(transaction, run, cancel);
        var (state, remark) = await EndStateAsync(transaction, run, cancel);
        run = await EndAsync(transaction, run, state, remark, cancel);
        await transaction.CommitAsync(cancel);
        return run;
    }

    /// <summary>
    /// Pauses a run and puts its job off, both or neither; the remark says until when and why. Together, so that a cancel finds the job
    /// either at work or waiting, and never just before a long wait.
    /// </summary>
    /// <param name="lease">The lease of the job that applies the run; it ends here.</param>
    /// <param name="seen">The run as the caller knows it.</param>
    /// <param name="delay">How much later the job runs again.</param>
    /// <param name="remark">Why, for people.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>False when somebody asked meanwhile that the run be cancelled: nothing was done, and the run is to end first.</returns>
    /// <exception cref="LeaseLostException">The job is not ours any more.</exception>
    public async Task<bool> PauseIfLeaseHeldAsync(JobLease lease, RunRow seen, TimeSpan delay, string remark, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await JobQueue.HoldAsync(transaction, lease, cancel);
        var run = await LockAsync(transaction, seen.Id, cancel);
        if (run.CancelAskedAt != seen.CancelAskedAt)
            return false;
        await SetStateAsync(transaction, run.Id, RunStates.Paused, remark, null, cancel);
        if (!await queue.SnoozeAsync(transaction, lease, delay, cancel))
            throw new LeaseLostException(lease);
        await transaction.CommitAsync(cancel);
        return true;
    }

    /// <summary>
    /// Gives a run up. Cells not sent are skipped with this reason and their candidates are pending again; cells that are unknown
    /// must have been probed before.
    /// </summary>
    /// <exception cref="LeaseLostException">The job is not ours any more.</exception>
    /// <exception cref="InvalidOperationException">Cells are unknown still: in intent or acknowledged.</exception>
    public async Task FailIfLeaseHeldAsync(JobLease lease, Guid runId, Domain.Writeback.Reason reason, CancellationToken cancel)
    {
        var open = await OpenCellsAsync(runId, cancel);
        if (open.Any(c => c.State != RunCellStates.Planned))
            throw new InvalidOperationException($"Run {runId} has cells whose outcome is unknown. Probe them by reading before it is given up.");
        await MoveCellsIfLeaseHeldAsync(lease, runId, [.. open.Select(c => new CellMove(c.Ordinal, RunCellStates.Skipped, reason))], 0, cancel);
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await JobQueue.HoldAsync(transaction, lease, cancel);
        await EndAsync(transaction, await LockAsync(transaction, runId, cancel), RunStates.Failed, reason.Text, cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>
    /// Runs whose job gave up become failed, with the remedy in their remark. Their open cells stay as they are: replaying the job
    /// takes the run up again, and cells of unknown outcome are read before anything is written.
    /// </summary>
    /// <param name="cancel">Cancels the write.</param>
    /// <param name="batch">At most so many.</param>
    /// <returns>The runs.</returns>
    public async Task<IReadOnlyList<RunRow>> FailStoppedAsync(CancellationToken cancel, int batch = 100)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var stopped = await transaction.Command("Plans/RunGetStopped.sql").With("batch", batch)
            .ReadAllAsync(r => (Run: r.GetGuid(0), Job: r.GetInt64(1), Attempts: r.GetInt32(2)), cancel);
        var runs = new List<RunRow>(stopped.Count);
        foreach (var (runId, job, attempts) in stopped)
        {
            var remark = $"Job {job}, which applied this run, gave up after {attempts} attempts. Its errors stand under Dead jobs on the page Runs: "
                + "mend the cause, then replay the job there. The run goes on where it stopped; cells of unknown outcome are read before anything is written.";
            await transaction.Command("Plans/RunStop.sql").With("id", runId).With("job", job).With("remark", remark).With("now", clock.GetUtcNow()).RunAsync(cancel);
            var run = await LockAsync(transaction, runId, cancel);
            await ledger.AppendAsync(transaction, run.Connection, [new NewLedgerEntry(LedgerKinds.RunStopped, EvidenceJson.WriteObject(new
            {
                plan = run.PlanId, run = run.Id, flow = run.Flow, state = run.State, job, planned = run.Planned, verified = run.Verified, rejected = run.Rejected,
                skipped = run.Skipped, remark,
            }))], cancel);
            runs.Add(run);
        }
        await transaction.CommitAsync(cancel);
        return runs;
    }

    private async Task<RunRow> MoveCellsAsync(
        NpgsqlTransaction transaction, RunRow run, IReadOnlyList<CellMove> moves, long? fence, int apiCalls, CancellationToken cancel)
    {
        foreach (var move in moves)
            if (move.State is RunCellStates.Rejected or RunCellStates.Skipped && move.Reason is null)
                throw new ArgumentException($"Cell {move.Ordinal} becomes {move.State} without a reason.", nameof(moves));
        if (moves.Count > 0)
        {
            var moved = await transaction.Command("Plans/RunCellMoveIfLegal.sql").With("run_id", run.Id).With("fence", fence)
                .With("ordinals", moves.Select(m => m.Ordinal)).With("states", moves.Select(m => m.State))
                .With("codes", moves.Select(m => m.Reason?.Code)).With("reasons", moves.Select(m => m.Reason is null ? null : Storable.Text(m.Reason.Text)))
                .With("batches", moves.Select(m => m.Batch)).With("now", clock.GetUtcNow()).RunAsync(cancel);
            if (moved != moves.Count)
            {
                throw new InvalidOperationException(
                    $"Run {run.Id}: {moves.Count - moved} of {moves.Count} moves are not legal from the cells' states, or name no cell. Nothing was moved.");
            }
            await EndCellsAsync(transaction, run, [.. moves.Where(m => m.State is RunCellStates.Verified or RunCellStates.Rejected or RunCellStates.Skipped)], cancel);
        }
        int Count(string state) => moves.Count(m => m.State == state);
        await transaction.Command("Plans/RunAddCounts.sql").With("id", run.Id).With("verified", Count(RunCellStates.Verified))
            .With("rejected", Count(RunCellStates.Rejected)).With("skipped", Count(RunCellStates.Skipped)).With("api_calls", apiCalls).RunAsync(cancel);
        return await LockAsync(transaction, run.Id, cancel);
    }

    private async Task EndCellsAsync(NpgsqlTransaction transaction, RunRow run, IReadOnlyList<CellMove> ended, CancellationToken cancel)
    {
        if (ended.Count == 0)
            return;
        await transaction.Command("Plans/CandidateEndOfCells.sql")
            .With("run_id", run.Id).With("plan_id", run.PlanId).With("connection", run.Connection).With("ordinals", ended.Select(m => m.Ordinal))
            .With("states", ended.Select(m => m.Candidates switch
            {
                CandidateFate.Settled => CandidateStates.Settled,
                CandidateFate.Pending => CandidateStates.Pending,
                _ => m.State == RunCellStates.Skipped ? CandidateStates.Pending : CandidateStates.Settled,
            })).RunAsync(cancel);
        var entries = await transaction.Command("Plans/RunCellGetForLedger.sql")
            .With("run_id", run.Id).With("plan_id", run.PlanId).With("ordinals", ended.Select(m => m.Ordinal))
            .ReadAllAsync(r => new NewLedgerEntry(
                r.GetString(1) switch
                {
                    RunCellStates.Verified => LedgerKinds.CellVerified,
                    RunCellStates.Rejected => LedgerKinds.CellRejected,
                    _ => LedgerKinds.CellSkipped,
                },
                EvidenceJson.WriteObject(new
                {
                    plan = run.PlanId,
                    run = run.Id,
                    flow = run.Flow,
                    ordinal = r.GetInt32(0),
                    @object = r.GetString(2),
                    record = r.GetString(3),
                    field = r.GetString(4),
                    old = r.TextOrNull(5),
                    @new = r.TextOrNull(6),
                    rule = r.GetString(7),
                    source = r.TextOrNull(8),
                    signal = r.IsDBNull(9) ? (long?)null : r.GetInt64(9),
                    approver = r.GetString(10),
                    policy = r.GetString(11),
                    reasonCode = r.TextOrNull(12),
                    reason = r.TextOrNull(13),
                    undoes = r.IsDBNull(14) ? (Guid?)null : r.GetGuid(14),
                })), cancel);
        if (entries.Count != ended.Count)
            throw new InvalidOperationException($"Run {run.Id}: {ended.Count} cells ended, but the ledger can tell of {entries.Count}.");
        await ledger.AppendAsync(transaction, run.Connection, entries, cancel);
    }

    private static async Task<RunRow> RecountAsync(NpgsqlTransaction transaction, RunRow run, CancellationToken cancel)
    {
        await transaction.Command("Plans/RunRecount.sql").With("id", run.Id).RunAsync(cancel);
        run = await LockAsync(transaction, run.Id, cancel);
        if (run.Verified + run.Rejected + run.Skipped != run.Planned)
            throw new InvalidOperationException($"Run {run.Id}: {run.Verified} verified + {run.Rejected} rejected + {run.Skipped} skipped are not the {run.Planned} planned cells.");
        return run;
    }

    private async Task<RunRow> EndAsync(NpgsqlTransaction transaction, RunRow run, string state, string? remark, CancellationToken cancel)
    {
        await SetStateAsync(transaction, run.Id, state, remark, clock.GetUtcNow(), cancel);
        await ledger.AppendAsync(transaction, run.Connection, [new NewLedgerEntry(LedgerKinds.RunEnded, EvidenceJson.WriteObject(new
        {
            plan = run.PlanId, run = run.Id, flow = run.Flow, state, planned = run.Planned, verified = run.Verified, rejected = run.Rejected, skipped = run.Skipped,
            apiCalls = run.ApiCalls, remark, cancelledBy = state == RunStates.Cancelled ? run.CancelAskedBy : null,
        }))], cancel);
        return await LockAsync(transaction, run.Id, cancel);
    }

    private static Task SetStateAsync(NpgsqlTransaction transaction, Guid runId, string state, string? remark, DateTimeOffset? finishedAt, CancellationToken cancel) =>
        transaction.Command("Plans/RunSetState.sql").With("id", runId).With("state", state).With("remark", remark is null ? null : Storable.Text(remark))
            .With("finished_at", finishedAt).RunAsync(cancel);

    private static async Task<RunRow> LockAsync(NpgsqlTransaction transaction, Guid runId, CancellationToken cancel) =>
        await LockIfAnyAsync(transaction, runId, cancel) ?? throw new InvalidOperationException($"There is no run {runId}.");

    private static Task<RunRow?> LockIfAnyAsync(NpgsqlTransaction transaction, Guid runId, CancellationToken cancel) =>
        transaction.Command("Plans/RunLock.sql").With("id", runId).ReadOneAsync(r => new RunRow
        {
            Id = r.GetGuid(0),
            PlanId = r.GetGuid(1),
            Connection = r.GetString(2),
            Flow = r.GetString(3),
            State = r.GetString(4),
            Worker = r.TextOrNull(5),
            Planned = r.GetInt32(6),
            Verified = r.GetInt32(7),
            Rejected = r.GetInt32(8),
            Skipped = r.GetInt32(9),
            ApiCalls = r.GetInt32(10),
            QueuedAt = r.At(11),
            StartedAt = r.AtOrNull(12),
            FinishedAt = r.AtOrNull(13),
            Remark = r.TextOrNull(14),
            StoppedByJob = r.IsDBNull(15) ? null : r.GetInt64(15),
            CancelAskedBy = r.TextOrNull(16),
            CancelAskedAt = r.AtOrNull(17),
        }, cancel);
}
