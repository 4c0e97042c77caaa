using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Soql;
using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Writes;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>sObject Collections: up to 200 rows a call, each with its own result, or all or none.</summary>
internal static class CollectionEndpoints
{
    private const int MostRows = 200;
    private const int MostChunks = 10;
    private const string Base = "/services/data/v{version}/composite/sobjects";

    private static readonly RowError RolledBack = new("ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using AllOrNone header");

    public static void MapCollections(this IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        routes.MapApi(org, "POST", Base, call => Write(call, creating: true));
        routes.MapApi(org, "PATCH", Base, call => Write(call, creating: false));
        routes.MapApi(org, "DELETE", Base, Delete);
        routes.MapApi(org, "PATCH", Base + "/{type}/{key}", Upsert);
        routes.MapApi(org, "GET", Base + "/{type}", call => Retrieve(call, Split(call, "ids"), Split(call, "fields"), org.Rules.RetrievedByGet));
        routes.MapApi(org, "POST", Base + "/{type}", call => Retrieve(call, Strings(call, "ids"), Strings(call, "fields"), org.Rules.RetrievedByPost), ApiKind.Read);
    }

    private static ApiResponse Write(ApiCall call, bool creating)
    {
        var rows = Rows(call);
        var types = rows.ConvertAll(r => TypeOf(call, r));
        var chunks = types.Where((t, i) => i == 0 || types[i - 1] != t).Count();
        if (chunks > MostChunks)
            throw new ApiFailure(400, "INVALID_BATCH_SIZE", $"The request holds {chunks} chunks of one object type each; at most {MostChunks} are allowed. Sort the records by type.");
        return Run(call, AllOrNone(call), rows.Count, withCreated: false, (writer, i) => creating
            ? writer.Create(types[i], rows[i])
            : writer.Update(types[i], Id(rows[i]), rows[i]));
    }

