namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>A parsed statement. Names are still as written.</summary>
internal sealed record SelectQuery(
    IReadOnlyList<SelectItem> Select,
    FieldName From,
    string? Alias,
    Condition? Where,
    IReadOnlyList<FieldName> GroupBy,
    IReadOnlyList<OrderItem> OrderBy,
    int? Limit,
    int Offset)
{
    /// <summary><c>SELECT COUNT() FROM …</c>: the answer is only a number.</summary>
    public bool IsCount => Select is [AggregateItem { Field: null }] && GroupBy.Count == 0;

    public bool IsAggregate => GroupBy.Count > 0 || Select.Any(s => s is AggregateItem { Field: not null });
}

/// <summary>A name, maybe with relationships before it: <c>Lead.Email</c>.</summary>
internal sealed record FieldName(string Text, int Position)
{
    public IReadOnlyList<string> Parts => Text.Split('.');
}

internal abstract record SelectItem(int Position);

internal sealed record FieldItem(FieldName Field) : SelectItem(Field.Position);

internal sealed record AggregateItem(string Function, FieldName? Field, string? Alias, int Position) : SelectItem(Position);

internal sealed record OrderItem(SelectItem Item, bool Descending, bool NullsLast);

internal enum Operator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
}

internal abstract record Condition;

internal sealed record AllOf(IReadOnlyList<Condition> Parts) : Condition;

internal sealed record AnyOf(IReadOnlyList<Condition> Parts) : Condition;

internal sealed record Negation(Condition Inner) : Condition;

internal sealed record Comparison(FieldName Field, Operator Operator, Literal Value) : Condition;

internal sealed record Membership(FieldName Field, bool Negated, IReadOnlyList<Literal> Values, SelectQuery? Query) : Condition;

internal enum LiteralKind
{
    Null,
    Text,
    Number,
    Boolean,
    Date,
    DateTime,
    DateRange,
}

/// <summary>A value as written. <see cref="Value"/>: string, decimal, bool, DateOnly, DateTimeOffset or <see cref="DateRange"/>.</summary>
internal sealed record Literal(LiteralKind Kind, object? Value, int Position);

/// <summary>Days from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
internal sealed record DateRange(DateOnly Start, DateOnly End);
