using System.Runtime.CompilerServices;
using ClayAspire.Domain.Audit;
using Npgsql;

namespace ClayAspire.Storage.Ledger;

/// <summary>An entry to be appended.</summary>
/// <param name="Kind">What it records; see <see cref="LedgerKinds"/>.</param>
/// <param name="Payload">JSON text.</param>
public sealed record NewLedgerEntry(string Kind, string Payload);

/// <summary>Where a ledger's chain ends.</summary>
/// <param name="Sequence">Its last entry.</param>
/// <param name="Hash">That entry's hash.</param>
public sealed record LedgerEnd(long Sequence, string Hash);

/// <summary>The append-only, hash-chained ledger; one chain a connection.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="clock">Stamps the entries.</param>
public sealed class LedgerStore(NpgsqlDataSource dataSource, TimeProvider clock)
{
    private const int LargestPage = 5000;

    /// <summary>Appends entries together with the caller's own writes. Appenders of one connection wait for each other until commit.</summary>
    /// <param name="transaction">The caller's transaction, at read committed: under a stricter level the end of the chain could not be seen.</param>
    /// <param name="connection">The connection whose chain grows.</param>
    /// <param name="entries">The entries in order.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>The entries as stored.</returns>
    public async Task<IReadOnlyList<LedgerEntry>> AppendAsync(
        NpgsqlTransaction transaction, string connection, IReadOnlyList<NewLedgerEntry> entries, CancellationToken cancel)
    {
        if (transaction.IsolationLevel is not (System.Data.IsolationLevel.ReadCommitted or System.Data.IsolationLevel.ReadUncommitted))
            throw new ArgumentException($"The ledger is appended at read committed, not at {transaction.IsolationLevel}.", nameof(transaction));
        if (entries.Count == 0)
            return [];
        await transaction.Command("Ledger/LedgerLock.sql").With("connection", connection).RunAsync(cancel);
        var last = await transaction.Command("Ledger/LedgerGetLast.sql").With("connection", connection)
            .ReadOneAsync(r => Tuple.Create(r.GetInt64(0), r.GetString(1)), cancel);
        var sequence = last?.Item1 ?? 0;
        var previous = last?.Item2 ?? LedgerChain.Genesis;
        var now = clock.GetUtcNow();
        var chained = new List<LedgerEntry>(entries.Count);
        foreach (var entry in entries)
        {
            var next = LedgerChain.Append(connection, ++sequence, previous, now, entry.Kind, Storable.Text(entry.Payload));
            previous = next.Hash;
            chained.Add(next);
        }
        await transaction.Command("Ledger/LedgerInsert.sql").With("connection", connection)
            .With("sequences", chained.Select(e => e.Sequence)).With("ats", chained.Select(e => e.At)).With("kinds", chained.Select(e => e.Kind))
            .With("payloads", chained.Select(e => e.Payload)).With("previous", chained.Select(e => e.PreviousHash)).With("hashes", chained.Select(e => e.Hash))
            .RunAsync(cancel);
        return chained;
    }

    /// <summary>All entries after a place, in order, read page by page.</summary>
    public async IAsyncEnumerable<LedgerEntry> ReadAsync(string connection, long after, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            var page = await PageAsync(connection, after, LargestPage, cancel);
            foreach (var entry in page)
                yield return entry;
            if (page.Count < LargestPage)
                yield break;
            after = page[^1].Sequence;
        }
    }

    /// <summary>Entries after a place, in order.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="after">The place; 0 for the beginning.</param>
    /// <param name="limit">At most so many, and never more than 5,000.</param>
    /// <param name="cancel">Cancels the read.</param>
    public async Task<IReadOnlyList<LedgerEntry>> PageAsync(string connection, long after, int limit, CancellationToken cancel) =>
        await dataSource.Command("Ledger/LedgerGetAfter.sql")
            .With("connection", connection).With("after", after).With("limit", Math.Clamp(limit, 1, LargestPage))
            .ReadAllAsync(r => new LedgerEntry(r.GetString(0), r.GetInt64(1), r.At(2), r.GetString(3), r.GetString(4), r.GetString(5), r.GetString(6)), cancel);

    /// <summary>Checks a whole chain; names the first entry that does not hold.</summary>
    public async Task<LedgerVerdict> VerifyAsync(string connection, CancellationToken cancel)
    {
        var previous = LedgerChain.Genesis;
        long count = 0;
        // From below every sequence, so that an entry slipped in before the first shows as well.
        await foreach (var entry in ReadAsync(connection, long.MinValue, cancel))
        {
            if (LedgerChain.Check(entry, count + 1, previous) is { } problem)
                return new LedgerVerdict(false, count + 1, entry.Sequence, problem);
            previous = entry.Hash;
            count++;
        }
        return new LedgerVerdict(true, count, null, null);
    }

    /// <summary>The last entry's place and hash; null when the ledger is empty.</summary>
    public async Task<LedgerEnd?> EndAsync(string connection, CancellationToken cancel) =>
        await dataSource.Command("Ledger/LedgerGetLast.sql").With("connection", connection).ReadOneAsync(r => new LedgerEnd(r.GetInt64(0), r.GetString(1)), cancel);

    /// <summary>The hash of one entry; null when the ledger has none of that sequence.</summary>
    public async Task<string?> HashAtAsync(string connection, long sequence, CancellationToken cancel) =>
        (string?)await dataSource.Command("Ledger/LedgerGetAt.sql").With("connection", connection).With("sequence", sequence).ScalarAsync(cancel);

    /// <summary>The connections that have a ledger.</summary>
    public async Task<IReadOnlyList<string>> ConnectionsAsync(CancellationToken cancel) =>
        await dataSource.Command("Ledger/LedgerGetConnections.sql").ReadAllAsync(r => r.GetString(0), cancel);
}
