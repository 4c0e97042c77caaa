using System.Text;
using System.Text.RegularExpressions;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>Turns a condition into a test of one record, checking literals against field types on the way.</summary>
internal sealed class ConditionCompiler(RecordStore store, Func<FieldName, BoundField> bind, Func<SelectQuery, HashSet<string>> subquery)
{
    public Func<Record, bool> Compile(Condition condition)
    {
        switch (condition)
        {
            case AllOf all:
                var every = all.Parts.Select(Compile).ToArray();
                return r => Array.TrueForAll(every, t => t(r));
            case AnyOf any:
                var some = any.Parts.Select(Compile).ToArray();
                return r => Array.Exists(some, t => t(r));
            case Negation negation:
                var inner = Compile(negation.Inner);
                return r => !inner(r);
            case Comparison comparison:
                return Compare(comparison);
            case Membership membership:
                return In(membership);
            default:
                throw new InvalidOperationException($"No compilation for {condition.GetType().Name}.");
        }
    }

    /// <summary>
    /// Records that an index can give for the condition, a superset of its result; null when no index helps. Only conjunctions are looked into.
    /// </summary>
    public IEnumerable<Record>? Candidates(ObjectTable table, Condition? condition)
    {
        switch (condition)
        {
            case AllOf all:
                return all.Parts.Select(p => Candidates(table, p)).FirstOrDefault(c => c is not null);
            case Comparison { Operator: Operator.Equal, Value: { Kind: LiteralKind.Text, Value: string text } } equal:
                return Keyed(table, bind(equal.Field), [text]);
            case Membership { Negated: false, Query: null } member when member.Values.All(v => v.Kind == LiteralKind.Text):
                return Keyed(table, bind(member.Field), member.Values.Select(v => (string)v.Value!));
            default:
                return null;
        }
    }

    private static IEnumerable<Record>? Keyed(ObjectTable table, BoundField field, IEnumerable<string> keys)
    {
        if (field.Hops.Count > 0)
            return null;
        if (field.Field.Type == FieldType.Id)
            return keys.Select(SalesforceId.Normalize).OfType<string>().Distinct(StringComparer.Ordinal).Select(table.Find).OfType<Record>();
        if (!table.HasIndex(field.Field))
            return null;
        return field.Field.Type == FieldType.Reference
            ? keys.Select(SalesforceId.Normalize).OfType<string>().Distinct(StringComparer.Ordinal).SelectMany(k => table.Lookup(field.Field, k))
            : keys.Distinct(StringComparer.OrdinalIgnoreCase).SelectMany(k => table.Lookup(field.Field, k));
    }

    private Func<Record, bool> Compare(Comparison comparison)
    {
        var field = Filterable(comparison.Field);
        if (comparison.Value is { Kind: LiteralKind.DateRange, Value: DateRange range })
            return InRange(field, comparison.Operator, range, comparison);
        var wanted = Coerce(field, comparison.Value);
        switch (comparison.Operator)
        {
            case Operator.Like:
                if (!field.Field.IsText || wanted is not string pattern)
                    throw new SoqlError("INVALID_FIELD", $"invalid operator on {field.Field.Type.ToString().ToLowerInvariant()} field", comparison.Field.Position);
                var regex = LikePattern(pattern);
                return r => field.Value(store, r) is string text && regex.IsMatch(text);
            case Operator.Equal:
                return r => ValueOrder.Compare(field.Value(store, r), wanted) == 0;
            case Operator.NotEqual:
                return r => ValueOrder.Compare(field.Value(store, r), wanted) != 0;
            default:
                if (field.Field.Type is FieldType.Boolean)
                    throw new SoqlError("INVALID_FIELD", "invalid operator on boolean field", comparison.Field.Position);
                var order = ValueOrder.Of(field.Field);
                return r => field.Value(store, r) is { } value && wanted is not null && Holds(comparison.Operator, order(value, wanted));
        }
    }

