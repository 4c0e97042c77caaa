using ClayAspire.Connectors;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;

namespace ClayAspire.SyncWorker.Apply;

/// <summary>A bulk job takes longer than a worker waits for it; the run is taken up again later, by the job's id.</summary>
internal sealed class BulkJobPendingException(OpenBulkJob job, BulkJobStatus status)
    : Exception($"Bulk job {job.CrmJobId} is under way at the CRM: {status.Processed} of {job.Records} {job.Object} records are gone through. The run goes on when it has ended.");

/// <summary>
/// The turn's part for many records of one object: second check of all → a job that holds the rows and is not started → its id and the intents,
/// in one transaction → start → wait → judge row by row → read back. A crash at any point finds the job by its id:
/// one that was never started is aborted, any other is waited for, and its rows are never sent again before that.
/// </summary>
internal sealed partial class ApplySession
{
    /// <summary>How often a row is sent in vain for a passing reason before it waits for the next plan.</summary>
    private const int BulkAttempts = 3;

    /// <summary>Calls of a job beside its reads: make, fill, start, two results, and some looks at it.</summary>
    private const int CallsPerJob = 15;

    private const string DuplicateFamily = "duplicate";

    private readonly Dictionary<string, int> _refusedInBulk = new(StringComparer.Ordinal);

    /// <summary>The cells of one object that go by a job; none when calls are cheaper.</summary>
    private IReadOnlyList<RunCellRow> ForBulk(IEnumerable<RunCellRow> cells)
    {
        if (connector.Bulk is not { } bulk)
            return [];
        var carried = cells.GroupBy(c => c.RecordId, StringComparer.Ordinal).Where(r => bulk.CanCarry(RowSender.Update([.. r]))).ToList();
        return carried.Count > bulk.Above ? [.. carried.SelectMany(r => r)] : [];
    }

    /// <summary>Applies cells of one object by one job, or fewer of them where they do not fit into one; the others stay planned.</summary>
    private async Task ApplyInBulkAsync(IBulkUpdates bulk, Plan plan, IReadOnlyList<RunCellRow> cells, CancellationToken cancel)
    {
        var records = cells.Select(c => c.RecordId).Distinct(StringComparer.Ordinal).Count();
        await using var claim = await budget.ClaimAsync(connector, BulkCalls(records), cancel);
        using var calls = connector.CountCalls();
        var policy = await policies.RefreshAsync(cancel);
        var (send, parents) = await SecondCheckOfManyAsync(plan, policy, cells, cancel);
        if (send.Count == 0)
        {
            await runs.AddCallsIfLeaseHeldAsync(job.Lease, run.Id, calls.Calls, cancel);
            return;
        }
        DriftCheck.AssertWritable(policy, flow, plan.Kind, run.Connection, send);
        // Jobs run in parallel at the CRM: rows of one parent stand together, so that they do not wait for each other.
        var rows = send.GroupBy(c => c.RecordId, StringComparer.Ordinal).Select(r => r.ToList())
            .OrderBy(r => parents.GetValueOrDefault(r[0].RecordId, ""), StringComparer.Ordinal).ThenBy(r => r[0].RecordId, StringComparer.Ordinal).ToList();
        await MustHoldLeaseAsync(cancel);
        var prepared = await bulk.PrepareAsync(cells[0].Object, [.. rows.Select(RowSender.Update)], cancel);
        var carried = rows.Take(prepared.Rows).SelectMany(r => r).ToList();
        var open = await runs.PrepareBulkIfLeaseHeldAsync(
            job.Lease, run.Id, cells[0].Object, prepared.Id, prepared.Rows, [.. carried.Select(c => c.Ordinal)], calls.Calls, cancel);
        await MustHoldLeaseAsync(cancel);
        var before = calls.Calls;
        var status = await bulk.StartAsync(prepared.Id, cancel);
        metrics.Sent(carried.Count);
        LogMessages.BulkStarted(log, run.Id, open.CrmJobId, open.Object, open.Records);
        status = await WaitAsync(bulk, open, status, cancel);
        await runs.AddCallsIfLeaseHeldAsync(job.Lease, run.Id, calls.Calls - before, cancel);
        await SettleBulkAsync(bulk, open, status, cancel);
    }

