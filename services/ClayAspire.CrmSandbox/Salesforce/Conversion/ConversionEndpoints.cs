using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Rest;

namespace ClayAspire.CrmSandbox.Salesforce.Conversion;

/// <summary>
/// The standard action <c>convertLead</c>, the only way that REST has to convert a lead. Names of inputs and outputs are from memory; SOAP and Apex,
/// which merge and undelete too, are not served: those are the administrator's endpoints of the twin.
/// </summary>
internal static class ConversionEndpoints
{
    private const int MostInputs = 200;
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static void MapConversion(this IEndpointRouteBuilder routes, SalesforceOrg org) =>
        routes.MapApi(org, "POST", "/services/data/v{version}/actions/standard/convertLead", Convert);

    private static ApiResponse Convert(ApiCall call)
    {
        var orders = Orders(call);
        var results = call.Write(transaction =>
        {
            var conversion = new LeadConversion(call.Org, call.User, transaction);
            return orders.ConvertAll(conversion.Convert);
        });
        // Several inputs are several answers: the call fails only when all of them did.
        var status = results.TrueForAll(r => r.Error is not null) ? 400 : 200;
        return ApiResponse.Json(json =>
        {
            json.WriteStartArray();
            foreach (var (order, result) in orders.Zip(results))
                Write(json, call, order, result);
            json.WriteEndArray();
        }, status);
    }

    private static List<ConversionOrder> Orders(ApiCall call)
    {
        if (call.Body.ValueKind != JsonValueKind.Object || !call.Body.TryGetProperty("inputs", out var inputs) || inputs.ValueKind != JsonValueKind.Array || inputs.GetArrayLength() is 0 or > MostInputs)
            throw ApiFailure.Malformed($"The body must be an object with an array \"inputs\" of 1 to {MostInputs} objects");
        try
        {
            return [.. inputs.EnumerateArray().Select(i => i.Deserialize<ConversionOrder>(Web)!)];
        }
        catch (JsonException e)
        {
            throw ApiFailure.Malformed(e.Message);
        }
    }

    private static void Write(Utf8JsonWriter json, ApiCall call, ConversionOrder order, ConversionResult result)
    {
        json.WriteStartObject();
        json.WriteString("actionName", "convertLead");
        if (result.Error is { } error)
        {
            json.WriteStartArray("errors");
            json.WriteStartObject();
            json.WriteString("statusCode", error.Code);
            json.WriteString("message", call.Org.Message(error.Code, error.Message));
            json.WriteStartArray("fields");
            foreach (var field in error.Fields)
                json.WriteStringValue(field);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteBoolean("isSuccess", false);
            json.WriteNull("outputValues");
        }
        else
        {
            json.WriteNull("errors");
            json.WriteBoolean("isSuccess", true);
            json.WriteStartObject("outputValues");
            json.WriteString("leadId", order.LeadId);
            json.WriteString("accountId", result.AccountId);
            json.WriteString("contactId", result.ContactId);
            if (result.OpportunityId is null)
                json.WriteNull("opportunityId");
            else
                json.WriteString("opportunityId", result.OpportunityId);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
