using ClayAspire.Console.Security;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Console.Operations;

/// <summary>A plan asked for, or why not: exactly one of the two.</summary>
/// <param name="PlanId">The id that the plan will have once it is sealed.</param>
/// <param name="Refusal">Why none was asked for.</param>
internal sealed record PlanRequest(Guid PlanId, Reason? Refusal);

/// <summary>A stored plan, or where it is: exactly one of Plan, Refusal. A plan that is not sealed yet has the reason <c>plan-pending</c>.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Refusal">Why there is none.</param>
internal sealed record PlanLookup(PlanRow? Plan, Reason? Refusal)
{
    public const string Pending = "plan-pending";

    public bool IsPending => Refusal?.Code == Pending;
}

/// <summary>What people and callers do with plans. Pages and API both go through here, so that no guard exists twice.</summary>
internal sealed class PlanDesk(
    PlanStore plans,
    RunStore runs,
    PolicySource policy,
    FlowSwitchStore switches,
    JobQueue queue,
    IIdSource ids,
    IDbContextFactory<SyncDbContext> database,
    ConsoleMetrics metrics,
    ILogger<PlanDesk> log)
{
    /// <summary>Asks the worker for a plan. Repeating the request while one waits gives the same plan.</summary>
    public async Task<PlanRequest> RequestAsync(string? connection, string? flowName, Caller caller, CancellationToken cancel)
    {
        if (Flow(flowName) is not { } flow)
            return new PlanRequest(default, FlowUnknown(flowName));
        if (!flow.MakesPlans)
            return new PlanRequest(default, MakesNoPlans(flow));
        if (connection is null || !flow.Connections.Contains(connection))
            return new PlanRequest(default, new Reason("connection-unknown", $"Flow '{flow.Name}' does not write to '{connection}'. It writes to {string.Join(", ", flow.Connections)}."));
        if (await switches.IsPausedAsync(flow.Name, cancel))
            return new PlanRequest(default, Paused(flow));
        var job = await queue.EnqueueAsync(NewJob.MakePlan(new MakePlan(ids.Next(), connection, flow.Name, caller.UserName)), cancel);
        return new PlanRequest(JobPayload.Read<MakePlan>(job.Payload).PlanId, null);
    }

    /// <summary>Asks the worker for the plan that takes back a run. Repeating the request while one waits gives the same plan.</summary>
    public async Task<PlanRequest> RequestUndoAsync(Guid runId, Caller caller, CancellationToken cancel)
    {
        if (await runs.FindAsync(runId, cancel) is not { } run)
            return new PlanRequest(default, new Reason("run-unknown", "There is no run with this id."));
        if (run.FinishedAt is null)
            return new PlanRequest(default, new Reason("run-not-ended", "The run has not ended. Wait for its end, or pause its flow; then undo it."));
        if (run.Verified == 0)
            return new PlanRequest(default, new Reason("nothing-to-undo", "The run wrote nothing that was read back, so there is nothing to undo."));
        if (Flow(run.Flow) is null)
            return new PlanRequest(default, FlowUnknown(run.Flow));
        var job = await queue.EnqueueAsync(NewJob.MakeUndoPlan(new MakeUndoPlan(ids.Next(), run.Id, caller.UserName), run.Connection, run.Flow), cancel);
        return new PlanRequest(JobPayload.Read<MakeUndoPlan>(job.Payload).PlanId, null);
    }

    /// <summary>The plan, or whether it is still being made.</summary>
    public async Task<PlanLookup> FindAsync(Guid id, CancellationToken cancel)
    {
        if (await plans.FindAsync(id, cancel) is { } plan)
            return new PlanLookup(plan, null);
        await using var db = await database.CreateDbContextAsync(cancel);
        var mark = $$"""{"planId":"{{id:D}}"}""";
        var job = await db.Jobs.AsNoTracking()
            .Where(j => (j.Kind == JobKinds.MakePlan || j.Kind == JobKinds.MakeUndoPlan) && EF.Functions.JsonContains(j.Payload, mark))
            .OrderByDescending(j => j.Id).FirstOrDefaultAsync(cancel);
        if (job is null)
            return new PlanLookup(null, new Reason("plan-unknown", "There is no plan with this id."));
        if (job.State == JobStates.Dead)
            return new PlanLookup(null, new Reason("plan-failed", "The plan could not be made. The worker's log and the job's errors say why; ask for a new plan once it is mended."));
        // Sealed between the two looks.
        if (job.State == JobStates.Completed && await plans.FindAsync(id, cancel) is { } sealedSince)
            return new PlanLookup(sealedSince, null);
        return new PlanLookup(null, new Reason(PlanLookup.Pending, "The plan is being made. Ask again in a moment."));
    }

    /// <summary>Releases a plan, whole or in part.</summary>
    public async Task<ApproveResult> ApproveAsync(Guid id, string? hash, IReadOnlySet<int>? ordinals, Caller caller, CancellationToken cancel)
    {
        var (plan, flow, refusal) = await GuardAsync(id, hash, cancel);
        // A paused flow writes nothing new; what it wrote may be taken back.
        if (refusal is null && plan!.Kind != PlanKinds.Undo && await switches.IsPausedAsync(flow!.Name, cancel))
            refusal = Paused(flow!);
        var result = refusal is not null
            ? new ApproveResult(null, refusal)
            : await plans.ApproveAsync(id, hash!, caller.UserName, caller.Roles, await policy.RefreshAsync(cancel), ordinals, cancel);
        Note(id, flow, ApprovalVerdicts.Approved, result.Refusal, caller);
        return result;
    }

    /// <summary>Refuses a plan; null when it was refused as asked.</summary>
    public async Task<Reason?> RefuseAsync(Guid id, string? hash, string? reason, Caller caller, CancellationToken cancel)
    {
        var (_, flow, refusal) = await GuardAsync(id, hash, cancel);
        if (refusal is null && string.IsNullOrWhiteSpace(reason))
            refusal = new Reason("reason-missing", "Say why the plan is refused; the reason goes into the ledger.");
        refusal ??= await plans.RefuseAsync(id, hash!, caller.UserName, caller.Roles, flow!, reason!.Trim(), cancel);
        Note(id, flow, ApprovalVerdicts.Refused, refusal, caller);
        return refusal;
    }

    /// <summary>Declines changes of a plan; null when they were declined as asked.</summary>
    public async Task<Reason?> DeclineAsync(Guid id, string? hash, IReadOnlySet<int> ordinals, string? reason, Caller caller, CancellationToken cancel)
    {
        var (_, flow, refusal) = await GuardAsync(id, hash, cancel);
        refusal ??= await plans.DeclineAsync(id, hash!, caller.UserName, caller.Roles, flow!, ordinals, reason ?? "", cancel);
        Note(id, flow, ApprovalVerdicts.Declined, refusal, caller);
        return refusal;
    }

    /// <summary>
    /// The changes of a plan that filters show: what "approve these" means. Changes that need a named approval are among them only when a
    /// filter asks for that very kind; whoever filters by city does not name every overwrite in it.
    /// </summary>
    public async Task<IReadOnlySet<int>> ReleasableAsync(Guid id, IEnumerable<CellFilter> filters, CancellationToken cancel)
    {
        var all = new HashSet<int>();
        foreach (var filter in filters)
            all.UnionWith(await plans.ChangesAsync(id, filter with { PlainOnly = !ChangeKinds.Names(filter.Kind) }, cancel));
        return all;
    }

    /// <summary>The changes of a plan that filters show, with those that need a name: what "decline these" means.</summary>
    public async Task<IReadOnlySet<int>> DeclinableAsync(Guid id, IEnumerable<CellFilter> filters, CancellationToken cancel)
    {
        var all = new HashSet<int>();
        foreach (var filter in filters)
            all.UnionWith(await plans.ChangesAsync(id, filter, cancel));
        return all;
    }

    /// <summary>Asks the worker to read the live values of a waiting plan's changes; null when it will. Repeating the request while one waits asks for nothing more.</summary>
    public async Task<Reason?> LookForDriftAsync(Guid id, Caller caller, CancellationToken cancel)
    {
        var found = await FindAsync(id, cancel);
        if (found.Plan is not { } plan)
            return found.Refusal;
        if (plan.State != PlanStates.Sealed)
            return new Reason("plan-not-open", $"The plan is {plan.State} already. What drifted stands in its run.");
        if (!plan.Applyable)
            return new Reason("nothing-to-apply", "The plan has no change that could drift.");
        await queue.EnqueueAsync(NewJob.LookForDrift(new LookForDrift(id, caller.UserName)), cancel);
        return null;
    }

    /// <summary>
    /// Where a look for drift stands: <c>available</c> or <c>running</c> while one is under way, <c>dead</c> when one gave up since the latest that was done, null otherwise.
    /// </summary>
    public async Task<string?> DriftJobAsync(Guid id, CancellationToken cancel)
    {
        await using var db = await database.CreateDbContextAsync(cancel);
        var key = NewJob.DriftKey(id);
        var open = await db.Jobs.Where(j => j.OrderKey == key && (j.State == JobStates.Available || j.State == JobStates.Running)).Select(j => j.State).FirstOrDefaultAsync(cancel);
        return open ?? await db.Jobs.Where(j => j.State == JobStates.Dead && j.OrderKey == key && !db.PlanDriftLooks.Any(l => l.PlanId == id && l.LookedAt > j.FinishedAt))
            .Select(j => j.State).FirstOrDefaultAsync(cancel);
    }

    /// <summary>The flow of that name under the policy in force, or null.</summary>
    public Flow? Flow(string? name) => name is null ? null : policy.Current.FindFlow(name);

    private async Task<(PlanRow? Plan, Flow? Flow, Reason? Refusal)> GuardAsync(Guid id, string? hash, CancellationToken cancel)
    {
        var found = await FindAsync(id, cancel);
        if (found.Plan is null)
            return (null, null, found.Refusal);
        if (Flow(found.Plan.Flow) is not { } flow)
            return (null, null, FlowUnknown(found.Plan.Flow));
        return string.IsNullOrWhiteSpace(hash)
            ? (found.Plan, flow, new Reason("wrong-hash", "Name the hash of the plan that you saw. Reload the plan and decide on what you see."))
            : (found.Plan, flow, null);
    }

    private Reason FlowUnknown(string? name) =>
        new("flow-unknown", $"The policy in force has no flow '{name}'. It has {string.Join(", ", policy.Current.Flows.Select(f => f.Name))}.");

    /// <summary>Why there is no plan of a flow that writes to no CRM.</summary>
    public static Reason MakesNoPlans(Flow flow) =>
        new("flow-makes-no-plans", $"Flow '{flow.Name}' is of kind '{Domain.Policy.Flow.KindName(flow.Kind)}' and writes to no CRM, so it has no plans to make or pause.");

    private static Reason Paused(Flow flow) => new("flow-paused", $"Flow '{flow.Name}' is paused. Resume it on the page Flows first.");

    private void Note(Guid id, Flow? flow, string verdict, Reason? refusal, Caller caller)
    {
        if (refusal is not null)
        {
            LogMessages.PlanNotDecided(log, id, verdict, refusal.Code);
            return;
        }
        LogMessages.PlanDecided(log, id, flow!.Name, verdict, caller.UserName);
        metrics.Decided(verdict);
    }
}

/// <summary>What a person can decide about a plan.</summary>
internal static class ApprovalVerdicts
{
    public const string Approved = "approved";
    public const string Refused = "refused";
    public const string Declined = "declined";
}
