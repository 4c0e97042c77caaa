using System.Globalization;
using ClayAspire.Console.Api;
using ClayAspire.Console.Components;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using Microsoft.AspNetCore.WebUtilities;

namespace ClayAspire.Console.Operations;

/// <summary>The filter of a plan's cells from an address or a body; pages, forms and API read it alike.</summary>
internal static class CellFilters
{
    /// <summary>The parts of an address that say which cells are shown.</summary>
    public static readonly string[] Keys = ["verdict", "object", "field", "record", "rule", "source", "kind", "q"];

    private static readonly string[] Sorts = ["ordinal", "object", "record", "field", "verdict", "reason", "rule", "source", "old", "new"];

    /// <summary>The filter; a column that does not exist sorts nothing.</summary>
    public static CellFilter Of(TableQuery query, int defaultSize) => WithObject(new CellFilter(
        query["verdict"], query["object"], query["field"], query["q"],
        Sorts.Contains(query.Sort) ? query.Sort : null, query.Descending, query.Page,
        int.TryParse(query["size"], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : defaultSize,
        ChangeKinds.All.Contains(query["kind"] ?? "") ? query["kind"] : null, query["record"], query["rule"], query["source"]));

    /// <summary>The same for groups, which have other columns.</summary>
    public static CellFilter OfGroups(TableQuery query, int defaultSize) =>
        Of(query, defaultSize) with { Sort = CellGroupings.Sorts.Contains(query.Sort ?? "") ? query.Sort : null };

    /// <summary>The filter of a body.</summary>
    public static CellFilter Of(CellSelection selection) => WithObject(new CellFilter(
        selection.Verdict, selection.Object, selection.Field, selection.Search, Kind: selection.Kind, RecordId: selection.Record, Rule: selection.Rule, Source: selection.Source));

    // A field may be named with its object, as people write it: two objects may have fields of one name.
    private static CellFilter WithObject(CellFilter filter) => filter.Field?.Split('.', 2) is [var @object, var field] ? filter with { Object = @object, Field = field } : filter;

    /// <summary>A group as forms send it: what it adds to the filter of its page, in the form of an address.</summary>
    public static string TextOf(CellGroup group) => QueryString.Create(Parts(group.Filter).Select(p => KeyValuePair.Create(p.Key, (string?)p.Value))).Value![1..];

    /// <summary>What a group adds to the filter of its page.</summary>
    public static IEnumerable<(string Key, string Value)> Parts(CellFilter filter) =>
        new[] { ("object", filter.Object), ("field", filter.Field), ("record", filter.RecordId), ("rule", filter.Rule), ("source", filter.Source), ("kind", filter.Kind) }
            .Where(p => p.Item2 is not null).Select(p => (p.Item1, p.Item2!));

    /// <summary>The filter of a page, narrowed to one of the groups that it showed. A group says at least one thing of its own.</summary>
    /// <returns>Null when the text names no group.</returns>
    public static CellFilter? Narrowed(CellFilter page, string group)
    {
        var parts = QueryHelpers.ParseQuery(group).ToDictionary(p => p.Key, p => p.Value.ToString(), StringComparer.Ordinal);
        if (parts.Count == 0 || parts.Keys.Any(k => !Keys.Contains(k)))
            return null;
        string? Part(string key, string? otherwise) => parts.GetValueOrDefault(key, otherwise!);
        return page with
        {
            Object = Part("object", page.Object),
            Field = Part("field", page.Field),
            RecordId = Part("record", page.RecordId),
            Rule = Part("rule", page.Rule),
            Source = Part("source", page.Source),
            Kind = Part("kind", page.Kind),
        };
    }

    /// <summary>What is wrong with an address, for callers that are told so.</summary>
    public static Reason? Problem(HttpRequest request)
    {
        var query = TableQuery.From(request);
        return query.Sort is { } sort && !Sorts.Contains(sort)
            ? new Reason("bad-sort", $"'{sort}' is no column to sort by. Use {string.Join(", ", Sorts)}.")
            : Problem(query["kind"], query["verdict"]);
    }

    /// <summary>What is wrong with the address of groups.</summary>
    public static Reason? GroupProblem(HttpRequest request)
    {
        var query = TableQuery.From(request);
        if (query["by"] is not { } by || !CellGroupings.All.Contains(by))
            return new Reason("bad-grouping", $"Changes are not grouped by '{query["by"]}'. Say by= with one of {string.Join(", ", CellGroupings.All)}.");
        return query.Sort is { } sort && !CellGroupings.Sorts.Contains(sort)
            ? new Reason("bad-sort", $"'{sort}' is no column to sort by. Use {string.Join(", ", CellGroupings.Sorts)}.")
            : Problem(query["kind"], query["verdict"]);
    }

    /// <summary>What is wrong with a filter.</summary>
    public static Reason? Problem(string? kind, string? verdict)
    {
        if (kind is not null && !ChangeKinds.All.Contains(kind))
            return new Reason("bad-kind", $"'{kind}' is no kind of change. Use {string.Join(", ", ChangeKinds.All)}.");
        return verdict is not null && !Enum.GetNames<Verdict>().Contains(verdict)
            ? new Reason("bad-verdict", $"'{verdict}' is no verdict. Use {string.Join(", ", Enum.GetNames<Verdict>())}.")
            : null;
    }
}
