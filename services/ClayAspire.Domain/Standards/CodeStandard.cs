using System.Diagnostics.CodeAnalysis;

namespace ClayAspire.Domain.Standards;

/// <summary>Codes and keys that machines made: one token of ASCII. Capitals are kept, for they may tell two codes apart.</summary>
internal sealed class CodeStandard() : TextStandard("code",
    "one token of ASCII letters, digits and . _ : / + # -, capitals as they are", "A-100", "B-200")
{
    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = text;
        why = null;
        var tokens = false;
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                tokens = true;
            else if (!"._:/+#-".Contains(c, StringComparison.Ordinal))
                why = "It holds a blank or a sign that codes do not have. Send the code alone.";
        }
        if (!tokens)
            why ??= "It holds neither letter nor digit. Send the code, or nothing.";
        if (why is null)
            return true;
        canonical = null;
        return false;
    }
}
