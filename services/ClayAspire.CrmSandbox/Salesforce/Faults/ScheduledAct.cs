using System.Text.Json;

namespace ClayAspire.CrmSandbox.Salesforce.Faults;

/// <summary>Something that happens to the org in the middle of somebody's work.</summary>
internal sealed record ScheduledAct
{
    /// <summary>Before the client's n-th write from now on (1: the next).</summary>
    public int BeforeWrite { get; init; }

    /// <summary>Before the client's n-th read from now on.</summary>
    public int BeforeRead { get; init; }

    /// <summary>What happens.</summary>
    public required ActKind Do { get; init; }

    /// <summary>The record: of an edit, a deletion, a conversion; the survivor of a merge.</summary>
    public string? Id { get; init; }

    /// <summary>The losers of a merge.</summary>
    public IReadOnlyList<string>? Others { get; init; }

    /// <summary>New values of an edit.</summary>
    public JsonElement? Fields { get; init; }

    /// <summary>Who edits; a person in sales when nobody is named.</summary>
    public string By { get; init; } = "human";

    /// <summary>Object and field of a right or a picklist.</summary>
    public string? Object { get; init; }

    public string? Field { get; init; }

    /// <summary>The picklist value that is taken away.</summary>
    public string? Value { get; init; }

    /// <summary>Whether a revoked right leaves reading.</summary>
    public bool KeepRead { get; init; }
}

/// <summary>What can happen in between.</summary>
internal enum ActKind
{
    ExpireSessions,
    ExhaustQuota,
    Edit,
    Delete,
    Convert,
    Merge,
    RevokeField,
    RemovePicklistValue,
}
