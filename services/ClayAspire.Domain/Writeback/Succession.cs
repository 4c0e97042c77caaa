using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Domain.Writeback;

/// <summary>What happens to values offered for a lead that was converted. The names are those of the contract file, in lower case.</summary>
public enum OnConversion
{
    /// <summary>They are held for a person to carry over.</summary>
    Hold,

    /// <summary>They go on to the field of the same name of the contact, under that field's own contract.</summary>
    Follow,
}

/// <summary>Where the values go that were offered for a record which lives on as another.</summary>
public static class Succession
{
    /// <summary>What a converted lead becomes.</summary>
    public const string ConvertedTo = "Contact";

    /// <summary>
    /// The cell that the cell's values go on to; null when they stay. A merged record's go to the survivor always: it is the same person. A
    /// converted lead's go to the contact only where the lead's contract follows, the contact's field has a contract, and the flow carries it.
    /// </summary>
    /// <param name="policy">The policy in force.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="live">The record as read.</param>
    /// <param name="field">The field.</param>
    public static CellKey? Of(PolicySet policy, Flow flow, LiveRecord live, string field)
    {
        if (live.SuccessorId is not { } successor)
            return null;
        var (connection, @object, _) = live.Key;
        return live.State switch
        {
            RecordState.Merged => new CellKey(new RecordKey(connection, @object, successor), field),
            RecordState.Converted when policy.Contract(connection, @object, field) is { OnConversion: OnConversion.Follow }
                && policy.Contract(connection, ConvertedTo, field) is not null && flow.Carries(ConvertedTo, field) => new CellKey(new RecordKey(connection, ConvertedTo, successor), field),
            _ => null,
        };
    }
}