    private Func<Record, bool> In(Membership membership)
    {
        var field = Filterable(membership.Field);
        if (membership.Query is { } query)
        {
            if (field.Field.Type is not (FieldType.Id or FieldType.Reference))
                throw new SoqlError("INVALID_FIELD", $"The left operand field in the where expression for inner query must be an id or reference field: {field.Field.Name}", membership.Field.Position);
            var ids = subquery(query);
            return r => (field.Value(store, r) is string id && ids.Contains(id)) != membership.Negated;
        }

        if (membership.Values.Any(v => v.Kind == LiteralKind.DateRange))
            throw new SoqlError("MALFORMED_QUERY", "date words cannot stand in a list", membership.Field.Position);
        var values = membership.Values.Select(v => Coerce(field, v)).ToList();
        var hasNull = values.Contains(null);
        if (field.Field.Type is FieldType.Id or FieldType.Reference || field.Field.IsText)
        {
            var texts = values.OfType<string>().ToHashSet(field.Field.IsText ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
            return r => (field.Value(store, r) is string text ? texts.Contains(text) : hasNull) != membership.Negated;
        }

        return r =>
        {
            var value = field.Value(store, r);
            return values.Exists(v => ValueOrder.Compare(v, value) == 0) != membership.Negated;
        };
    }

    private Func<Record, bool> InRange(BoundField field, Operator op, DateRange range, Comparison comparison)
    {
        if (field.Field.Type is not (FieldType.Date or FieldType.DateTime) || op == Operator.Like)
            throw WrongType(field.Field, comparison.Value.Position);
        return r => field.Value(store, r) switch
        {
            DateOnly day => InRange(op, day, range),
            DateTimeOffset moment => InRange(op, DateOnly.FromDateTime(moment.UtcDateTime), range),
            _ => op == Operator.NotEqual,
        };
    }

    private static bool InRange(Operator op, DateOnly day, DateRange range) => op switch
    {
        Operator.Equal => day >= range.Start && day < range.End,
        Operator.NotEqual => day < range.Start || day >= range.End,
        Operator.Less => day < range.Start,
        Operator.LessOrEqual => day < range.End,
        Operator.Greater => day >= range.End,
        _ => day >= range.Start,
    };

    private static bool Holds(Operator op, int order) => op switch
    {
        Operator.Less => order < 0,
        Operator.LessOrEqual => order <= 0,
        Operator.Greater => order > 0,
        _ => order >= 0,
    };

    private BoundField Filterable(FieldName name)
    {
        var field = bind(name);
        return field.Field.IsLongText || field.Field.Type == FieldType.AnyType
            ? throw new SoqlError("INVALID_FIELD", $"field '{field.Field.Name}' can not be filtered in a query call", name.Position)
            : field;
    }

    private static object? Coerce(BoundField bound, Literal literal)
    {
        var field = bound.Field;
        return (field.Type, literal.Kind) switch
        {
            (FieldType.Boolean, LiteralKind.Null) => false,
            (_, LiteralKind.Null) => null,
            (FieldType.Id or FieldType.Reference, LiteralKind.Text) => SalesforceId.Normalize((string)literal.Value!)
                ?? throw new SoqlError("INVALID_QUERY_FILTER_OPERATOR", $"invalid ID field: {literal.Value}", literal.Position),
            (FieldType.Boolean, LiteralKind.Boolean) or (FieldType.Date, LiteralKind.Date) or (FieldType.DateTime, LiteralKind.DateTime) => literal.Value,
            _ when field.IsText && literal.Kind == LiteralKind.Text => ((string)literal.Value!).Length == 0 ? null : literal.Value,
            _ when field.IsNumber && literal.Kind == LiteralKind.Number => literal.Value,
            _ => throw WrongType(field, literal.Position),
        };
    }

    private static SoqlError WrongType(FieldDefinition field, int position)
    {
        var (type, quotes) = field.Type switch
        {
            FieldType.DateTime => ("dateTime", "should not be enclosed in quotes"),
            FieldType.Boolean or FieldType.Date or FieldType.Int or FieldType.Double or FieldType.Currency =>
                (field.Type.ToString().ToLowerInvariant(), "should not be enclosed in quotes"),
            _ => ("string", "should be enclosed in quotes"),
        };
        return new SoqlError("INVALID_FIELD", $"value of filter criterion for field '{field.Name}' must be of type {type} and {quotes}", position);
    }

    private static Regex LikePattern(string pattern)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
                regex.Append(Regex.Escape(pattern[++i].ToString()));
            else
                regex.Append(pattern[i] switch { '%' => ".*", '_' => ".", var c => Regex.Escape(c.ToString()) });
        }

        return new Regex(regex.Append('$').ToString(), RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }
}
