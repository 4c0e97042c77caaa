using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>GROUP BY and aggregate functions.</summary>
internal sealed class Aggregation
{
    private static readonly FieldDefinition CountField = new() { Name = "count", Type = FieldType.Int };
    private static readonly FieldDefinition NumberField = new() { Name = "number", Type = FieldType.Double };
    private readonly RecordStore store;
    private readonly SelectQuery query;
    private readonly BoundField[] groups;
    private readonly Column[] columns;
    private readonly Func<FieldName, BoundField> bind;

    public Aggregation(RecordStore store, SelectQuery query, Func<FieldName, BoundField> bind)
    {
        this.store = store;
        this.query = query;
        this.bind = bind;
        groups = [.. query.GroupBy.Select(g => Groupable(g))];
        var unnamed = 0;
        columns = [.. query.Select.Select(s => ColumnOf(s, ref unnamed))];
    }

    public IReadOnlyList<IQueryRow> Run(IEnumerable<Record> records)
    {
        var byKey = records.GroupBy(r => Array.ConvertAll(groups, g => g.Value(store, r)), KeyComparer.Instance).Select(g => g.ToList()).ToList();
        if (byKey.Count == 0 && groups.Length == 0)
            byKey.Add([]);
        var orders = query.OrderBy.ToArray();
        var unnamed = 0;
        var orderColumns = Array.ConvertAll(orders, o => ColumnOf(o.Item, ref unnamed));
        var rows = byKey.Select(members => (
            Values: Array.ConvertAll(columns, c => c.Compute(members)),
            Keys: Array.ConvertAll(orderColumns, c => c.Compute(members))));
        var comparisons = Array.ConvertAll(orderColumns, c => ValueOrder.Of(c.Field));
        if (orders.Length > 0)
            rows = rows.Order(Comparer<(object?[] Values, object?[] Keys)>.Create((a, b) => QueryExecutor.CompareKeys(a.Keys, b.Keys, orders, comparisons)));
        var page = rows.Skip(query.Offset);
        if (query.Limit is { } limit)
            page = page.Take(limit);
        return [.. page.Select(r => new AggregateRow(columns, r.Values))];
    }

    private Column ColumnOf(SelectItem item, ref int unnamed)
    {
        if (item is FieldItem plain)
        {
            var field = bind(plain.Field);
            if (!groups.Contains(field, FieldPathComparer.Instance))
                throw new SoqlError("MALFORMED_QUERY", $"Field must be grouped or aggregated: {plain.Field.Text}", plain.Position);
            return new Column(field.Field.Name, field.Field, m => m.Count == 0 ? null : field.Value(store, m[0]));
        }

        var aggregate = (AggregateItem)item;
        var name = aggregate.Alias ?? $"expr{unnamed++}";
        if (aggregate.Field is null)
            return new Column(name, CountField, m => (decimal)m.Count);
        var over = bind(aggregate.Field);
        object?[] Values(List<Record> members) => [.. members.Select(r => over.Value(store, r)).Where(v => v is not null)];
        decimal[] Numbers(List<Record> members) => over.Field.IsNumber
            ? [.. Values(members).Select(v => (decimal)v!)]
            : throw new SoqlError("MALFORMED_QUERY", $"field {over.Field.Name} does not support aggregate operator {aggregate.Function}", aggregate.Position);
        return aggregate.Function switch
        {
            "COUNT" => new Column(name, CountField, m => (decimal)Values(m).Length),
            "COUNT_DISTINCT" => new Column(name, CountField, m => (decimal)Values(m).Distinct(ValueEquality.Instance).Count()),
            "MIN" => new Column(name, over.Field, m => Values(m).Order(Comparer<object?>.Create(ValueOrder.Of(over.Field))).FirstOrDefault()),
            "MAX" => new Column(name, over.Field, m => Values(m).OrderDescending(Comparer<object?>.Create(ValueOrder.Of(over.Field))).FirstOrDefault()),
            "SUM" => new Column(name, NumberField, m => Numbers(m) is { Length: > 0 } n ? n.Sum() : null),
            _ => new Column(name, NumberField, m => Numbers(m) is { Length: > 0 } n ? n.Average() : null),
        };
    }

    private BoundField Groupable(FieldName name)
    {
        var field = bind(name);
        return field.Field.IsLongText || field.Field.Type is FieldType.DateTime or FieldType.AnyType
            ? throw new SoqlError("MALFORMED_QUERY", $"field '{field.Field.Name}' can not be grouped in a query call", name.Position)
            : field;
    }

    internal sealed record Column(string Name, FieldDefinition Field, Func<List<Record>, object?> Compute);

    private sealed record AggregateRow(Column[] Columns, object?[] Values) : IQueryRow
    {
        public void Write(Utf8JsonWriter json, string dataPath)
        {
            json.WriteStartObject();
            json.WriteStartObject("attributes");
            json.WriteString("type", "AggregateResult");
            json.WriteEndObject();
            for (var i = 0; i < Columns.Length; i++)
            {
                json.WritePropertyName(Columns[i].Name);
                FieldCodec.Write(json, Columns[i].Field, Values[i]);
            }

            json.WriteEndObject();
        }
    }

    private sealed class KeyComparer : IEqualityComparer<object?[]>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals(object?[]? x, object?[]? y) => x!.SequenceEqual(y!, ValueEquality.Instance);

        public int GetHashCode(object?[] key)
        {
            var hash = default(HashCode);
            foreach (var part in key)
                hash.Add(part, ValueEquality.Instance);
            return hash.ToHashCode();
        }
    }

    private sealed class ValueEquality : IEqualityComparer<object?>
    {
        public static readonly ValueEquality Instance = new();

        bool IEqualityComparer<object?>.Equals(object? x, object? y) => ValueOrder.Compare(x, y) == 0;

        int IEqualityComparer<object?>.GetHashCode(object? value) =>
            value switch { null => 0, string s => StringComparer.OrdinalIgnoreCase.GetHashCode(s), _ => value.GetHashCode() };
    }

    private sealed class FieldPathComparer : IEqualityComparer<BoundField>
    {
        public static readonly FieldPathComparer Instance = new();

        public bool Equals(BoundField? x, BoundField? y) => x!.Field == y!.Field && x.Hops.SequenceEqual(y.Hops);

        public int GetHashCode(BoundField path) => path.Field.GetHashCode();
    }
}
