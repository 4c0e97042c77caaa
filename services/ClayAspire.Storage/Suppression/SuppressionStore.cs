using ClayAspire.Domain.Signals;
using ClayAspire.Domain.Suppression;
using ClayAspire.Storage.Model;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ClayAspire.Storage.Suppression;

/// <summary>An entry that a person makes.</summary>
/// <param name="Subject">The address or domain.</param>
/// <param name="Reason">The reason's name.</param>
/// <param name="Note">Why, in the person's words; may be null.</param>
public sealed record SuppressionOrder(SuppressionSubject Subject, string Reason, string? Note);

/// <summary>Which entries of the list are asked for; null of a part asks for all.</summary>
/// <param name="Standing">True for those that stand, false for those taken off.</param>
/// <param name="Kind">Of this kind.</param>
/// <param name="Reason">For this reason.</param>
/// <param name="Source">Told by this source.</param>
/// <param name="Domain">Domains that contain this text; addresses have no text to look in.</param>
/// <param name="Match">Of exactly this subject.</param>
public sealed record SuppressionQuery(bool? Standing, SuppressionKind? Kind = null, string? Reason = null, string? Source = null, string? Domain = null, string? Match = null);

/// <summary>
/// The list of addresses and domains that are left alone. Signals and people add entries, people take them off, none is deleted; addresses are
/// known by their keys alone.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="contexts">Reads pages.</param>
/// <param name="clock">Stamps entries.</param>
public sealed class SuppressionStore(NpgsqlDataSource dataSource, IDbContextFactory<SyncDbContext> contexts, TimeProvider clock)
{
    internal const string FindSql = "Suppression/SuppressionGet.sql";

    /// <summary>The columns that sort.</summary>
    public static IReadOnlyList<string> Sorts { get; } = ["subject", "reason", "source", "since", "listed", "removed"];

    /// <summary>The name of a kind in tables and files.</summary>
    public static string NameOf(SuppressionKind kind) => kind == SuppressionKind.Domain ? "domain" : "address";

    /// <summary>Lists what signals say. An address that stands for the same reason already keeps the earlier time; one that a person took off comes back only by what happened later.</summary>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="entries">Any number.</param>
    /// <param name="cancel">Cancels the write.</param>
    public async Task AddAsync(NpgsqlTransaction transaction, IReadOnlyCollection<NewSuppression> entries, CancellationToken cancel)
    {
        if (entries.Count == 0)
            return;
        await transaction.Command("Suppression/SuppressionInsert.sql")
            .With("matches", entries.Select(e => e.EmailKey)).With("reasons", entries.Select(e => e.Reason)).With("sinces", entries.Select(e => e.Since))
            .With("sources", entries.Select(e => e.Source)).With("signals", entries.Select(e => e.SignalId)).With("now", clock.GetUtcNow()).RunAsync(cancel);
    }

    /// <summary>Lists what a person names.</summary>
    /// <param name="orders">Any number.</param>
    /// <param name="by">The person's user name.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>How many entries were made; the others stood already, or were named twice.</returns>
    public async Task<int> AddAsync(IReadOnlyCollection<SuppressionOrder> orders, string by, CancellationToken cancel) =>
        orders.Count == 0 ? 0 : await dataSource.Command("Suppression/SuppressionInsertByPerson.sql")
            .With("kinds", orders.Select(o => NameOf(o.Subject.Kind))).With("matches", orders.Select(o => o.Subject.Match)).With("reasons", orders.Select(o => o.Reason))
            .With("notes", orders.Select(o => o.Note is null ? null : Storable.Text(o.Note)))
            .With("source", ListedSuppression.Person).With("by", by).With("now", clock.GetUtcNow()).RunAsync(cancel);

    /// <summary>Takes an entry off.</summary>
    /// <param name="id">The entry.</param>
    /// <param name="by">The person's user name.</param>
    /// <param name="why">Why; not blank.</param>
    /// <param name="cancel">Cancels the write.</param>
    /// <returns>False when there is none of that id that stands.</returns>
    public async Task<bool> RemoveAsync(long id, string by, string why, CancellationToken cancel) =>
        await dataSource.Command("Suppression/SuppressionSetRemoved.sql").With("id", id).With("by", by).With("why", Storable.Text(why)).With("now", clock.GetUtcNow()).RunAsync(cancel) > 0;

