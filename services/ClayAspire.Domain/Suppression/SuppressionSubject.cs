using ClayAspire.Domain.Standards;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Suppression;

/// <summary>What an entry of the list is about.</summary>
public enum SuppressionKind
{
    /// <summary>One e-mail address, known by its key alone.</summary>
    Address,

    /// <summary>An internet domain with everything below it, in plain text: a company, not a person.</summary>
    Domain,
}

/// <summary>What an entry of the list is about, in the form in which it is kept.</summary>
/// <param name="Kind">Address or domain.</param>
/// <param name="Match">The key of the address (see <see cref="SuppressionKey"/>), or the domain.</param>
public sealed record SuppressionSubject(SuppressionKind Kind, string Match)
{
    private const int KeyLength = 64;

    private static readonly IStandard Emails = StandardRegistry.Find("email")!;
    private static readonly IStandard Domains = StandardRegistry.Find("domain")!;

    /// <summary>Reads what a person names: an e-mail address, the key of one as an export has it, or a domain.</summary>
    /// <param name="text">The text.</param>
    /// <param name="refusal">Why it is none of these; never quotes the text, which may be personal. Null when it is one.</param>
    /// <returns>The subject; null when refused.</returns>
    public static SuppressionSubject? Read(string? text, out Reason? refusal)
    {
        var trimmed = text?.Trim() ?? "";
        refusal = null;
        if (trimmed.Length == KeyLength && trimmed.All(char.IsAsciiHexDigitLower))
            return new SuppressionSubject(SuppressionKind.Address, trimmed);
        var isAddress = trimmed.Contains('@', StringComparison.Ordinal) && !trimmed.Contains("//", StringComparison.Ordinal);
        // "@example.com" is how mail tools write a whole domain.
        if (isAddress && trimmed[0] != '@')
        {
            if (Emails.TryStandardise(trimmed, out var email, out _))
                return new SuppressionSubject(SuppressionKind.Address, SuppressionKey.Of(email));
        }
        else if (Domains.TryStandardise(trimmed, out var domain, out _))
        {
            return new SuppressionSubject(SuppressionKind.Domain, domain);
        }
        refusal = new Reason("bad-subject", "It is no e-mail address, key or domain. Write it as name@example.com, as the 64 hex digits of an export, or as example.com.");
        return null;
    }
}
