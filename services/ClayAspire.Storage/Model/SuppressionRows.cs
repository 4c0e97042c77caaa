namespace ClayAspire.Storage.Model;

/// <summary>An entry of the list of suppression. Table <c>suppression</c>.</summary>
public sealed class SuppressionRow
{
    /// <summary>Its id.</summary>
    public long Id { get; set; }

    /// <summary>What it is about: <c>address</c> or <c>domain</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The key of the address, or the domain.</summary>
    public string Match { get; set; } = "";

    /// <summary>The reason's name.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Since when it is so, at the source; for an entry that a person made, when it was made.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>Which source's signal said so, or <c>person</c>.</summary>
    public string Source { get; set; } = "";

    /// <summary>The signal; null when a person made the entry.</summary>
    public long? SignalId { get; set; }

    /// <summary>Who made the entry; null when a signal did.</summary>
    public string? AddedBy { get; set; }

    /// <summary>Why, in that person's words.</summary>
    public string? Note { get; set; }

    /// <summary>When it came on the list.</summary>
    public DateTimeOffset ListedAt { get; set; }

    /// <summary>When it was taken off; null while it stands.</summary>
    public DateTimeOffset? RemovedAt { get; set; }

    /// <summary>Who took it off.</summary>
    public string? RemovedBy { get; set; }

    /// <summary>Why.</summary>
    public string? RemovedWhy { get; set; }
}
