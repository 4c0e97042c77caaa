using System.Globalization;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>Recursive-descent parser of the SOQL subset that integrations use.</summary>
internal sealed class Parser
{
    private static readonly string[] Aggregates = ["COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"];
    private static readonly string[] ClauseWords = ["WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "HAVING", "FOR", "WITH", "ALL", "USING"];
    private readonly IReadOnlyList<Token> tokens;
    private readonly DateOnly today;
    private int at;

    private Parser(IReadOnlyList<Token> tokens, DateOnly today)
    {
        this.tokens = tokens;
        this.today = today;
    }

    private Token Next => tokens[at];

    public static SelectQuery Parse(string soql, DateOnly today)
    {
        var parser = new Parser(Lexer.Read(soql), today);
        var query = parser.Query();
        return parser.Next.Kind == TokenKind.End ? query : throw SoqlError.Unexpected(parser.Next);
    }

    private SelectQuery Query()
    {
        Expect("SELECT");
        var select = List(SelectItem);
        Expect("FROM");
        var from = Name();
        var alias = Next.Kind == TokenKind.Word && !ClauseWords.Contains(Next.Text, StringComparer.OrdinalIgnoreCase) ? Take().Text : null;
        var where = Accept("WHERE") ? AnyOrAll() : null;
        IReadOnlyList<FieldName> groupBy = [];
        if (Accept("GROUP"))
        {
            Expect("BY");
            groupBy = List(Name);
        }

        IReadOnlyList<OrderItem> orderBy = [];
        if (Accept("ORDER"))
        {
            Expect("BY");
            orderBy = List(Order);
        }

        int? limit = Accept("LIMIT") ? Count() : null;
        var offset = Accept("OFFSET") ? Count() : 0;
        if (offset > 2000)
            throw new SoqlError("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000", tokens[at - 1].Position);
        return new SelectQuery(select, from, alias, where, groupBy, orderBy, limit, offset);
    }

    private SelectItem SelectItem()
    {
        if (Next.Is("("))
            throw new SoqlError("MALFORMED_QUERY", "the twin does not answer parent-to-child subqueries; query the child object with a filter on its parent", Next.Position);
        var item = FieldOrAggregate();
        return item is AggregateItem aggregate && Next.Kind == TokenKind.Word && !Next.Is("FROM") ? aggregate with { Alias = Take().Text } : item;
    }

    private SelectItem FieldOrAggregate()
    {
        var name = Name();
        if (!Next.Is("("))
            return new FieldItem(name);
        if (!Aggregates.Contains(name.Text, StringComparer.OrdinalIgnoreCase))
            throw SoqlError.Unexpected(Next);
        Take();
        var field = Next.Is(")") ? null : Name();
        if (field is null && !name.Text.Equals("COUNT", StringComparison.OrdinalIgnoreCase))
            throw SoqlError.Unexpected(Next);
        Expect(")");
        return new AggregateItem(name.Text.ToUpperInvariant(), field, null, name.Position);
    }

    private OrderItem Order()
    {
        var item = FieldOrAggregate();
        var descending = Accept("DESC");
        if (!descending)
            Accept("ASC");
        var nullsLast = false;
        if (Accept("NULLS"))
        {
            nullsLast = Accept("LAST");
            if (!nullsLast)
                Expect("FIRST");
        }

        return new OrderItem(item, descending, nullsLast);
    }

    // AND and OR may not be mixed without parentheses: the platform refuses it too.
    private Condition AnyOrAll()
    {
        var first = Term();
        var word = Next.Is("AND") ? "AND" : Next.Is("OR") ? "OR" : null;
        if (word is null)
            return first;
        var parts = new List<Condition> { first };
        while (Accept(word))
            parts.Add(Term());
        if (Next.Is("AND") || Next.Is("OR"))
            throw SoqlError.Unexpected(Next);
        return word == "AND" ? new AllOf(parts) : new AnyOf(parts);
    }

    private Condition Term()
    {
        if (Accept("NOT"))
            return new Negation(Term());
        if (!Accept("("))
            return Test();
        var inner = AnyOrAll();
        Expect(")");
        return inner;
    }

    private Condition Test()
    {
        var field = Name();
        if (Accept("IN"))
            return In(field, negated: false);
        if (Accept("NOT"))
        {
            Expect("IN");
            return In(field, negated: true);
        }

        var token = Take();
        var op = token.Text.ToUpperInvariant() switch
        {
            "=" when token.Kind == TokenKind.Symbol => Operator.Equal,
            "!=" or "<>" when token.Kind == TokenKind.Symbol => Operator.NotEqual,
            "<" when token.Kind == TokenKind.Symbol => Operator.Less,
            "<=" when token.Kind == TokenKind.Symbol => Operator.LessOrEqual,
            ">" when token.Kind == TokenKind.Symbol => Operator.Greater,
            ">=" when token.Kind == TokenKind.Symbol => Operator.GreaterOrEqual,
            "LIKE" when token.Kind == TokenKind.Word => Operator.Like,
            _ => throw SoqlError.Unexpected(token),
        };
        return new Comparison(field, op, Value());
    }

    private Membership In(FieldName field, bool negated)
    {
        Expect("(");
        if (Next.Is("SELECT"))
        {
            var query = Query();
            Expect(")");
            return new Membership(field, negated, [], query);
        }

        var values = List(Value);
        Expect(")");
        return new Membership(field, negated, values, null);
    }

    private Literal Value()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Text:
                return new Literal(LiteralKind.Text, token.Text, token.Position);
            case TokenKind.Number when decimal.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                return new Literal(LiteralKind.Number, number, token.Position);
            case TokenKind.Date when FieldCodec.TryParseDate(token.Text, out var day):
                return new Literal(LiteralKind.Date, day, token.Position);
            case TokenKind.DateTime when FieldCodec.TryParseDateTime(token.Text, out var moment):
                return new Literal(LiteralKind.DateTime, moment, token.Position);
            case TokenKind.Word when token.Is("null"):
                return new Literal(LiteralKind.Null, null, token.Position);
            case TokenKind.Word when token.Is("true") || token.Is("false"):
                return new Literal(LiteralKind.Boolean, token.Is("true"), token.Position);
            case TokenKind.Word when DateLiterals.Find(token.Text, today) is { } range:
                return new Literal(LiteralKind.DateRange, range, token.Position);
            default:
                throw SoqlError.Unexpected(token);
        }
    }

    private int Count()
    {
        var token = Take();
        return token.Kind == TokenKind.Number && int.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw SoqlError.Unexpected(token);
    }

    private FieldName Name()
    {
        var token = Take();
        return token.Kind == TokenKind.Word && !token.Text.Contains(':', StringComparison.Ordinal)
            && !token.Text.EndsWith('.') && !token.Is("FROM") && !token.Is("SELECT") && !token.Is("WHERE")
            ? new FieldName(token.Text, token.Position)
            : throw SoqlError.Unexpected(token);
    }

    private List<T> List<T>(Func<T> item)
    {
        var items = new List<T> { item() };
        while (Accept(","))
            items.Add(item());
        return items;
    }

    private Token Take()
    {
        var token = tokens[at];
        if (token.Kind != TokenKind.End)
            at++;
        return token;
    }

    private bool Accept(string word)
    {
        if (!Next.Is(word))
            return false;
        at++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Accept(word))
            throw SoqlError.Unexpected(Next);
    }
}
