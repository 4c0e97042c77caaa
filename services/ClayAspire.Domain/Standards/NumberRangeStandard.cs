using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ClayAspire.Domain.Standards;

/// <summary>Counts and ranges of them, such as headcounts. Money is not standard: a range does not say its currency.</summary>
internal sealed partial class NumberRangeStandard() : TextStandard("number-range",
    "51-200, 10001+ or 250, from spellings such as \"51 to 200 employees\", \"1,001–5,000\", \"10k+\", \"up to 50\" (0-50)", "51-200", "10001+")
{
    private const string NoRange = "It is no number or range of numbers. Send it as 51-200, 10001+ or 250.";

    // A spreadsheet turns 11-50 into November 1950; nobody can turn it back for sure.
    private const string Date = "It is a date that a spreadsheet made of a range. Send the range as text, such as 11-50.";

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        why = MonthName().IsMatch(text) ? Date : NoRange;
        if (Shape().Match(text) is not { Success: true } shape || !TryCount(shape, "low", out var low))
            return false;
        if (shape.Groups["high"].Success)
        {
            if (shape.Groups["under"].Success || shape.Groups["plus"].Success || !TryCount(shape, "high", out var high) || high < low)
                return false;
            canonical = high == low ? Text(low) : $"{Text(low)}-{Text(high)}";
        }
        else if (shape.Groups["plus"].Success)
        {
            if (shape.Groups["under"].Success)
                return false;
            canonical = $"{Text(low)}+";
        }
        else
        {
            canonical = shape.Groups["under"].Success ? $"0-{Text(low)}" : Text(low);
        }
        why = null;
        return true;
    }

    private static bool TryCount(Match shape, string group, out decimal count)
    {
        var digits = shape.Groups[group].Value.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal);
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out count))
            return false;
        count *= shape.Groups[group + "unit"].Value.ToLowerInvariant() switch
        {
            "k" => 1_000,
            "m" or "mn" => 1_000_000,
            _ => 1,
        };
        return count == decimal.Truncate(count);
    }

    private static string Text(decimal count) => count.ToString("0", CultureInfo.InvariantCulture);

    [GeneratedRegex("""
        ^(?:(?<under>up\ to|<=|≤)\s?)?
        (?<low>\d{1,3}(?:[,'\ ]\d{3}){1,4}|\d{1,12}(?:\.\d{1,2}(?=\s?[kmKM]))?)\s?(?<lowunit>k|mn?)?
        (?:\s?(?:-|–|—|‒|to|bis)\s?(?<high>\d{1,3}(?:[,'\ ]\d{3}){1,4}|\d{1,12}(?:\.\d{1,2}(?=\s?[kmKM]))?)\s?(?<highunit>k|mn?)?)?
        \s?(?<plus>\+|\ or\ more|and\ more|or\ more)?
        (?:\s?(?:employees|people|staff|ftes?|seats|users|mitarbeiter))?$
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Shape();

    [GeneratedRegex(@"^(\d{1,4}[-/ ])?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*([-/ ]\d{1,4})?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MonthName();
}
