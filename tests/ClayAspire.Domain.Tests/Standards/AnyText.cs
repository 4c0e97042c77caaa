using System.Globalization;
using System.Text;

namespace ClayAspire.Domain.Tests.Standards;

/// <summary>Texts that a standard may be given: pieces of the kinds of text there are, and rubbish, put together and spoilt from a seed.</summary>
internal sealed class AnyText
{
    private static readonly string[] Pieces =
    [
        " ", "  ", "\t", "\r\n", "\n", "\u00A0", "\u2003", "\u2028", "\u200B", "\u200D", "\uFEFF", "\u00AD", "\0", "\u0007", "\u0085", "\uFFFD", "\uFFFE", "\uD800", "\uDC00", "\U0001F600", "\U0001F3FD", "\uFE0F",
        "a", "A", "b", "Z", "s", "e\u0301", "\u0301", "\u0327\u0301", "é", "É", "ß", "ẞ", "İ", "ı", "ǅ", "ǆ", "ſ", "K", "Å", "Ω", "σ", "ς", "Σ", "ﬁ", "ø", "Ł", "한", "\u1112\u1161\u11AB", "日本", "ب", "हि", "\U00010428", "\U00010400", "\U0001D15E",
        ".", ",", "-", "–", "'", "’", "/", "\\", "&", "@", "+", "(", ")", ":", ";", "#", "?", "%", "%C3%A9", "%ZZ", "=", "|", "_", "*", "<", ">", "\"",
        "0", "1", "42", "1,001", "1.5", "10k", "51", "200", "2026", "٣", "Nov", "employees", "up to ", " to ", " or more", "+49 30 123456", "0171", "ext. 12", "x12", "1-800-FLOWERS",
        "www.", "http://", "https://", "HTTPS://", "mailto:", "example.com", "EXAMPLE.COM.", "münchen.de", "xn--", "xn--mnchen-3ya.de", "ann@", "Ann <ann@example.com>", "127.0.0.1", "[::1]", ":443", ":99999", "?utm_source=x&a=b", "#top", "linkedin.com/in/", "LinkedIn.com/company/", "uk.linkedin.com", "/in/",
        "<p>", "</p>", "<br/>", "<b", "<!--", "-->", "<script>", "</script>", "</script", "&amp;", "&amp;amp;", "&lt;", "&gt;", "&nbsp;", "&#0;", "&#xD800;", "&#x1F600;", "&#9;", "&bogus;", "&",
        "U.S.A.", "usa", "Holland", "the ", " and ", "Congo", "united kingdom", "Software", "oil & gas", "N/A", "null", "undefined", "-",
        "van", "VAN", "de", "la", "o'", "O'BRIEN", "mc", "MCDONALD", "III", "ii", "jr", "JD", "PhD", "st", "am", "upon", "sr", "SR.", "mgr", "vp", "V.P.", "vice president", "Vice-President", "c.e.o", "R&D", "r & d", "of", "head",
        "inc", "Inc.", "GMBH", "gmbh & co kg", "Co., Ltd.", "limited", "S.A.", "s a", "A/S", "sp. z o.o.", "pty ltd",
    ];

    private readonly Random _random;
    private readonly string[] _seeds;

    /// <param name="seed">Gives the same texts again.</param>
    /// <param name="seeds">Texts to start from, beside the pieces.</param>
    public AnyText(int seed, IEnumerable<string> seeds)
    {
        _random = new Random(seed);
        _seeds = [.. seeds];
    }

    /// <summary>The next text.</summary>
    public string Next()
    {
        var text = new StringBuilder();
        if (_seeds.Length > 0 && _random.Next(3) > 0)
            text.Append(_seeds[_random.Next(_seeds.Length)]);
        for (var n = _random.Next(text.Length > 0 ? 3 : 7); n > 0; n--)
            text.Insert(_random.Next(text.Length + 1), _random.Next(8) == 0 ? ((char)_random.Next(char.MaxValue + 1)).ToString() : Pieces[_random.Next(Pieces.Length)]);
        if (text.Length > 1 && _random.Next(3) == 0)
            text.Remove(_random.Next(text.Length), 1);
        return _random.Next(6) switch
        {
            0 => text.ToString().ToUpperInvariant(),
            1 => text.ToString().ToLowerInvariant(),
            _ => text.ToString(),
        };
    }

    /// <summary>A text so that an assertion's message shows what is in it.</summary>
    public static string Shown(string? text) => text is null
        ? "(null)"
        : string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"\\u{((int)c).ToString("X4", CultureInfo.InvariantCulture)}"));
}
