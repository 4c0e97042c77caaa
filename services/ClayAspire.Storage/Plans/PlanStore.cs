using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace ClayAspire.Storage.Plans;

/// <summary>Sealed plans, their cells, their release.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads.</param>
/// <param name="ledger">Where seals, approvals and refusals are recorded.</param>
/// <param name="queue">Where the work on an approved plan is enqueued.</param>
/// <param name="ids">Ids of runs and approvals.</param>
/// <param name="clock">The time of approval.</param>
public sealed partial class PlanStore(
    NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, LedgerStore ledger, JobQueue queue, IIdSource ids, TimeProvider clock)
{
    /// <summary>Stores a sealed plan in a transaction of its own.</summary>
    /// <returns>False when a plan of that id is stored already.</returns>
    public async Task<bool> SaveAsync(Plan plan, PlanFacts facts, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var saved = await SaveAsync(transaction, plan, facts, cancel);
        await transaction.CommitAsync(cancel);
        return saved;
    }

    /// <summary>
    /// Stores a sealed plan with its cells, records it in the ledger, and moves the candidates that it was decided on:
    /// to be written → planned, held → held, all others → settled.
    /// </summary>
    /// <param name="transaction">The caller's transaction, at read committed.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="facts">What the planner says of its work.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>False when a plan of that id is stored already; nothing is done then.</returns>
    public async Task<bool> SaveAsync(NpgsqlTransaction transaction, Plan plan, PlanFacts facts, CancellationToken cancel)
    {
        int Count(Verdict verdict) => plan.Cells.Count(c => c.Decision.Verdict == verdict);
        var state = plan.Cells.IsEmpty ? PlanStates.Empty : PlanStates.Sealed;
        var inserted = await transaction.Command("Plans/PlanInsertUnlessKnown.sql")
            .With("id", plan.Id).With("connection", plan.Connection).With("flow", plan.Flow).With("policy_version", plan.PolicyVersion)
            .With("author", plan.Author).With("hash", plan.Hash).With("sealed_at", plan.SealedAt).With("expires_at", plan.ExpiresAt)
            .With("state", state).With("applyable", plan.IsApplyable).With("complete", facts.Complete).With("errored", facts.Errored)
            .With("remarks", facts.Remarks.Select(Storable.Text)).With("api_calls", plan.Cost.ApiCalls).With("credits", plan.Cost.Credits).With("apply_seconds", plan.Cost.Seconds)
            .With("changes", Count(Verdict.Write)).With("keeps", Count(Verdict.Keep)).With("holds", Count(Verdict.Hold)).With("refusals", Count(Verdict.Refuse))
            .With("kind", PlanKinds.Of(plan.Kind)).With("undoes_run", plan.UndoesRun)
            .With("named", plan.Cells.Count(c => c.NeedsNamedApproval)).With("overwrites", plan.Changes.Count(c => !c.Old.IsBlank && !c.Decision.Value.IsBlank))
            .With("clears", plan.Changes.Count(c => c.Decision.Value.IsBlank)).With("flow_fingerprint", facts.Fingerprint)
            .With("fields", plan.Cells.Select(c => $"{c.Cell.Record.Object}.{c.Cell.Field}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)).RunAsync(cancel);
        if (inserted == 0)
            return false;
        await CopyCellsAsync(transaction, plan, cancel);
        await TakeCandidatesAsync(transaction, plan, cancel);
        await ledger.AppendAsync(transaction, plan.Connection, [new NewLedgerEntry(LedgerKinds.PlanSealed, EvidenceJson.WriteObject(new
        {
            plan = plan.Id, hash = plan.Hash, connection = plan.Connection, flow = plan.Flow, author = plan.Author, policy = plan.PolicyVersion, state,
            changes = Count(Verdict.Write), keeps = Count(Verdict.Keep), holds = Count(Verdict.Hold), refusals = Count(Verdict.Refuse),
            expires = plan.ExpiresAt, kind = PlanKinds.Of(plan.Kind), undoes = plan.UndoesRun,
        }))], cancel);
        return true;
    }

    /// <summary>Loads a plan and rebuilds it from its rows, so that its hash is computed anew; null when there is none.</summary>
    /// <exception cref="PlanAlteredException">The rows make no plan any more.</exception>
    public async Task<StoredPlan?> LoadAsync(Guid planId, CancellationToken cancel)
    {
        // One snapshot for the row and its cells.
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancel);
        return await LoadAsync(transaction, planId, cancel);
    }

    /// <summary>A plan's row, or null while there is none.</summary>
    public async Task<PlanRow?> FindAsync(Guid planId, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.Plans.AsNoTracking().FirstOrDefaultAsync(p => p.Id == planId, cancel);
    }

    /// <summary>The undos of a run, the latest first.</summary>
    public async Task<IReadOnlyList<PlanRow>> UndosOfAsync(Guid runId, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.Plans.AsNoTracking().Where(p => p.UndoesRun == runId).OrderByDescending(p => p.SealedAt).ToListAsync(cancel);
    }

    /// <summary>A plan's approvals and refusals, oldest first.</summary>
    public async Task<IReadOnlyList<PlanVerdict>> ApprovalsAsync(Guid planId, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.Approvals.Where(a => a.PlanId == planId).OrderBy(a => a.At)
            .Select(a => new PlanVerdict(a.Approver, a.Roles, a.Verdict, a.Ordinals == null ? null : a.Ordinals.Length, a.Reason, a.At)).ToListAsync(cancel);
    }

    /// <summary>Plans, the latest first.</summary>
    public async Task<PagedRows<PlanRow>> ListAsync(PlanFilter filter, CancellationToken cancel)
    {
        var (number, size) = Paging.Bound(filter.Number, filter.Size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var plans = context.Plans.AsNoTracking();
        if (filter.Connection is { } connection)
            plans = plans.Where(p => p.Connection == connection);
        if (filter.Flow is { } flow)
            plans = plans.Where(p => p.Flow == flow);
        if (filter.State is { } state)
            plans = plans.Where(p => p.State == state);
        if (filter.Applyable is { } applyable)
            plans = plans.Where(p => p.Applyable == applyable);
        var rows = await plans.OrderByDescending(p => p.SealedAt).ThenBy(p => p.Id).Skip(Paging.Offset(number, size)).Take(size).ToListAsync(cancel);
        return new PagedRows<PlanRow>(rows, await plans.LongCountAsync(cancel), number, size);
    }

    private static async Task CopyCellsAsync(NpgsqlTransaction transaction, Plan plan, CancellationToken cancel)
    {
        if (plan.Cells.IsEmpty)
            return;
        await using var copy = await transaction.ConnectionOf().BeginBinaryImportAsync(SqlText.Read("Plans/PlanCellCopy.sql"), cancel);
        async Task TextAsync(string? value)
        {
            if (value is null)
                await copy.WriteNullAsync(cancel);
            else
                await copy.WriteAsync(value, NpgsqlDbType.Text, cancel);
        }
        foreach (var cell in plan.Cells)
        {
            var decision = cell.Decision;
            await copy.StartRowAsync(cancel);
            await copy.WriteAsync(plan.Id, NpgsqlDbType.Uuid, cancel);
            await copy.WriteAsync(cell.Ordinal, NpgsqlDbType.Integer, cancel);
            await TextAsync(cell.Cell.Record.Object);
            await TextAsync(cell.Cell.Record.Id);
            await TextAsync(cell.Cell.Field);
            await TextAsync(decision.Verdict.ToString());
            await TextAsync(cell.Old.Text);
            await TextAsync(decision.Value.Text);
            await TextAsync(decision.Reason.Code);
            await TextAsync(decision.Reason.Text);
            await TextAsync(decision.RuleId);
            await TextAsync(decision.Winner?.Source);
            if (decision.Winner is { } winner)
                await copy.WriteAsync(winner.SignalId, NpgsqlDbType.Bigint, cancel);
            else
                await copy.WriteNullAsync(cancel);
            await copy.WriteAsync(EvidenceJson.Write(decision), NpgsqlDbType.Jsonb, cancel);
            await TextAsync(cell.RecordVersion);
            await TextAsync(decision.WaitsFor);
            await TextAsync(CautionText.Of(decision.Caution));
        }
        await copy.CompleteAsync(cancel);
    }

    private static async Task TakeCandidatesAsync(NpgsqlTransaction transaction, Plan plan, CancellationToken cancel)
    {
        var taken = plan.Cells.SelectMany(c => c.Decision.Losers.Append(c.Decision.Winner).OfType<Candidate>()
            .Select(x => (x.SignalId, c.Cell, Verdict: c.Decision.Verdict.ToString()))).ToArray();
        if (taken.Length == 0)
            return;
        await transaction.Command("Plans/CandidateTakeIfPending.sql")
            .With("plan_id", plan.Id).With("policy_version", plan.PolicyVersion).With("connection", plan.Connection).With("flow", plan.Flow)
            .With("signals", taken.Select(t => t.SignalId)).With("objects", taken.Select(t => t.Cell.Record.Object))
            .With("records", taken.Select(t => t.Cell.Record.Id)).With("fields", taken.Select(t => t.Cell.Field))
            .With("verdicts", taken.Select(t => t.Verdict)).RunAsync(cancel);
    }

    private static async Task<StoredPlan?> LoadAsync(NpgsqlTransaction transaction, Guid planId, CancellationToken cancel)
    {
        var row = await FindInAsync(transaction, planId, cancel);
        if (row is null)
            return null;
        try
        {
            var cells = await transaction.Command("Plans/PlanCellGet.sql").With("plan_id", planId).ReadAllAsync(r => Rebuilt(row, r), cancel);
            var plan = Plan.Seal(row.Id, row.Connection, row.Flow, row.PolicyVersion, row.Author, row.SealedAt, row.ExpiresAt, cells, new PlanCost(row.ApiCalls, row.Credits, row.ApplySeconds), row.UndoesRun);
            return new StoredPlan(plan, row.Hash, row);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or System.Text.Json.JsonException)
        {
            throw new PlanAlteredException(planId, e);
        }
    }

    private static PlannedCell Rebuilt(PlanRow plan, NpgsqlDataReader r)
    {
        var (winner, losers) = EvidenceJson.Read(r.GetString(10));
        return new PlannedCell(
            r.GetInt32(0),
            new CellKey(new RecordKey(plan.Connection, r.GetString(1), r.GetString(2)), r.GetString(3)),
            FieldValue.FromCanonical(r.TextOrNull(5)),
            r.GetString(11),
            new Decision(
                Enum.Parse<Verdict>(r.GetString(4)), FieldValue.FromCanonical(r.TextOrNull(6)), new Reason(r.GetString(7), r.GetString(8)),
                r.GetString(9), plan.PolicyVersion, winner, losers, r.TextOrNull(12))
            {
                Caution = CautionText.Read(r.TextOrNull(13)),
            });
    }
}
