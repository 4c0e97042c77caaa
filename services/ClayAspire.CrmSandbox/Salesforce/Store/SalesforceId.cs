namespace ClayAspire.CrmSandbox.Salesforce.Store;

/// <summary>Record ids: three letters of object, an org part, a number in base 62, and the three check letters of the 18-letter form.</summary>
internal static class SalesforceId
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string CheckLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    private const int NumberLength = 9;

    /// <summary>The 18-letter id of the <paramref name="number"/>-th record of an object in an org.</summary>
    public static string Create(string keyPrefix, string orgPart, long number)
    {
        Span<char> id = stackalloc char[18];
        keyPrefix.CopyTo(id);
        orgPart.CopyTo(id[3..]);
        for (var i = 14; i >= 6; i--)
        {
            id[i] = Digits[(int)(number % 62)];
            number /= 62;
        }

        WriteCheck(id);
        return new string(id);
    }

    /// <summary>The number inside an id made by <see cref="Create"/>.</summary>
    public static long NumberOf(string id)
    {
        long number = 0;
        foreach (var c in id.AsSpan(6, NumberLength))
            number = number * 62 + Digits.IndexOf(c, StringComparison.Ordinal);
        return number;
    }

    /// <summary>15- and 18-letter ids to the 18-letter form; null when the text is no id. The first 15 letters are case-sensitive.</summary>
    public static string? Normalize(string? text)
    {
        if (text is null || text.Length is not (15 or 18))
            return null;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c))
                return null;
        }

        Span<char> id = stackalloc char[18];
        text.AsSpan(0, 15).CopyTo(id);
        WriteCheck(id);
        return text.Length == 15 || id[15..].Equals(text.AsSpan(15), StringComparison.OrdinalIgnoreCase) ? new string(id) : null;
    }

    private static void WriteCheck(Span<char> id)
    {
        for (var block = 0; block < 3; block++)
        {
            var bits = 0;
            for (var i = 0; i < 5; i++)
            {
                if (char.IsAsciiLetterUpper(id[block * 5 + i]))
                    bits |= 1 << i;
            }

            id[15 + block] = CheckLetters[bits];
        }
    }
}
