using System.Diagnostics.CodeAnalysis;

namespace ClayAspire.Domain.Standards;

/// <summary>Text to be read by people, such as a company's description: plain, without markup, and never cut.</summary>
internal sealed class ProseStandard() : TextStandard("prose",
    "plain text: no HTML, no control characters, blanks collapsed, line breaks kept as single ones, Unicode form C; never cut", "Makes robots.", "Makes pumps.")
{
    protected override int Longest => int.MaxValue;

    protected override bool KeepsLines => true;

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        why = null;
        if (!CleanText.HasWord(text))
        {
            why = "It holds no words. Send the text, or nothing.";
            return false;
        }
        // One layer a pass: taking tags or entities away may bring others to light.
        canonical = text.AsSpan().ContainsAny('<', '&') ? Markup.Peel(text) : text;
        return true;
    }
}
