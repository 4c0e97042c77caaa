using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Pardot;

/// <summary>The fields of a prospect as API v5 names and spells them.</summary>
internal static class ProspectFields
{
    private static readonly FrozenDictionary<string, Func<Record, object?>> Computed = new Dictionary<string, Func<Record, object?>>(StringComparer.Ordinal)
    {
        ["id"] = r => (decimal)SalesforceId.NumberOf(r.Id),
        ["salesforceId"] = r => r["salesforceContactId"] ?? r["salesforceLeadId"],
        ["isDeleted"] = r => r.IsDeleted,
        ["createdAt"] = r => r["CreatedDate"],
        ["updatedAt"] = r => r["SystemModstamp"],
        ["updatedById"] = r => r["LastModifiedById"] is string id ? (decimal)SalesforceId.NumberOf(id) : null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Stored = new[]
    {
        "email", "firstName", "lastName", "company", "salesforceLeadId", "salesforceContactId", "salesforceAccountId", "salesforceOwnerId", "salesforceCampaignId", "salesforceLastSync",
        "isEmailHardBounced", "emailBouncedAt", "emailBouncedReason", "isDoNotEmail", "isDoNotCall", "optedOut", "isReviewed", "score", "grade", "lastActivityAt", "source", "campaignId",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool Exists(string name) => Computed.ContainsKey(name) || Stored.Contains(name);

    public static object? Value(Record prospect, string name) => Computed.TryGetValue(name, out var compute) ? compute(prospect) : prospect[name];

    public static void Write(Utf8JsonWriter json, Record prospect, IEnumerable<string> names)
    {
        json.WriteStartObject();
        foreach (var name in names)
        {
            json.WritePropertyName(name);
            switch (Value(prospect, name))
            {
                case null: json.WriteNullValue(); break;
                case bool flag: json.WriteBooleanValue(flag); break;
                case decimal number: json.WriteNumberValue(number); break;
                case DateTimeOffset moment: json.WriteStringValue(moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)); break;
                case var text: json.WriteStringValue((string)text); break;
            }
        }

        json.WriteEndObject();
    }
}