    /// <summary>One entry; null when there is none of that id.</summary>
    public async Task<SuppressionRow?> EntryAsync(long id, CancellationToken cancel)
    {
        await using var context = await contexts.CreateDbContextAsync(cancel);
        return await context.Suppressions.AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, cancel);
    }

    /// <summary>One page of entries, filtered and sorted by the database.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="sort">One of <see cref="Sorts"/>; null for the newest first.</param>
    /// <param name="descending">Whether the order is descending.</param>
    /// <param name="number">The page, from 1.</param>
    /// <param name="size">Rows a page.</param>
    /// <param name="cancel">Cancels the reading.</param>
    public async Task<PagedRows<SuppressionRow>> EntriesAsync(SuppressionQuery filter, string? sort, bool descending, int number, int size, CancellationToken cancel)
    {
        (number, size) = Paging.Bound(number, size);
        await using var context = await contexts.CreateDbContextAsync(cancel);
        var entries = Filtered(context, filter);
        var rows = await Sorted(entries, sort, descending).Skip(Paging.Offset(number, size)).Take(size).ToListAsync(cancel);
        return new PagedRows<SuppressionRow>(rows, await entries.LongCountAsync(cancel), number, size);
    }

    /// <summary>What the list says now, by key of an address or by domain; what is not listed has no entry.</summary>
    /// <param name="matches">See <see cref="SuppressedObject.Matches"/>.</param>
    /// <param name="cancel">Cancels the read.</param>
    public Task<ILookup<string, ListedSuppression>> FindAsync(IReadOnlyCollection<string> matches, CancellationToken cancel) =>
        FindAsync(dataSource.Command(FindSql), matches, cancel);

    internal static async Task<ILookup<string, ListedSuppression>> FindAsync(NpgsqlCommand command, IReadOnlyCollection<string> matches, CancellationToken cancel) =>
        (await command.With("matches", matches).ReadAllAsync(r => (Match: r.GetString(0), Entry: new ListedSuppression(
            r.GetString(1), r.At(2), r.GetString(3), r.GetString(4) == "domain" ? SuppressionKind.Domain : SuppressionKind.Address)), cancel))
            .ToLookup(r => r.Match, r => r.Entry, StringComparer.Ordinal);

    /// <summary>How many addresses and domains are listed, by reason; a reason without any is absent.</summary>
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

    private static IQueryable<SuppressionRow> Filtered(SyncDbContext context, SuppressionQuery filter)
    {
        var entries = context.Suppressions.AsNoTracking();
        if (filter.Standing is { } standing)
            entries = entries.Where(s => s.RemovedAt == null == standing);
        if (filter.Kind is { } kind)
        {
            var name = NameOf(kind);
            entries = entries.Where(s => s.Kind == name);
        }
        if (filter.Reason is { } reason)
            entries = entries.Where(s => s.Reason == reason);
        if (filter.Source is { } source)
            entries = entries.Where(s => s.Source == source);
        if (!string.IsNullOrWhiteSpace(filter.Domain))
        {
            var text = Storable.Text(filter.Domain.Trim().ToLowerInvariant());
            entries = entries.Where(s => s.Kind == "domain" && s.Match.Contains(text));
        }
        if (filter.Match is { } match)
            entries = entries.Where(s => s.Match == match);
        return entries;
    }

    private static IQueryable<SuppressionRow> Sorted(IQueryable<SuppressionRow> entries, string? sort, bool descending)
    {
        var sorted = (sort, descending) switch
        {
            ("subject", false) => entries.OrderByDescending(s => s.Kind).ThenBy(s => s.Match),
            ("subject", true) => entries.OrderBy(s => s.Kind).ThenByDescending(s => s.Match),
            ("reason", false) => entries.OrderBy(s => s.Reason),
            ("reason", true) => entries.OrderByDescending(s => s.Reason),
            ("source", false) => entries.OrderBy(s => s.Source).ThenBy(s => s.AddedBy),
            ("source", true) => entries.OrderByDescending(s => s.Source).ThenByDescending(s => s.AddedBy),
            ("since", false) => entries.OrderBy(s => s.Since),
            ("since", true) => entries.OrderByDescending(s => s.Since),
            ("removed", false) => entries.OrderBy(s => s.RemovedAt),
            ("removed", true) => entries.OrderByDescending(s => s.RemovedAt),
            ("listed", false) => entries.OrderBy(s => s.ListedAt),
            _ => entries.OrderByDescending(s => s.ListedAt),
        };
        return sorted.ThenByDescending(s => s.Id);
    }
}
