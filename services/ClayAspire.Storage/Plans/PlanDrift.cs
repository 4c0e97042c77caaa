using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Storage.Plans;

/// <summary>A change of a waiting plan: what was read at the seal, and what is to be written.</summary>
/// <param name="Ordinal">Its place in the plan.</param>
/// <param name="Cell">The cell.</param>
/// <param name="Old">The live value when the plan was sealed.</param>
public sealed record WaitingChange(int Ordinal, CellKey Cell, FieldValue Old);

/// <summary>A change that was found drifted.</summary>
/// <param name="Ordinal">Its place in the plan.</param>
/// <param name="Reason">Why apply would skip it now.</param>
/// <param name="Now">What the cell holds now; blank when it cannot be read.</param>
public sealed record DriftedChange(int Ordinal, Reason Reason, FieldValue Now);

/// <content>Drift of a plan that waits: what its cells hold now, beside what it was sealed on. Nothing of the plan changes by it.</content>
public sealed partial class PlanStore
{
    /// <summary>The changes of a plan that were not declined, those of an object together.</summary>
    public async Task<IReadOnlyList<WaitingChange>> WaitingChangesAsync(PlanRow plan, CancellationToken cancel) =>
        await dataSource.Command("Plans/PlanCellGetWaiting.sql").With("plan_id", plan.Id).ReadAllAsync(r => new WaitingChange(
            r.GetInt32(0), new CellKey(new RecordKey(plan.Connection, r.GetString(1), r.GetString(2)), r.GetString(3)), FieldValue.FromCanonical(r.TextOrNull(4))), cancel);

    /// <summary>Stores what a look for drift found, in place of what an earlier one did.</summary>
    /// <param name="planId">The plan.</param>
    /// <param name="askedBy">Who asked for the look.</param>
    /// <param name="lookedAt">When the values were read.</param>
    /// <param name="cells">How many were read.</param>
    /// <param name="drifted">Those that differ.</param>
    /// <param name="cancel">Cancels the write.</param>
    public async Task SaveDriftAsync(Guid planId, string askedBy, DateTimeOffset lookedAt, int cells, IReadOnlyList<DriftedChange> drifted, CancellationToken cancel)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await transaction.Command("Plans/PlanDriftLookSet.sql").With("plan_id", planId).With("asked_by", askedBy).With("looked_at", lookedAt)
            .With("cells", cells).With("drifted", drifted.Count).RunAsync(cancel);
        await transaction.Command("Plans/PlanDriftReplace.sql").With("plan_id", planId).With("ordinals", drifted.Select(d => d.Ordinal))
            .With("codes", drifted.Select(d => d.Reason.Code)).With("reasons", drifted.Select(d => Storable.Text(d.Reason.Text)))
            .With("values", drifted.Select(d => d.Now.Text is { } text ? Storable.Text(text) : null)).RunAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>The latest look for drift in a plan, or null.</summary>
    public async Task<PlanDriftLookRow?> DriftLookAsync(Guid planId, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.PlanDriftLooks.AsNoTracking().FirstOrDefaultAsync(l => l.PlanId == planId, cancel);
    }
}
