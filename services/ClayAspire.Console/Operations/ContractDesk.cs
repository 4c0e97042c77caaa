using ClayAspire.Console.Components;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Policies;

namespace ClayAspire.Console.Operations;

/// <summary>A contract in force, with what waits for it.</summary>
/// <param name="Contract">The contract; its status is the one in force.</param>
/// <param name="Standing">How that status came about.</param>
/// <param name="Held">Values held.</param>
/// <param name="Stake">What it costs; null unless it is a draft or Pending Legal.</param>
internal sealed record ContractView(FieldContract Contract, ContractStanding Standing, long Held, ContractStake? Stake);

/// <summary>What people do with field contracts. Pages and API both go through here; who may do what is <see cref="ContractLife"/>'s to say.</summary>
internal sealed class ContractDesk(PolicySource policy, ContractStore store, Overview overview, ILogger<ContractDesk> log)
{
    /// <summary>The contracts of a connection, or of all, each as it stands now.</summary>
    public async Task<IReadOnlyList<ContractView>> ListAsync(string? connection, CancellationToken cancel)
    {
        var contracts = (await policy.RefreshAsync(cancel)).Contracts.Where(c => connection is null || c.Connection == connection).ToList();
        return await ViewAsync(contracts, cancel);
    }

    /// <summary>One contract and its history, the newest fact first; or why there is none.</summary>
    public async Task<(ContractView? View, IReadOnlyList<ContractSignature> History, Reason? Refusal)> FindAsync(ContractKey key, CancellationToken cancel)
    {
        if ((await policy.RefreshAsync(cancel)).Contract(key.Connection, key.Object, key.Field) is not { } contract)
            return (null, [], Unknown(key));
        return ((await ViewAsync([contract], cancel))[0], await store.HistoryAsync(key, cancel), null);
    }

    /// <summary>Sets down that a person signed, suspended, resumed or sent to Legal; null when it is done. It is in force when this returns.</summary>
    public async Task<Reason?> SetDownAsync(ContractKey key, ContractRequest request, CancellationToken cancel)
    {
        var refusal = policy.Files.Contract(key.Connection, key.Object, key.Field) is { } contract
            ? await store.SignAsync(contract, request, cancel)
            : Unknown(key);
        var action = ContractSignature.NameOf(request.Action);
        if (refusal is not null)
        {
            LogMessages.ContractUnchanged(log, action, refusal.Code);
            return refusal;
        }
        LogMessages.ContractChanged(log, key.Connection, key.Object, key.Field, action, request.By);
        await policy.RefreshAsync(cancel);
        return null;
    }

    private async Task<IReadOnlyList<ContractView>> ViewAsync(IReadOnlyList<FieldContract> contracts, CancellationToken cancel)
    {
        var held = (await overview.HeldFieldsAsync(cancel)).ToDictionary(h => new ContractKey(h.Connection, h.Object, h.Field), h => h.Values);
        var stakes = (await store.StakesAsync([.. contracts.Where(c => ContractLife.IsUnfinished(c.Status))], cancel)).ToDictionary(s => s.Contract);
        return [.. contracts.Select(c => new ContractView(c, c.Standing!, held.GetValueOrDefault(c.Key), stakes.GetValueOrDefault(c.Key)))];
    }

    private static Reason Unknown(ContractKey key) => new("contract-unknown",
        $"The policy has no contract of {key.Object}.{key.Field} on '{key.Connection}'. GET /api/contracts lists those that there are; a new one is written in contracts/{key.Connection}.yaml.");
}

/// <summary>The filter and order of contracts from an address; page, API and CSV read it alike.</summary>
internal static class ContractFilters
{
    /// <summary>The columns that sort.</summary>
    public static IReadOnlyList<string> Sorts { get; } = ["field", "status", "rule", "owner", "held", "signed", "expires", "rate"];

    /// <summary>What is wrong with an address, for callers that are told so.</summary>
    public static Reason? Problem(TableQuery query)
    {
        if (query.Sort is { } sort && !Sorts.Contains(sort, StringComparer.Ordinal))
            return new Reason("bad-sort", $"'{sort}' is no column to sort by. Use {string.Join(", ", Sorts)}.");
        return query["status"] is { } status && !Enum.GetNames<ContractStatus>().Contains(status, StringComparer.Ordinal)
            ? new Reason("bad-status", $"'{status}' is no status. Use {string.Join(", ", Enum.GetNames<ContractStatus>())}.")
            : null;
    }

    /// <summary>The rows that the address asks for, in its order; a column that does not exist sorts nothing.</summary>
    public static IReadOnlyList<ContractView> Apply(IEnumerable<ContractView> contracts, TableQuery query)
    {
        var text = query["q"] ?? "";
        var rows = contracts
            .Where(v => query["status"] is not { } status || v.Contract.Status.ToString() == status)
            .Where(v => $"{v.Contract.Object}.{v.Contract.Field} {v.Contract.Owner} {v.Contract.Why} {v.Standing.Signed?.By} {v.Standing.Signed?.LegalBasis}".Contains(text, StringComparison.OrdinalIgnoreCase));
        Func<ContractView, object?> key = query.Sort switch
        {
            "status" => v => v.Contract.Status,
            "rule" => v => FieldContract.RuleName(v.Contract.Rule),
            "owner" => v => v.Contract.Owner,
            "held" => v => v.Held,
            "signed" => v => v.Standing.Signed?.At,
            "expires" => v => v.Standing.Signed?.ExpiresOn,
            "rate" => v => v.Stake?.Rate,
            "field" => v => v.Contract.Field,
            _ => v => v.Contract.Key.ToString(),
        };
        return [.. query.Descending ? rows.OrderByDescending(key) : rows.OrderBy(key)];
    }
}
