using ClayAspire.Connectors;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Drift;
using ClayAspire.Storage.Edits;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.SyncWorker.Apply;
using ClayAspire.SyncWorker.Edits;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>
/// The drift watch: draws cells at random from those that runs verified some days ago, reads them again, and asks who changed those that are
/// not as we wrote them. Writes nothing to the CRM.
/// </summary>
internal sealed class SampleDriftHandler(
    DriftStore drift, LastEditReader edits, ConnectorRegistry connectors, PolicySource policies, CallBudgetKeeper budget, SyncMetrics metrics, WorkerSettings settings, TimeProvider clock,
    ILogger<SampleDriftHandler> log) : IJobHandler
{
    public string Kind => JobKinds.SampleDrift;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        var order = job.Payload<SampleDrift>();
        if (await drift.FindSampleAsync(order.SampleId, cancel) is not null)
            return;
        var connector = connectors.Get(order.Connection);
        // Looking again is no reason to take the calls that others need.
        await CrmPause.UntilRoomAsync(budget, connector, job, cancel);
        var policy = policies.Current;
        var now = clock.GetUtcNow();
        var draw = new DriftDraw(order.Connection, Watched(policy, order.Connection), now - TimeSpan.FromDays(settings.DriftMaxDays), now - TimeSpan.FromDays(settings.DriftMinDays),
            order.Cells ?? settings.DriftCellsPerDay, order.Seed ?? SeedOf(order.SampleId));
        var drawn = await drift.DrawAsync(draw, cancel);
        using var calls = connector.CountCalls();
        var findings = new List<DriftFinding>(drawn.Cells.Count);
        try
        {
            foreach (var byObject in drawn.Cells.GroupBy(c => c.Cell.Record.Object, StringComparer.Ordinal))
                findings.AddRange(await LookAsync(connector, policy, [.. byObject], cancel));
        }
        catch (CrmException e)
        {
            throw CrmPause.For(e, job);
        }
        var sample = new DriftSampleRow
        {
            Id = order.SampleId,
            Connection = order.Connection,
            AskedBy = order.AskedBy,
            Asked = draw.Cells,
            Seed = draw.Seed,
            WrittenFrom = draw.From,
            WrittenTo = draw.To,
            Eligible = drawn.Eligible,
            Cells = findings.Count,
            Changed = findings.Count(f => f.Outcome == DriftOutcome.Changed),
            ApiCalls = calls.Calls,
            SampledAt = now,
        };
        // Only who stores it counts it: the job may be begun again after a crash.
        if (!await drift.SaveAsync(sample, findings, cancel))
            return;
        foreach (var finding in findings)
            metrics.Looked(finding);
        metrics.QuotaUsed(order.Connection, connector.Quota);
        LogMessages.DriftSampled(log, sample.Id, sample.Connection, sample.Cells, sample.Eligible, sample.Changed);
    }

    private async Task<List<DriftFinding>> LookAsync(ICrmConnector connector, PolicySet policy, IReadOnlyList<WrittenCell> cells, CancellationToken cancel)
    {
        var records = await connector.ReadAsync(cells[0].Cell.Record.Object,
            [.. cells.Select(c => c.Cell.Record.Id).Distinct(StringComparer.Ordinal)], [.. cells.Select(c => c.Cell.Field).Distinct(StringComparer.Ordinal)], cancel);
        var findings = new List<DriftFinding>(cells.Count);
        var changed = new List<WrittenCell>();
        foreach (var cell in cells)
        {
            if (DriftJudge.Unchanged(cell, records[cell.Cell.Record.Id]) is { } finding)
                findings.Add(finding);
            else
                changed.Add(cell);
        }
        // After the records, so that the edit which made the value is among those that are read.
        var last = await edits.ReadAsync(connector, policy, [.. changed.Select(c => c.Cell)], LearnedBy.Drift, cancel);
        findings.AddRange(changed.Select(c => DriftJudge.Changed(c, records[c.Cell.Record.Id], last[c.Cell])));
        return findings;
    }

    // What has left the allowlist is none of our business any more.
    private static List<WatchedField> Watched(PolicySet policy, string connection) =>
        [.. policy.Contracts.Where(c => c.Connection == connection).Select(c => new WatchedField(c.Object, c.Field))];

    private static long SeedOf(Guid id) => BitConverter.ToInt64(id.ToByteArray(), 8);
}
