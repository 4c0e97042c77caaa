using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Suppression;

/// <summary>An entry of the list that holds for a record.</summary>
/// <param name="Reason">The reason's name.</param>
/// <param name="Since">When it happened at the source, the earliest time known.</param>
/// <param name="Source">Which source's signal said so; <see cref="Person"/> for an entry that a person made.</param>
/// <param name="Kind">Whether the address itself is listed, or its domain.</param>
public sealed record ListedSuppression(string Reason, DateTimeOffset Since, string Source, SuppressionKind Kind = SuppressionKind.Address)
{
    /// <summary>The source of entries that people make. No source of signals has this name.</summary>
    public const string Person = "person";
}

/// <summary>What is known of a record where it matters to its suppression.</summary>
/// <param name="Values">Values by field.</param>
/// <param name="Listed">What the list says of the record's address and domains.</param>
public sealed record SuppressionFacts(IReadOnlyDictionary<string, FieldValue> Values, IReadOnlyList<ListedSuppression> Listed)
{
    /// <summary>
    /// Nothing speaks for a suppression: for looks at a decision that was made when nothing did, and is checked against the CRM again before
    /// anything is written.
    /// </summary>
    public static SuppressionFacts None { get; } = Assumed(new Dictionary<string, FieldValue>(StringComparer.Ordinal), []);

    /// <summary>Whether a field that has no value here is blank; otherwise it could not be seen.</summary>
    public bool IsWhole { get; private init; }

    /// <summary>The answer that a plan recorded, where that is all that is left of what it saw.</summary>
    public SuppressionAnswer? Recorded { get; private init; }

    /// <summary>Facts of which what is absent is blank, such as those of the mirror.</summary>
    public static SuppressionFacts Assumed(IReadOnlyDictionary<string, FieldValue> values, IReadOnlyList<ListedSuppression> listed) => new(values, listed) { IsWhole = true };

    /// <summary>What is left of what a plan saw: nothing, or the answer that it gave.</summary>
    public static SuppressionFacts Of(Decision decision) => SuppressionReasons.Codes.Contains(decision.Reason.Code)
        ? None with { Recorded = new SuppressionAnswer(decision.Verdict, decision.Reason, decision.WaitsFor) }
        : None;
}

/// <summary>The answer of the suppression filter where it fires.</summary>
/// <param name="Verdict">Refuse for who is suppressed, hold for who may be.</param>
/// <param name="Reason">Why.</param>
/// <param name="WaitsFor">For a hold, who must act.</param>
public sealed record SuppressionAnswer(Verdict Verdict, Reason Reason, string? WaitsFor = null);
