using System.Runtime.CompilerServices;
using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Plans;

/// <content>The cells of a run: written out when they are first needed, and streamed for exports.</content>
public sealed partial class RunStore
{
    /// <summary>All cells of a run, or those in one state, by ordinal, streamed.</summary>
    public async IAsyncEnumerable<RunCellRow> ReadCellsAsync(Guid runId, string? state, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var cells = context.RunCells.AsNoTracking().Where(c => c.RunId == runId && (state == null || c.State == state)).OrderBy(c => c.Ordinal);
        await foreach (var row in cells.AsAsyncEnumerable().WithCancellation(cancel))
            yield return row;
    }

    /// <summary>Writes out what the approval covers, once. An approval does not do it itself: 100,000 rows take longer than a person waits.</summary>
    private static Task WriteOutCellsAsync(NpgsqlTransaction transaction, RunRow run, CancellationToken cancel) =>
        transaction.Command("Plans/RunCellInsertFromApproval.sql").With("run_id", run.Id).With("plan_id", run.PlanId).RunAsync(cancel);
}
