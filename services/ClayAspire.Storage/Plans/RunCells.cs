using System.Runtime.CompilerServices;
using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.Storage.Plans;

/// <content>The cells of a run for exports.</content>
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
}
