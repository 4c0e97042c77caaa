using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Plans;

/// <content>The release of plans: approve, refuse, expire.</content>
public sealed partial class PlanStore
{
    private const int ExpiryBatch = 100;

    /// <summary>
    /// Approves a plan in a transaction of its own: checks the release, records it, and enqueues the run. A refusal changes nothing.
    /// </summary>
    /// <param name="planId">The plan.</param>
    /// <param name="hash">The hash that the approver saw.</param>
    /// <param name="approver">Who; <see cref="Release.PolicyApprover"/> for a pre-authorised flow.</param>
    /// <param name="roles">The approver's roles.</param>
    /// <param name="policy">The policy in force: it names the flow's role, and must still stand behind every approved change.</param>
    /// <param name="ordinals">The changes approved, each by name; null for all that need no named approval. The others are offered again in the next plan.</param>
    /// <param name="cancel">Cancels the write.</param>
    public async Task<ApproveResult> ApproveAsync(
        Guid planId, string hash, string approver, IReadOnlyList<string> roles, PolicySet policy, IReadOnlySet<int>? ordinals, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var result = await ApproveAsync(transaction, planId, hash, approver, roles, policy, ordinals, cancel);
        if (result.Refusal is null)
            await transaction.CommitAsync(cancel);
        return result;
    }

    /// <summary>Approves a plan together with the caller's own writes; see the other overload.</summary>
    public async Task<ApproveResult> ApproveAsync(
        NpgsqlTransaction transaction, Guid planId, string hash, string approver, IReadOnlyList<string> roles, PolicySet policy, IReadOnlySet<int>? ordinals,
        CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (await OpenAsync(transaction, planId, cancel) is { } notOpen)
            return new ApproveResult(null, notOpen);
        var plan = (await FindInAsync(transaction, planId, cancel))!;
        var approval = new Approval(planId, hash, approver, roles, now, ordinals, await DeclinedAsync(transaction, planId, cancel));
        var flow = policy.FindFlow(plan.Flow);
        var tally = flow is null || policy.Version == plan.PolicyVersion || await IsDecidedAlikeAsync(transaction, plan, policy, flow, cancel)
            ? null
            : new PolicyChangeTally(HeadOf(plan), policy, flow);
        PlanOutline outline;
        try
        {
            outline = await OutlineAsync(transaction, plan, approval, tally, cancel);
        }
        catch (PlanAlteredException e)
        {
            return new ApproveResult(null, new Reason("plan-altered", e.Message));
        }
        if (flow is null)
            return new ApproveResult(null, new Reason("flow-unknown", $"The policy in force has no flow '{plan.Flow}', so nobody may release its plans."));
        if ((Release.WhyNot(outline, plan.Hash, approval, flow, now) ?? tally?.Result) is { } refusal)
            return new ApproveResult(null, refusal);
        if (await StagingMissingAsync(transaction, outline.Head, policy, flow, cancel) is { } staging)
            return new ApproveResult(null, staging);

        var runId = ids.Next();
        var planned = outline.CoveredBy(approval).Count();
        var chosen = ordinals is null ? null : ordinals.Order().ToArray();
        await transaction.Command("Plans/PlanSetStateIfSealed.sql").With("id", planId).With("state", PlanStates.Approved).RunAsync(cancel);
        var approvalId = await AddApprovalAsync(transaction, planId, hash, approver, roles, "approved", chosen, null, now, cancel);
        await transaction.Command("Plans/RunInsert.sql").With("id", runId).With("plan_id", planId).With("connection", plan.Connection)
            .With("flow", plan.Flow).With("planned", planned).With("now", now).RunAsync(cancel);
        await ledger.AppendAsync(transaction, plan.Connection, [new NewLedgerEntry(LedgerKinds.PlanApproved, EvidenceJson.WriteObject(new
        {
            plan = planId, hash, connection = plan.Connection, flow = plan.Flow, policy = plan.PolicyVersion, approval = approvalId,
            approver, roles, run = runId, cells = planned, ordinals = chosen, undoes = plan.UndoesRun,
        }))], cancel);
        // The worker writes out the run's cells when it takes it, and settles what was left out before the next plan is made.
        if (planned < plan.Changes)
            await queue.EnqueueAsync(transaction, NewJob.SettlePlan(planId, plan.Connection, plan.Flow), cancel);
        await queue.EnqueueAsync(transaction, NewJob.ApplyPlan(runId, plan.Connection, plan.Flow), cancel);
        return new ApproveResult(runId, null);
    }

