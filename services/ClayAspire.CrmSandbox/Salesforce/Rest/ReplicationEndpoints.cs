using System.Globalization;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>What changed and what was deleted between two minutes (<c>getUpdated</c>, <c>getDeleted</c>).</summary>
internal static class ReplicationEndpoints
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static void MapReplication(this IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        routes.MapApi(org, "GET", "/services/data/v{version}/sobjects/{type}/updated", Updated);
        routes.MapApi(org, "GET", "/services/data/v{version}/sobjects/{type}/deleted", Deleted);
    }

    private static ApiResponse Updated(ApiCall call)
    {
        var (type, stamp, start, end) = Range(call);
        return call.Read(() =>
        {
            var ids = Between(call, type, stamp, start, end).Where(r => !r.IsDeleted).Select(r => r.Id).ToList();
            Limit(call, ids.Count);
            return ApiResponse.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("ids");
                foreach (var id in ids)
                    json.WriteStringValue(id);
                json.WriteEndArray();
                json.WriteString("latestDateCovered", FieldCodec.Format(Covered(call, end)));
                json.WriteEndObject();
            });
        });
    }

    private static ApiResponse Deleted(ApiCall call)
    {
        var (type, stamp, start, end) = Range(call);
        return call.Read(() =>
        {
            var records = Between(call, type, stamp, start, end).Where(r => r.IsDeleted).ToList();
            Limit(call, records.Count);
            return ApiResponse.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("deletedRecords");
                foreach (var record in records)
                {
                    json.WriteStartObject();
                    json.WriteString("id", record.Id);
                    json.WriteString("deletedDate", FieldCodec.Format((DateTimeOffset)record[stamp]!));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteString("earliestDateAvailable", FieldCodec.Format(Floor(Earliest(call))));
                json.WriteString("latestDateCovered", FieldCodec.Format(Covered(call, end)));
                json.WriteEndObject();
            });
        });
    }

    // Rows of a table are in order of creation, so ids are too.
    private static IEnumerable<Record> Between(ApiCall call, ObjectDefinition type, FieldDefinition stamp, DateTimeOffset start, DateTimeOffset end) =>
        call.Org.Store.Table(type).Records.Where(r => r[stamp] is DateTimeOffset at && at >= start && at < end && call.Rights.CanSee(call.Org.Store, r));

    private static (ObjectDefinition Type, FieldDefinition Stamp, DateTimeOffset Start, DateTimeOffset End) Range(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        if (type.SystemModstamp is not { } stamp)
            throw new ApiFailure(400, "INVALID_TYPE_FOR_OPERATION", $"entity type {type.Name} does not support query for replication");
        // Seconds are ignored.
        var (start, end) = (Floor(Moment(call, "start")), Floor(Moment(call, "end")));
        if (start >= end)
            throw new ApiFailure(400, "INVALID_REPLICATION_DATE", "start date must be before end date and at least one minute apart");
        if (start < Floor(Earliest(call)))
            throw new ApiFailure(400, "INVALID_REPLICATION_DATE", $"startDate cannot be more than {call.Org.Rules.ReplicationDays} days ago");
        return (type, stamp, start, end);
    }

    private static DateTimeOffset Moment(ApiCall call, string name)
    {
        var text = call.Query(name) ?? throw new ApiFailure(400, "MISSING_ARGUMENT", $"The {name} parameter is required");
        // A "+" that was not encoded comes as a blank.
        return FieldCodec.TryParseDateTime(text.Replace(' ', '+'), out var moment) ? moment : throw new ApiFailure(400, "INVALID_REPLICATION_DATE", $"{name} is no ISO 8601 date and time: {text}");
    }

    private static DateTimeOffset Earliest(ApiCall call) => call.Org.Clock.GetUtcNow().AddDays(-call.Org.Rules.ReplicationDays);

    // Everything is committed at once here, so nothing holds the date back but the present.
    private static DateTimeOffset Covered(ApiCall call, DateTimeOffset end)
    {
        var now = Floor(call.Org.Clock.GetUtcNow());
        return end < now ? end : now;
    }

    private static void Limit(ApiCall call, int count)
    {
        if (count > call.Org.Rules.ReplicatedIds)
            throw new ApiFailure(400, "EXCEEDED_ID_LIMIT", string.Create(CultureInfo.InvariantCulture, $"more than {call.Org.Rules.ReplicatedIds} ids; ask for a shorter time"));
    }

    private static DateTimeOffset Floor(DateTimeOffset moment) => new(moment.UtcTicks - moment.UtcTicks % Minute.Ticks, TimeSpan.Zero);
}
