using System.Globalization;
using ClayAspire.Connectors;
using ClayAspire.Storage.Budgets;

namespace ClayAspire.SyncWorker.Apply;

/// <summary>
/// Keeps the reserve of each connection's daily calls: before calls are made they are claimed in the database, where all replicas claim, and
/// what the CRM told any of them counts for all. A word that is old is asked for anew, so that a run which stopped at the reserve sees the
/// window free calls without anybody's help.
/// </summary>
internal sealed class CallBudgetKeeper(CallBudgetStore store, ConnectorRegistry connectors, WorkerSettings settings, TimeProvider clock)
{
    /// <summary>How old the CRM's word may be. The platform's own figure is up to five minutes old.</summary>
    private static readonly TimeSpan WordLife = TimeSpan.FromMinutes(5);

    /// <summary>After which a claim counts as one of a replica that died. Longer than any batch, shorter than a night.</summary>
    private static readonly TimeSpan ClaimLife = TimeSpan.FromMinutes(30);

    /// <summary>Claims calls; give them back by disposing.</summary>
    /// <exception cref="CallReserveReachedException">They would go into the reserve.</exception>
    /// <exception cref="CrmException">The CRM does not tell its limits.</exception>
    public async Task<ClaimedCalls> ClaimAsync(ICrmConnector connector, int calls, CancellationToken cancel)
    {
        var share = connectors.QuotaShare(connector.Connection);
        if (!await IsKnownAsync(connector, cancel))
            return new ClaimedCalls(this, connector, null);
        var claim = await store.ClaimAsync(connector.Connection, calls, share, ClaimLife, cancel);
        return claim.Claim is { } id ? new ClaimedCalls(this, connector, id) : throw new CallReserveReachedException(claim.Budget, share, clock.GetUtcNow() + Wait);
    }

    /// <summary>Refuses work that is no reason to take the calls that others need.</summary>
    /// <exception cref="CallReserveReachedException">Nothing is left but the reserve.</exception>
    public async Task MustHaveRoomAsync(ICrmConnector connector, CancellationToken cancel)
    {
        await using var claim = await ClaimAsync(connector, 1, cancel);
    }

    /// <summary>How long work waits that stopped at the reserve.</summary>
    public TimeSpan Wait => TimeSpan.FromSeconds(settings.QuotaWaitSeconds);

    // A CRM that counts no calls, or does not tell, leaves nothing to keep.
    private async Task<bool> IsKnownAsync(ICrmConnector connector, CancellationToken cancel)
    {
        await TellAsync(connector.Connection, connector.Quota, cancel);
        if (await store.FindAsync(connector.Connection, cancel) is { } known && clock.GetUtcNow() - known.ToldAt < WordLife)
            return true;
        var told = await connector.LimitsAsync(cancel);
        await TellAsync(connector.Connection, told, cancel);
        return told.Max > 0;
    }

    private async Task TellAsync(string connection, Quota told, CancellationToken cancel)
    {
        if (told.Max > 0)
            await store.TellAsync(connection, told.Used, told.Max, told.ToldAt, cancel);
    }

    /// <summary>Calls that were claimed, until disposed.</summary>
    internal sealed class ClaimedCalls(CallBudgetKeeper keeper, ICrmConnector connector, Guid? claim) : IAsyncDisposable
    {
        /// <summary>What was used is told first, so that there is no moment in which it counts nowhere.</summary>
        public async ValueTask DisposeAsync()
        {
            await keeper.TellAsync(connector.Connection, connector.Quota, CancellationToken.None);
            if (claim is { } id)
                await keeper.ReleaseAsync(connector.Connection, id);
        }
    }

    private Task ReleaseAsync(string connection, Guid id) => store.ReleaseAsync(connection, id, CancellationToken.None);
}

/// <summary>What is left of the day's calls is the reserve of others.</summary>
internal sealed class CallReserveReachedException(CallBudget budget, double share, DateTimeOffset looksAgain)
    : Exception(string.Create(CultureInfo.InvariantCulture,
        $"{budget.Used} of {budget.Max} daily calls are used{(budget.Claimed > 0 ? $" and {budget.Claimed} are under way" : "")}; {budget.Max - (long)Math.Floor(budget.Max * share)} ({Math.Round(100 * (1 - share), 1)} %) are the reserve of others. It goes on by itself when the 24-hour window frees calls; next look at {looksAgain.UtcDateTime:HH:mm} UTC."));
