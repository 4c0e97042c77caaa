namespace ClayAspire.Storage.Model;

/// <summary>The last values read of one CRM record. Table <c>crm_record</c>.</summary>
public sealed class CrmRecordRow
{
    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>The object.</summary>
    public string Object { get; set; } = "";

    /// <summary>The record's id in the CRM.</summary>
    public string RecordId { get; set; } = "";

    /// <summary>The e-mail address in lower case; null when blank.</summary>
    public string? EmailKey { get; set; }

    /// <summary>The value of the external id field; null when blank.</summary>
    public string? ExternalKey { get; set; }

    /// <summary>The CRM's own version mark.</summary>
    public string Version { get; set; } = "";

    /// <summary><c>live</c>, <c>converted</c>, <c>merged</c> or <c>deleted</c>.</summary>
    public string State { get; set; } = "live";

    /// <summary>What it was converted to or merged into.</summary>
    public string? SuccessorId { get; set; }

    /// <summary>A JSON object: canonical text by field; a blank field is absent.</summary>
    public string Fields { get; set; } = "{}";

    /// <summary>When it was made in the CRM.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it was last read.</summary>
    public DateTimeOffset ReadAt { get; set; }
}

/// <summary>How far the mirror of one object is. Table <c>mirror_cursor</c>.</summary>
public sealed class MirrorCursorRow
{
    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>The object.</summary>
    public string Object { get; set; } = "";

    /// <summary>Changes up to this time were read.</summary>
    public DateTimeOffset? ReadUntil { get; set; }

    /// <summary>When everything was last read, formulas included.</summary>
    public DateTimeOffset? LastFullAt { get; set; }

    /// <summary>When the cursor moved last.</summary>
    public DateTimeOffset UpdatedAt { get; set; }
}
