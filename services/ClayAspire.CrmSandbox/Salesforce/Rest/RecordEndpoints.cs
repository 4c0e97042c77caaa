using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Soql;
using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Writes;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>One record a request.</summary>
internal static class RecordEndpoints
{
    public static void MapRecords(this IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        const string Type = "/services/data/v{version}/sobjects/{type}";
        routes.MapApi(org, "POST", Type, Create);
        routes.MapApi(org, "GET", Type + "/{id}", call => Get(call, call.ObjectFromRoute(), call.Route("id")));
        routes.MapApi(org, "PATCH", Type + "/{id}", Update);
        routes.MapApi(org, "DELETE", Type + "/{id}", Delete);
        routes.MapApi(org, "GET", Type + "/{key}/{value}", GetByKey);
        routes.MapApi(org, "PATCH", Type + "/{key}/{value}", Upsert);
    }

    /// <summary>A field that upsert and lookups may use as key; else the platform's 404.</summary>
    public static FieldDefinition KeyField(ApiCall call, ObjectDefinition type, string name) =>
        type.Find(name) is { IsKey: true } key && call.Rights.CanRead(type, key)
            ? key
            : throw new ApiFailure(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + name);

    /// <summary>Runs one row in a transaction of its own.</summary>
    private static RowResult One(ApiCall call, Func<RecordWriter, RowResult> write) => call.Org.Store.Write(transaction =>
    {
        var writer = new RecordWriter(call.Org, call.User, transaction);
        var result = write(writer);
        writer.Report(rolledBack: false);
        return result;
    });

    private static ApiResponse Create(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        var row = Row(call);
        var result = One(call, w => w.Create(type, row));
        return result.Error is { } error ? Refused(error) : Saved(result, 201, withCreated: false);
    }

    private static ApiResponse Get(ApiCall call, ObjectDefinition type, string givenId)
    {
        if (SalesforceId.Normalize(givenId) is not { } id)
            throw ApiFailure.NotFound();
        return call.Org.Store.Read(() =>
        {
            if (call.Org.Store.Table(type).Find(id) is not { } record)
                throw ApiFailure.NotFound();
            if (record.IsDeleted)
                throw new ApiFailure(404, "ENTITY_IS_DELETED", "entity is deleted");
            return Show(call, type, record);
        });
    }

    private static ApiResponse GetByKey(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        var key = KeyField(call, type, call.Route("key"));
        return call.Org.Store.Read(() =>
        {
            var found = call.Org.Store.Table(type).Lookup(key, call.Route("value")).Where(r => !r.IsDeleted).ToList();
            return found.Count switch
            {
                0 => throw ApiFailure.NotFound(),
                1 => Show(call, type, found[0]),
                _ => Matches(call, type, [.. found.Select(f => f.Id)]),
            };
        });
    }

    private static ApiResponse Show(ApiCall call, ObjectDefinition type, Record record)
    {
        var names = call.Query("fields")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var fields = names is null ? type.Fields.Where(f => call.Rights.CanRead(type, f)) : ReadableFields(call, type, names);
        var output = OutputTree.Build(fields.Select(f => new BoundField([], type, f)));
        return ApiResponse.Json(json => output.Write(json, call.Org.Store, record, call.DataPath));
    }

    public static IEnumerable<FieldDefinition> ReadableFields(ApiCall call, ObjectDefinition type, IEnumerable<string> names) =>
        names.Select(n => type.Find(n) is { } field && call.Rights.CanRead(type, field)
            ? field
            : throw new ApiFailure(400, "INVALID_FIELD", $"No such column '{n}' on sobject of type {type.Name}")).Distinct().ToList();

    private static ApiResponse Update(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        var row = Row(call);
        if (SalesforceId.Normalize(call.Route("id")) is not { } id || call.Org.Store.Read(() => call.Org.Store.Table(type).Find(id)) is not { } record)
            throw ApiFailure.NotFound();
        if (record.IsDeleted)
            throw new ApiFailure(404, "ENTITY_IS_DELETED", "entity is deleted");
        var result = One(call, w => w.Update(type, id, row));
        return result.Error is { } error ? Refused(error) : ApiResponse.NoContent;
    }

    private static ApiResponse Delete(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        if (SalesforceId.Normalize(call.Route("id")) is not { } id || call.Org.Store.Read(() => call.Org.Store.Table(type).Find(id)) is not { } record)
            throw ApiFailure.NotFound();
        if (record.IsDeleted)
            throw new ApiFailure(404, "ENTITY_IS_DELETED", "entity is deleted");
        var result = One(call, w => w.Delete(id));
        return result.Error is { } error ? Refused(error) : ApiResponse.NoContent;
    }

    private static ApiResponse Upsert(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        var key = KeyField(call, type, call.Route("key"));
        var row = Row(call);
        var updateOnly = string.Equals(call.Query("updateOnly"), "true", StringComparison.OrdinalIgnoreCase);
        var result = One(call, w => w.Upsert(type, key, call.Route("value"), row, updateOnly));
        if (result.Matches is { } matches)
            return Matches(call, type, matches);
        return result.Error is { } error ? Refused(error) : Saved(result, result.Created == true ? 201 : 200, withCreated: true);
    }

    private static ApiResponse Matches(ApiCall call, ObjectDefinition type, IReadOnlyList<string> ids) => ApiResponse.Json(json =>
    {
        json.WriteStartArray();
        foreach (var id in ids)
            json.WriteStringValue($"{call.DataPath}/sobjects/{type.Name}/{id}");
        json.WriteEndArray();
    }, 300);

    private static JsonElement Row(ApiCall call) =>
        call.Body.ValueKind == JsonValueKind.Object ? call.Body : throw ApiFailure.Malformed("The HTTP entity body is required to be a JSON object");

    private static ApiResponse Refused(RowError error) => ApiResponse.Error(error.Code switch
    {
        "NOT_FOUND" => 404,
        "INSUFFICIENT_ACCESS_OR_READONLY" => 403,
        _ => 400,
    }, error.Code, error.Message, error.Fields);

    private static ApiResponse Saved(RowResult result, int status, bool withCreated) => ApiResponse.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("id", result.Id);
        json.WriteBoolean("success", true);
        json.WriteStartArray("errors");
        json.WriteEndArray();
        if (withCreated)
            json.WriteBoolean("created", result.Created == true);
        json.WriteEndObject();
    }, status);
}
