using ClayAspire.Domain.Primitives;

namespace ClayAspire.Connectors;

/// <summary>The changes of one record.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="Changes">Changes by field.</param>
public sealed record RecordUpdate(string Id, IReadOnlyDictionary<string, FieldChange> Changes);

/// <summary>A record that a duplicate rule of the CRM found another one like: a candidate for a match, for a person to look at.</summary>
/// <param name="Object">Its object.</param>
/// <param name="Id">Its id.</param>
/// <param name="Rule">The rule's name.</param>
public sealed record RecordMatch(string Object, string Id, string Rule);

/// <summary>What became of one row of an update.</summary>
public abstract record RowOutcome
{
    private RowOutcome()
    {
    }

    /// <summary>The CRM says that it took the row. Only a read-back proves it.</summary>
    public sealed record Accepted : RowOutcome
    {
        /// <summary>The one instance.</summary>
        public static Accepted Instance { get; } = new();
    }

    /// <summary>The CRM refused the row; nothing of it was written.</summary>
    /// <param name="Rule">The row of the error table.</param>
    /// <param name="Code">The CRM's own code.</param>
    /// <param name="Fields">The fields that the CRM blames; may be empty.</param>
    public sealed record Rejected(ErrorRule Rule, string Code, IReadOnlyList<string> Fields) : RowOutcome
    {
        /// <summary>The records that a duplicate rule found this one like; empty for other refusals, and where the CRM does not name them.</summary>
        public IReadOnlyList<RecordMatch> Matches { get; init; } = [];

        /// <summary>Whether the same row may succeed later without anybody acting.</summary>
        public bool IsRetryable => Rule.Action is ErrorAction.Retry or ErrorAction.Wait;
    }

    /// <summary>The answer was lost: the row may be written or not. Only reading tells.</summary>
    /// <param name="Why">What happened to the answer; a short stable text without personal data.</param>
    /// <param name="MayStillRun">Whether the write may still be under way: nothing came back at all, as after a timeout.</param>
    public sealed record Unknown(string Why, bool MayStillRun) : RowOutcome;
}