    /// <summary>Jobs of an earlier turn, which may have ended meanwhile, or run still. One that was not started is not started now: its second check is of another time.</summary>
    private async Task SettleOpenJobsAsync(CancellationToken cancel)
    {
        foreach (var open in await runs.OpenBulkJobsAsync(run.Id, cancel))
        {
            if (connector.Bulk is not { } bulk)
                throw new InvalidOperationException($"Run {run.Id} has bulk job {open.CrmJobId}, but connection '{run.Connection}' has no bulk jobs.");
            using var calls = connector.CountCalls();
            var status = await bulk.FindAsync(open.CrmJobId, cancel);
            if (status.State == BulkJobState.Open)
                status = await bulk.AbortAsync(open.CrmJobId, cancel);
            status = await WaitAsync(bulk, open, status, cancel);
            LogMessages.BulkFound(log, run.Id, open.CrmJobId, status.State);
            await runs.AddCallsIfLeaseHeldAsync(job.Lease, run.Id, calls.Calls, cancel);
            await SettleBulkAsync(bulk, open, status, cancel);
        }
    }

    private async Task<BulkJobStatus> WaitAsync(IBulkUpdates bulk, OpenBulkJob open, BulkJobStatus status, CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        var delay = TimeSpan.FromSeconds(settings.BulkPollSeconds);
        var longest = delay * 10;
        while (!status.HasEnded)
        {
            // What the job has written by then stays, and is verified.
            if (await runs.OrderAsync(run.Id, cancel) == RunOrder.Cancel)
                return await bulk.AbortAsync(open.CrmJobId, cancel);
            if (clock.GetElapsedTime(started) > TimeSpan.FromSeconds(settings.BulkPatienceSeconds))
                throw new BulkJobPendingException(open, status);
            await Task.Delay(delay, clock, cancel);
            delay = delay * 1.5 < longest ? delay * 1.5 : longest;
            await MustHoldLeaseAsync(cancel);
            status = await bulk.FindAsync(open.CrmJobId, cancel);
        }
        return status;
    }

    /// <summary>
    /// Judges the rows of a job that has ended, by record id. What the results do not name, because the job failed or was aborted before it, is
    /// read: nothing is taken for unwritten on the word of a list.
    /// </summary>
    private async Task SettleBulkAsync(IBulkUpdates bulk, OpenBulkJob open, BulkJobStatus status, CancellationToken cancel)
    {
        using var calls = connector.CountCalls();
        var cells = await runs.UnknownCellsOfAsync(open, cancel);
        var outcomes = status.State == BulkJobState.Gone ? new Dictionary<string, RowOutcome>(StringComparer.Ordinal) : await bulk.ResultsAsync(open.CrmJobId, cancel);
        var accepted = new List<RunCellRow>();
        var unknown = new List<RunCellRow>();
        var judged = new List<CellMove>();
        foreach (var row in cells.GroupBy(c => c.RecordId, StringComparer.Ordinal))
        {
            switch (outcomes.GetValueOrDefault(row.Key))
            {
                case RowOutcome.Accepted:
                    accepted.AddRange(row);
                    judged.AddRange(row.Select(c => new CellMove(c.Ordinal, RunCellStates.Acknowledged)));
                    break;
                case RowOutcome.Rejected rejected:
                    judged.AddRange(JudgeRefused([.. row], rejected));
                    break;
                default:
                    unknown.AddRange(row);
                    break;
            }
        }
        var told = calls.Calls;
        foreach (var moves in judged.Chunk(MovesAtOnce))
        {
            await MoveAsync(moves, told, cancel);
            told = 0;
        }
        foreach (var read in Slices(accepted))
        {
            var before = calls.Calls;
            var verdicts = await ReadBack.VerifyAsync(connector, read, cancel);
            Count(verdicts, ReadBack.Family);
            await MoveAsync(verdicts, calls.Calls - before, cancel);
        }
        if (unknown.Count > 0)
        {
            // The last rows of a job that was aborted may be on their way still.
            if (status.State != BulkJobState.Complete)
                await Task.Delay(TimeSpan.FromSeconds(settings.ProbeDelaySeconds), clock, cancel);
            foreach (var read in Slices(unknown))
                await ProbeAsync(read, cancel);
        }
        await runs.SettleBulkIfLeaseHeldAsync(job.Lease, open, Outcome(status.State), cancel);
        LogMessages.BulkSettled(log, run.Id, open.CrmJobId, accepted.Count, judged.Count - accepted.Count, unknown.Count);
        if (status.Problem is { Action: ErrorAction.Wait or ErrorAction.Stop } problem)
            throw new CrmException(run.Connection, problem, $"bulk job {open.CrmJobId} failed");
    }

