using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Audit;
using ClayAspire.CrmSandbox.Salesforce.Faults;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Twin;

/// <summary>What only a twin has, below <c>/_twin</c> of an org: audit of writes and calls, faults, bulk load, reset, rights.</summary>
internal static class TwinEndpoints
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void MapTwin(this IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        var twin = routes.MapGroup("/_twin").RequireAdministrator(org);
        twin.MapGet("/writes", (string? @object, string? id, string? field) => Writes(org, @object, id, field));
        twin.MapGet("/writes/summary", () => Summary(org));
        twin.MapDelete("/writes", () =>
        {
            org.Writes.Clear();
            return Results.NoContent();
        });
        twin.MapGet("/calls", () => Results.Json(new
        {
            total = org.Calls.All().Sum(c => c.Calls),
            quota = new { org.Quota.Max, org.Quota.Used },
            calls = org.Calls.All().Select(c => new { c.Endpoint, c.Client, c.Calls, c.Errors }),
        }));
        twin.MapGet("/faults/log", () => Results.Json(new { events = org.Faults.Log.Select(e => new { e.Call, e.Client, e.Kind }) }));
        twin.MapGet("/faults", () => Results.Json(org.Faults.Current, Strict));
        twin.MapPost("/faults", (Delegate)((HttpContext http) => SetFaults(org, http)));
        twin.MapDelete("/faults", () =>
        {
            org.Faults.Clear();
            org.Store.ForgottenByFormulas = [];
            org.Quota.SetRemaining(org.Quota.Max);
            return Results.NoContent();
        });
        twin.MapPost("/reset", () =>
        {
            org.Reset();
            return Results.NoContent();
        });
        twin.MapPost("/load", (HttpContext http, string? type) => Load(org, http, type));
        twin.MapPost("/permissions", (PermissionChange change) => ChangePermission(org, change));
        twin.MapPost("/history", (TrackingChange change) => ChangeTracking(org, change));
        twin.MapOrg(org);
        twin.MapPost("/edits", (EditOrder order) => Refusable(() => Results.Json(new { edited = Edits.Write(org, order) })));
    }

    private static IResult Writes(SalesforceOrg org, string? type, string? id, string? field)
    {
        var fullId = id is null ? null : SalesforceId.Normalize(id) ?? id;
        return org.Writes.Read(cells => Results.Text(JsonText(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("cells");
            foreach (var cell in cells.Where(c => (type is null || c.Type.Name.Equals(type, StringComparison.OrdinalIgnoreCase))
                && (fullId is null || c.Id == fullId) && (field is null || c.Field.Name.Equals(field, StringComparison.OrdinalIgnoreCase))))
            {
                WriteCell(json, cell);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }), "application/json"));
    }

    private static void WriteCell(Utf8JsonWriter json, CellWrites cell)
    {
        json.WriteStartObject();
        json.WriteString("object", cell.Type.Name);
        json.WriteString("id", cell.Id);
        json.WriteString("field", cell.Field.Name);
        json.WriteNumber("received", cell.Received);
        json.WriteNumber("committed", cell.Committed);
        json.WriteNumber("sameValue", cell.SameValue);
        json.WriteStartObject("by");
        foreach (var (client, count) in cell.ByClient)
            json.WriteNumber(client, count);
        json.WriteEndObject();
        json.WriteStartArray("first");
        foreach (var write in cell.First)
        {
            json.WriteStartObject();
            json.WriteString("client", write.Client);
            json.WriteString("at", FieldCodec.Format(write.At));
            json.WritePropertyName("value");
            FieldCodec.Write(json, cell.Field, write.Value);
            json.WriteBoolean("committed", write.Committed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IResult Summary(SalesforceOrg org) => org.Writes.Read(cells =>
    {
        var all = cells.ToList();
        return Results.Json(new
        {
            cells = all.Count,
            received = all.Sum(c => c.Received),
            committed = all.Sum(c => c.Committed),
            refused = all.Sum(c => c.Received - c.Committed),
            sameValue = all.Sum(c => c.SameValue),
            mostCommittedPerCell = all.Count == 0 ? 0 : all.Max(c => c.Committed),
            fields = all.GroupBy(c => (Object: c.Type.Name, Field: c.Field.Name)).OrderBy(g => g.Key.Object, StringComparer.Ordinal).ThenBy(g => g.Key.Field, StringComparer.Ordinal)
                .Select(g => new
                {
                    @object = g.Key.Object,
                    field = g.Key.Field,
                    cells = g.Count(),
                    received = g.Sum(c => c.Received),
                    committed = g.Sum(c => c.Committed),
                    sameValue = g.Sum(c => c.SameValue),
                    cellsCommittedMoreThanOnce = g.Count(c => c.Committed > 1),
                }),
            clients = all.SelectMany(c => c.ByClient).GroupBy(c => c.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(c => c.Value)),
        });
    });

    private static async Task<IResult> SetFaults(SalesforceOrg org, HttpContext http)
    {
        FaultSettings? settings;
        try
        {
            settings = await http.Request.ReadFromJsonAsync<FaultSettings>(Strict, http.RequestAborted);
            foreach (var act in settings?.Acts ?? [])
                Acts.Check(org, act);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return Results.Problem(e.Message, statusCode: 400);
        }

        org.Faults.Set(settings ?? new FaultSettings());
        org.Store.ForgottenByFormulas = org.Faults.Current.FormulasForget;
        if (settings?.ExpireSessions == true)
            org.Sessions.CloseAll(includingAdministrator: false);
        if (settings?.QuotaRemaining is { } remaining)
            org.Quota.SetRemaining(remaining);
        return Results.Json(org.Faults.Current, Strict);
    }

    private static async Task<IResult> Load(SalesforceOrg org, HttpContext http, string? type)
    {
        try
        {
            var records = new List<(string, JsonElement)>();
            if (http.Request.ContentType?.Contains("ndjson", StringComparison.OrdinalIgnoreCase) == true)
            {
                using var reader = new StreamReader(http.Request.Body);
                while (await reader.ReadLineAsync(http.RequestAborted) is { } line)
                {
                    if (line.Length > 0)
                        records.Add(Typed(JsonElement.Parse(line), type));
                }
            }
            else
            {
                using var document = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
                records.AddRange(Groups(document.RootElement.Clone(), type));
            }

            var ids = BulkLoad.Load(org, records);
            return Results.Json(new { loaded = ids.Count, ids });
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return Results.Problem(e.Message + " Nothing was loaded.", statusCode: 400);
        }
    }

    // {type, records:[…]}, an array of such groups, or an array of records with ?type= or a "_type" each.
    private static IEnumerable<(string Type, JsonElement Values)> Groups(JsonElement root, string? type)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root.EnumerateArray().SelectMany(e => Groups(e, type));
        if (root.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("Send {\"type\":…,\"records\":[…]}, an array of these, or an array of records with ?type=.");
        return root.TryGetProperty("records", out var records) && records.ValueKind == JsonValueKind.Array
            ? Grouped(records, root.TryGetProperty("type", out var name) ? name.GetString() : type)
            : [Typed(root, type)];
    }

    private static IEnumerable<(string Type, JsonElement Values)> Grouped(JsonElement records, string? type) =>
        records.EnumerateArray().Select(r => Typed(r, type));

    private static (string Type, JsonElement Values) Typed(JsonElement record, string? type) =>
        record.ValueKind == JsonValueKind.Object && record.TryGetProperty("_type", out var own) ? (own.GetString()!, record)
        : record.ValueKind == JsonValueKind.Object && record.TryGetProperty("attributes", out var attributes) && attributes.TryGetProperty("type", out var named) ? (named.GetString()!, record)
        : (type ?? throw new InvalidDataException("A record needs its object: ?type=, \"_type\" or attributes.type."), record);

    private static IResult ChangePermission(SalesforceOrg org, PermissionChange change)
    {
        var user = org.Users.FirstOrDefault(u => u.ClientId == change.Client);
        var type = org.Schema.Find(change.Object);
        if (user is null || user.IsAdministrator || type?.Find(change.Field) is not { } field)
            return Results.Problem("Name a client id (not the administrator's), an object and one of its fields.", statusCode: 400);
        Acts.ChangeField(org, user, type.Name, field.Name, change.Read, change.Edit);
        return Results.NoContent();
    }

    private static IResult ChangeTracking(SalesforceOrg org, TrackingChange change) => Refusable(() =>
    {
        if (org.Schema.Find(change.Object) is not { } type || type.Find(change.Field) is not { } field)
            throw new InvalidDataException("Name an object and one of its fields.");
        org.Tracking.Set(type, field, change.Tracked);
        return Results.NoContent();
    });

    public static IResult Refusable(Func<IResult> answer)
    {
        try
        {
            return answer();
        }
        catch (InvalidDataException e)
        {
            return Results.Problem(e.Message + " Nothing was changed.", statusCode: 400);
        }
    }

    private static string JsonText(Action<Utf8JsonWriter> write) => System.Text.Encoding.UTF8.GetString(ApiResponse.Json(write).Body.Span);
}

/// <summary>The body of <c>POST /_twin/permissions</c>.</summary>
internal sealed record PermissionChange(string Client, string Object, string Field, bool Read, bool Edit);

/// <summary>The body of <c>POST /_twin/history</c>: whether changes of a field are kept from now on.</summary>
internal sealed record TrackingChange(string Object, string Field, bool Tracked);
