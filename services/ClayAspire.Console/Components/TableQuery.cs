using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;

namespace ClayAspire.Console.Components;

/// <summary>The part of a page's address that says which rows a table shows: filters, order, page. Links change one of them and keep the rest.</summary>
public sealed class TableQuery
{
    private readonly string _path;
    private readonly Dictionary<string, string> _values;

    private TableQuery(string path, Dictionary<string, string> values)
    {
        _path = path;
        _values = values;
    }

    /// <summary>Reads the address of a request.</summary>
    public static TableQuery From(HttpRequest request) =>
        new(request.Path, request.Query
            .Where(q => q.Value.Count > 0 && !string.IsNullOrEmpty(q.Value[0]))
            .ToDictionary(q => q.Key, q => q.Value[0]!, StringComparer.Ordinal));

    /// <summary>The page shown, from 1.</summary>
    public int Page => int.TryParse(this["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? Bounded(page) : 1;

    /// <summary>A page's number within what can be counted.</summary>
    public static int Bounded(int page) => Math.Clamp(page, 1, 1_000_000);

    /// <summary>The column that sorts, or null.</summary>
    public string? Sort => this["sort"];

    /// <summary>Whether the order is descending.</summary>
    public bool Descending => string.Equals(this["desc"], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>A filter's value, or null.</summary>
    public string? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>Whether any of these filters is set.</summary>
    public bool IsFiltered(params string[] keys) => keys.Any(_values.ContainsKey);

    /// <summary>The same address with another page.</summary>
    public string OnPage(int page) => With(("page", page.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The same address sorted by a column; by the same column again, the other way round.</summary>
    public string SortedBy(string key) =>
        With(("sort", key), ("desc", Sort == key && !Descending ? "true" : null), ("page", null));

    /// <summary>The same address with some values changed; null takes a value out.</summary>
    public string With(params (string Key, string? Value)[] changes) => To(_path, changes);

    /// <summary>Another address with the same values, some changed.</summary>
    public string To(string path, params (string Key, string? Value)[] changes)
    {
        var values = new Dictionary<string, string>(_values, StringComparer.Ordinal);
        foreach (var (key, value) in changes)
        {
            if (string.IsNullOrEmpty(value))
                values.Remove(key);
            else
                values[key] = value;
        }
        return path + new QueryBuilder(values.OrderBy(v => v.Key, StringComparer.Ordinal)).ToQueryString();
    }
}
