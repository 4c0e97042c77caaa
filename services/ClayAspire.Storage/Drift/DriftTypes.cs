using ClayAspire.Domain.Edits;

namespace ClayAspire.Storage.Drift;

/// <summary>The outcomes as the tables spell them.</summary>
public static class DriftOutcomes
{
    /// <summary>The value is still there.</summary>
    public const string Kept = "kept";

    /// <summary>Another value is there, or none.</summary>
    public const string Changed = "changed";

    /// <summary>The record is gone.</summary>
    public const string Gone = "gone";

    /// <summary>The integration user cannot see the field any more.</summary>
    public const string NotVisible = "not-visible";

    /// <summary>The spelling of an outcome.</summary>
    public static string Of(DriftOutcome outcome) => outcome switch
    {
        DriftOutcome.Kept => Kept,
        DriftOutcome.Changed => Changed,
        DriftOutcome.Gone => Gone,
        DriftOutcome.NotVisible => NotVisible,
    };

    /// <summary>The outcome of a spelling.</summary>
    public static DriftOutcome Read(string name) => Enum.GetValues<DriftOutcome>().First(o => Of(o) == name);
}

/// <summary>A field that the drift watch may look at.</summary>
/// <param name="Object">The object.</param>
/// <param name="Field">The field.</param>
public readonly record struct WatchedField(string Object, string Field);

/// <summary>What a sampling is to draw.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Fields">The fields that may be read: those with a contract.</param>
/// <param name="From">Only what was verified from then …</param>
/// <param name="To">… until then.</param>
/// <param name="Cells">How many cells at most.</param>
/// <param name="Seed">The seed; the same seed draws the same cells from the same ones.</param>
public sealed record DriftDraw(string Connection, IReadOnlyCollection<WatchedField> Fields, DateTimeOffset From, DateTimeOffset To, int Cells, long Seed);

/// <summary>Cells drawn.</summary>
/// <param name="Cells">The cells.</param>
/// <param name="Eligible">From how many they were drawn.</param>
public sealed record DrawnCells(IReadOnlyList<WrittenCell> Cells, long Eligible);

/// <summary>What of a field we wrote is still there, and who changed the rest. Each value written counts once, by its latest look.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object.</param>
/// <param name="Field">The field.</param>
/// <param name="Sample">Values looked at and seen: kept and changed.</param>
/// <param name="Changed">Values that had changed.</param>
/// <param name="ByHuman">… by a person.</param>
/// <param name="ByIntegration">… by another integration.</param>
/// <param name="ByAutomation">… by an automation of the CRM.</param>
/// <param name="ByUs">… under our own user, though no run of ours wrote it.</param>
/// <param name="ByUnknown">… by whom nobody knows.</param>
/// <param name="Gone">Values whose record is gone; no part of the sample.</param>
/// <param name="NotVisible">Values that cannot be seen any more; no part of the sample.</param>
/// <param name="LastObservedAt">When one was looked at last.</param>
public sealed record DriftRate(
    string Connection, string Object, string Field, long Sample, long Changed,
    long ByHuman, long ByIntegration, long ByAutomation, long ByUs, long ByUnknown, long Gone, long NotVisible, DateTimeOffset LastObservedAt)
{
    /// <summary>The share that changed, by whomever.</summary>
    public Share Rate => new(Changed, Sample);

    /// <summary>The share that one kind of editor changed.</summary>
    public Share RateOf(EditorKind by) => new(Count(by), Sample);

    /// <summary>How many one kind of editor changed.</summary>
    public long Count(EditorKind by) => by switch
    {
        EditorKind.Human => ByHuman,
        EditorKind.Integration => ByIntegration,
        EditorKind.Automation => ByAutomation,
        EditorKind.Us => ByUs,
        _ => ByUnknown,
    };
}

/// <summary>Which looks are asked for; null asks for all.</summary>
/// <param name="Since">Looked at since then.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Object">The object.</param>
/// <param name="Field">The field.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="By">Who had changed it.</param>
/// <param name="Record">The record's id.</param>
public sealed record DriftFilter(
    DateTimeOffset Since, string? Connection = null, string? Object = null, string? Field = null, string? Outcome = null, string? By = null, string? Record = null);
