using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Suppression;
using Npgsql;

namespace ClayAspire.Storage.Suppression;

/// <summary>The list of addresses that are left alone. Entries are added and never taken away; addresses are known by their keys alone.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="clock">Stamps entries.</param>
public sealed class SuppressionStore(NpgsqlDataSource dataSource, TimeProvider clock)
{
    /// <summary>Lists addresses. One that is listed for the same reason already keeps the earlier time.</summary>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="entries">Any number.</param>
    /// <param name="cancel">Cancels the write.</param>
    public async Task AddAsync(NpgsqlTransaction transaction, IReadOnlyCollection<NewSuppression> entries, CancellationToken cancel)
    {
        if (entries.Count == 0)
            return;
        await transaction.Command("Suppression/SuppressionInsert.sql")
            .With("keys", entries.Select(e => e.EmailKey)).With("reasons", entries.Select(e => e.Reason)).With("sinces", entries.Select(e => e.Since))
            .With("sources", entries.Select(e => e.Source)).With("signals", entries.Select(e => e.SignalId)).With("now", clock.GetUtcNow()).RunAsync(cancel);
    }

    /// <summary>What the list says of addresses, by key; an address that is not listed has no entry.</summary>
    /// <param name="keys">Keys; see <see cref="SuppressionKey"/>.</param>
    /// <param name="cancel">Cancels the read.</param>
    public async Task<ILookup<string, ListedSuppression>> FindAsync(IReadOnlyCollection<string> keys, CancellationToken cancel)
    {
        var rows = keys.Count == 0 ? [] : await dataSource.Command("Suppression/SuppressionGet.sql").With("keys", keys)
            .ReadAllAsync(r => (Key: r.GetString(0), Entry: new ListedSuppression(r.GetString(1), r.At(2), r.GetString(3))), cancel);
        return rows.ToLookup(r => r.Key, r => r.Entry, StringComparer.Ordinal);
    }

    /// <summary>How many addresses are listed, by reason; a reason without any is absent.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountsAsync(CancellationToken cancel) =>
        (await dataSource.Command("Suppression/SuppressionCount.sql").ReadAllAsync(r => (Reason: r.GetString(0), Count: r.GetInt64(1)), cancel))
            .ToDictionary(r => r.Reason, r => r.Count, StringComparer.Ordinal);

    /// <summary>Whether the signals stored before these rules have been looked through under them.</summary>
    public async Task<bool> IsScannedAsync(SuppressionRules rules, CancellationToken cancel) =>
        (bool)(await dataSource.Command("Suppression/SuppressionScanGet.sql").With("rules", rules.SignalsHash).ScalarAsync(cancel))!;

    /// <summary>
    /// Looks through every stored signal of the kinds that the rules name, in order of arrival, and lists what they say. May be begun again at
    /// any point: what is listed already stays as it is.
    /// </summary>
    /// <param name="rules">The rules.</param>
    /// <param name="cancel">Ends it; the next begins anew.</param>
    /// <param name="batch">Signals read at once.</param>
    /// <returns>How many signals were looked at.</returns>
    public async Task<long> ScanAsync(SuppressionRules rules, CancellationToken cancel, int batch = 1000)
    {
        string[] kinds = [.. rules.Signals.Select(s => s.Kind).Distinct(StringComparer.Ordinal)];
        var (after, seen) = (0L, 0L);
        while (kinds.Length > 0)
        {
            var signals = await dataSource.Command("Suppression/SignalGetAfter.sql").With("after", after).With("kinds", kinds).With("limit", batch)
                .ReadAllAsync(r => new Signal(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.At(5), r.At(6)), cancel);
            if (signals.Count == 0)
                break;
            await using var connection = await dataSource.OpenConnectionAsync(cancel);
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            await AddAsync(transaction, [.. signals.SelectMany(s => SuppressionSignalReader.Read(rules, s))], cancel);
            await transaction.CommitAsync(cancel);
            (after, seen) = (signals[^1].Id, seen + signals.Count);
        }
        await dataSource.Command("Suppression/SuppressionScanInsert.sql").With("rules", rules.SignalsHash).With("signals", seen).With("now", clock.GetUtcNow()).RunAsync(cancel);
        return seen;
    }
}
