using System.Text.RegularExpressions;

namespace ClayAspire.Ingestion.Smartlead;

/// <summary>What a bounce says of the address.</summary>
internal enum BounceClass
{
    /// <summary>Nothing that can be read.</summary>
    Unknown,

    /// <summary>The address takes no mail, for good.</summary>
    Hard,

    /// <summary>The address took no mail this time.</summary>
    Soft,

    /// <summary>Our mailbox or domain was refused; it says nothing of the address.</summary>
    Sender,
}

/// <summary>
/// Reads a delivery status notification's text. Smartlead documents no hard/soft flag, so the enhanced status code
/// (RFC 3463) decides, then the basic reply code (RFC 5321).
/// </summary>
internal static partial class BounceClassifier
{
    /// <summary>Classifies by the event's texts: category, reason, message.</summary>
    public static BounceClass Classify(IEnumerable<string> texts)
    {
        var all = string.Join('\n', texts);
        if (all.Contains("sender originated bounce", StringComparison.OrdinalIgnoreCase))
            return BounceClass.Sender;
        BounceClass? soft = null;
        foreach (Match code in EnhancedCode().Matches(all))
        {
            var found = (code.Groups["class"].Value, code.Groups["subject"].Value, code.Groups["detail"].Value) switch
            {
                // Policy and block lists are about us ("550 5.7.1 … blocked using …").
                ("5", "7", _) => BounceClass.Sender,
                // A full mailbox exists; an expired delivery never reached one.
                ("5", "2", "2") or ("5", "4", "7") => BounceClass.Soft,
                ("5", _, _) => BounceClass.Hard,
                _ => BounceClass.Soft,
            };
            // A log of attempts may start with 4.x.x and end with the 5.x.x that counts.
            if (found != BounceClass.Soft)
                return found;
            soft = found;
        }
        if (soft is { } transient)
            return transient;
        var basic = BasicCode().Match(all).Groups["code"].Value;
        return basic switch
        {
            "" => BounceClass.Unknown,
            ['4', ..] => BounceClass.Soft,
            _ => BounceClass.Hard,
        };
    }

    // Neither part of an IP address nor of a version number.
    [GeneratedRegex(@"(?<![\d.])(?<class>[45])\.(?<subject>\d{1,3})\.(?<detail>\d{1,3})(?!\.?\d)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EnhancedCode();

    [GeneratedRegex(@"(?<![\d.])(?<code>421|45[0-2]|55[0136])[ -](?!\d)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BasicCode();
}
