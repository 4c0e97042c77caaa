using System.Globalization;
using ClayAspire.Console.Components;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;

namespace ClayAspire.Console.Operations;

/// <summary>The filter of a plan's cells from an address; pages, forms and API read it alike.</summary>
internal static class CellFilters
{
    private static readonly string[] Sorts = ["ordinal", "object", "record", "field", "verdict", "reason", "rule", "source", "old", "new"];

    /// <summary>The filter; a column that does not exist sorts nothing.</summary>
    public static CellFilter Of(TableQuery query, int defaultSize) => new(
        query["verdict"], query["object"], query["field"], query["q"],
        Sorts.Contains(query.Sort) ? query.Sort : null, query.Descending, query.Page,
        int.TryParse(query["size"], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : defaultSize,
        ChangeKinds.All.Contains(query["kind"] ?? "") ? query["kind"] : null);

    /// <summary>What is wrong with an address, for callers that are told so.</summary>
    public static Reason? Problem(HttpRequest request)
    {
        var query = TableQuery.From(request);
        if (query.Sort is { } sort && !Sorts.Contains(sort))
            return new Reason("bad-sort", $"'{sort}' is no column to sort by. Use {string.Join(", ", Sorts)}.");
        if (query["kind"] is { } kind && !ChangeKinds.All.Contains(kind))
            return new Reason("bad-kind", $"'{kind}' is no kind of change. Use {string.Join(", ", ChangeKinds.All)}.");
        return query["verdict"] is { } verdict && !Enum.GetNames<Verdict>().Contains(verdict)
            ? new Reason("bad-verdict", $"'{verdict}' is no verdict. Use {string.Join(", ", Enum.GetNames<Verdict>())}.")
            : null;
    }
}
