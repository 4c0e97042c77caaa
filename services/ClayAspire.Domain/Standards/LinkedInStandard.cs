using System.Diagnostics.CodeAnalysis;

namespace ClayAspire.Domain.Standards;

/// <summary>LinkedIn profiles of people (<c>/in/</c>) and pages of companies and schools, by their slug.</summary>
internal sealed class LinkedInStandard() : TextStandard("linkedin",
    "https://www.linkedin.com/in/slug, or /company/ or /school/, slug in lower case; country hosts, languages and marks are taken away",
    "https://www.linkedin.com/in/ann-example", "https://www.linkedin.com/in/robert-example")
{
    private const string NoProfile = "It is no public LinkedIn profile or page. Send it as https://www.linkedin.com/in/slug; Sales Navigator and search addresses name nobody outside LinkedIn.";
    private const int LongestSlug = 100;

    private static readonly string[] Kinds = ["in", "company", "school", "showcase"];

    protected override int Longest => 2_048;

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        why = null;
        if (Segments(text) is not [var kind, var encoded, ..] || Slug(encoded) is not { } slug)
        {
            why = NoProfile;
            return false;
        }
        canonical = $"https://www.linkedin.com/{kind}/{slug}";
        return true;
    }

    /// <summary>Kind and slug; null when the text leads elsewhere.</summary>
    private static string[]? Segments(string text)
    {
        var trimmed = text.TrimStart('/');
        var bare = Array.Find(Kinds, k => trimmed.StartsWith(k + "/", StringComparison.OrdinalIgnoreCase));
        if (UrlStandard.Read(bare is null ? text : $"www.linkedin.com/{trimmed}") is not { } url
            || (url.Host != "linkedin.com" && !url.Host.EndsWith(".linkedin.com", StringComparison.Ordinal)))
        {
            return null;
        }
        var segments = url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        // The mobile site wrote profiles below /mwlite/.
        if (segments is ["mwlite", ..])
            segments = segments[1..];
        if (segments.Length < 2)
            return null;
        segments[0] = segments[0].ToLowerInvariant();
        return Kinds.Contains(segments[0]) ? segments : null;
    }

    /// <summary>A slug in lower case; letters beyond ASCII stand percent-encoded in UTF-8, as LinkedIn has them in its addresses.</summary>
    private static string? Slug(string encoded)
    {
        var slug = Uri.UnescapeDataString(encoded);
        if (CleanText.Damage(slug) is not null)
            return null;
        slug = Normalisation.Compose(slug.ToLowerInvariant());
        return slug.Length is > 0 and <= LongestSlug && slug.EnumerateRunes().All(r => System.Text.Rune.IsLetterOrDigit(r) || r.Value is '-' or '_' or '.' || IsMark(r))
            && CleanText.HasWord(slug)
            ? Uri.EscapeDataString(slug)
            : null;
    }

    private static bool IsMark(System.Text.Rune rune) =>
        System.Text.Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
