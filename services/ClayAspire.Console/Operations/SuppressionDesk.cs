using ClayAspire.Console.Security;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Suppression;

namespace ClayAspire.Console.Operations;

/// <summary>One reason to leave somebody alone.</summary>
/// <param name="Reason">Its name.</param>
/// <param name="Listed">How many addresses and domains are listed for it.</param>
/// <param name="ToldBy">What tells it, one a line: fields of records and kinds of signal.</param>
/// <param name="Stops">The flows that it stops.</param>
/// <param name="Why">The sentence it rests on.</param>
internal sealed record SuppressionLine(string Reason, long Listed, IReadOnlyList<string> ToldBy, IReadOnlyList<string> Stops, string Why);

/// <summary>What came of a file of subjects.</summary>
/// <param name="Rows">Rows read, without the header.</param>
/// <param name="Added">Entries made.</param>
/// <param name="Stood">Rows whose entry stood already, or stands in the file twice.</param>
/// <param name="PassedOver">Rows that an export tells were taken off.</param>
/// <param name="Refused">How many rows were refused; the others are listed all the same.</param>
/// <param name="Faults">The first of them, by line.</param>
internal sealed record SuppressionImport(int Rows, int Added, int Stood, int PassedOver, int Refused, IReadOnlyList<SuppressionFault> Faults);

/// <summary>Why a row was refused. Never quotes the row, which may be personal.</summary>
internal sealed record SuppressionFault(long Line, string Code, string Text);

/// <summary>Who is left alone: the policy's reasons, and what people do with the list. Pages and API both go through here.</summary>
internal sealed class SuppressionDesk(PolicySource policy, SuppressionStore store, ILogger<SuppressionDesk> log)
{
    /// <summary>The longest note and the longest reason to take an entry off, in characters.</summary>
    public const int LongestText = 500;

    private const int MostFaults = 100;

    /// <summary>The reasons of the policy in force, each with how many are listed.</summary>
    public async Task<IReadOnlyList<SuppressionLine>> ReasonsAsync(CancellationToken cancel)
    {
        var rules = policy.Current.Suppression;
        var counts = await store.CountsAsync(cancel);
        return
        [
            .. rules.Reasons.Select(r => new SuppressionLine(r.Name, counts.GetValueOrDefault(r.Name), ToldBy(rules, r.Name), r.Stops, r.Why)),
            // What was listed under another policy stays listed, and stops nothing.
            .. counts.Where(c => rules.Reasons.All(r => r.Name != c.Key)).Select(c => new SuppressionLine(c.Key, c.Value, [], [], "The policy in force does not have this reason.")),
        ];
    }

    /// <summary>Lists an address or a domain.</summary>
    /// <returns>The entry that stands now and whether it is new; or why there is none.</returns>
    public async Task<(SuppressionRow? Entry, bool IsNew, Reason? Refusal)> AddAsync(string? subject, string? reason, string? note, Caller caller, CancellationToken cancel)
    {
        if (Order(subject, reason, note, out var refusal) is not { } order)
            return (null, false, refusal);
        var added = await store.AddAsync([order], caller.UserName, cancel);
        var entry = (await EntriesOfAsync(order.Subject, cancel)).FirstOrDefault(e => e.Reason == order.Reason && e.RemovedAt is null);
        if (entry is null)
            return (null, false, new Reason("suppression-removed", "Somebody took the entry off at the same moment. Look at the list, and add it again if it is to stand."));
        if (added > 0)
            LogMessages.SuppressionAdded(log, entry.Id, entry.Kind, entry.Reason, caller.UserName);
        return (entry, added > 0, null);
    }

    /// <summary>Takes an entry off the list; it stays in the history.</summary>
    public async Task<(SuppressionRow? Entry, Reason? Refusal)> RemoveAsync(long id, string? why, Caller caller, CancellationToken cancel)
    {
        if (await store.EntryAsync(id, cancel) is null)
            return (null, Unknown);
        if (string.IsNullOrWhiteSpace(why))
            return (null, new Reason("why-missing", "Say why the entry is taken off. It stands in the list's history."));
        if (why.Length > LongestText)
            return (null, TooLong);
        if (!await store.RemoveAsync(id, caller.UserName, why.Trim(), cancel))
            return (null, new Reason("suppression-removed", "The entry was taken off before. It stays in the list's history."));
        var entry = (await store.EntryAsync(id, cancel))!;
        LogMessages.SuppressionRemoved(log, id, entry.Kind, entry.Reason, caller.UserName);
        return (entry, null);
    }