    /// <summary>Refuses a plan with a reason: its changes are settled and never written by it.</summary>
    /// <param name="planId">The plan.</param>
    /// <param name="hash">The hash that the person saw.</param>
    /// <param name="approver">Who.</param>
    /// <param name="roles">The person's roles.</param>
    /// <param name="flow">The plan's flow under the policy in force.</param>
    /// <param name="reason">Why; must not be blank.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>Null when it is refused now; else why that could not be done.</returns>
    public async Task<Reason?> RefuseAsync(
        Guid planId, string hash, string approver, IReadOnlyList<string> roles, Flow flow, string reason, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(reason))
            return new Reason("reason-missing", "Say why the plan is refused; the reason stands in the ledger.");
        if (!roles.Contains(flow.ReleaseRole) && !roles.Contains(Release.AdminRole))
            return new Reason("wrong-role", $"Only role '{flow.ReleaseRole}' refuses plans of flow '{flow.Name}'.");
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (await OpenAsync(transaction, planId, cancel) is { } notOpen)
            return notOpen;
        var plan = (await FindInAsync(transaction, planId, cancel))!;
        if (WrongFlow(plan, flow) is { } wrongFlow)
            return wrongFlow;
        if (plan.Hash != hash)
            return new Reason("wrong-hash", "The refusal names another hash than the plan has. Reload the plan and refuse what you see.");
        var now = clock.GetUtcNow();
        var kept = Storable.Text(reason.Trim());
        await transaction.Command("Plans/PlanSetStateIfSealed.sql").With("id", planId).With("state", PlanStates.Refused).RunAsync(cancel);
        await AddApprovalAsync(transaction, planId, hash, approver, roles, "refused", null, kept, now, cancel);
        await queue.EnqueueAsync(transaction, NewJob.SettlePlan(planId, plan.Connection, plan.Flow), cancel);
        await ledger.AppendAsync(transaction, plan.Connection, [new NewLedgerEntry(LedgerKinds.PlanRefused, EvidenceJson.WriteObject(new
        {
            plan = planId, hash, connection = plan.Connection, flow = plan.Flow, policy = plan.PolicyVersion, approver, roles, reason = kept,
        }))], cancel);
        await transaction.CommitAsync(cancel);
        return null;
    }

    /// <summary>Ends plans whose time ran out unreleased; their candidates are pending again.</summary>
    /// <returns>The plans that expired, at most 100 a call.</returns>
    public async Task<IReadOnlyList<PlanRow>> ExpireAsync(CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var due = await transaction.Command("Plans/PlanGetExpired.sql").With("now", clock.GetUtcNow()).With("batch", ExpiryBatch)
            .ReadAllAsync(r => r.GetGuid(0), cancel);
        var expired = new List<PlanRow>(due.Count);
        foreach (var planId in due)
        {
            await transaction.Command("Plans/PlanSetStateIfSealed.sql").With("id", planId).With("state", PlanStates.Expired).RunAsync(cancel);
            await transaction.Command("Plans/CandidateSettleDeclined.sql").With("plan_id", planId).RunAsync(cancel);
            await EndCandidatesAsync(transaction, planId, CandidateStates.Pending, cancel);
            expired.Add((await FindInAsync(transaction, planId, cancel))!);
        }
        // One order of connections for all writers, so that two ledgers are never waited for crosswise.
        foreach (var group in expired.GroupBy(p => p.Connection, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            await ledger.AppendAsync(transaction, group.Key, [.. group.Select(Expiry)], cancel);
        await transaction.CommitAsync(cancel);
        return expired;
    }

    /// <summary>
    /// Moves the candidates of a plan as was decided about it: of a refused plan all are settled, of any other those that were declined; what an
    /// approval left out is pending again. May be repeated. Decisions enqueue it as a job, because a large plan has more candidates than a
    /// request can move; it runs in turn with the plans of its connection and flow, so that the next one sees what it left.
    /// </summary>
    public async Task SettleAsync(Guid planId, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var state = (string?)await transaction.Command("Plans/PlanLock.sql").With("id", planId).ScalarAsync(cancel)
            ?? throw new InvalidOperationException($"There is no plan {planId}.");
        if (state == PlanStates.Refused)
            await EndCandidatesAsync(transaction, planId, CandidateStates.Settled, cancel);
        else
            await transaction.Command("Plans/CandidateSettleDeclined.sql").With("plan_id", planId).RunAsync(cancel);
        if (state == PlanStates.Approved)
            await transaction.Command("Plans/CandidateReturnUnapproved.sql").With("plan_id", planId).RunAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    private static NewLedgerEntry Expiry(PlanRow plan) => new(LedgerKinds.PlanExpired, EvidenceJson.WriteObject(new
    {
        plan = plan.Id,
        hash = plan.Hash,
        connection = plan.Connection,
        flow = plan.Flow,
        policy = plan.PolicyVersion,
        changes = plan.Changes,
        sealedAt = plan.SealedAt,
        expiresAt = plan.ExpiresAt,
    }));

    /// <summary>
    /// What a run applies: the plan, rebuilt from its rows, with the approval that released it. Checked again, so that a plan altered
    /// after its approval is not applied; its expiry counts at the time of approval.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="flow">The plan's flow under the policy in force.</param>
    /// <param name="cancel">Cancels the read.</param>
    /// <exception cref="InvalidOperationException">There is no such run.</exception>
    /// <exception cref="PlanAlteredException">The rows make no plan any more.</exception>
    public async Task<ReleaseResult> LoadReleasedAsync(Guid runId, Flow flow, CancellationToken cancel)
    {
        ApprovalRow approval;
        await using (var context = await contexts.CreateDbContextAsync(cancel))
        {
            var planId = await context.Runs.AsNoTracking().Where(r => r.Id == runId).Select(r => (Guid?)r.PlanId).FirstOrDefaultAsync(cancel)
                ?? throw new InvalidOperationException($"There is no run {runId}.");
            approval = await context.Approvals.AsNoTracking().SingleAsync(a => a.PlanId == planId && a.Verdict == "approved", cancel);
        }
        var stored = (await LoadAsync(approval.PlanId, cancel))!;
        var given = new Approval(approval.PlanId, approval.Hash, approval.Approver, approval.Roles, approval.At, approval.Ordinals?.ToHashSet(),
            (await DeclinedCellsAsync(approval.PlanId, cancel)).Select(d => d.Ordinal).ToHashSet());
        return Release.Check(stored.Plan, stored.StoredHash, given, flow, approval.At);
    }

    /// <summary>Why the flow's rules must run on its staging connection first; null when they have, or need not.</summary>
    private static async Task<Reason?> StagingMissingAsync(NpgsqlTransaction transaction, PlanHead plan, PolicySet policy, Flow flow, CancellationToken cancel)
    {
        if (flow.Staging is not { } staging || plan.Connection == staging || plan.Kind == PlanKind.Undo)
            return null;
        var isProven = await transaction.Command("Plans/StagingRunGet.sql").With("flow", flow.Name).With("connection", staging)
            .With("fingerprint", FlowFingerprint.Of(policy, flow)).ScalarAsync(cancel);
        return isProven is true
            ? null
            : new Reason("staging-run-missing", $"Flow '{flow.Name}' must have a green run on '{staging}' under its present rules first. Make a plan there, approve it, and come back when its run is green.");
    }

    private static Reason? WrongFlow(PlanRow plan, Flow flow) => plan.Flow == flow.Name
        ? null
        : new Reason("wrong-flow", $"The plan belongs to flow '{plan.Flow}', not to '{flow.Name}'.");

    private static async Task<Reason?> OpenAsync(NpgsqlTransaction transaction, Guid planId, CancellationToken cancel) =>
        (string?)await transaction.Command("Plans/PlanLock.sql").With("id", planId).ScalarAsync(cancel) switch
        {
            null => new Reason("plan-unknown", "There is no plan with this id."),
            PlanStates.Sealed => null,
            PlanStates.Expired => new Reason("plan-expired", "The plan has expired. Make a new plan."),
            PlanStates.Empty => new Reason("nothing-to-apply", "The plan has no change to apply."),
            var state => new Reason("plan-not-open", $"The plan is {state} already."),
        };

    private static Task<PlanRow?> FindInAsync(NpgsqlTransaction transaction, Guid planId, CancellationToken cancel) =>
        transaction.Command("Plans/PlanGet.sql").With("id", planId).ReadOneAsync(r => new PlanRow
        {
            Id = r.GetGuid(0),
            Connection = r.GetString(1),
            Flow = r.GetString(2),
            PolicyVersion = r.GetString(3),
            Author = r.GetString(4),
            Hash = r.GetString(5),
            SealedAt = r.At(6),
            ExpiresAt = r.At(7),
            State = r.GetString(8),
            Applyable = r.GetBoolean(9),
            Complete = r.GetBoolean(10),
            Errored = r.GetBoolean(11),
            Remarks = r.GetFieldValue<string[]>(12),
            ApiCalls = r.GetInt32(13),
            Credits = r.GetDecimal(14),
            Changes = r.GetInt32(15),
            Keeps = r.GetInt32(16),
            Holds = r.GetInt32(17),
            Refusals = r.GetInt32(18),
            Kind = r.GetString(19),
            UndoesRun = r.IsDBNull(20) ? null : r.GetGuid(20),
            Named = r.GetInt32(21),
            Overwrites = r.GetInt32(22),
            Clears = r.GetInt32(23),
            ApplySeconds = r.GetInt32(24),
            Fields = r.GetFieldValue<string[]>(25),
            FlowFingerprint = r.TextOrNull(26),
        }, cancel);

    private async Task<Guid> AddApprovalAsync(
        NpgsqlTransaction transaction, Guid planId, string hash, string approver, IReadOnlyList<string> roles, string verdict, int[]? ordinals, string? reason,
        DateTimeOffset at, CancellationToken cancel)
    {
        var id = ids.Next();
        await WithOrdinals(transaction.Command("Plans/ApprovalInsert.sql").With("id", id).With("plan_id", planId).With("hash", hash)
            .With("approver", approver).With("roles", roles).With("verdict", verdict).With("reason", reason).With("at", at), ordinals).RunAsync(cancel);
        return id;
    }

    private static Task EndCandidatesAsync(NpgsqlTransaction transaction, Guid planId, string state, CancellationToken cancel) =>
        transaction.Command("Plans/CandidateEndOfPlan.sql").With("plan_id", planId).With("state", state).RunAsync(cancel);

    private static NpgsqlCommand WithOrdinals(NpgsqlCommand command, int[]? ordinals)
    {
        command.Parameters.Add(new NpgsqlParameter("ordinals", NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Integer) { Value = (object?)ordinals ?? DBNull.Value });
        return command;
    }
}
