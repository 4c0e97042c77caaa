using System.Globalization;
using ClayAspire.Console.Components;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Suppression;

namespace ClayAspire.Console.Operations;

/// <summary>Which entries of the suppression list an address asks for; page, API and CSV read it alike.</summary>
/// <param name="Query">Which entries.</param>
/// <param name="Sort">The column that sorts; null for the newest first.</param>
/// <param name="Descending">Whether the order is descending.</param>
/// <param name="Page">The page, from 1.</param>
/// <param name="Size">Rows a page.</param>
internal sealed record SuppressionView(SuppressionQuery Query, string? Sort, bool Descending, int Page, int Size)
{
    private static readonly Dictionary<string, bool?> States = new(StringComparer.Ordinal) { ["standing"] = true, ["removed"] = false, ["all"] = null };

    private static readonly Dictionary<string, SuppressionKind> Kinds =
        Enum.GetValues<SuppressionKind>().ToDictionary(SuppressionStore.NameOf, StringComparer.Ordinal);

    /// <summary>The view; what does not exist filters and sorts nothing.</summary>
    /// <param name="query">The address.</param>
    /// <param name="match">Only entries of this subject, whatever their state; null for all.</param>
    /// <param name="usualSize">Rows a page, unless the address says otherwise.</param>
    public static SuppressionView Of(TableQuery query, string? match, int usualSize) => new(
        new SuppressionQuery(
            match is not null && query["state"] is null ? null : States.GetValueOrDefault(query["state"] ?? "standing", true),
            Kinds.TryGetValue(query["kind"] ?? "", out var kind) ? kind : null, query["reason"], query["source"], query["domain"], match),
        query.Sort, query.Descending, query.Page, int.TryParse(query["size"], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : usualSize);

    /// <summary>The entry whose subject is asked for; null when none is.</summary>
    public static long? Entry(TableQuery query) => long.TryParse(query["entry"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>What is wrong with an address, for callers that are told so.</summary>
    public static Reason? Problem(TableQuery query)
    {
        if (query.Sort is { } sort && !SuppressionStore.Sorts.Contains(sort))
            return new Reason("bad-sort", $"'{sort}' is no column to sort by. Use {string.Join(", ", SuppressionStore.Sorts)}.");
        if (query["state"] is { } state && !States.ContainsKey(state))
            return new Reason("bad-state", $"'{state}' is no state. Use {string.Join(", ", States.Keys)}.");
        if (query["kind"] is { } kind && !Kinds.ContainsKey(kind))
            return new Reason("bad-kind", $"'{kind}' is no kind. Use {string.Join(", ", Kinds.Keys)}.");
        // The address of a request is logged on its way by many; an e-mail address does not belong there.
        return query["domain"]?.Contains('@', StringComparison.Ordinal) == true
            ? new Reason("bad-domain", "An e-mail address does not belong into the address of a request. POST /api/suppression/find with it as subject.")
            : null;
    }
}
