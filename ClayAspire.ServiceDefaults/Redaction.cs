namespace ClayAspire.ServiceDefaults;

/// <summary>Takes out of text what must not leave the process: personal data and secrets.</summary>
public static class Redaction
{
    private const string Mark = "***";

    // Record ids have 15 or 18 characters; tokens in paths (webhooks) are longer.
    private const int LongestSegment = 20;

    // Longer runs of digits may be telephone numbers.
    private const int LongestNumber = 6;

    /// <summary>A path in which every segment that could be an e-mail address, a telephone number or a token is replaced by <c>***</c>.</summary>
    /// <param name="path">An absolute path without query, still escaped.</param>
    public static string OfPath(string path) =>
        string.Join('/', path.Split('/').Select(s => IsHarmless(s) ? s : Mark));

    private static bool IsHarmless(string segment)
    {
        var digits = 0;
        foreach (var c in segment)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
                return false;
            digits = char.IsAsciiDigit(c) ? digits + 1 : 0;
            if (digits > LongestNumber && segment.All(char.IsAsciiDigit))
                return false;
        }

        return segment.Length <= LongestSegment;
    }
}
