namespace ClayAspire.Storage.Model;

/// <summary>A formula that did not equal what it is made of. Table <c>discrepancy</c>.</summary>
public sealed class DiscrepancyRow
{
    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>The object.</summary>
    public string Object { get; set; } = "";

    /// <summary>The record.</summary>
    public string RecordId { get; set; } = "";

    /// <summary>The formula.</summary>
    public string Field { get; set; } = "";

    /// <summary>What the CRM answered at the last look.</summary>
    public bool Found { get; set; }

    /// <summary>What the sources gave.</summary>
    public bool Expected { get; set; }

    /// <summary>The sources in the order of checks, as JSON; see <see cref="Discrepancies.DiscrepancyStore.SourcesOf"/>.</summary>
    public string Sources { get; set; } = "[]";

    /// <summary>What is wrong, as a code.</summary>
    public string CauseCode { get; set; } = "";

    /// <summary>The same as a sentence with the order of checks.</summary>
    public string Cause { get; set; } = "";

    /// <summary>When it was found first.</summary>
    public DateTimeOffset OpenedAt { get; set; }

    /// <summary>When it was found last.</summary>
    public DateTimeOffset SeenAt { get; set; }

    /// <summary>When it ended; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary><c>healed</c> or <c>accepted</c>.</summary>
    public string? ClosedHow { get; set; }

    /// <summary>Who accepted it.</summary>
    public string? ClosedBy { get; set; }

    /// <summary>Why.</summary>
    public string? ClosedReason { get; set; }
}

/// <summary>One comparison of a connection's formulas. Table <c>formula_check</c>.</summary>
public sealed class FormulaCheckRow
{
    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>Who asked for it.</summary>
    public string AskedBy { get; set; } = "";

    /// <summary>Live records of the mirror that were compared.</summary>
    public long Mirrored { get; set; }

    /// <summary>Those that differed there, or of which one was open: they were read again.</summary>
    public int Looked { get; set; }

    /// <summary>Discrepancies opened.</summary>
    public int Opened { get; set; }

    /// <summary>Discrepancies that agree again.</summary>
    public int Healed { get; set; }

    /// <summary>Open after it.</summary>
    public int StillOpen { get; set; }

    /// <summary>Calls to the CRM.</summary>
    public int ApiCalls { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset CheckedAt { get; set; }
}
