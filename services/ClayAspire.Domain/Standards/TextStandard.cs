using System.Diagnostics.CodeAnalysis;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Standards;

/// <summary>The frame of every standard: the text is cleaned, then read, until it stays as it is; a form that is blank is none.</summary>
/// <param name="name">The name that policy files use.</param>
/// <param name="does">What it does, in one sentence.</param>
/// <param name="sample">A value in standard form.</param>
/// <param name="otherSample">Another value in standard form.</param>
internal abstract class TextStandard(string name, string does, string sample, string otherSample) : IStandard
{
    private const int MostPasses = 8;

    // As long as the longest spelling of "no value" that FieldCodec knows.
    private const int LongestBlank = 9;

    public string Name => name;

    public string Does => does;

    public IReadOnlyList<string> Samples { get; } = [sample, otherSample];

    /// <summary>The longest text, in characters, that is looked at.</summary>
    protected virtual int Longest => 255;

    /// <summary>Whether line breaks are kept.</summary>
    protected virtual bool KeepsLines => false;

    /// <summary>Whether emoji and signs such as ® are taken out: they are ornaments in names.</summary>
    protected virtual bool DropsSymbols => false;

    public bool TryStandardise(string raw, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        // What one pass writes may be one more step from its form (Sr Vice-President, Senior VP, SVP), so the form is what a pass leaves alone.
        var text = raw;
        for (var pass = 0; pass < MostPasses; pass++)
        {
            if (text.Length > Longest)
            {
                why = $"It has {text.Length} characters; no value of this kind has more than {Longest}. Send the value alone.";
                return false;
            }
            if (!CleanText.TryClean(text, KeepsLines, DropsSymbols, out var clean, out why))
                return false;
            if (IsBlank(clean))
            {
                why = "It says nothing. Leave the value out.";
                return false;
            }
            if (!TryRead(clean, out var read, out why))
                return false;
            if (read == text)
            {
                canonical = text;
                return true;
            }
            text = read;
        }
        why = "It changes with every reading, as text that was escaped over and over does. Send the plain value.";
        return false;
    }

    /// <summary>Brings a clean text nearer to the one form, or says why there is none and what to do. A text in its form is given back as it is.</summary>
    protected abstract bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why);

    private static bool IsBlank(string text) => text.Length <= LongestBlank && FieldCodec.IsBlankSpelling(text);
}
