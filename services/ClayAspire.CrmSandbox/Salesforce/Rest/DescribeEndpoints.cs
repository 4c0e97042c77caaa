using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>Versions, resources, limits and describe.</summary>
internal static class DescribeEndpoints
{
    private static readonly (string Label, string Version)[] Versions =
        [("Winter '25", "62.0"), ("Spring '25", "63.0"), ("Summer '25", "64.0"), ("Winter '26", "65.0"), ("Spring '26", "66.0"), ("Summer '26", "67.0"), ("Winter '27", "68.0")];

    public static void MapDescribe(this IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        routes.MapGet("/services/data", (HttpContext http) => Results.Json(Versions.Select(v =>
            new { label = v.Label, url = $"/services/data/v{v.Version}", version = v.Version })));
        routes.MapApi(org, "GET", "/services/data/v{version}", Resources);
        routes.MapApi(org, "GET", "/services/data/v{version}/sobjects", Objects);
        routes.MapApi(org, "GET", "/services/data/v{version}/limits", Limits);
        routes.MapApi(org, "GET", "/services/data/v{version}/sobjects/{type}/describe", Describe);
        routes.MapApi(org, "GET", "/services/data/v{version}/sobjects/{type}", call =>
        {
            var type = call.ObjectFromRoute();
            return ApiResponse.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartObject("objectDescribe");
                WriteObject(json, call, type);
                json.WriteEndObject();
                json.WriteStartArray("recentItems");
                json.WriteEndArray();
                json.WriteEndObject();
            });
        });
    }

    private static ApiResponse Resources(ApiCall call) => ApiResponse.Json(json =>
    {
        json.WriteStartObject();
        foreach (var name in new[] { "sobjects", "query", "queryAll", "limits", "composite", "jobs" })
            json.WriteString(name, $"{call.DataPath}/{name}");
        json.WriteString("identity", OAuthEndpoints.IdentityUrl(call.Http, call.Org, call.User));
        json.WriteEndObject();
    });

    private static ApiResponse Limits(ApiCall call) => !call.Rights.Has("ViewSetup") ? throw new ApiFailure(403, "INSUFFICIENT_ACCESS", "This call needs the permission View Setup and Configuration") : ApiResponse.Json(json =>
    {
        var quota = call.Org.Quota;
        void Limit(string name, int max, int remaining)
        {
            json.WriteStartObject(name);
            json.WriteNumber("Max", max);
            json.WriteNumber("Remaining", remaining);
            json.WriteEndObject();
        }

        json.WriteStartObject();
        Limit("DailyApiRequests", quota.Max, Math.Max(0, quota.Max - quota.Used));
        Limit("DailyBulkApiBatches", call.Org.Bulk.Batches.Max, call.Org.Bulk.Batches.Max - call.Org.Bulk.Batches.Used);
        Limit("DailyBulkV2QueryJobs", call.Org.Bulk.Queries.Max, call.Org.Bulk.Queries.Max - call.Org.Bulk.Queries.Used);
        Limit("DataStorageMB", 10_240, 10_240);
        Limit("FileStorageMB", 10_240, 10_240);
        Limit("SingleEmail", 5_000, 5_000);
        json.WriteEndObject();
    });

    private static ApiResponse Objects(ApiCall call) => ApiResponse.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("encoding", "UTF-8");
        json.WriteNumber("maxBatchSize", 200);
        json.WriteStartArray("sobjects");
        foreach (var type in call.Org.Schema.Objects.Where(call.Rights.CanRead))
        {
            json.WriteStartObject();
            WriteObject(json, call, type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static ApiResponse Describe(ApiCall call)
    {
        var type = call.ObjectFromRoute();
        return Preconditions.OnRead(call, call.Org.MetadataChanged) ?? ApiResponse.Json(json =>
        {
            json.WriteStartObject();
            WriteObject(json, call, type);
            json.WriteStartArray("fields");
            foreach (var field in type.Fields.Where(f => call.Rights.CanRead(type, f)))
                WriteField(json, call, type, field);
            json.WriteEndArray();
            json.WriteStartArray("childRelationships");
            foreach (var child in call.Org.Schema.Objects.Where(call.Rights.CanRead))
            {
                foreach (var field in child.Fields.Where(f => f.ReferenceTo.Contains(type.Name, StringComparer.Ordinal) && call.Rights.CanRead(child, f)))
                {
                    json.WriteStartObject();
                    json.WriteString("childSObject", child.Name);
                    json.WriteString("field", field.Name);
                    // Only the name that tells a history apart: clients find the history of an object by it.
                    if (child.Name == type.History)
                        json.WriteString("relationshipName", "Histories");
                    else
                        json.WriteNull("relationshipName");
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
            json.WriteStartArray("recordTypeInfos");
            WriteRecordTypes(json, call, type);
            json.WriteEndArray();
            json.WriteEndObject();
        }).With(("Last-Modified", Preconditions.Format(call.Org.MetadataChanged)));
    }

    private static void WriteObject(Utf8JsonWriter json, ApiCall call, ObjectDefinition type)
    {
        var rights = call.Rights;
        json.WriteString("name", type.Name);
        json.WriteString("label", type.Label);
        json.WriteString("labelPlural", type.LabelPlural);
        json.WriteString("keyPrefix", type.KeyPrefix);
        json.WriteBoolean("custom", false);
        json.WriteBoolean("createable", rights.CanCreate(type));
        json.WriteBoolean("updateable", rights.CanEdit(type));
        json.WriteBoolean("deletable", rights.CanDelete(type));
        json.WriteBoolean("queryable", true);
        json.WriteBoolean("retrieveable", true);
        json.WriteBoolean("searchable", !type.ReadOnly);
        json.WriteBoolean("undeletable", false);
        json.WriteBoolean("mergeable", false);
        json.WriteBoolean("replicateable", true);
        json.WriteBoolean("layoutable", !type.ReadOnly);
        json.WriteBoolean("triggerable", !type.ReadOnly);
        json.WriteBoolean("feedEnabled", false);
        json.WriteBoolean("activateable", false);
        json.WriteBoolean("deprecatedAndHidden", false);
        json.WriteStartObject("urls");
        json.WriteString("sobject", $"{call.DataPath}/sobjects/{type.Name}");
        json.WriteString("describe", $"{call.DataPath}/sobjects/{type.Name}/describe");
        json.WriteString("rowTemplate", $"{call.DataPath}/sobjects/{type.Name}/{{ID}}");
        json.WriteEndObject();
    }

    private static void WriteRecordTypes(Utf8JsonWriter json, ApiCall call, ObjectDefinition type)
    {
        var all = type.RecordTypes.Select((r, i) => (Id: call.Org.Picklists.IdOf(type, i), r.Name, r.DeveloperName));
        foreach (var (id, name, developerName) in all.Append((Picklists.MasterRecordType, "Master", "Master")))
        {
            var isMaster = id == Picklists.MasterRecordType;
            json.WriteStartObject();
            json.WriteBoolean("active", true);
            json.WriteBoolean("available", true);
            json.WriteBoolean("defaultRecordTypeMapping", isMaster);
            json.WriteString("developerName", developerName);
            json.WriteBoolean("master", isMaster);
            json.WriteString("name", name);
            json.WriteString("recordTypeId", id);
            json.WriteEndObject();
        }
    }

    private static void WriteField(Utf8JsonWriter json, ApiCall call, ObjectDefinition type, FieldDefinition field)
    {
        json.WriteStartObject();
        json.WriteString("name", field.Name);
        json.WriteString("label", field.Label ?? field.Name);
        json.WriteString("type", field.Type.ToString().ToLowerInvariant());
        json.WriteString("soapType", SoapType(field.Type));
        json.WriteNumber("length", field.Type == FieldType.Reference ? 18 : field.Length);
        json.WriteNumber("byteLength", field.Type == FieldType.Reference ? 18 : field.Length * 3);
        json.WriteNumber("precision", field.Precision);
        json.WriteNumber("scale", field.Scale);
        json.WriteNumber("digits", field.Type == FieldType.Int ? 8 : 0);
        json.WriteBoolean("createable", call.Rights.CanCreate(type, field));
        json.WriteBoolean("updateable", call.Rights.CanEdit(type, field));
        json.WriteBoolean("nillable", field.Nillable && field.Type != FieldType.Boolean);
        json.WriteBoolean("defaultedOnCreate", field.DefaultedOnCreate || field.Type == FieldType.Boolean);
        json.WriteBoolean("externalId", field.ExternalId);
        json.WriteBoolean("idLookup", field.Type == FieldType.Id || field.IsKey);
        json.WriteBoolean("unique", field.Unique);
        json.WriteBoolean("caseSensitive", false);
        json.WriteBoolean("calculated", field.Formula is not null);
        if (field.Formula is null)
            json.WriteNull("calculatedFormula");
        else
            json.WriteString("calculatedFormula", field.Formula);
        json.WriteBoolean("custom", field.Custom);
        json.WriteBoolean("restrictedPicklist", call.Org.Picklists.IsRestricted(field));
        json.WriteBoolean("permissionable", field.IsPermissionable);
        json.WriteBoolean("filterable", !field.IsLongText && field.Type != FieldType.AnyType);
        json.WriteBoolean("sortable", !field.IsLongText && field.Type != FieldType.AnyType);
        json.WriteBoolean("groupable", !field.IsLongText && field.Type is not (FieldType.DateTime or FieldType.AnyType or FieldType.Double or FieldType.Currency));
        json.WriteBoolean("aggregatable", !field.IsLongText);
        json.WriteBoolean("nameField", field.Name == "Name");
        json.WriteBoolean("autoNumber", false);
        json.WriteBoolean("encrypted", false);
        json.WriteBoolean("deprecatedAndHidden", false);
        json.WriteStartArray("picklistValues");
        foreach (var (value, active) in call.Org.Picklists.Values(field))
        {
            json.WriteStartObject();
            json.WriteBoolean("active", active);
            json.WriteBoolean("defaultValue", value == field.Default);
            json.WriteString("label", value);
            json.WriteNull("validFor");
            json.WriteString("value", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("referenceTo");
        foreach (var target in field.ReferenceTo)
            json.WriteStringValue(target);
        json.WriteEndArray();
        if (field.RelationshipName is null)
            json.WriteNull("relationshipName");
        else
            json.WriteString("relationshipName", field.RelationshipName);
        json.WriteEndObject();
    }

    private static string SoapType(FieldType type) => type switch
    {
        FieldType.Id or FieldType.Reference => "tns:ID",
        FieldType.Boolean => "xsd:boolean",
        FieldType.Int => "xsd:int",
        FieldType.Double or FieldType.Currency => "xsd:double",
        FieldType.Date => "xsd:date",
        FieldType.DateTime => "xsd:dateTime",
        FieldType.AnyType => "xsd:anyType",
        _ => "xsd:string",
    };
}
