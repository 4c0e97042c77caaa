using ClayAspire.Connectors;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Discrepancies;
using ClayAspire.Domain.Suppression;
using ClayAspire.Storage.Drift;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Records;
using ClayAspire.Storage.Signals;
using ClayAspire.SyncWorker.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Schedule;

/// <summary>
/// What happens by the clock, done by one leader: daily plans, mirror refreshes, the drift watch's daily look, expiry of unreleased plans,
/// release of held candidates after a change of policy or when the CRM may have been mended, the day's anchors of the ledgers, and a sweep for
/// whatever a lost wake-up left waiting. Every step may be repeated without harm.
/// </summary>
internal sealed class Scheduler(
    Leadership leadership, JobQueue queue, PlanStore plans, SignalStore signals, CandidateStore candidates, DriftStore drift, DiscrepancyStore discrepancies, CrmRecordStore mirror, FlowActivity activity,
    ConnectorRegistry connectors, PolicySource policies, AnchorKeeper anchors, IDbContextFactory<SyncDbContext> contexts, IIdSource ids,
    WorkerSettings settings, TimeProvider clock, ILogger<Scheduler> log) : BackgroundService
{
    /// <summary>The author of plans that the clock ordered.</summary>
    public const string Author = "scheduler";

    /// <summary>Between looks for what the CRM held up long enough; each reads all held candidates.</summary>
    private static readonly TimeSpan BetweenRetries = TimeSpan.FromHours(1);

    /// <summary>Reasons of holds that end when somebody mends the CRM.</summary>
    private static readonly string[] HeldByCrm = [.. EditReasons.GapCodes, SuppressionReasons.NotVisible, "field-not-visible", "field-not-writable"];

    private DateTimeOffset _leaderSince;
    private DateTimeOffset _nextMirror;
    private DateTimeOffset _nextSweep;
    private DateTimeOffset _nextRetry;
    private string? _releasedUnder;

    /// <summary>One round: what is due now.</summary>
    public async Task TickAsync(CancellationToken cancel)
    {
        var (isLeader, isNew) = await leadership.AcquireAsync(cancel);
        if (!isLeader)
            return;
        var now = clock.GetUtcNow();
        if (isNew)
        {
            LogMessages.BecameLeader(log);
            (_leaderSince, _nextMirror, _nextSweep, _nextRetry, _releasedUnder) = (now, now, now, now, null);
        }
        var policy = await policies.RefreshAsync(cancel);
        if (isNew)
            await ReturnToConfiguredAsync(policy, cancel);
        await ExpirePlansAsync(policy, cancel);
        if (_releasedUnder != policy.Version)
        {
            await ReleaseHeldAsync(policy, cancel);
            await queue.EnqueueAsync(NewJob.ScanSuppression(), cancel);
            _releasedUnder = policy.Version;
        }
        if (now >= _nextMirror)
        {
            _nextMirror = now + TimeSpan.FromSeconds(settings.MirrorRefreshSeconds);
            foreach (var connection in Configured(policy))
                foreach (var @object in MirrorScope.Objects(policy, connection))
                    await queue.EnqueueAsync(NewJob.RefreshMirror(connection, @object), cancel);
        }
        var isSwept = false;
        if (now >= _nextSweep)
        {
            _nextSweep = now + TimeSpan.FromSeconds(settings.SweepSeconds);
            await SweepAsync(policy, now, cancel);
            await OrderDriftSamplesAsync(policy, now, cancel);
            await OrderFormulaChecksAsync(policy, now, cancel);
            isSwept = true;
        }
        if (now >= _nextRetry)
        {
            _nextRetry = now + BetweenRetries;
            await RetryHeldByCrmAsync(policy, now, cancel);
        }
        // Last, so that a folder that cannot be written to keeps nothing else from being done.
        if (isSwept)
            await anchors.KeepAsync(cancel);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromSeconds(settings.SchedulerSeconds);
        using var timer = new PeriodicTimer(pause, clock);
        do
        {
            try
            {
                await TickAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One round failed (the database restarts, say); the next repeats it, and the health check shows the database's state.
                LogMessages.SchedulerFailed(log, e, pause.TotalSeconds);
            }
        }
        while (await NextAsync(timer, stoppingToken));
        await leadership.ResignAsync();
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            // An orderly stop: leave the loop so that the lead is handed over.
            return false;
        }
    }

    private IEnumerable<string> Configured(PolicySet policy) => policy.Connections.Where(c => connectors.Find(c) is not null);

    private async Task ExpirePlansAsync(PolicySet policy, CancellationToken cancel)
    {
        foreach (var expired in await plans.ExpireAsync(cancel))
        {
            LogMessages.PlanExpired(log, expired.Id, expired.Connection, expired.Flow);
            // An undo that nobody released is not asked for again by the clock.
            if (expired.Applyable && expired.Kind == PlanKinds.Writeback && policy.FindFlow(expired.Flow) is not null && connectors.Find(expired.Connection) is not null)
                await OrderAsync(expired.Connection, expired.Flow, "the last one expired", cancel);
        }
    }

    /// <summary>
    /// Signals that came while their connection was not configured wait again, whatever their age: nobody has looked for their record yet.
    /// Connections are configured at the start of a worker, so once for each leader suffices.
    /// </summary>
    private async Task ReturnToConfiguredAsync(PolicySet policy, CancellationToken cancel)
    {
        foreach (var connection in Configured(policy))
        {
            foreach (var @object in MirrorScope.Objects(policy, connection))
            {
                int returned;
                var sum = 0;
                do
                {
                    returned = await signals.ReturnUnmatchedAsync(connection, @object, [SignalKeys.Connection(connection)], null, cancel);
                    sum += returned;
                }
                while (returned > 0);
                if (sum > 0)
                    LogMessages.SignalsReturnedToConnection(log, sum, connection, @object);
            }
        }
    }

    private async Task ReleaseHeldAsync(PolicySet policy, CancellationToken cancel)
    {
        foreach (var released in await candidates.ReleaseHeldAsync(policy.Version, cancel))
            if (policy.FindFlow(released.Flow) is { } flow)
                await activity.PlanWhatWaitsAsync(released.Connection, flow, cancel);
    }

    private async Task RetryHeldByCrmAsync(PolicySet policy, DateTimeOffset now, CancellationToken cancel)
    {
        foreach (var released in await candidates.ReleaseHeldByCrmAsync(HeldByCrm, now - TimeSpan.FromHours(settings.RetryHeldHours), cancel))
        {
            LogMessages.HeldByCrmReleased(log, released.Connection, released.Flow, released.Count);
            if (policy.FindFlow(released.Flow) is { } flow)
                await activity.PlanWhatWaitsAsync(released.Connection, flow, cancel);
        }
    }

    /// <summary>Once a day (UTC) and connection; what the day draws follows from the seed and the day.</summary>
    private async Task OrderDriftSamplesAsync(PolicySet policy, DateTimeOffset now, CancellationToken cancel)
    {
        if (settings.DriftCellsPerDay == 0)
            return;
        foreach (var connection in Configured(policy))
        {
            if (await drift.LatestSampleAsync(connection, Author, cancel) is { } last && last.SampledAt.UtcDateTime.Date >= now.UtcDateTime.Date)
                continue;
            var seed = settings.DriftSeed + (long)(now - DateTimeOffset.UnixEpoch).TotalDays;
            await queue.EnqueueAsync(NewJob.SampleDrift(new SampleDrift(ids.Next(), connection, Author, settings.DriftCellsPerDay, seed)), cancel);
        }
    }

    /// <summary>Once a day (UTC) and connection that has formulas to compare.</summary>
    private async Task OrderFormulaChecksAsync(PolicySet policy, DateTimeOffset now, CancellationToken cancel)
    {
        foreach (var connection in Configured(policy).Where(c => policy.Contracts.Any(f => f.Connection == c && f.AnyOf.Count > 0)))
        {
            if (await discrepancies.LatestCheckAsync(connection, Author, cancel) is { } last && last.CheckedAt.UtcDateTime.Date >= now.UtcDateTime.Date)
                continue;
            // Before the first reading of the mirror there is nothing to compare.
            if (await mirror.IsReadAsync(connection, [.. policy.Contracts.Where(c => c.Connection == connection && c.AnyOf.Count > 0).Select(c => c.Object).Distinct(StringComparer.Ordinal)], cancel))
                await queue.EnqueueAsync(NewJob.CheckFormulas(new CheckFormulas(ids.Next(), connection, Author)), cancel);
        }
    }

    private async Task SweepAsync(PolicySet policy, DateTimeOffset now, CancellationToken cancel)
    {
        // Again, for what a plan held that was being made under the policy before while this one came into force.
        await ReleaseHeldAsync(policy, cancel);
        if (await signals.HasPendingAsync(cancel))
            await queue.EnqueueAsync(NewJob.ProcessSignals(), cancel);
        foreach (var flow in policy.Flows)
        {
            foreach (var connection in flow.Connections.Where(c => connectors.Find(c) is not null))
            {
                await activity.PlanWhatWaitsAsync(connection, flow, cancel);
                if (flow.DailyAt is { } at && await IsDailyPlanDueAsync(connection, flow.Name, at, now, cancel))
                    await OrderAsync(connection, flow.Name, "daily", cancel);
            }
        }
    }

    /// <summary>
    /// Due from the flow's time of day on, until a plan of the clock's was sealed since. A stack that was down at that time catches up;
    /// one that never had such a plan waits for the time to come.
    /// </summary>
    private async Task<bool> IsDailyPlanDueAsync(string connection, string flow, TimeOnly at, DateTimeOffset now, CancellationToken cancel)
    {
        var due = new DateTimeOffset(DateOnly.FromDateTime(now.UtcDateTime).ToDateTime(at, DateTimeKind.Utc));
        if (due > now)
            due = due.AddDays(-1);
        await using var db = await contexts.CreateDbContextAsync(cancel);
        var last = await db.Plans.Where(p => p.Connection == connection && p.Flow == flow && p.Author == Author).MaxAsync(p => (DateTimeOffset?)p.SealedAt, cancel);
        return (last ?? _leaderSince) < due;
    }

    private async Task OrderAsync(string connection, string flow, string why, CancellationToken cancel)
    {
        var job = await queue.EnqueueAsync(NewJob.MakePlan(new MakePlan(ids.Next(), connection, flow, Author)), cancel);
        if (!job.AlreadyWaiting)
            LogMessages.PlanOrdered(log, connection, flow, why);
    }
}
