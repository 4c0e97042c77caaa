using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace ClayAspire.Domain.Standards;

/// <summary>
/// Names of companies. The legal form stays and is spelled in one way; a name typed in one case gets its capitals, but for what may be an abbreviation.
/// </summary>
internal sealed class CompanyNameStandard : TextStandard
{
    private const int LongestAbbreviation = 4;
    private const int LongestShortWord = 3;

    // Short words of company names that are no abbreviations.
    private static readonly FrozenSet<string> Words = new[]
    {
        "air", "all", "and", "art", "big", "box", "by", "car", "das", "de", "del", "der", "des", "di", "die", "for", "fur", "für", "in", "la", "le", "les", "los", "new", "of", "old", "on",
        "one", "our", "pro", "red", "sea", "sky", "sun", "tea", "the", "top", "und", "van", "von", "web",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Small = new[] { "and", "by", "de", "del", "der", "des", "di", "for", "für", "in", "of", "on", "und", "van", "von" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, string> _forms;
    private readonly int _longestForm;

    public CompanyNameStandard() : base("company-name",
        "tidies blanks; spells the legal form in one way (GMBH → GmbH, Acme, Incorporated → Acme Inc.); a name typed in one case gets its capitals, but for abbreviations (IBM, BMW)", "Acme Inc.", "Musterwerk GmbH")
    {
        var forms = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in DataTable.Rows("legal-forms.tsv", 1))
            foreach (var spelling in (row.Length > 1 ? DataTable.Names(row[1]) : []).Prepend(row[0]))
                if (!forms.TryAdd(FormKey(spelling), row[0]) && forms[FormKey(spelling)] != row[0])
                    throw new InvalidOperationException($"legal-forms.tsv gives '{spelling}' for '{row[0]}' and for '{forms[FormKey(spelling)]}'.");
        _forms = forms.ToFrozenDictionary(StringComparer.Ordinal);
        _longestForm = _forms.Keys.Max(k => k.Count(c => c == ' ') + 1) + 2;
    }

    protected override bool DropsSymbols => true;

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        why = null;
        if (text.Contains('@', StringComparison.Ordinal) || text.Contains("://", StringComparison.Ordinal))
            why = "It is an address. Send the company's name.";
        else if (!CleanText.HasWord(text))
            why = "It holds neither letter nor digit. Send the company's name, or nothing.";
        if (why is not null)
            return false;
        var (name, form) = Split(text);
        name = NameCase.IsOneCase(name) ? Recase(name) : name;
        canonical = form is null ? name : $"{name} {form}";
        return true;
    }

    /// <summary>Two spellings of a form have one key: small letters, no accents, no dots. A/S and AS are two forms, and Co. KG is not &amp; Co. KG.</summary>
    private static string FormKey(string spelling) =>
        LookupKey.Of(spelling.Replace("/", "slash", StringComparison.Ordinal).Replace("&", " plus ", StringComparison.Ordinal));

    /// <summary>Parts the name from the longest legal form at its end. Something must be left of the name.</summary>
    private (string Name, string? Form) Split(string text)
    {
        var words = text.Split(' ');
        for (var take = Math.Min(_longestForm, words.Length - 1); take > 0; take--)
        {
            var end = string.Join(' ', words[^take..]);
            if (!_forms.TryGetValue(FormKey(end), out var form))
                continue;
            var name = string.Join(' ', words[..^take]).TrimEnd(',', ' ');
            // A form that follows a joining word is part of the name: "Smith & Co" is a name.
            if (name.Length > 0 && name[^1] is not ('&' or '+') && !name.EndsWith(" and", StringComparison.OrdinalIgnoreCase))
                return (name, form);
        }
        return (text, null);
    }

    private static string Recase(string name)
    {
        var words = name.Split(' ');
        var wasUpper = NameCase.IsUpper(name);
        if (words.Length == 1 && name.Length <= (wasUpper ? LongestAbbreviation : LongestShortWord))
            return name;
        for (var i = 0; i < words.Length; i++)
        {
            var bare = words[i].TrimEnd(',', '.');
            if (NameCase.Letters(bare) != bare.EnumerateRunes().Count(r => r.Value is not ('-' or '\'')))
                continue;
            if (i > 0 && i < words.Length - 1 && Small.Contains(bare))
                words[i] = words[i].ToLowerInvariant();
            else if (!(wasUpper && IsAbbreviation(bare)))
                words[i] = NameCase.Capitalised(words[i]);
        }
        return string.Join(' ', words);
    }

    private static bool IsAbbreviation(string word) =>
        (word.Length <= LongestShortWord && !Words.Contains(word)) || (word.Length <= LongestAbbreviation && NameCase.HasNoVowel(word));
}
