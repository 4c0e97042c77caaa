using System.Text;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>Several requests in one: <c>/composite</c>, whose parts may refer to each other, and <c>/composite/batch</c>, whose parts may not.</summary>
internal static class CompositeEndpoints
{
    private const int MostParts = 25;
    private static readonly string[] ForbiddenHeaders = ["Accept", "Authorization", "Content-Type"];

    public static void MapComposite(this IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        routes.MapApi(org, "POST", "/services/data/v{version}/composite", Composite);
        routes.MapApi(org, "POST", "/services/data/v{version}/composite/batch", Batch);
    }

    private static ApiResponse Composite(ApiCall call)
    {
        var parts = Parts(call, "compositeRequest");
        var allOrNone = Flag(call.Body, "allOrNone");
        var orders = parts.ConvertAll(PartOrder.Read);
        if (orders.Select(o => o.Reference).Distinct(StringComparer.Ordinal).Count() != orders.Count)
            throw new ApiFailure(400, "INVALID_INPUT", "Each referenceId must be unique within the request");
        if (orders.FirstOrDefault(o => o.Headers.Keys.Any(h => ForbiddenHeaders.Contains(h, StringComparer.OrdinalIgnoreCase))) is { } forbidden)
            throw new ApiFailure(400, "INVALID_INPUT", $"httpHeaders of {forbidden.Reference} must not hold {string.Join(", ", ForbiddenHeaders)}");
        if (orders.Count(o => o.IsCollectionOrQuery) > call.Org.Rules.CompositeCollections)
            throw new ApiFailure(400, "LIMIT_EXCEEDED", $"At most {call.Org.Rules.CompositeCollections} parts may be queries or sObject Collections");
        var results = allOrNone ? Together(call, orders) : OneByOne(call, orders, shared: null);
        return ApiResponse.Json(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("compositeResponse");
            foreach (var (order, result) in orders.Zip(results))
            {
                json.WriteStartObject();
                json.WritePropertyName("body");
                WriteBody(json, result);
                json.WriteStartObject("httpHeaders");
                foreach (var (name, value) in result.Headers)
                    json.WriteString(name, value);
                json.WriteEndObject();
                json.WriteNumber("httpStatusCode", result.Status);
                json.WriteString("referenceId", order.Reference);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    // One failure takes the entire request back; the parts that did not fail say so.
    private static List<ApiResponse> Together(ApiCall call, List<PartOrder> orders) => call.Write(transaction =>
    {
        var savepoint = transaction.Savepoint;
        var results = OneByOne(call, orders, transaction);
        if (results.TrueForAll(r => !Failed(r)))
            return results;
        transaction.RollbackTo(savepoint);
        return results.ConvertAll(r => Failed(r)
            ? r
            : ApiResponse.Error(400, "PROCESSING_HALTED", "The transaction was rolled back since another operation in the same transaction failed."));
    });

    private static List<ApiResponse> OneByOne(ApiCall call, List<PartOrder> orders, StoreTransaction? shared)
    {
        var references = new CompositeReferences();
        var results = new List<ApiResponse>();
        foreach (var order in orders)
        {
            ApiResponse result;
            try
            {
                var url = references.Fill(order.Url);
                result = Ask(call, order.Method, url, order.Headers, references.Fill(order.Body), shared);
            }
            catch (ApiFailure failure)
            {
                result = ApiResponse.Error(failure.Status, failure.Code, call.Org.Message(failure.Code, failure.Message), failure.Fields);
            }

            references.Add(order.Reference, result);
            results.Add(result);
            // In a transaction of all or none nothing after the first failure is tried.
            if (shared is not null && Failed(result))
            {
                while (results.Count < orders.Count)
                    results.Add(ApiResponse.Error(400, "PROCESSING_HALTED", "The transaction was rolled back since another operation in the same transaction failed."));
                break;
            }
        }

        return results;
    }

    private static ApiResponse Batch(ApiCall call)
    {
        var halt = Flag(call.Body, "haltOnError");
        var results = new List<ApiResponse>();
        foreach (var part in Parts(call, "batchRequests"))
        {
            if (halt && results.Exists(r => r.Status >= 400))
            {
                results.Add(ApiResponse.Error(412, "BATCH_PROCESSING_HALTED", "Batch processing halted per request"));
                continue;
            }

            if (call.Org.Rules.BatchPartsCost && results.Count > 0 && !call.Org.Quota.TryTake())
            {
                results.Add(ApiResponse.Error(403, "REQUEST_LIMIT_EXCEEDED", call.Org.Message("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")));
                continue;
            }

            // Addresses of a batch begin with the version.
            var url = PartOrder.Text(part, "url").TrimStart('/');
            var path = url.StartsWith("services/", StringComparison.Ordinal) ? "/" + url : "/services/data/" + url;
            results.Add(Ask(call, PartOrder.Text(part, "method"), path, new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase),
                part.TryGetProperty("richInput", out var input) ? input : default, shared: null));
        }

        return ApiResponse.Json(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("hasErrors", results.Exists(r => r.Status >= 400));
            json.WriteStartArray("results");
            foreach (var result in results)
            {
                json.WriteStartObject();
                json.WriteNumber("statusCode", result.Status);
                json.WritePropertyName("result");
                WriteBody(json, result);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static ApiResponse Ask(ApiCall call, string method, string url, IReadOnlyDictionary<string, string> headers, JsonElement body, StoreTransaction? shared)
    {
        var question = url.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? url : url[..question];
        var isNested = path.Contains("/composite", StringComparison.OrdinalIgnoreCase) && !path.Contains("/composite/sobjects", StringComparison.OrdinalIgnoreCase);
        if (isNested || path.Contains("/jobs/", StringComparison.OrdinalIgnoreCase) || call.Org.Routes.Find(method, new PathString(Uri.UnescapeDataString(path.TrimEnd('/')))) is not { } route)
            return ApiResponse.Error(404, "NOT_FOUND", call.Org.Message("NOT_FOUND", "The requested resource does not exist"));
        // Whoever asks several things still speaks of one version and as one application.
        var own = new HeaderDictionary();
        foreach (var (name, value) in call.Request.Headers.Where(h => h.Key.StartsWith("Sforce-", StringComparison.OrdinalIgnoreCase)))
            own[name] = value;
        foreach (var (name, value) in headers)
            own[name] = value;
        var query = new QueryCollection(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(question < 0 ? "" : url[question..]));
        var content = body.ValueKind == JsonValueKind.Undefined ? default : Encoding.UTF8.GetBytes(body.GetRawText());
        return ApiPipeline.Handle(call.Part(new ApiRequest(call.Http, method, route.Values, query, own, content, body), shared), route.Handle);
    }

    // A collection that answers 200 with failures inside has failed too when it shares a transaction: its own rows say why.
    private static bool Failed(ApiResponse result) => result.Status is 300 or >= 400 || HasRefusedRows(result);

    private static bool HasRefusedRows(ApiResponse result)
    {
        if (result.Status != 200 || result.Body.Length == 0 || result.Body.Span[0] != (byte)'[')
            return false;
        using var document = JsonDocument.Parse(result.Body);
        return document.RootElement.EnumerateArray().Any(r => r.ValueKind == JsonValueKind.Object && r.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.False);
    }

    private static List<JsonElement> Parts(ApiCall call, string name)
    {
        if (call.Body.ValueKind != JsonValueKind.Object || !call.Body.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
            throw ApiFailure.Malformed($"The body must be an object with an array \"{name}\"");
        if (list.GetArrayLength() > MostParts)
            throw new ApiFailure(400, "LIMIT_EXCEEDED", $"The limit of {MostParts} subrequests in one request is exceeded");
        return [.. list.EnumerateArray()];
    }

    private static bool Flag(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static void WriteBody(Utf8JsonWriter json, ApiResponse result)
    {
        if (result.Body.Length == 0)
            json.WriteNullValue();
        else
            json.WriteRawValue(result.Body.Span);
    }

    /// <summary>One part as ordered.</summary>
    private sealed record PartOrder(string Method, string Url, string Reference, IReadOnlyDictionary<string, string> Headers, JsonElement Body)
    {
        public bool IsCollectionOrQuery => Url.Contains("/composite/sobjects", StringComparison.OrdinalIgnoreCase) || Url.Contains("/query", StringComparison.OrdinalIgnoreCase);

        public static PartOrder Read(JsonElement part)
        {
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty("httpHeaders", out var given) && given.ValueKind == JsonValueKind.Object)
            {
                foreach (var header in given.EnumerateObject())
                    headers[header.Name] = header.Value.ToString();
            }

            return new PartOrder(Text(part, "method"), Text(part, "url"), Text(part, "referenceId"), headers, part.TryGetProperty("body", out var body) ? body : default);
        }

        public static string Text(JsonElement part, string name) =>
            part.ValueKind == JsonValueKind.Object && part.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()!
                : throw new ApiFailure(400, "MISSING_ARGUMENT", $"Each subrequest needs {name}");
    }
}
