using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Plans;

/// <content>Declining single changes of a plan that waits: they are never written by it, and not offered again until their source says something else.</content>
public sealed partial class PlanStore
{
    /// <summary>Declines changes of a sealed plan, with a reason.</summary>
    /// <param name="planId">The plan.</param>
    /// <param name="hash">The hash that the person saw.</param>
    /// <param name="by">Who.</param>
    /// <param name="roles">The person's roles.</param>
    /// <param name="flow">The plan's flow under the policy in force.</param>
    /// <param name="ordinals">The changes; at least one.</param>
    /// <param name="reason">Why; must not be blank.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>Null when they are declined now; else why that could not be done.</returns>
    public async Task<Reason?> DeclineAsync(
        Guid planId, string hash, string by, IReadOnlyList<string> roles, Flow flow, IReadOnlySet<int> ordinals, string reason, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(reason))
            return new Reason("reason-missing", "Say why the cells are declined; the reason stands in the ledger.");
        if (!roles.Contains(flow.ReleaseRole) && !roles.Contains(Release.AdminRole))
            return new Reason("wrong-role", $"Only role '{flow.ReleaseRole}' declines changes of flow '{flow.Name}'.");
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (await OpenAsync(transaction, planId, cancel) is { } notOpen)
            return notOpen;
        var plan = (await FindInAsync(transaction, planId, cancel))!;
        if (WrongFlow(plan, flow) is { } wrongFlow)
            return wrongFlow;
        if (plan.Hash != hash)
            return new Reason("wrong-hash", "The hash is another than the plan has. Reload the plan and decline what you see.");
        var now = clock.GetUtcNow();
        var kept = Storable.Text(reason.Trim());
        int[] chosen = [.. ordinals.Except(await DeclinedAsync(transaction, planId, cancel)).Order()];
        var declined = await transaction.Command("Plans/DeclinedInsert.sql").With("plan_id", planId).With("ordinals", chosen.AsEnumerable())
            .With("declined_by", by).With("reason", kept).With("at", now).RunAsync(cancel);
        if (chosen.Length == 0 || declined != chosen.Length)
            return new Reason("unknown-cells", "Name cells that are changes of this plan and were not declined before.");
        await queue.EnqueueAsync(transaction, NewJob.SettlePlan(planId, plan.Connection, plan.Flow), cancel);
        await ledger.AppendAsync(transaction, plan.Connection, [new NewLedgerEntry(LedgerKinds.CellsDeclined, EvidenceJson.WriteObject(new
        {
            plan = planId, hash, connection = plan.Connection, flow = plan.Flow, policy = plan.PolicyVersion, by, roles, ordinals = chosen, reason = kept,
        }))], cancel);
        await transaction.CommitAsync(cancel);
        return null;
    }

    /// <summary>The changes of a plan that were declined, by ordinal.</summary>
    public async Task<IReadOnlyList<DeclinedCellRow>> DeclinedCellsAsync(Guid planId, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.DeclinedCells.AsNoTracking().Where(d => d.PlanId == planId).OrderBy(d => d.Ordinal).ToListAsync(cancel);
    }

    /// <summary>How many changes of a plan were declined.</summary>
    public async Task<DeclinedCount> DeclinedCountAsync(Guid planId, CancellationToken cancel) =>
        (await dataSource.Command("Plans/DeclinedCount.sql").With("plan_id", planId).ReadAllAsync(r => new DeclinedCount(r.GetInt32(0), r.GetInt32(1)), cancel))[0];

    private static async Task<IReadOnlySet<int>> DeclinedAsync(NpgsqlTransaction transaction, Guid planId, CancellationToken cancel) =>
        (await transaction.Command("Plans/DeclinedGet.sql").With("plan_id", planId).ReadAllAsync(r => r.GetInt32(0), cancel)).ToHashSet();
}
