using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace ClayAspire.Domain.Standards;

/// <summary>
/// Names of people, first, last or full. Careful: nothing is taken away but ornaments, and capitals are set only where a name came in one case.
/// </summary>
internal sealed class PersonNameStandard() : TextStandard("person-name",
    "tidies blanks and apostrophes; a name typed in one case gets its capitals (Mary O'Brien, Ludwig van Beethoven, Ann McDonald)", "Ann", "Robert")
{
    private const int ShortestNumber = 4;

    // Small inside a name. Single letters (Portuguese e, Spanish y) are left out: they may be initials.
    private static readonly FrozenSet<string> Particles = new[]
    {
        "af", "av", "bin", "da", "das", "de", "dei", "del", "della", "dem", "den", "der", "des", "di", "do", "dos", "du", "ibn", "ten", "ter", "van", "vom", "von", "zu", "zum", "zur",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Small after "de" only: Juan de la Cruz, but Jean Le Roy.
    private static readonly FrozenSet<string> Articles = new[] { "el", "la", "las", "los" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Endings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["ii"] = "II",
        ["iii"] = "III",
        ["iv"] = "IV",
        ["phd"] = "PhD",
        ["mba"] = "MBA",
        ["cpa"] = "CPA",
        ["cfa"] = "CFA",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    // Two letters without a vowel that are names or titles and no initials.
    private static readonly FrozenSet<string> Short = new[] { "dr", "jr", "mr", "ms", "ng", "sr", "st" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly SearchValues<char> Strange = SearchValues.Create("@/|;=<>{}[]_\\");

    protected override bool DropsSymbols => true;

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        why = null;
        if (text.AsSpan().ContainsAny(Strange))
            why = "It holds a sign that names do not have, such as @, / or |. Send one name, without address or title.";
        else if (CleanText.HasDigits(text, ShortestNumber))
            why = "It holds a number. Send the name alone.";
        else if (NameCase.Letters(text) == 0)
            why = "It holds no letter. Send the name, or nothing.";
        if (why is not null)
            return false;
        var straight = text.Replace('’', '\'');
        canonical = NameCase.IsOneCase(straight) ? Recase(straight) : straight;
        return true;
    }

    private static string Recase(string text)
    {
        var words = text.Split(' ');
        for (var i = 0; i < words.Length; i++)
        {
            var isLast = i == words.Length - 1;
            words[i] = (i > 0 && !isLast && IsSmall(words, i)) ? words[i].ToLowerInvariant()
                : i > 0 && isLast && Endings.TryGetValue(words[i], out var ending) ? ending
                : IsInitials(words[i]) ? words[i].ToUpperInvariant()
                : NameCase.Capitalised(words[i]);
        }
        return string.Join(' ', words);
    }

    private static bool IsSmall(string[] words, int i) =>
        Particles.Contains(words[i]) || (Articles.Contains(words[i]) && words[i - 1].Equals("de", StringComparison.OrdinalIgnoreCase));

    /// <summary>JD, TJ, AJ: two letters without a vowel, or with a J at the end.</summary>
    private static bool IsInitials(string word) =>
        word.Length == 2 && !Short.Contains(word) && (NameCase.HasNoVowel(word) || (char.IsAsciiLetter(word[0]) && word[1] is 'j' or 'J'));
}
