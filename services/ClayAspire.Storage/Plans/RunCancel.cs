using System.Globalization;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using Npgsql;

namespace ClayAspire.Storage.Plans;

/// <content>Cancelling runs.</content>
public sealed partial class RunStore
{
    /// <summary>The reason code of cells that a cancelled run did not send.</summary>
    public const string CancelledCode = "cancelled";

    // So that no single statement of a large run comes near the command timeout.
    private const int SkipBatch = 2000;

    private sealed record RunJob(long Id, string State);

    /// <summary>What a run is to do at its next safe point. A paused flow does not stop the undo of a run.</summary>
    /// <exception cref="InvalidOperationException">There is no such run.</exception>
    public async Task<RunOrder> OrderAsync(Guid runId, CancellationToken cancel)
    {
        var order = await dataSource.Command("Plans/RunGetOrder.sql").With("id", runId)
            .ReadOneAsync(r => Tuple.Create(r.GetBoolean(0), r.GetBoolean(1)), cancel) ?? throw new InvalidOperationException($"There is no run {runId}.");
        return order switch
        {
            (true, _) => RunOrder.Cancel,
            (_, true) => RunOrder.Pause,
            _ => RunOrder.GoOn,
        };
    }

    /// <summary>
    /// Asks that a run be cancelled, and records who asked. A run that no worker holds ends here, unless the outcome of some cell is
    /// unknown or it has thousands of cells; any other ends at its next safe point, after the batch under way. Cells not sent are skipped with reason
    /// <see cref="CancelledCode"/> and their candidates are pending again; what was verified stays and can be undone.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="roles">That person's roles: the flow's release role, or Admin.</param>
    /// <param name="flow">The run's flow under the policy in force; null when the policy has it no more, and then only Admin may.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>The run, or why it cannot be cancelled; then nothing was changed.</returns>
    public async Task<CancelResult> CancelAsync(Guid runId, string by, IReadOnlyList<string> roles, Flow? flow, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // A replay at the same moment takes the job away under our hands and puts a new one in its place; the second look finds that.
        var job = await LockJobAsync(transaction, runId, cancel) ?? await LockJobAsync(transaction, runId, cancel);
        if (await LockIfAnyAsync(transaction, runId, cancel) is not { } run)
            return new CancelResult(null, new Reason("run-unknown", "There is no run with this id."));
        if (WhyNotCancelled(run, job, roles, flow) is { } refusal)
            return new CancelResult(null, refusal);
        if (job is null)
            throw new InvalidOperationException($"Run {runId} is {run.State}, but no job applies it. Nothing was done.");

        await transaction.Command("Plans/RunAskCancel.sql").With("id", runId).With("by", by).With("at", clock.GetUtcNow()).RunAsync(cancel);
        await ledger.AppendAsync(transaction, run.Connection, [new NewLedgerEntry(LedgerKinds.RunCancelled, EvidenceJson.WriteObject(new
        {
            plan = run.PlanId, run = run.Id, flow = run.Flow, by, roles, state = run.State, planned = run.Planned, verified = run.Verified,
            rejected = run.Rejected, skipped = run.Skipped,
        }))], cancel);
        run = await LockAsync(transaction, runId, cancel);
        if (job.State != JobStates.Running)
            run = await EndOrHastenAsync(transaction, run, job, cancel);
        await transaction.CommitAsync(cancel);
        return new CancelResult(run, null);
    }

    /// <summary>
    /// Ends a run that was asked to be cancelled: cells not sent are skipped, batch by batch. Cells that are unknown must have been probed before.
    /// </summary>
    /// <exception cref="LeaseLostException">The job is not ours any more.</exception>
    /// <exception cref="InvalidOperationException">Cells are unknown still, or nobody asked for it.</exception>
    public async Task<RunRow> CancelIfLeaseHeldAsync(JobLease lease, Guid runId, CancellationToken cancel)
    {
        var run = await FindAsync(runId, cancel) ?? throw new InvalidOperationException($"There is no run {runId}.");
        var open = await OpenCellsAsync(runId, cancel);
        if (open.Any(c => c.State != RunCellStates.Planned))
            throw new InvalidOperationException($"Run {runId} has cells whose outcome is unknown. Probe them by reading before it is cancelled.");
        foreach (var batch in open.Chunk(SkipBatch))
            await MoveCellsIfLeaseHeldAsync(lease, runId, Skips(run, batch.Select(c => c.Ordinal)), 0, cancel);
        return await FinishIfLeaseHeldAsync(lease, runId, cancel);
    }

