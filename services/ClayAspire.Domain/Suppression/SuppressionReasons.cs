using System.Globalization;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Domain.Suppression;

/// <summary>The reasons that the suppression filter gives. Codes are stable; texts name no person and no address.</summary>
public static class SuppressionReasons
{
    /// <summary>The code of a record that is suppressed.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>The code of a record of which a field could not be seen.</summary>
    public const string NotVisible = "suppression-not-visible";

    /// <summary>The code of a record that nobody looked up.</summary>
    public const string NotRead = "suppression-not-read";

    /// <summary>Every code.</summary>
    public static IReadOnlyList<string> Codes { get; } = [Suppressed, NotVisible, NotRead];

    /// <summary>A field of the record says so.</summary>
    public static Reason ByField(Flow flow, RecordKey record, SuppressionCondition condition, FieldValue value) => new(Suppressed,
        $"The record is suppressed ({condition.Means}): {record.Object}.{condition.Field} {(condition.Values.Count > 0 ? $"is '{value}'" : "is filled")}. Flow '{flow.Name}' leaves it alone until that is taken back in the CRM.");

    /// <summary>The list says so of the record's address or domain.</summary>
    public static Reason ByList(Flow flow, ListedSuppression listed)
    {
        var what = listed.Kind == SuppressionKind.Domain ? "domain" : "e-mail address";
        var day = listed.Since.UtcDateTime.ToString("d MMM yyyy", CultureInfo.InvariantCulture);
        var told = listed.Source == ListedSuppression.Person ? $"a person listed its {what} on {day}" : $"source '{listed.Source}' said so of its {what} on {day}";
        return new Reason(Suppressed, $"The record is suppressed ({listed.Reason}): {told}. Flow '{flow.Name}' leaves it alone; no later signal lifts that, only a person on the page Suppression.");
    }

    /// <summary>The integration user cannot see a field by which suppressed records are told.</summary>
    public static Reason FieldNotVisible(RecordKey record, string field) => new(NotVisible,
        $"The integration user cannot see {record.Object}.{field}, by which suppression.yaml tells suppressed records. Give it read rights on the field.");

    /// <summary>Nobody looked.</summary>
    public static Reason NotLookedUp(RecordKey record) => new(NotRead,
        $"Whether this {record.Object} is suppressed was not looked up. Make a new plan.");
}
