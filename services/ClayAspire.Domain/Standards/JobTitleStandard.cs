using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace ClayAspire.Domain.Standards;

/// <summary>
/// Job titles: one spelling of the words that everybody abbreviates, and capitals. The words keep their order and their meaning;
/// no seniority is read out of them, and what may mean two things is left as it is.
/// </summary>
internal sealed class JobTitleStandard : TextStandard
{
    private const int LongestAcronym = 5;
    private const int LongestUnknownAcronym = 4;

    private static readonly FrozenSet<string> Small = new[] { "an", "and", "as", "at", "by", "de", "der", "des", "di", "du", "et", "for", "für", "in", "of", "on", "the", "to", "und", "with" }
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, string> _words;
    private readonly int _longest;

    public JobTitleStandard() : base("job-title",
        "one spelling of usual abbreviations (SR. MGR → Senior Manager, vice president → VP, C.E.O → CEO) and capitals; no seniority is guessed", "Sales Director", "VP Marketing")
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in DataTable.Rows("title-words.tsv", 1))
            foreach (var spelling in (row.Length > 1 ? DataTable.Names(row[1]) : []).Prepend(row[0]))
                if (!words.TryAdd(WordKey(spelling), row[0]) && words[WordKey(spelling)] != row[0])
                    throw new InvalidOperationException($"title-words.tsv gives '{spelling}' for '{row[0]}' and for '{words[WordKey(spelling)]}'.");
        _words = words.ToFrozenDictionary(StringComparer.Ordinal);
        _longest = words.Keys.Max(k => k.Count(c => c == ' ') + 1);
    }

    protected override bool DropsSymbols => true;

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        canonical = null;
        why = null;
        if (text.Contains('@', StringComparison.Ordinal) || text.Contains("://", StringComparison.Ordinal))
            why = "It is an address. Send the job title.";
        else if (NameCase.Letters(text) < 2)
            why = "It holds no word. Send the job title, or nothing.";
        if (why is not null)
            return false;
        var straight = text.Replace('’', '\'').Replace('–', '-').Replace('—', '-');
        canonical = Rewrite(straight, NameCase.IsUpper(straight));
        return true;
    }

    /// <summary>Word by word, the longest known run of words first; what stands between words stays, but "&amp;" between blanks is "and".</summary>
    private string Rewrite(string text, bool wasUpper)
    {
        var words = text.Split(' ');
        var parts = new List<string>(words.Length);
        for (var at = 0; at < words.Length;)
        {
            var took = 0;
            for (var take = Math.Min(_longest, words.Length - at); take > 0 && took == 0; take--)
            {
                var (core, tail) = Core(string.Join(' ', words[at..(at + take)]));
                if (core.Length > 0 && _words.TryGetValue(WordKey(core), out var known))
                {
                    parts.Add(known + tail);
                    took = take;
                }
            }
            if (took == 0)
            {
                parts.Add(words[at] == "&" && at > 0 && at < words.Length - 1 ? "and" : Word(words[at], isFirst: at == 0, wasUpper));
                took = 1;
            }
            at += took;
        }
        return string.Join(' ', parts);
    }

    /// <summary>A word apart from the comma, colon or bracket after it. A dot after an abbreviation belongs to it.</summary>
    private static (string Core, string Tail) Core(string words)
    {
        var end = words.Length;
        while (end > 0 && words[end - 1] is ',' or ';' or ':' or ')')
            end--;
        return (words[..end], words[end..]);
    }

    private string Word(string word, bool isFirst, bool wasUpper)
    {
        // Parts between slashes, hyphens and brackets are words of their own: Manager/Dir, (sales).
        var split = word.AsSpan().IndexOfAny("/-(+|");
        if (split >= 0 && word.Length > 1)
        {
            var head = split == 0 ? "" : Single(word[..split], isFirst, wasUpper);
            var rest = word[(split + 1)..];
            return head + word[split] + (rest.Length == 0 ? "" : Word(rest, isFirst: true, wasUpper));
        }
        return Single(word, isFirst, wasUpper);
    }

    private string Single(string word, bool isFirst, bool wasUpper)
    {
        var (core, tail) = Core(word);
        if (core.Length > 0 && _words.TryGetValue(WordKey(core), out var known))
            return known + tail;
        if (!isFirst && Small.Contains(core))
            return word.ToLowerInvariant();
        if (NameCase.IsLower(core))
            return NameCase.Capitalised(word);
        // In a title of mixed case a short word in capitals is an abbreviation; where all is in capitals, only one without vowels is.
        var isAcronym = NameCase.IsUpper(core) && (wasUpper ? core.Length <= LongestUnknownAcronym && NameCase.HasNoVowel(core) : core.Length <= LongestAcronym);
        return NameCase.IsUpper(core) && !isAcronym ? NameCase.Capitalised(word) : word;
    }

    /// <summary>Two spellings of a word have one key: no dots, small letters. Signs such as &amp; count, for R&amp;D is no R D.</summary>
    private static string WordKey(string words) =>
        words.Replace(".", "", StringComparison.Ordinal).Replace(" & ", "&", StringComparison.Ordinal).ToLowerInvariant();
}
