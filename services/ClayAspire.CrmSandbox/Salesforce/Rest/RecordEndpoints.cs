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
        routes.MapApi(org, "GET", Type + "/{id}", Get);
        routes.MapApi(org, "PATCH", Type + "/{id}", Update);
        routes.MapApi(org, "DELETE", Type + "/{id}", Delete);
        routes.MapApi(org, "GET", Type + "/{key}/{value}", GetByKey);
        routes.MapApi(org, "PATCH", Type + "/{key}/{value}", Upsert);
        routes.MapApi(org, "DELETE", Type + "/{key}/{value}", DeleteByKey);
    }

    /// <summary>A field that upsert and lookups may use as key; else the platform's 404.</summary>
    public static FieldDefinition KeyField(ApiCall call, ObjectDefinition type, string name) =>
        type.Find(name) is { IsKey: true } key && call.Rights.CanRead(type, key)
            ? key
            : throw new ApiFailure(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + name);

    public static IEnumerable<FieldDefinition> ReadableFields(ApiCall call, ObjectDefinition type, IEnumerable<string> names) =>
        names.Select(n => type.Find(n) is { } field && call.Rights.CanRead(type, field)
            ? field
            : throw new ApiFailure(400, "INVALID_FIELD", $"No such column '{n}' on sobject of type {type.Name}")).Distinct().ToList();

    /// <summary>Runs one row in a transaction of its own.</summary>
    private static RowResult One(ApiCall call, Func<RecordWriter, RowResult> write) => call.Write(transaction =>
    {
        var writer = RecordWriter.For(call, transaction);
        var result = write(writer);
        writer.Report(rolledBack: false);
        return result;
    });

    private static ApiResponse Create(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        var row = Row(call);
        var result = One(call, w => w.Create(type, row));
        return result.Error is { } error ? Refused(call, error) : Saved(call, type, result, 201, withCreated: false);
    }

    private static ApiResponse Get(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        return call.Read(() => Show(call, type, Existing(call, type)));
    }

    private static ApiResponse GetByKey(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        var key = KeyField(call, type, call.Route("key"));
        return call.Read(() =>
        {
            var found = Matching(call, type, key);
            return found.Count == 1 ? Show(call, type, found[0]) : Matches(call, type, [.. found.Select(f => f.Id)]);
        });
    }

    private static ApiResponse Show(ApiCall call, ObjectDefinition type, Record record)
    {
        var modified = Preconditions.LastModified(record);
        var tag = Preconditions.Tag(record);
        if (Preconditions.OnRead(call, modified, tag) is { } answered)
            return answered;
        var names = call.Query("fields")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var fields = names is null ? type.Fields.Where(f => call.Rights.CanRead(type, f)) : ReadableFields(call, type, names);
        var output = OutputTree.Build(fields.Select(f => new BoundField([], type, f)));
        var answer = ApiResponse.Json(json => output.Write(json, call.Org.Store, record, call.DataPath)).With(("Last-Modified", Preconditions.Format(modified)));
        return tag is null ? answer : answer.With(("ETag", tag));
    }

    private static ApiResponse Update(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        var row = Row(call);
        var result = One(call, w =>
        {
            var record = Existing(call, type);
            Preconditions.OnWrite(call, record);
            return w.Update(type, record.Id, row);
        });
        return result.Error is { } error ? Refused(call, error) : ApiResponse.NoContent;
    }

    private static ApiResponse Delete(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        var result = One(call, w => w.Delete(Existing(call, type).Id));
        return result.Error is { } error ? Refused(call, error) : ApiResponse.NoContent;
    }

    private static ApiResponse DeleteByKey(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        var key = KeyField(call, type, call.Route("key"));
        var result = One(call, w =>
        {
            var found = Matching(call, type, key);
            return found.Count == 1 ? w.Delete(found[0].Id) : new RowResult(null, null, null, [.. found.Select(f => f.Id)]);
        });
        return result.Matches is { } matches ? Matches(call, type, matches) : result.Error is { } error ? Refused(call, error) : ApiResponse.NoContent;
    }

    private static ApiResponse Upsert(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        // "Id" creates nothing: it is an update under another address.
        if (call.Route("key").Equals("Id", StringComparison.OrdinalIgnoreCase))
        {
            call.Request.Route["id"] = call.Route("value");
            return Update(call);
        }

        var key = KeyField(call, type, call.Route("key"));
        var row = Row(call);
        var updateOnly = string.Equals(call.Query("updateOnly"), "true", StringComparison.OrdinalIgnoreCase);
        var result = One(call, w =>
        {
            var found = w.Matching(type, key, call.Route("value"));
            if (found.Count == 1)
                Preconditions.OnWrite(call, found[0]);
            return w.Upsert(type, key, call.Route("value"), row, updateOnly);
        });
        if (result.Matches is { } matches)
            return Matches(call, type, matches);
        if (result.Error is { } error)
            return Refused(call, error);
        return result.Created == true || call.VersionNumber >= call.Org.Rules.UpsertBodySince
            ? Saved(call, type, result, result.Created == true ? 201 : 200, withCreated: true)
            : ApiResponse.NoContent;
    }

    private static Record Existing(ApiCall call, ObjectDefinition type)
    {
        if (SalesforceId.Normalize(call.Route("id")) is not { } id || call.Org.Store.Table(type).Find(id) is not { } record)
            throw ApiFailure.NotFound();
        if (!call.Rights.CanSee(call.Org.Store, record))
            throw ApiFailure.NotFound();
        return record.IsDeleted ? throw new ApiFailure(404, "ENTITY_IS_DELETED", "entity is deleted") : record;
    }

    private static List<Record> Matching(ApiCall call, ObjectDefinition type, FieldDefinition key)
    {
        var found = call.Org.Store.Table(type).Lookup(key, call.Route("value")).Where(r => !r.IsDeleted && call.Rights.CanSee(call.Org.Store, r)).ToList();
        return found.Count == 0 ? throw ApiFailure.NotFound() : found;
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

    private static ApiResponse Refused(ApiCall call, RowError error)
    {
        var message = call.Org.Message(error.Code, error.Message);
        if (error.Duplicates is not { } found)
            return ApiResponse.Error(error.Code switch { "NOT_FOUND" => 404, "INSUFFICIENT_ACCESS_OR_READONLY" => 403, _ => 400 }, error.Code, message, error.Fields);
        return ApiResponse.Json(json =>
        {
            json.WriteStartArray();
            json.WriteStartObject();
            found.Write(json, call.DataPath);
            json.WriteString("errorCode", error.Code);
            json.WriteString("message", message);
            json.WriteEndObject();
            json.WriteEndArray();
        }, 400);
    }

    private static ApiResponse Saved(ApiCall call, ObjectDefinition type, RowResult result, int status, bool withCreated) => ApiResponse.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("id", result.Id);
        json.WriteBoolean("success", true);
        json.WriteStartArray("errors");
        json.WriteEndArray();
        if (withCreated)
            json.WriteBoolean("created", result.Created == true);
        json.WriteEndObject();
    }, status).With(("Location", $"{call.DataPath}/sobjects/{type.Name}/{result.Id}"));
}
