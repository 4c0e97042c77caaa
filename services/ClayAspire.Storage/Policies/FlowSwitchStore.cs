using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Policies;

/// <summary>Flow switches: a paused flow makes and applies no plans. A flow without a switch runs.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">For ordinary reads.</param>
/// <param name="clock">Stamps the switch.</param>
public sealed class FlowSwitchStore(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, TimeProvider clock)
{
    /// <summary>Whether a flow is paused.</summary>
    public async Task<bool> IsPausedAsync(string flow, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.FlowSwitches.AnyAsync(s => s.Flow == flow && s.Paused, cancel);
    }

    /// <summary>Pauses or resumes a flow.</summary>
    public Task SetAsync(string flow, bool paused, string by, CancellationToken cancel) =>
        dataSource.Command("Policies/FlowSwitchSet.sql").With("flow", flow).With("paused", paused).With("by", by).With("now", clock.GetUtcNow()).RunAsync(cancel);

    /// <summary>All switches that were ever set.</summary>
    public async Task<IReadOnlyList<FlowSwitchRow>> ListAsync(CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.FlowSwitches.AsNoTracking().OrderBy(s => s.Flow).ToListAsync(cancel);
    }
}
