using ClayAspire.Connectors;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Edits;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using ClayAspire.SyncWorker.Edits;
using ClayAspire.SyncWorker.Planning;

namespace ClayAspire.SyncWorker.Apply;

/// <summary>
/// One worker's turn at one run (DESIGN section 7, steps 3 to 6). May be begun again at any point: what an earlier turn left open is
/// settled by probing, and each batch is intent → second check → send → judge → read back.
/// </summary>
internal sealed partial class ApplySession(
    JobContext job, RunRow run, Flow flow, ICrmConnector connector, CallBudgetKeeper budget,
    RunStore runs, CandidateStore candidates, SuppressedRecords suppressed, LastEditReader edits, PolicySource policies, SyncMetrics metrics, WorkerSettings settings, TimeProvider clock, ILogger log)
{
    /// <summary>How often cells that turned out unwritten are taken up again, without one of them ending, before the job's own back-off takes over.</summary>
    private const int MaxPasses = 4;

    /// <summary>Calls of one batch: second check, who edited, write, read-back; sending again is counted when the CRM tells.</summary>
    private const int CallsPerBatch = 4;

    /// <summary>Moves of one transaction, each with its ledger entry.</summary>
    private const int MovesAtOnce = 4000;

    private static readonly ErrorRule AnswersLost =
        new("answers-lost", "server", ErrorAction.Retry, "IT Infra", "The CRM keeps losing answers to writes. The run is taken up again later.");

    private int _batch;

    /// <summary>
    /// Applies what is planned, until no cell is open or, between two batches, the run is to stop. Leftovers must be settled before.
    /// </summary>
    /// <returns><see cref="RunOrder.GoOn"/> when no cell is open; else why it stopped, and then every open cell is planned.</returns>
    /// <exception cref="CrmException">The CRM does not serve us; open cells stay open.</exception>
    public async Task<RunOrder> RunAsync(ReleasedPlan released, CancellationToken cancel)
    {
        var left = int.MaxValue;
        for (var pass = 1; ; pass++)
        {
            var open = await runs.OpenCellsAsync(run.Id, cancel);
            if (open.Count == 0)
                return RunOrder.GoOn;
            if (open.Count < left)
                pass = 1;
            left = open.Count;
            if (pass > MaxPasses)
                throw new CrmException(run.Connection, AnswersLost, $"{open.Count} cells of run {run.Id} are open after {MaxPasses} passes");
            foreach (var byObject in open.GroupBy(c => c.Object, StringComparer.Ordinal))
            {
                var inBulk = ForBulk(byObject);
                if (inBulk.Count > 0)
                {
                    if (await runs.OrderAsync(run.Id, cancel) is var bulkOrder and not RunOrder.GoOn)
                        return bulkOrder;
                    await ApplyInBulkAsync(connector.Bulk!, released.Plan, inBulk, cancel);
                }
                foreach (var batch in Batches(await ByParentAsync([.. byObject.Except(inBulk)], cancel)))
                {
                    // The safe point: what a batch began it has ended, and the next has not begun.
                    if (await runs.OrderAsync(run.Id, cancel) is var order and not RunOrder.GoOn)
                        return order;
                    await ApplyBatchAsync(released.Plan, batch, cancel);
                }
            }
        }
    }

    /// <summary>Intents and acknowledgements of an earlier turn: nobody knows their outcome but the CRM, which may still be at work on them.</summary>
    public async Task SettleLeftoversAsync(CancellationToken cancel)
    {
        await SettleOpenJobsAsync(cancel);
        var unknown = (await runs.OpenCellsAsync(run.Id, cancel)).Where(c => c.State != RunCellStates.Planned).ToList();
        if (unknown.Count == 0)
            return;
        await Task.Delay(TimeSpan.FromSeconds(settings.ProbeDelaySeconds), clock, cancel);
        foreach (var batch in Batches(unknown))
            await ProbeAsync(batch, cancel);
    }

    private async Task ApplyBatchAsync(Plan plan, IReadOnlyList<RunCellRow> cells, CancellationToken cancel)
    {
        await using var claim = await budget.ClaimAsync(connector, CallsPerBatch, cancel);
        _batch++;
        await MoveAsync(cells.Select(c => new CellMove(c.Ordinal, RunCellStates.Intent, Batch: _batch)), 0, cancel);

        using var calls = connector.CountCalls();
        // With what was signed up to now: a contract suspended a moment ago is not written any more.
        var policy = await policies.RefreshAsync(cancel);
        var send = await SecondCheckAsync(plan, policy, cells, cancel);
        if (send.Count == 0)
            return;
        DriftCheck.AssertWritable(policy, flow, plan.Kind, run.Connection, send);
        var sent = await new RowSender(connector, MustHoldLeaseAsync, clock).SendAsync(cells[0].Object, send, cancel);
        metrics.Sent(send.Count);
        List<CellMove> judged = [
            .. sent.Accepted.Select(c => new CellMove(c.Ordinal, RunCellStates.Acknowledged)),
            .. sent.Rejected.Select(r => RowSender.Move(r.Cell, r.Why))];
        foreach (var (cell, why) in sent.Rejected)
        {
            metrics.Rejected(why.Rule.Family);
            LogMessages.CellRejected(log, run.Id, cell.Object, cell.RecordId, cell.Field, why.Code);
        }
        await MoveAsync(judged, calls.Calls, cancel);

        if (sent.Accepted.Count > 0)
        {
            var before = calls.Calls;
            var verdicts = await ReadBack.VerifyAsync(connector, sent.Accepted, cancel);
            Count(verdicts, ReadBack.Family);
            await MoveAsync(verdicts, calls.Calls - before, cancel);
        }
        if (sent.Unknown.Count > 0)
        {
            // A write whose answer timed out may still be under way; reading at once could see the old value just before it lands.
            if (sent.MayStillRun)
                await Task.Delay(TimeSpan.FromSeconds(settings.ProbeDelaySeconds), clock, cancel);
            await ProbeAsync(sent.Unknown, cancel);
        }
    }

    private async Task<IReadOnlyList<RunCellRow>> SecondCheckAsync(
        Plan plan, PolicySet policy, IReadOnlyList<RunCellRow> cells, CancellationToken cancel, Action<string, LiveRecord>? seen = null)
    {
        var beside = seen is null ? null : connector.ParentField(cells[0].Object);
        // An undo takes back what we wrote ourselves, where it is still there; who edited the field before, or opted out since, has no say in that.
        var live = plan.Kind == PlanKind.Undo
            ? await LiveCells.ReadAsync(connector, cells, cancel, beside)
            : await suppressed.ReadAsync(connector, policy, flow, cells[0].Object, LiveCells.Records(cells), LiveCells.Fields(cells, beside), cancel);
        foreach (var (record, read) in live)
            seen?.Invoke(record, read);
        if (plan.Kind == PlanKind.Writeback)
            live = await edits.WithEditsAsync(connector, policy, flow, live, cells.Select(Key), LearnedBy.Apply, cancel);
        var offered = await candidates.OfCellsAsync([.. cells.Select(Key)], cancel);
        var send = new List<RunCellRow>(cells.Count);
        var skipped = new List<CellMove>();
        foreach (var cell in cells)
        {
            if (DriftCheck.Check(policy, flow, plan, cell, live[cell.RecordId], [.. offered.GetValueOrDefault(Key(cell)) ?? []]) is { } reason)
                skipped.Add(new CellMove(cell.Ordinal, RunCellStates.Skipped, reason));
            else
                send.Add(cell);
        }
        if (skipped.Count > 0)
        {
            Count(skipped, ReadBack.Family);
            await MoveAsync(skipped, 0, cancel);
        }
        return send;
    }

    private async Task ProbeAsync(IReadOnlyList<RunCellRow> cells, CancellationToken cancel)
    {
        using var calls = connector.CountCalls();
        var verdicts = await UnknownProbe.SettleAsync(connector, cells, cancel);
        Count(verdicts, ReadBack.Family);
        LogMessages.Probed(log, run.Id, cells.Count, verdicts.Count(v => v.State == RunCellStates.Verified), verdicts.Count(v => v.State == RunCellStates.Planned));
        await MoveAsync(verdicts, calls.Calls, cancel);
    }

    /// <summary>Cells of one object and at most one call's worth of records, in the order given; the cells of a record stay together.</summary>
    private IEnumerable<IReadOnlyList<RunCellRow>> Batches(IReadOnlyList<RunCellRow> cells) =>
        cells.GroupBy(c => c.Object, StringComparer.Ordinal).SelectMany(o => o
            .GroupBy(c => c.RecordId, StringComparer.Ordinal)
            .Chunk(connector.UpdateBatchSize)
            .Select(chunk => (IReadOnlyList<RunCellRow>)[.. chunk.SelectMany(r => r)]));

    /// <summary>
    /// Cells of one object in the order in which they go out: by parent where there is one and they take more than one call, so that as few calls
    /// as possible hold the same parent; else by record.
    /// </summary>
    private async Task<IReadOnlyList<RunCellRow>> ByParentAsync(IReadOnlyList<RunCellRow> cells, CancellationToken cancel)
    {
        var records = cells.Select(c => c.RecordId).Distinct(StringComparer.Ordinal).ToList();
        if (records.Count <= connector.UpdateBatchSize || connector.ParentField(cells[0].Object) is not { } field)
            return [.. cells.OrderBy(c => c.RecordId, StringComparer.Ordinal)];
        await using var claim = await budget.ClaimAsync(connector, (records.Count + connector.ReadBatchSize - 1) / connector.ReadBatchSize, cancel);
        using var calls = connector.CountCalls();
        var live = await connector.ReadAsync(cells[0].Object, records, [field], cancel);
        await runs.AddCallsIfLeaseHeldAsync(job.Lease, run.Id, calls.Calls, cancel);
        return [.. cells.OrderBy(c => live[c.RecordId].Value(field).Text ?? "", StringComparer.Ordinal).ThenBy(c => c.RecordId, StringComparer.Ordinal)];
    }

    private async Task MustHoldLeaseAsync(CancellationToken cancel)
    {
        if (!await job.IsLeaseHeldAsync(cancel))
            throw new LeaseLostException(job.Lease);
    }

    private async Task MoveAsync(IEnumerable<CellMove> moves, int apiCalls, CancellationToken cancel)
    {
        var list = moves.ToList();
        if (list.Count > 0)
            await runs.MoveCellsIfLeaseHeldAsync(job.Lease, run.Id, list, apiCalls, cancel);
    }

    private void Count(IEnumerable<CellMove> moves, string family)
    {
        foreach (var move in moves)
        {
            if (move.State == RunCellStates.Verified)
                metrics.Verified();
            else if (move.State == RunCellStates.Skipped)
                metrics.Skipped();
            else if (move.State == RunCellStates.Rejected)
                metrics.Rejected(family);
        }
    }

    private CellKey Key(RunCellRow cell) => new(new RecordKey(run.Connection, cell.Object, cell.RecordId), cell.Field);
}
