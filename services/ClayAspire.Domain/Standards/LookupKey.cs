using System.Globalization;
using System.Text;

namespace ClayAspire.Domain.Standards;

/// <summary>
/// What two spellings of one name have in common: no accents, lower case, no punctuation, no "and" or leading "the", and letters that
/// stand alone joined (<c>U. S. A.</c> is <c>usa</c>). Only for looking names up; never written anywhere.
/// </summary>
internal static class LookupKey
{
    /// <summary>The key of a name; empty when it has neither letter nor digit.</summary>
    public static string Of(string name)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var joins = false;
        void End()
        {
            if (word.Length == 0)
                return;
            var isLetter = word.Length == 1 && char.IsAsciiLetter(word[0]);
            if (isLetter && joins)
                words[^1] += word.ToString();
            else
                words.Add(word.ToString());
            joins = isLetter;
            word.Clear();
        }
        foreach (var point in Normalisation.Decomposed(name))
        {
            var rune = new Rune(point);
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.NonSpacingMark:
                    break;
                case UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.OtherLetter
                    or UnicodeCategory.ModifierLetter when point is not ('ʻ' or 'ʼ'):
                case UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.SpacingCombiningMark:
                    word.Append(Plain(Rune.ToLowerInvariant(rune)));
                    break;
                default:
                    if (point is not ('.' or '\'' or '’' or '‘' or '`' or '´' or 'ʻ' or 'ʼ'))
                        End();
                    break;
            }
        }
        End();
        if (words.Count > 1)
            words.RemoveAll(w => w == "and");
        if (words.Count > 1 && words[0] == "the")
            words.RemoveAt(0);
        return string.Join(' ', words);
    }

    // Letters that Unicode does not take apart.
    private static string Plain(Rune lower) => lower.Value switch
    {
        'ø' => "o",
        'đ' or 'ð' => "d",
        'ł' => "l",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ı' => "i",
        'ħ' => "h",
        'ς' => "σ",
        _ => lower.ToString(),
    };
}
