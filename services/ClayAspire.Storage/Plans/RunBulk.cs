using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Storage.Plans;

/// <summary>A bulk job that carries cells of a run and whose outcome is not settled yet.</summary>
/// <param name="Id">Our number of it.</param>
/// <param name="Object">The object that it writes.</param>
/// <param name="CrmJobId">Its id at the CRM.</param>
/// <param name="Records">The records that it carries.</param>
public sealed record OpenBulkJob(long Id, string Object, string CrmJobId, int Records);

// Bulk jobs of a run.
public sealed partial class RunStore
{
    /// <summary>
    /// Notes a bulk job that holds its rows and is not started yet, together with the intent of every cell that it carries: from here on the
    /// job may be started, and whoever finds these cells finds the job's id.
    /// </summary>
    /// <param name="lease">The lease of the job that applies the run.</param>
    /// <param name="runId">The run.</param>
    /// <param name="object">The object that it writes.</param>
    /// <param name="crmJobId">Its id at the CRM.</param>
    /// <param name="records">The records that it carries.</param>
    /// <param name="ordinals">Their cells.</param>
    /// <param name="apiCalls">Calls to the CRM since the last move.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <exception cref="LeaseLostException">The job is not ours any more; nothing was noted.</exception>
    public async Task<OpenBulkJob> PrepareBulkIfLeaseHeldAsync(
        JobLease lease, Guid runId, string @object, string crmJobId, int records, IReadOnlyList<int> ordinals, int apiCalls, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await JobQueue.HoldAsync(transaction, lease, cancel);
        var run = await LockAsync(transaction, runId, cancel);
        var id = (long)(await transaction.Command("Plans/BulkJobInsert.sql").With("run_id", runId).With("object", @object)
            .With("crm_job_id", crmJobId).With("records", records).With("now", clock.GetUtcNow()).ScalarAsync(cancel))!;
        await MoveCellsAsync(transaction, run, [.. ordinals.Select(o => new CellMove(o, RunCellStates.Intent))], lease.Fence, apiCalls, cancel);
        await transaction.Command("Plans/RunCellSetBulkJob.sql").With("run_id", runId).With("bulk_job", id).With("ordinals", ordinals).RunAsync(cancel);
        await transaction.CommitAsync(cancel);
        return new OpenBulkJob(id, @object, crmJobId, records);
    }

    /// <summary>Adds calls that no move of cells counts.</summary>
    /// <exception cref="LeaseLostException">The job is not ours any more.</exception>
    public Task AddCallsIfLeaseHeldAsync(JobLease lease, Guid runId, int apiCalls, CancellationToken cancel) =>
        MoveCellsIfLeaseHeldAsync(lease, runId, [], apiCalls, cancel);

    /// <summary>The bulk jobs of a run that are not settled.</summary>
    public async Task<IReadOnlyList<OpenBulkJob>> OpenBulkJobsAsync(Guid runId, CancellationToken cancel) =>
        await dataSource.Command("Plans/BulkJobGetOpen.sql").With("run_id", runId)
            .ReadAllAsync(r => new OpenBulkJob(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetInt32(3)), cancel);

    /// <summary>The cells that a bulk job carries and whose outcome is unknown, by ordinal.</summary>
    public async Task<IReadOnlyList<RunCellRow>> UnknownCellsOfAsync(OpenBulkJob job, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.RunCells.AsNoTracking().Where(c => c.BulkJob == job.Id && c.State == RunCellStates.Intent).OrderBy(c => c.Ordinal).ToListAsync(cancel);
    }

    /// <summary>Notes that the outcome of every cell of a bulk job is known.</summary>
    /// <param name="lease">The lease of the job that applies the run.</param>
    /// <param name="job">The bulk job.</param>
    /// <param name="outcome">How it ended at the CRM: <c>complete</c>, <c>failed</c>, <c>aborted</c> or <c>gone</c>.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <exception cref="LeaseLostException">The job is not ours any more.</exception>
    public async Task SettleBulkIfLeaseHeldAsync(JobLease lease, OpenBulkJob job, string outcome, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await JobQueue.HoldAsync(transaction, lease, cancel);
        await transaction.Command("Plans/BulkJobSettle.sql").With("id", job.Id).With("outcome", outcome).With("now", clock.GetUtcNow()).RunAsync(cancel);
        await transaction.CommitAsync(cancel);
    }
}
