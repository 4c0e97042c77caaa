namespace ClayAspire.Connectors.Salesforce;

/// <summary>Record ids: people paste 15 characters, the API answers 18 whose last three guard the letters' case.</summary>
internal static class SalesforceId
{
    private const string Checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    private static readonly Dictionary<string, string> Prefixes = new(StringComparer.Ordinal)
    {
        ["Lead"] = "00Q",
        ["Contact"] = "003",
        ["Account"] = "001",
        ["Campaign"] = "701",
        ["CampaignMember"] = "00v",
        ["User"] = "005",
    };

    /// <summary>The 18-character form, or null when the text is no id of that object.</summary>
    public static string? Normalize(string @object, string? text)
    {
        var id = text?.Trim();
        if (id is null || id.Length is not (15 or 18) || !id.All(char.IsAsciiLetterOrDigit))
            return null;
        if (Prefixes.TryGetValue(@object, out var prefix) && !id.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        Span<char> suffix = stackalloc char[3];
        for (var block = 0; block < 3; block++)
        {
            var bits = 0;
            for (var i = 0; i < 5; i++)
                if (char.IsAsciiLetterUpper(id[block * 5 + i]))
                    bits |= 1 << i;
            suffix[block] = Checks[bits];
        }
        var full = string.Concat(id.AsSpan(0, 15), suffix);
        return id.Length == 15 || id.Equals(full, StringComparison.OrdinalIgnoreCase) ? full : null;
    }
}
