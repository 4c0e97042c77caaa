using System.Text;

namespace ClayAspire.CrmSandbox.Salesforce.Soql;

/// <summary>Cuts a statement into tokens.</summary>
internal static class Lexer
{
    private static readonly string[] Symbols = ["<=", ">=", "!=", "<>", "=", "<", ">", "(", ")", ","];

    public static IReadOnlyList<Token> Read(string soql)
    {
        var tokens = new List<Token>();
        var at = 0;
        while (at < soql.Length)
        {
            var c = soql[at];
            if (char.IsWhiteSpace(c))
                at++;
            else if (c == '\'')
                tokens.Add(Text(soql, ref at));
            else if (char.IsAsciiDigit(c) || (c is '-' or '+' && at + 1 < soql.Length && char.IsAsciiDigit(soql[at + 1])))
                tokens.Add(NumberOrDate(soql, ref at));
            else if (char.IsAsciiLetter(c) || c == '_')
                tokens.Add(Word(soql, ref at));
            else
                tokens.Add(Symbol(soql, ref at));
        }

        tokens.Add(new Token(TokenKind.End, "", soql.Length));
        return tokens;
    }

    private static Token Text(string soql, ref int at)
    {
        var start = at++;
        var text = new StringBuilder();
        while (at < soql.Length && soql[at] != '\'')
        {
            if (soql[at] != '\\')
            {
                text.Append(soql[at++]);
                continue;
            }

            if (at + 1 >= soql.Length)
                break;
            // "\_" and "\%" stay escaped: only LIKE knows what they mean.
            text.Append(soql[at + 1] switch
            {
                '\'' => "'",
                '"' => "\"",
                '\\' => "\\",
                'n' or 'N' => "\n",
                'r' or 'R' => "\r",
                't' or 'T' => "\t",
                'b' or 'B' => "\b",
                'f' or 'F' => "\f",
                '_' => "\\_",
                '%' => "\\%",
                _ => throw new SoqlError("MALFORMED_QUERY", $"Invalid string literal. Illegal character sequence '\\{soql[at + 1]}' in string literal.", at),
            });
            at += 2;
        }

        if (at >= soql.Length)
            throw new SoqlError("MALFORMED_QUERY", "line 1: mismatched character '<EOF>' expecting '''", start);
        at++;
        return new Token(TokenKind.Text, text.ToString(), start);
    }

    private static Token NumberOrDate(string soql, ref int at)
    {
        var start = at++;
        while (at < soql.Length && (char.IsAsciiDigit(soql[at]) || soql[at] is '.' or ':' or '-' or '+' or 'T' or 't' or 'Z' or 'z'))
            at++;
        var text = soql[start..at];
        var kind = text.Contains('T', StringComparison.OrdinalIgnoreCase) ? TokenKind.DateTime
            : text.IndexOf('-', 1) > 0 ? TokenKind.Date
            : TokenKind.Number;
        return new Token(kind, text, start);
    }

    // A word may hold dots (Lead.Email) and the number of a date literal (LAST_N_DAYS:7).
    private static Token Word(string soql, ref int at)
    {
        var start = at;
        while (at < soql.Length && (char.IsAsciiLetterOrDigit(soql[at]) || soql[at] is '_' or '.' or ':'))
            at++;
        return new Token(TokenKind.Word, soql[start..at], start);
    }

    private static Token Symbol(string soql, ref int at)
    {
        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(soql, at, symbol, 0, symbol.Length) != 0)
                continue;
            var token = new Token(TokenKind.Symbol, symbol, at);
            at += symbol.Length;
            return token;
        }

        throw new SoqlError("MALFORMED_QUERY", $"line 1: unexpected char: '{soql[at]}'", at);
    }
}
