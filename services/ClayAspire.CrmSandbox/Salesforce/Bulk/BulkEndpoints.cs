using System.Globalization;
using System.Text;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Rest;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>What ingest and query jobs share at the edge.</summary>
internal static class BulkEndpoints
{
    public static void MapBulk(this IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        IngestEndpoints.Map(routes, org);
        QueryJobEndpoints.Map(routes, org);
    }

    public static ApiResponse Show(BulkJob job) => ApiResponse.Json(job.Write);

    public static ApiResponse List(IEnumerable<BulkJob> jobs) => ApiResponse.Json(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("done", true);
        json.WriteStartArray("records");
        foreach (var job in jobs)
            job.Write(json);
        json.WriteEndArray();
        json.WriteNull("nextRecordsUrl");
        json.WriteEndObject();
    });

    public static ApiResponse Csv(byte[] text) => new(200, text, ApiResponse.CsvType);

    public static T Job<T>(ApiCall call)
        where T : BulkJob => call.Org.Bulk.Find<T>(call.Route("id"), call.User) ?? throw ApiFailure.NotFound();

    /// <summary>A job may not be thrown away while it waits or runs.</summary>
    public static ApiResponse Delete(ApiCall call, BulkJob job)
    {
        if (job.State is BulkState.UploadComplete or BulkState.InProgress)
            throw InvalidState("Deleting not Closed/Aborted/Failed Job not allowed");
        call.Org.Bulk.Remove(job);
        return ApiResponse.NoContent;
    }

    public static ApiResponse Abort(ApiCall call, BulkJob job) =>
        job.Move(BulkState.Aborted, call.Org.Clock.GetUtcNow()) ? Show(job) : throw InvalidState("Aborting already Completed Job not allowed");

    public static ApiFailure InvalidState(string message) => new(400, "INVALIDJOBSTATE", message);

    public static CsvFormat Format(JsonElement body) =>
        Text(body, "contentType") is null or "CSV" && CsvFormat.Find(Text(body, "columnDelimiter"), Text(body, "lineEnding")) is { } format
            ? format
            : throw new ApiFailure(400, "INVALIDJOB", "InvalidJob : contentType, columnDelimiter or lineEnding is not supported");

    public static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Where a page of results begins; the text is of no concern to clients.</summary>
    public static string Locator(int from) => Convert.ToBase64String(Encoding.ASCII.GetBytes(from.ToString(CultureInfo.InvariantCulture))).TrimEnd('=');

    public static int? FromLocator(string text)
    {
        Span<byte> bytes = stackalloc byte[32];
        return text.Length <= 24 && Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length)
            && int.TryParse(bytes[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : null;
    }
}
