using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ClayAspire.Domain.Standards;

/// <summary>
/// What every standard does first: no control or invisible formatting characters, whitespace collapsed and trimmed, Unicode form C.
/// </summary>
internal static class CleanText
{
    private const string HalfCharacter = "It holds half a character, as a cut through an emoji leaves it. Send it as whole, well-formed Unicode text.";
    private const string LostCharacter = "It holds U+FFFD, the mark of a character that was lost on the way. Read the source in its own encoding and send it again.";
    private const char Replacement = '\uFFFD';

    /// <summary>Cleans a text.</summary>
    /// <param name="raw">Any text.</param>
    /// <param name="keepsLines">Whether runs of whitespace that hold a line break become one line break instead of a space.</param>
    /// <param name="dropsSymbols">Whether emoji and signs such as ® and ★ are taken out.</param>
    /// <param name="clean">The clean text, which may be empty; the same instance when nothing changes.</param>
    /// <param name="why">Why it cannot be cleaned: it is no text any more.</param>
    public static bool TryClean(string raw, bool keepsLines, bool dropsSymbols, [NotNullWhen(true)] out string? clean, [NotNullWhen(false)] out string? why)
    {
        why = null;
        if (IsClean(raw, keepsLines))
        {
            clean = raw;
            return true;
        }
        clean = null;
        if ((why = Damage(raw)) is not null)
            return false;
        var text = new StringBuilder(raw.Length);
        var gap = Gap.None;
        foreach (var rune in raw.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                var breaks = keepsLines && rune.Value is '\n' or '\r' or 0x85 or 0x2028 or 0x2029 or '\v' or '\f';
                gap = breaks ? Gap.Line : gap == Gap.None ? Gap.Space : gap;
            }
            else if (!IsDropped(rune, dropsSymbols))
            {
                if (gap != Gap.None && text.Length > 0)
                    text.Append(gap == Gap.Line ? '\n' : ' ');
                gap = Gap.None;
                text.Append(rune.ToString());
            }
        }
        var cleaned = Normalisation.Compose(text.ToString());
        clean = cleaned == raw ? raw : cleaned;
        return true;
    }

    /// <summary>Why a text is no whole text; null when it is one.</summary>
    public static string? Damage(string raw)
    {
        if (raw.Contains(Replacement, StringComparison.Ordinal))
            return LostCharacter;
        for (var i = 0; i < raw.Length; i++)
        {
            if (!char.IsSurrogate(raw[i]))
                continue;
            if (!char.IsHighSurrogate(raw[i]) || i + 1 == raw.Length || !char.IsLowSurrogate(raw[i + 1]))
                return HalfCharacter;
            i++;
        }
        return null;
    }

    /// <summary>Whether a text has a letter or a digit.</summary>
    public static bool HasWord(string text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (Rune.IsLetterOrDigit(rune))
                return true;
        return false;
    }

    /// <summary>Whether a text has so many digits in a row.</summary>
    public static bool HasDigits(string text, int count)
    {
        var run = 0;
        foreach (var c in text)
        {
            run = char.IsAsciiDigit(c) ? run + 1 : 0;
            if (run == count)
                return true;
        }
        return false;
    }

    /// <summary>Whether nothing needs to be done. Latin text is told at a glance; for other scripts false means "look closer".</summary>
    private static bool IsClean(string raw, bool keepsLines)
    {
        var previous = ' ';
        foreach (var c in raw)
        {
            if (c is ' ' or '\n')
            {
                if (previous is ' ' or '\n' || (c == '\n' && !keepsLines))
                    return false;
            }
            else if (c is < ' ' or (>= '\x7F' and <= '\xA0') or '\xA6' or '\xA7' or '\xA9' or '\xAD' or '\xAE' or '\xB0' or '\xB6' or >= Normalisation.FirstThatComposes)
            {
                return false;
            }
            previous = c;
        }
        return raw.Length == 0 || previous is not (' ' or '\n');
    }

    private static bool IsDropped(Rune rune, bool dropsSymbols) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control => true,
        // The joiners are part of how Persian, Indic scripts and emoji are spelled.
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D) || dropsSymbols,
        UnicodeCategory.OtherSymbol => dropsSymbols,
        // Skin tones.
        UnicodeCategory.ModifierSymbol => dropsSymbols && !rune.IsBmp,
        // Variation selectors after a sign.
        UnicodeCategory.NonSpacingMark => dropsSymbols && rune.Value is >= 0xFE00 and <= 0xFE0F,
        _ => false,
    };

    private enum Gap
    {
        None,
        Space,
        Line,
    }
}
