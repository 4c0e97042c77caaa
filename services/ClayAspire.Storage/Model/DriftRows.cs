namespace ClayAspire.Storage.Model;

/// <summary>An edit that the CRM's field history told us of. Table <c>field_edit</c>.</summary>
public sealed class FieldEditRow
{
    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>The object.</summary>
    public string Object { get; set; } = "";

    /// <summary>The record.</summary>
    public string RecordId { get; set; } = "";

    /// <summary>The field.</summary>
    public string Field { get; set; } = "";

    /// <summary>When it was edited, by the CRM's clock.</summary>
    public DateTimeOffset EditedAt { get; set; }

    /// <summary>By what kind of editor; a name of <see cref="Domain.Edits.EditorKinds"/>.</summary>
    public string EditedBy { get; set; } = "";

    /// <summary>The CRM's id of the user.</summary>
    public string EditorId { get; set; } = "";

    /// <summary>Whether it is the making of the record.</summary>
    public bool IsCreation { get; set; }

    /// <summary>Whether the history keeps values of the field.</summary>
    public bool HasValues { get; set; }

    /// <summary>The value before; null when blank or not kept.</summary>
    public string? OldValue { get; set; }

    /// <summary>The value after; null when blank or not kept.</summary>
    public string? NewValue { get; set; }

    /// <summary>Why the editor is not known.</summary>
    public string? GapCode { get; set; }

    /// <summary>The same as a sentence.</summary>
    public string? Gap { get; set; }

    /// <summary>What learned of it; one of <see cref="Edits.LearnedBy"/>.</summary>
    public string LearnedBy { get; set; } = "";

    /// <summary>When.</summary>
    public DateTimeOffset LearnedAt { get; set; }
}

/// <summary>One sampling of the drift watch. Table <c>drift_sample</c>.</summary>
public sealed class DriftSampleRow
{
    /// <summary>Its id.</summary>
    public Guid Id { get; set; }

    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>Who asked for it: a user name, or <c>scheduler</c>.</summary>
    public string AskedBy { get; set; } = "";

    /// <summary>How many cells were to be drawn.</summary>
    public int Asked { get; set; }

    /// <summary>The seed of the draw; the same seed draws the same cells from the same ones.</summary>
    public long Seed { get; set; }

    /// <summary>Only what was verified from then …</summary>
    public DateTimeOffset WrittenFrom { get; set; }

    /// <summary>… until then could be drawn.</summary>
    public DateTimeOffset WrittenTo { get; set; }

    /// <summary>How many cells could be drawn.</summary>
    public long Eligible { get; set; }

    /// <summary>How many were drawn.</summary>
    public int Cells { get; set; }

    /// <summary>How many of them had changed.</summary>
    public int Changed { get; set; }

    /// <summary>Calls to the CRM that it cost.</summary>
    public int ApiCalls { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset SampledAt { get; set; }
}

/// <summary>The latest look at one value that a run verified. View <c>drift_latest</c> of table <c>drift_observation</c>.</summary>
public sealed class DriftObservationRow
{
    /// <summary>The sampling.</summary>
    public Guid SampleId { get; set; }

    /// <summary>The run that wrote the value.</summary>
    public Guid RunId { get; set; }

    /// <summary>Its place in the run's plan.</summary>
    public int Ordinal { get; set; }

    /// <summary>The connection.</summary>
    public string Connection { get; set; } = "";

    /// <summary>The object.</summary>
    public string Object { get; set; } = "";

    /// <summary>The record.</summary>
    public string RecordId { get; set; } = "";

    /// <summary>The field.</summary>
    public string Field { get; set; } = "";

    /// <summary>What was written; null when the cell was cleared.</summary>
    public string? WrittenValue { get; set; }

    /// <summary>When it was read back equal.</summary>
    public DateTimeOffset VerifiedAt { get; set; }

    /// <summary>When it was looked at.</summary>
    public DateTimeOffset ObservedAt { get; set; }

    /// <summary>One of <see cref="Drift.DriftOutcomes"/>.</summary>
    public string Outcome { get; set; } = "";

    /// <summary>What was there; null when blank or not seen.</summary>
    public string? SeenValue { get; set; }

    /// <summary>Who had changed it; null when nothing had changed.</summary>
    public string? ChangedBy { get; set; }

    /// <summary>When, where the history tells.</summary>
    public DateTimeOffset? ChangedAt { get; set; }

    /// <summary>The CRM's id of the user who changed it.</summary>
    public string? EditorId { get; set; }

    /// <summary>Why it is not known who changed it.</summary>
    public string? GapCode { get; set; }

    /// <summary>The same as a sentence.</summary>
    public string? Gap { get; set; }
}