    /// <summary>Nothing of a refused row was written. What passes, and the fields that the CRM does not blame, are sent again.</summary>
    private IEnumerable<CellMove> JudgeRefused(IReadOnlyList<RunCellRow> row, RowOutcome.Rejected why)
    {
        var blamed = row.Where(c => why.Fields.Contains(c.Field)).ToList();
        var times = _refusedInBulk[row[0].RecordId] = _refusedInBulk.GetValueOrDefault(row[0].RecordId) + 1;
        var again = blamed.Count > 0 && blamed.Count < row.Count ? row.Except(blamed).ToList()
            : why.IsRetryable && times < BulkAttempts ? row
            // A job does not name the records that a rule found this one like; a call does.
            : why.Rule.Family == DuplicateFamily && times == 1 ? row
            : [];
        foreach (var cell in row)
        {
            if (again.Contains(cell))
            {
                yield return new CellMove(cell.Ordinal, RunCellStates.Planned);
                continue;
            }
            metrics.Rejected(why.Rule.Family);
            LogMessages.CellRejected(log, run.Id, cell.Object, cell.RecordId, cell.Field, why.Code);
            yield return RowSender.Move(cell, why);
        }
    }

    private async Task<(List<RunCellRow> Send, Dictionary<string, string> Parents)> SecondCheckOfManyAsync(
        Plan plan, PolicySet policy, IReadOnlyList<RunCellRow> cells, CancellationToken cancel)
    {
        var send = new List<RunCellRow>(cells.Count);
        var parents = new Dictionary<string, string>(StringComparer.Ordinal);
        var parentField = connector.ParentField(cells[0].Object);
        foreach (var slice in Slices(cells))
        {
            await MustHoldLeaseAsync(cancel);
            var still = await SecondCheckAsync(plan, policy, slice, cancel, parentField is null ? null : (record, live) =>
            {
                if (live.Value(parentField).Text is { } parent)
                    parents[record] = parent;
            });
            send.AddRange(still);
        }
        return (send, parents);
    }

    /// <summary>Cells of as many records as two reads take, which is what one question for their histories takes; the cells of a record stay together.</summary>
    private IEnumerable<IReadOnlyList<RunCellRow>> Slices(IReadOnlyList<RunCellRow> cells) =>
        cells.GroupBy(c => c.RecordId, StringComparer.Ordinal).Chunk(2 * connector.ReadBatchSize).Select(chunk => (IReadOnlyList<RunCellRow>)[.. chunk.SelectMany(r => r)]);

    // Second check, histories and read-back: two calls for each read's worth of records, and as many again for the histories.
    private int BulkCalls(int records) => 4 * ((records + connector.ReadBatchSize - 1) / connector.ReadBatchSize) + CallsPerJob;

    private static string Outcome(BulkJobState state) => state switch
    {
        BulkJobState.Complete => "complete",
        BulkJobState.Failed => "failed",
        BulkJobState.Aborted => "aborted",
        BulkJobState.Gone => "gone",
        _ => throw new InvalidOperationException($"A job that is {state} has no outcome."),
    };
}
