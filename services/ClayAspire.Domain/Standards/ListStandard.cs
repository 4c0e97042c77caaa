using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace ClayAspire.Domain.Standards;

/// <summary>A closed list of standard names with other names for each, from a table.</summary>
internal sealed class ListStandard : TextStandard
{
    private readonly FrozenSet<string> _names;
    private readonly FrozenDictionary<string, string> _keys;
    private readonly int _longest;
    private readonly string _unknown;

    /// <summary>Makes the standard.</summary>
    /// <param name="name">The name that policy files use.</param>
    /// <param name="does">What it does.</param>
    /// <param name="sample">A standard name.</param>
    /// <param name="otherSample">Another.</param>
    /// <param name="unknown">What is said of a name that the list does not have.</param>
    /// <param name="entries">Standard name → other names.</param>
    /// <exception cref="ArgumentException">Two standard names share a spelling.</exception>
    private ListStandard(string name, string does, string sample, string otherSample, string unknown, IEnumerable<(string Standard, IEnumerable<string> Others)> entries)
        : base(name, does, sample, otherSample)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (standard, others) in entries)
            foreach (var other in others.Prepend(standard))
                if (!keys.TryAdd(LookupKey.Of(other), standard) && keys[LookupKey.Of(other)] != standard)
                    throw new ArgumentException($"'{other}' is given for '{standard}' and for '{keys[LookupKey.Of(other)]}'.", nameof(entries));
        _names = keys.Values.ToFrozenSet(StringComparer.Ordinal);
        _keys = keys.ToFrozenDictionary(StringComparer.Ordinal);
        // Punctuation and accents make a spelling longer than its key, but not without end.
        _longest = 4 * keys.Keys.Max(k => k.Length);
        _unknown = unknown;
    }

    /// <summary>ISO 3166 countries, under their short English names.</summary>
    public static ListStandard Countries() => new("country",
        "ISO 3166 codes, English, native and other names become the short English name", "United States", "Germany",
        "It is no country name or ISO 3166 code of the standard, or it may mean more than one country. Send the English name or the two-letter code; a spelling that is missing belongs in countries.tsv.",
        DataTable.Rows("countries.tsv", 3).Select(row => (row[2], (row.Length > 3 ? DataTable.Names(row[3]) : []).Append(row[0]).Append(row[1]))));

    /// <summary>The industries of Salesforce's standard picklist.</summary>
    public static ListStandard Industries() => new("industry",
        "names of industries as LinkedIn, HubSpot and people write them become the value of Salesforce's standard picklist", "Manufacturing", "Technology",
        "No industry of Salesforce's standard picklist is known for it. Send one of that picklist; a name that belongs to one of them belongs in industries.tsv.",
        DataTable.Rows("industries.tsv", 1).Select(row => (row[0], (IEnumerable<string>)(row.Length > 1 ? DataTable.Names(row[1]) : []))));

    protected override bool TryRead(string text, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? why)
    {
        why = null;
        canonical = null;
        // What is standard already costs one look.
        if (_names.Contains(text))
            canonical = text;
        else if (text.Length <= _longest)
            canonical = _keys.GetValueOrDefault(LookupKey.Of(text));
        if (canonical is not null)
            return true;
        why = _unknown;
        return false;
    }
}
