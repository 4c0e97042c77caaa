using System.Diagnostics.CodeAnalysis;
using PhoneNumbers;

namespace ClayAspire.Domain.Standards;

/// <summary>
/// Telephone numbers in E.164, an extension after them. What counts as a valid number is Google's metadata
/// (libphonenumber): right length and range for its country, not that anybody answers.
/// </summary>
/// <param name="region">ISO 3166 alpha-2 code of the country whose national numbers are understood; null when only international ones are.</param>
internal sealed class PhoneStandard(string? region) : TextStandard("phone",
    "E.164 (+4930901820), an extension as \" ext. 12\"; a number without country code needs the contract's region", "+4930901820", "+442079460958")
{
    private static PhoneNumberUtil Numbers => PhoneNumberUtil.GetInstance();

    protected override int Longest => 100;

    /// <summary>Whether numbers of a region can be read: an ISO 3166 alpha-2 code in capitals.</summary>
    public static bool Knows(string region) => Numbers.GetSupportedRegions().Contains(region);

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        why = null;
        PhoneNumber number;
        try
        {
            // 00 is the international prefix of most of the world; where a region is given, its own prefixes count.
            number = Numbers.Parse(region is null && text.StartsWith("00", StringComparison.Ordinal) ? $"+{text.AsSpan(2)}" : text, region);
        }
        // The library's only way to say that a text is no number.
        catch (NumberParseException e)
        {
            why = e.ErrorType == ErrorType.INVALID_COUNTRY_CODE && region is null
                ? "It has no country code. Send it with +, or give the contract a region:."
                : "It is no telephone number. Send one number, with + and country code.";
            return false;
        }
        if (!Numbers.IsValidNumber(number))
        {
            why = "It is no valid number of its country: length or range is wrong. Send it with + and country code.";
            return false;
        }
        var e164 = Numbers.Format(number, PhoneNumberFormat.E164);
        canonical = string.IsNullOrEmpty(number.Extension) ? e164 : $"{e164} ext. {number.Extension}";
        return true;
    }
}
