using ClayAspire.Connectors;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using ClayAspire.Storage.Suppression;
using ClayAspire.SyncWorker.Resolve;
using Npgsql;

namespace ClayAspire.SyncWorker.Jobs;

/// <summary>Pending signals → candidates of records, and a plan at once for each pre-authorised flow that they touch.</summary>
internal sealed class ProcessSignalsHandler(
    NpgsqlDataSource dataSource, SignalStore signals, CandidateStore candidates, SuppressionStore suppression, RecordResolver resolver, JobQueue queue,
    PolicySource policies, IIdSource ids, ILogger<ProcessSignalsHandler> log) : IJobHandler
{
    private const int BatchSize = 500;

    public string Kind => JobKinds.ProcessSignals;

    public async Task HandleAsync(JobContext job, CancellationToken cancel)
    {
        int taken;
        do
        {
            try
            {
                taken = await ProcessBatchAsync(policies.Current, cancel);
            }
            catch (CrmException e)
            {
                // The signals stay pending; nothing of the batch was committed.
                throw CrmPause.For(e, job);
            }
        }
        while (taken == BatchSize);
    }

    private async Task<int> ProcessBatchAsync(PolicySet policy, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var pending = await signals.TakePendingAsync(transaction, BatchSize, cancel);
        if (pending.Count == 0)
            return 0;

        var outcomes = new List<SignalOutcomeChange>(pending.Count);
        var readings = new List<SignalReading>(pending.Count);
        var listed = new List<NewSuppression>();
        foreach (var signal in pending)
        {
            var entries = SuppressionSignalReader.Read(policy.Suppression, signal);
            listed.AddRange(entries);
            var (reading, ignored) = SignalReader.Read(policy, signal);
            if (reading is null)
                outcomes.Add(new SignalOutcomeChange(signal.Id, SignalOutcomes.Ignored, entries.Count > 0 ? $"The address is listed as {string.Join(", ", entries.Select(e => e.Reason))}. {ignored}" : ignored));
            else
                readings.Add(reading);
        }

        var resolutions = await resolver.ResolveAsync(readings, cancel);
        var offered = new List<NewCandidate>();
        foreach (var (reading, resolution) in readings.Zip(resolutions))
        {
            outcomes.Add(new SignalOutcomeChange(reading.Signal.Id, resolution.State, resolution.Reason, resolution.Record,
                resolution.State == SignalOutcomes.Unmatched ? Awaited(reading, resolution) : null));
            if (resolution.Record is not { } record)
                continue;
            foreach (var (field, value) in reading.Offers)
                offered.Add(new NewCandidate(reading.Signal.Id, reading.Flow.Name, new CellKey(record, field), value, reading.Signal.Source, reading.OccurredAt, reading.Confidence));
        }
        await suppression.AddAsync(transaction, listed, cancel);
        await candidates.AddAsync(transaction, offered, cancel);
        await signals.SetOutcomesAsync(transaction, outcomes, cancel);
        await queue.EnqueueManyAsync(transaction, PlansDueAtOnce(policy, offered), cancel);
        await transaction.CommitAsync(cancel);
        LogMessages.SignalsProcessed(log, pending.Count, offered.Count);
        return pending.Count;
    }

    private static AwaitedRecord Awaited(SignalReading reading, Resolution resolution)
    {
        var keys = new List<string>(4);
        if (resolution.AwaitsConnection)
            keys.Add(SignalKeys.Connection(reading.Mapping.Connection));
        if (reading.RecordIdText is { } id)
            keys.Add(SignalKeys.Record(id));
        if (reading.ExternalId is { } external)
            keys.Add(SignalKeys.External(external));
        if (reading.Email is { } email)
            keys.Add(SignalKeys.Email(email));
        return new AwaitedRecord(reading.Mapping.Connection, reading.Mapping.Object, keys);
    }

    private List<NewJob> PlansDueAtOnce(PolicySet policy, List<NewCandidate> offered) =>
        [.. offered.Select(c => (c.Cell.Record.Connection, c.Flow)).Distinct()
            .Where(t => policy.Flow(t.Flow).Release == ReleaseMode.PreAuthorised)
            .Select(t => NewJob.MakePlan(new MakePlan(ids.Next(), t.Connection, t.Flow, Release.PolicyApprover)))];
}