    private static ApiResponse Upsert(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        var byId = call.Route("key").Equals("Id", StringComparison.OrdinalIgnoreCase);
        var key = byId ? null : RecordEndpoints.KeyField(call, type, call.Route("key"));
        var rows = Rows(call);
        foreach (var row in rows)
        {
            if (TypeOf(call, row) != type)
                throw new ApiFailure(400, "INVALID_TYPE", $"All records of an upsert must be of type {type.Name}");
            if (!byId && row.TryGetProperty("id", out _))
                throw new ApiFailure(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.");
        }

        return Run(call, AllOrNone(call), rows.Count, withCreated: true, (writer, i) => key is not null
            ? writer.Upsert(type, key, Text(rows[i], key.Name), rows[i], updateOnly: false)
            : Id(rows[i]) is { } id ? writer.Update(type, id, rows[i]) : writer.Create(type, rows[i]));
    }

    private static ApiResponse Delete(ApiCall call)
    {
        var ids = Split(call, "ids");
        if (ids is not { Count: > 0 })
            throw new ApiFailure(400, "MISSING_ARGUMENT", "The ids parameter is required");
        CheckSize(ids.Count);
        var allOrNone = call.SharesTransaction || string.Equals(call.Query("allOrNone"), "true", StringComparison.OrdinalIgnoreCase);
        return Run(call, allOrNone, ids.Count, withCreated: false, (writer, i) => writer.Delete(ids[i]));
    }

    private static ApiResponse Run(ApiCall call, bool allOrNone, int count, bool withCreated, Func<RecordWriter, int, RowResult> write)
    {
        var results = call.Write(transaction =>
        {
            var savepoint = transaction.Savepoint;
            var writer = RecordWriter.For(call, transaction);
            var rows = new List<RowResult>(count);
            for (var i = 0; i < count; i++)
                rows.Add(write(writer, i));
            var rollBack = allOrNone && rows.Exists(r => !r.Success);
            if (rollBack)
            {
                transaction.RollbackTo(savepoint);
                rows = rows.ConvertAll(r => r.Success ? RowResult.Failed(RolledBack, r.Created == true ? null : r.Id) : r);
            }

            writer.Report(rollBack);
            return rows;
        });
        return ApiResponse.Json(json =>
        {
            json.WriteStartArray();
            foreach (var result in results)
                WriteResult(json, call.Org, result, withCreated);
            json.WriteEndArray();
        });
    }

    private static void WriteResult(Utf8JsonWriter json, SalesforceOrg org, RowResult result, bool withCreated)
    {
        json.WriteStartObject();
        if (result.Id is not null)
            json.WriteString("id", result.Id);
        json.WriteBoolean("success", result.Success);
        json.WriteStartArray("errors");
        if (result.Error is { } error)
        {
            json.WriteStartObject();
            json.WriteString("statusCode", error.Code);
            json.WriteString("message", org.Message(error.Code, error.Message));
            json.WriteStartArray("fields");
            foreach (var field in error.Fields)
                json.WriteStringValue(field);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (withCreated && result.Success)
            json.WriteBoolean("created", result.Created == true);
        json.WriteEndObject();
    }

    private static ApiResponse Retrieve(ApiCall call, IReadOnlyList<string>? ids, IReadOnlyList<string>? names, int most)
    {
        var type = call.ObjectFromRoute();
        if (ids is not { Count: > 0 } || names is not { Count: > 0 })
            throw new ApiFailure(400, "MISSING_ARGUMENT", "Both ids and fields are required");
        if (ids.Count > most)
            throw new ApiFailure(400, "EXCEEDED_MAX_SIZE_REQUEST", $"The number of ids {ids.Count} exceeds the limit of {most}");
        var output = OutputTree.Build(RecordEndpoints.ReadableFields(call, type, names).Select(f => new BoundField([], type, f)));
        return call.Read(() => ApiResponse.Json(json =>
        {
            json.WriteStartArray();
            foreach (var id in ids)
            {
                var record = SalesforceId.Normalize(id) is { } full ? call.Org.Store.Table(type).Find(full) : null;
                if (record is { IsDeleted: false } && call.Rights.CanSee(call.Org.Store, record))
                    output.Write(json, call.Org.Store, record, call.DataPath);
                else
                    json.WriteNullValue();
            }

            json.WriteEndArray();
        }));
    }

    private static List<JsonElement> Rows(ApiCall call)
    {
        if (call.Body.ValueKind != JsonValueKind.Object || !call.Body.TryGetProperty("records", out var records) || records.ValueKind != JsonValueKind.Array)
            throw ApiFailure.Malformed("The body must be an object with an array \"records\"");
        CheckSize(records.GetArrayLength());
        return [.. records.EnumerateArray()];
    }

    private static void CheckSize(int count)
    {
        if (count > MostRows)
            throw new ApiFailure(400, "EXCEEDED_MAX_SIZE_REQUEST", $"record limit reached. cannot submit more than {MostRows} records in this operation");
    }

    private static ObjectDefinition TypeOf(ApiCall call, JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object || !row.TryGetProperty("attributes", out var attributes) || attributes.ValueKind != JsonValueKind.Object
            || Text(attributes, "type") is not { } name)
        {
            throw new ApiFailure(400, "INVALID_TYPE", "Each record needs attributes.type");
        }

        return call.Org.Schema.Find(name) is { } type && call.Rights.CanRead(type) ? type : throw ApiFailure.InvalidType(name);
    }

    // A composite request that is all or none makes its collections so too.
    private static bool AllOrNone(ApiCall call) => call.SharesTransaction || (call.Body.TryGetProperty("allOrNone", out var value) && value.ValueKind == JsonValueKind.True);

    private static string? Id(JsonElement row) => Text(row, "id");

    private static string? Text(JsonElement row, string name)
    {
        foreach (var property in row.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value.ValueKind switch { JsonValueKind.String => property.Value.GetString(), JsonValueKind.Number => property.Value.GetRawText(), _ => null };
        }

        return null;
    }

    private static IReadOnlyList<string>? Split(ApiCall call, string name) =>
        call.Query(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static List<string>? Strings(ApiCall call, string name) =>
        call.Body.ValueKind == JsonValueKind.Object && call.Body.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!)]
            : null;
}
