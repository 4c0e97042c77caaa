using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ClayAspire.Domain.Standards;

/// <summary>Names of cities. The name is kept in its own language; nothing is translated or looked up.</summary>
internal sealed class CityStandard() : TextStandard("city",
    "tidies blanks and apostrophes; a name typed in one case gets its capitals (Frankfurt am Main, Stoke-on-Trent)", "Lyon", "Turin")
{
    private const int LongestAbbreviation = 3;
    private const int ShortestPostcode = 4;

    private static readonly FrozenSet<string> Small = new[]
    {
        "am", "an", "and", "auf", "aux", "bei", "by", "d", "da", "das", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "en", "het", "im", "in", "l", "la", "las",
        "le", "les", "los", "nad", "ob", "of", "on", "op", "pod", "sous", "sul", "sur", "the", "under", "upon", "van", "von", "vor",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly SearchValues<char> Between = SearchValues.Create(" -'");

    protected override bool DropsSymbols => true;

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        why = null;
        var isOneCase = NameCase.IsOneCase(text);
        if (NameCase.Letters(text) == 0)
            why = "It holds no letter. Send the city's name, or nothing.";
        else if (text.AsSpan().ContainsAny(",;|@\n"))
            why = "It names more than a city. Send the city alone; region and country have fields of their own.";
        else if (CleanText.HasDigits(text, ShortestPostcode))
            why = "It holds a postcode. Send the city alone.";
        else if (isOneCase && text.Length <= LongestAbbreviation)
            why = "It may be an abbreviation. Send the city's name in full, with its capital.";
        if (why is not null)
            return false;
        var straight = text.Replace('’', '\'');
        canonical = isOneCase ? Recase(straight) : straight;
        return true;
    }

    private static string Recase(string text)
    {
        var recased = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var length = text.AsSpan(at).IndexOfAny(Between);
            var isLast = length < 0;
            var word = isLast ? text[at..] : text.Substring(at, length);
            var isGenitive = isLast && word is "s" or "S" && at > 0 && text[at - 1] == '\'';
            if (isGenitive || (at > 0 && !isLast && Small.Contains(word)))
                recased.Append(word.ToLowerInvariant());
            else if (at > 0 && word.Length == 2 && NameCase.HasNoVowel(word) && !word.Equals("st", StringComparison.OrdinalIgnoreCase))
                recased.Append(word.ToUpperInvariant());
            else
                recased.Append(NameCase.Capitalised(word));
            at += word.Length;
            if (!isLast)
                recased.Append(text[at++]);
        }
        return recased.ToString();
    }
}
