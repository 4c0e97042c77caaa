namespace ClayAspire.Storage.Model;

/// <summary>One export of a campaign's members. Table <c>campaign_export</c>.</summary>
public sealed class CampaignExportRow
{
    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>The campaign's id.</summary>
    public string CampaignId { get; set; } = "";

    /// <summary>The campaign's name; blank until it was read.</summary>
    public string CampaignName { get; set; } = "";

    /// <summary>The webhook's name; null for a CSV file.</summary>
    public string? Webhook { get; set; }

    /// <summary>Who started it.</summary>
    public string AskedBy { get; set; } = "";

    /// <summary>When.</summary>
    public DateTimeOffset AskedAt { get; set; }

    /// <summary>One of <see cref="Exports.ExportStates"/>.</summary>
    public string State { get; set; } = "";

    /// <summary>Members of the campaign.</summary>
    public int Members { get; set; }

    /// <summary>When the members were read.</summary>
    public DateTimeOffset? PreparedAt { get; set; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Who cancelled it.</summary>
    public string? CancelAskedBy { get; set; }

    /// <summary>Why it stopped, or what to know of it.</summary>
    public string? RemarkCode { get; set; }

    /// <summary>The same as a sentence with the remedy.</summary>
    public string? Remark { get; set; }
}

/// <summary>One member of an export. Table <c>campaign_export_row</c>.</summary>
public sealed class CampaignExportMemberRow
{
    /// <summary>The export.</summary>
    public Guid ExportId { get; set; }

    /// <summary>Its place.</summary>
    public int Ordinal { get; set; }

    /// <summary>The campaign member's id.</summary>
    public string MemberId { get; set; } = "";

    /// <summary>Lead or Contact; null when it has neither.</summary>
    public string? PersonObject { get; set; }

    /// <summary>That record's id.</summary>
    public string? PersonId { get; set; }

    /// <summary>What tells the row in Clay.</summary>
    public string RowKey { get; set; } = "";

    /// <summary>One of <see cref="Exports.ExportRowStates"/>.</summary>
    public string State { get; set; } = "";

    /// <summary>Why it is so.</summary>
    public string? ReasonCode { get; set; }

    /// <summary>The same as a sentence.</summary>
    public string? Reason { get; set; }

    /// <summary>What is sent, as JSON; null when there is nothing to send, and when Clay has it.</summary>
    public string? Payload { get; set; }

    /// <summary>When it left.</summary>
    public DateTimeOffset? SentAt { get; set; }
}