    /// <summary>
    /// Every entry of an address or domain, also those taken off, the newest first; then those that stand of the domains above it, which hold for it too.
    /// The key of an address tells no domain.
    /// </summary>
    public async Task<(IReadOnlyList<SuppressionRow> Entries, Reason? Refusal)> FindAsync(string? subject, CancellationToken cancel)
    {
        if (SuppressionSubject.Read(subject, out var refusal) is not { } read)
            return ([], refusal);
        var entries = new List<SuppressionRow>(await EntriesOfAsync(read, cancel));
        foreach (var domain in SuppressionKey.DomainsOf(subject!).Where(d => d != read.Match))
            entries.AddRange((await EntriesOfAsync(new SuppressionSubject(SuppressionKind.Domain, domain), cancel)).Where(e => e.RemovedAt is null));
        return (entries, null);
    }

    /// <summary>The subject of an entry; null when there is no such entry.</summary>
    public async Task<string?> MatchOfAsync(long? entry, CancellationToken cancel) => entry is { } id ? (await store.EntryAsync(id, cancel))?.Match : null;

    /// <summary>Lists what a CSV file names. Rows that are no subject are refused one by one.</summary>
    /// <param name="file">The file; its first line names the columns: subject, and perhaps reason, note and removed_at.</param>
    /// <param name="reason">The reason of rows that name none; may be null.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancel">Cancels it; nothing is listed then.</param>
    public async Task<(SuppressionImport? Result, Reason? Refusal)> ImportAsync(Stream file, string? reason, Caller caller, CancellationToken cancel)
    {
        var (rows, fault) = await SuppressionFileReader.ReadAsync(file, cancel);
        if (fault is not null)
            return (null, fault);
        var orders = new List<SuppressionOrder>(rows.Count);
        var faults = new List<SuppressionFault>();
        var refused = 0;
        foreach (var row in rows.Where(r => !r.IsRemoved))
        {
            if (Order(row.Subject, row.Reason ?? reason, row.Note, out var refusal) is { } order)
                orders.Add(order);
            else if (++refused <= MostFaults)
                faults.Add(new SuppressionFault(row.Line, refusal!.Code, refusal.Text));
        }
        var added = await store.AddAsync(orders, caller.UserName, cancel);
        LogMessages.SuppressionImported(log, rows.Count, added, refused, caller.UserName);
        return (new SuppressionImport(rows.Count, added, orders.Count - added, rows.Count(r => r.IsRemoved), refused, faults), null);
    }

    private async Task<IReadOnlyList<SuppressionRow>> EntriesOfAsync(SuppressionSubject subject, CancellationToken cancel) =>
        (await store.EntriesAsync(new SuppressionQuery(null, Match: subject.Match), null, true, 1, 500, cancel)).Rows;

    private SuppressionOrder? Order(string? subject, string? reason, string? note, out Reason? refusal)
    {
        if (SuppressionSubject.Read(subject, out refusal) is not { } read)
            return null;
        var reasons = policy.Current.Suppression.Reasons.Select(r => r.Name);
        if (!reasons.Contains(reason?.Trim(), StringComparer.Ordinal))
        {
            refusal = new Reason("reason-unknown", string.IsNullOrWhiteSpace(reason)
                ? $"Say for which reason it is left alone. The policy has {string.Join(", ", reasons)}."
                : $"The policy has no such reason of suppression. It has {string.Join(", ", reasons)}.");
            return null;
        }
        if (note?.Length > LongestText)
        {
            refusal = TooLong;
            return null;
        }
        return new SuppressionOrder(read, reason!.Trim(), string.IsNullOrWhiteSpace(note) ? null : note.Trim());
    }

    private static Reason Unknown => new("suppression-unknown", "The suppression list has no entry with this id. GET /api/suppression lists those that there are.");

    private static Reason TooLong => new("text-too-long", $"It takes {LongestText} characters at most. Name the document instead of copying it.");

    private static List<string> ToldBy(SuppressionRules rules, string reason) =>
    [
        .. rules.Objects.SelectMany(o => o.Conditions.Where(c => c.Means == reason).Select(c => $"{o.Connection} {o.Object}.{c.Field} {Is([.. c.Values.Select(v => v.ToString())])}")),
        .. rules.Signals.Where(s => s.Means == reason).Select(s => s.Column is null ? s.Kind : $"{s.Kind} {s.Column} {Is(s.Values)}"),
    ];

    private static string Is(IReadOnlyList<string> values) => values.Count == 0 ? "is filled" : $"is {string.Join(" or ", values)}";
}