    private static Reason? WhyNotCancelled(RunRow run, RunJob? job, IReadOnlyList<string> roles, Flow? flow)
    {
        if (flow is null && !roles.Contains(Release.AdminRole))
            return new Reason("wrong-role", $"The policy in force has no flow '{run.Flow}', so only role '{Release.AdminRole}' cancels its runs.");
        if (flow is not null && !roles.Contains(flow.ReleaseRole) && !roles.Contains(Release.AdminRole))
            return new Reason("wrong-role", $"Only role '{flow.ReleaseRole}' cancels runs of flow '{flow.Name}'.");
        // Failed by a dead job is not the end: the replay of that job would take the run up again.
        if (run is { FinishedAt: not null, StoppedByJob: null })
            return new Reason("run-ended", $"The run has ended ({run.State}), so there is nothing to cancel. What it wrote can be undone.");
        if (run.CancelAskedAt is not { } asked)
            return null;
        return new Reason("cancel-asked", Invariant($"{run.CancelAskedBy} asked for that at {asked:u} already. ") + (job?.State == JobStates.Dead
            ? $"The outcome of some cells is unknown and job {job.Id}, which was to read them, gave up: mend the cause and replay it on the page Runs; the run then ends."
            : "The run ends after the batch under way."));
    }

    private async Task<RunRow> EndOrHastenAsync(NpgsqlTransaction transaction, RunRow run, RunJob job, CancellationToken cancel)
    {
        if (run.Planned <= SkipBatch)
            await WriteOutCellsAsync(transaction, run, cancel);
        var open = await transaction.Command("Plans/RunCellGetOpen.sql").With("id", run.Id).ReadAllAsync(r => (Ordinal: r.GetInt32(0), State: r.GetString(1)), cancel);
        if (run.Planned > SkipBatch || open.Exists(c => c.State != RunCellStates.Planned))
        {
            // Of cells that are unknown only the CRM knows what became of them, so a worker must read them first; and to end many cells takes
            // longer than a person waits for a page.
            if (job.State == JobStates.Dead)
                await queue.ReplayAsync(transaction, job.Id, cancel);
            else
                await queue.HastenAsync(transaction, job.Id, JobKinds.ApplyPlan, cancel);
            return await LockAsync(transaction, run.Id, cancel);
        }
        foreach (var batch in open.Chunk(SkipBatch))
            run = await MoveCellsAsync(transaction, run, Skips(run, batch.Select(c => c.Ordinal)), null, 0, cancel);
        await queue.DismissAsync(transaction, job.Id, cancel);
        run = await RecountAsync(transaction, run, cancel);
        var (state, remark) = await EndStateAsync(transaction, run, cancel);
        return await EndAsync(transaction, run, state, remark, cancel);
    }

    /// <summary>The state that a run ends in when no cell is open, and its remark.</summary>
    private static async Task<(string State, string? Remark)> EndStateAsync(NpgsqlTransaction transaction, RunRow run, CancellationToken cancel)
    {
        var otherwise = run.Rejected == 0 ? RunStates.Green : RunStates.FinishedWithRejections;
        if (run.CancelAskedAt is not { } asked)
            return (otherwise, null);
        var skipped = (long)(await transaction.Command("Plans/RunCountCancelled.sql").With("id", run.Id).ScalarAsync(cancel))!;
        return skipped > 0
            ? (RunStates.Cancelled, Invariant($"Cancelled by {run.CancelAskedBy} at {asked:u}: {skipped} cells were not sent."))
            : (otherwise, Invariant($"{run.CancelAskedBy} asked at {asked:u} to cancel it, when no cell was left to skip."));
    }

    private static List<CellMove> Skips(RunRow run, IEnumerable<int> ordinals)
    {
        var reason = new Reason(CancelledCode, $"The run was cancelled by {run.CancelAskedBy ?? throw new InvalidOperationException($"Nobody asked to cancel run {run.Id}.")} before this cell was sent.");
        return [.. ordinals.Select(o => new CellMove(o, RunCellStates.Skipped, reason))];
    }

    private static Task<RunJob?> LockJobAsync(NpgsqlTransaction transaction, Guid runId, CancellationToken cancel) =>
        transaction.Command("Plans/RunLockJob.sql").With("run_id", runId.ToString("D")).ReadOneAsync(r => new RunJob(r.GetInt64(0), r.GetString(1)), cancel);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
