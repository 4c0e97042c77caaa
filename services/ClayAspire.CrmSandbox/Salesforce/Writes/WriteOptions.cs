using ClayAspire.CrmSandbox.Salesforce.Rest;

namespace ClayAspire.CrmSandbox.Salesforce.Writes;

/// <summary>How rows are written beside what stands in them.</summary>
internal sealed record WriteOptions
{
    /// <summary>What the bulk API does: no header reaches it, and a value of a wrong type is its row's own error.</summary>
    public static WriteOptions Bulk { get; } = new() { TypeErrorsAreRows = true };

    /// <summary>What an edit by hand does.</summary>
    public static WriteOptions ByHand { get; } = new();

    /// <summary>Whether duplicate rules that only alert let the row pass.</summary>
    public bool SaveDuplicates { get; init; }

    /// <summary>Whether new rows pass the assignment rule.</summary>
    public bool AutoAssign { get; init; }

    /// <summary>Whether a value of a wrong type refuses its row alone; else it refuses the request.</summary>
    public bool TypeErrorsAreRows { get; init; }

    /// <summary>Whether a lead may be given a converted status: only the conversion does that.</summary>
    public bool Converts { get; init; }

    /// <summary>Who holds the locks on parents that these rows take; rows of the same holder do not block each other.</summary>
    public object Holder { get; init; } = new();

    /// <summary>Until when those locks stay; null: as long as the ordered fault says.</summary>
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>What the headers of a call ask for.</summary>
    public static WriteOptions Of(ApiCall call) => new()
    {
        SaveDuplicates = Pairs(call.Header("Sforce-Duplicate-Rule-Header")).Contains(("allowSave", "true"), PairComparer),
        AutoAssign = call.Header("Sforce-Auto-Assign") switch
        {
            { Length: 0 } => call.Org.Rules.AutoAssign,
            var text => !text.Equals("FALSE", StringComparison.OrdinalIgnoreCase),
        },
    };

    private static IEqualityComparer<(string, string)> PairComparer { get; } = EqualityComparer<(string Name, string Value)>.Create(
        (a, b) => a.Name.Equals(b.Name, StringComparison.OrdinalIgnoreCase) && a.Value.Equals(b.Value, StringComparison.OrdinalIgnoreCase),
        p => StringComparer.OrdinalIgnoreCase.GetHashCode(p.Name));

    private static IEnumerable<(string Name, string Value)> Pairs(string header) =>
        header.Split(';').Select(p => p.Split('=', 2, StringSplitOptions.TrimEntries)).Where(p => p.Length == 2).Select(p => (p[0], p[1]));
}
