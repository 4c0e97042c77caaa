using ClayAspire.Domain.Primitives;
using Npgsql;

namespace ClayAspire.Storage.Budgets;

/// <summary>A connection's daily call budget as the CRM last told it to any replica.</summary>
/// <param name="Used">Calls used in the CRM's window.</param>
/// <param name="Max">Calls that the window allows.</param>
/// <param name="ToldAt">When it was told.</param>
/// <param name="Claimed">Calls that replicas are about to make.</param>
public sealed record CallBudget(long Used, long Max, DateTimeOffset ToldAt, long Claimed);

/// <summary>A claim that was granted, or the budget that refused it: <see cref="Claim"/> is null then.</summary>
/// <param name="Claim">The claim's id, to be given back.</param>
/// <param name="Budget">The budget that it was judged by.</param>
public sealed record CallClaim(Guid? Claim, CallBudget Budget);

/// <summary>
/// The call budgets, shared by all replicas. Who is about to make calls claims them first; what is used, what is claimed and what is asked for
/// must together stay within our share. Claims of replicas that died run out.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="ids">Names claims.</param>
/// <param name="clock">The clock of claims.</param>
public sealed class CallBudgetStore(NpgsqlDataSource dataSource, IIdSource ids, TimeProvider clock)
{
    /// <summary>Notes what the CRM told; a word that is older than the one known is passed over.</summary>
    public Task TellAsync(string connection, long used, long max, DateTimeOffset at, CancellationToken cancel) =>
        dataSource.Command("Budgets/CallBudgetTell.sql").With("connection", connection).With("used", used).With("max", max).With("told_at", at).RunAsync(cancel);

    /// <summary>What is known; null before the CRM told anybody.</summary>
    public async Task<CallBudget?> FindAsync(string connection, CancellationToken cancel)
    {
        await using var opened = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await opened.BeginTransactionAsync(cancel);
        return await ReadAsync(transaction, "Budgets/CallBudgetGet.sql", connection, cancel);
    }

    /// <summary>Claims calls within a share of the budget.</summary>
    /// <param name="connection">The connection, whose budget must be known.</param>
    /// <param name="calls">How many.</param>
    /// <param name="share">The most of the budget that we use, 0 to 1.</param>
    /// <param name="life">After which the claim of somebody who died no longer counts.</param>
    /// <param name="cancel">Cancels the claim.</param>
    /// <exception cref="InvalidOperationException">The budget is not known; ask the CRM for its limits first.</exception>
    public async Task<CallClaim> ClaimAsync(string connection, int calls, double share, TimeSpan life, CancellationToken cancel)
    {
        await using var opened = await dataSource.OpenConnectionAsync(cancel);
        await using var transaction = await opened.BeginTransactionAsync(cancel);
        var budget = await ReadAsync(transaction, "Budgets/CallBudgetLock.sql", connection, cancel)
            ?? throw new InvalidOperationException($"The call budget of connection '{connection}' is not known. Ask the CRM for its limits first.");
        if (budget.Used + budget.Claimed + calls > Math.Floor(budget.Max * share))
            return new CallClaim(null, budget);
        var id = ids.Next();
        await transaction.Command("Budgets/CallClaimInsert.sql").With("id", id).With("connection", connection).With("calls", calls)
            .With("expires_at", clock.GetUtcNow() + life).RunAsync(cancel);
        await transaction.CommitAsync(cancel);
        return new CallClaim(id, budget);
    }

    /// <summary>Gives a claim back: its calls are made, and show in what the CRM tells, or are not wanted any more.</summary>
    public Task ReleaseAsync(string connection, Guid claim, CancellationToken cancel) =>
        dataSource.Command("Budgets/CallClaimDelete.sql").With("connection", connection).With("id", claim).With("now", clock.GetUtcNow()).RunAsync(cancel);

    private async Task<CallBudget?> ReadAsync(NpgsqlTransaction transaction, string statement, string connection, CancellationToken cancel)
    {
        var told = await transaction.Command(statement).With("connection", connection)
            .ReadAllAsync(r => (Used: r.GetInt64(0), Max: r.GetInt64(1), At: r.At(2)), cancel);
        if (told.Count == 0)
            return null;
        var claimed = (long)(await transaction.Command("Budgets/CallClaimSum.sql").With("connection", connection).With("now", clock.GetUtcNow()).ScalarAsync(cancel))!;
        return new CallBudget(told[0].Used, told[0].Max, told[0].At, claimed);
    }
}
