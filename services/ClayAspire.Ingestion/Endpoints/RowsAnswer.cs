using System.Text.Json.Serialization;
using ClayAspire.Ingestion.Parsing;
using ClayAspire.Ingestion.Receiving;

namespace ClayAspire.Ingestion.Endpoints;

/// <summary>The answer to a webhook. Short, because Clay shows it in a table's cell.</summary>
/// <param name="Status"><c>accepted</c>, or <c>quarantined</c> when not one row could be read.</param>
/// <param name="Id">For one row, the signal's id.</param>
/// <param name="Duplicate">For one row, whether it was there before.</param>
/// <param name="Accepted">For several rows, how many were stored as new.</param>
/// <param name="Duplicates">For several rows, how many were there before.</param>
/// <param name="Quarantined">How many could not be read.</param>
/// <param name="Reasons">Why, for the first few of them.</param>
internal sealed record RowsAnswer(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Id = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Duplicate = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Accepted = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Duplicates = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Quarantined = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RowReason>? Reasons = null)
{
    private const int MostReasons = 5;

    public static RowsAnswer Of(Receipt receipt, bool isSingle, IReadOnlyList<ParsedRow> rows)
    {
        RowReason[] reasons = [.. rows.Where(r => r.Fault is not null).Take(MostReasons).Select(r => new RowReason(r.Line, r.Fault!.Code, r.Fault.Message))];
        var status = receipt.Accepted + receipt.Duplicates == 0 && receipt.Quarantined > 0 ? "quarantined" : "accepted";
        if (isSingle)
        {
            return receipt.Quarantined > 0
                ? new RowsAnswer(status, Quarantined: 1, Reasons: reasons)
                : new RowsAnswer(status, receipt.FirstId, receipt.Duplicates > 0 ? true : null);
        }
        return new RowsAnswer(status, Accepted: receipt.Accepted, Duplicates: receipt.Duplicates, Quarantined: receipt.Quarantined,
            Reasons: reasons.Length > 0 ? reasons : null);
    }
}

/// <summary>Why one row stands in the quarantine.</summary>
/// <param name="Line">Its line, or its position in the array, from 1.</param>
/// <param name="Code">A stable code.</param>
/// <param name="Reason">What is wrong and what to do.</param>
internal sealed record RowReason(long Line, string Code, string Reason);

/// <summary>Whether signals wait for the worker.</summary>
/// <param name="HasPending">True while any waits.</param>
internal sealed record PendingAnswer(bool HasPending);
