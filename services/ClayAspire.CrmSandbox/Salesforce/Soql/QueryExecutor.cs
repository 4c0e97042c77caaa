using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>Runs a parsed statement as one user. Must be called under the store's read lock.</summary>
internal sealed class QueryExecutor(RecordStore store, AccessRights rights, bool includeDeleted)
{
    public QueryResult Run(SelectQuery query)
    {
        var type = Known(query.From);
        BoundField Bind(FieldName name) => BoundField.Bind(store, rights, type, query.Alias, name);
        var output = query.IsAggregate || query.IsCount ? null : OutputTree.Build(query.Select.Select(s => s is FieldItem f
            ? Bind(f.Field)
            : throw new SoqlError("MALFORMED_QUERY", "Grouped and plain fields cannot be mixed without GROUP BY", s.Position)));
        var aggregation = query.IsAggregate ? new Aggregation(store, query, Bind) : null;
        var records = Filter(type, query, Bind);
        if (query.IsCount)
        {
            var count = records.Count();
            return new QueryResult(query.Limit is { } most ? Math.Min(most, count) : count, []);
        }

        IReadOnlyList<IQueryRow> rows = aggregation is not null
            ? aggregation.Run(records)
            : [.. Page(Sort(records, query, Bind), query).Select(r => new RecordRow(store, r, output!))];
        return new QueryResult(rows.Count, rows);
    }

    /// <summary>The object and the selected fields of a statement that neither groups nor counts, in order.</summary>
    public (ObjectDefinition Type, BoundField[] Fields) Columns(SelectQuery query)
    {
        var type = Known(query.From);
        return (type, [.. query.Select.Select(s => BoundField.Bind(store, rights, type, query.Alias, ((FieldItem)s).Field))]);
    }

    /// <summary>The records of a statement that neither groups nor counts.</summary>
    public IEnumerable<Record> Records(SelectQuery query)
    {
        var type = Known(query.From);
        BoundField Bind(FieldName name) => BoundField.Bind(store, rights, type, query.Alias, name);
        return Page(Sort(Filter(type, query, Bind), query, Bind), query);
    }

    private ObjectDefinition Known(FieldName from) => store.Schema.Find(from.Text) is { } type && rights.CanRead(type)
        ? type
        : throw new SoqlError("INVALID_TYPE", ApiFailure.InvalidType(from.Text).Message, from.Position);

    private IEnumerable<Record> Filter(ObjectDefinition type, SelectQuery query, Func<FieldName, BoundField> bind)
    {
        var compiler = new ConditionCompiler(store, bind, Ids);
        var table = store.Table(type);
        var test = query.Where is null ? null : compiler.Compile(query.Where);
        var records = compiler.Candidates(table, query.Where) ?? table.Records;
        return records.Where(r => (includeDeleted || !r.IsDeleted) && (test is null || test(r)) && rights.CanSee(store, r));
    }

    private HashSet<string> Ids(SelectQuery inner)
    {
        if (inner.Select is not [FieldItem item])
            throw new SoqlError("MALFORMED_QUERY", "The inner select statement must select one id or reference field", inner.From.Position);
        var type = Known(inner.From);
        BoundField Bind(FieldName name) => BoundField.Bind(store, rights, type, inner.Alias, name);
        var field = Bind(item.Field);
        return Page(Sort(Filter(type, inner, Bind), inner, Bind), inner).Select(r => field.Value(store, r)).OfType<string>().ToHashSet(StringComparer.Ordinal);
    }

    private IEnumerable<Record> Sort(IEnumerable<Record> records, SelectQuery query, Func<FieldName, BoundField> bind)
    {
        if (query.OrderBy.Count == 0)
            return records;
        var keys = query.OrderBy.Select(o =>
        {
            var field = o.Item is FieldItem item ? bind(item.Field) : throw new SoqlError("MALFORMED_QUERY", "Ordered field must be aggregated or grouped", o.Item.Position);
            return field.Field.IsLongText || field.Field.Type == FieldType.AnyType
                ? throw new SoqlError("INVALID_FIELD", $"field '{field.Field.Name}' can not be sorted in a query call", o.Item.Position)
                : (Field: field, Order: o);
        }).ToArray();
        var rows = records.Select(r => (Record: r, Keys: Array.ConvertAll(keys, k => k.Field.Value(store, r)))).ToList();
        var orders = Array.ConvertAll(keys, k => k.Order);
        var comparisons = Array.ConvertAll(keys, k => ValueOrder.Of(k.Field.Field));
        return rows.Order(Comparer<(Record Record, object?[] Keys)>.Create((a, b) => CompareKeys(a.Keys, b.Keys, orders, comparisons))).Select(r => r.Record);
    }

    internal static int CompareKeys(object?[] a, object?[] b, OrderItem[] orders, Comparison<object?>[] comparisons)
    {
        for (var i = 0; i < orders.Length; i++)
        {
            if ((a[i] is null) != (b[i] is null))
                return (a[i] is null) != orders[i].NullsLast ? -1 : 1;
            var order = comparisons[i](a[i], b[i]);
            if (order != 0)
                return orders[i].Descending ? -order : order;
        }

        return 0;
    }

    private static IEnumerable<Record> Page(IEnumerable<Record> records, SelectQuery query)
    {
        var page = records.Skip(query.Offset);
        return query.Limit is { } limit ? page.Take(limit) : page;
    }
}

/// <summary>The rows of an answer, still to be written page by page.</summary>
internal sealed record QueryResult(int TotalSize, IReadOnlyList<IQueryRow> Rows);

/// <summary>One row that knows how to write itself.</summary>
internal interface IQueryRow
{
    void Write(Utf8JsonWriter json, string dataPath);
}

/// <summary>A record with the fields that were asked for.</summary>
internal sealed record RecordRow(RecordStore Store, Record Record, OutputTree Output) : IQueryRow
{
    public void Write(Utf8JsonWriter json, string dataPath) => Output.Write(json, Store, Record, dataPath);
}
