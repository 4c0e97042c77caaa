using System.Buffers;
using System.Globalization;
using System.Text;

namespace ClayAspire.Domain.Standards;

/// <summary>
/// Capitals of names that were typed in one case. A name that has both cases is left as it is: its owner knows best.
/// </summary>
internal static class NameCase
{
    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouyAEIOUY");

    /// <summary>Whether all cased letters are of one case, and there is at least one.</summary>
    public static bool IsOneCase(ReadOnlySpan<char> text) => IsUpper(text) != IsLower(text);

    /// <summary>Whether there is a capital and no small letter.</summary>
    public static bool IsUpper(ReadOnlySpan<char> text) => Counts(text) is { Upper: > 0, Lower: 0 };

    /// <summary>Whether there is a small letter and no capital.</summary>
    public static bool IsLower(ReadOnlySpan<char> text) => Counts(text) is { Upper: 0, Lower: > 0 };

    /// <summary>How many letters a text has.</summary>
    public static int Letters(ReadOnlySpan<char> text)
    {
        var letters = 0;
        foreach (var rune in text.EnumerateRunes())
            if (Rune.IsLetter(rune))
                letters++;
        return letters;
    }

    /// <summary>Whether a word has no vowel, as initials often have none.</summary>
    public static bool HasNoVowel(ReadOnlySpan<char> word) => !word.ContainsAny(Vowels) && IsAsciiLetters(word);

    /// <summary>
    /// A word with capitals where names have them: at its beginning, after a hyphen, dot or apostrophe (O'Brien, Anne-Marie, J.R.R.),
    /// and after Mc. A single s after an apostrophe stays small (St John's).
    /// </summary>
    public static string Capitalised(ReadOnlySpan<char> word)
    {
        var text = new StringBuilder(word.Length);
        for (var at = 0; at < word.Length;)
        {
            var end = at;
            while (end < word.Length && IsOfLetters(word, end))
                end++;
            if (end == at)
                text.Append(word[at++]);
            else
                AppendRun(text, word[at..end], isGenitive: end == word.Length && end - at == 1 && at > 1 && word[at - 1] is '\'' or '’' && word[at] is 's' or 'S');
            at = Math.Max(at, end);
        }
        return text.ToString();
    }

    private static void AppendRun(StringBuilder text, ReadOnlySpan<char> run, bool isGenitive)
    {
        var lower = Mapped(run, Rune.ToLowerInvariant);
        // A Greek word ends with another small sigma than it has inside.
        if (lower.Length > 1 && lower[^1] == 'σ')
            lower = $"{lower.AsSpan(0, lower.Length - 1)}ς";
        if (isGenitive)
            text.Append(lower);
        else if (lower.Length > 3 && lower.StartsWith("mc", StringComparison.Ordinal) && char.IsAsciiLetter(lower[2]))
            text.Append("Mc").Append(char.ToUpperInvariant(lower[2])).Append(lower, 3, lower.Length - 3);
        else
            AppendCapital(text, lower);
    }

    private static void AppendCapital(StringBuilder text, string lower)
    {
        var first = Rune.GetRuneAt(lower, 0);
        text.Append(Rune.ToUpperInvariant(first).ToString()).Append(lower, first.Utf16SequenceLength, lower.Length - first.Utf16SequenceLength);
    }

    private static string Mapped(ReadOnlySpan<char> text, Func<Rune, Rune> map)
    {
        var mapped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            mapped.Append(map(rune).ToString());
        return mapped.ToString();
    }

    private static bool IsOfLetters(ReadOnlySpan<char> text, int at)
    {
        if (char.IsLowSurrogate(text[at]))
            return at > 0 && IsOfLetters(text, at - 1);
        Rune.DecodeFromUtf16(text[at..], out var rune, out _);
        return Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
    }

    private static bool IsAsciiLetters(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiLetter(c))
                return false;
        return text.Length > 0;
    }

    private static (int Upper, int Lower) Counts(ReadOnlySpan<char> text)
    {
        var (upper, lower) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.UppercaseLetter:
                    upper++;
                    break;
                case UnicodeCategory.LowercaseLetter:
                    lower++;
                    break;
                // A digraph with one capital, such as U+01C5, has both.
                case UnicodeCategory.TitlecaseLetter:
                    return (1, 1);
            }
        }
        return (upper, lower);
    }
}
