using System.Text;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using Microsoft.AspNetCore.WebUtilities;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>Bulk API 2.0, ingest jobs.</summary>
internal static class IngestEndpoints
{
    private const string Base = "/services/data/v{version}/jobs/ingest";
    private static readonly string[] Operations = ["insert", "update", "upsert", "delete", "hardDelete"];

    public static void Map(IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        routes.MapApi(org, "POST", Base, Create);
        routes.MapApi(org, "GET", Base, call => BulkEndpoints.List(call.Org.Bulk.All<IngestJob>(call.User)));
        routes.MapApi(org, "GET", Base + "/{id}", Get);
        routes.MapApi(org, "PUT", Base + "/{id}/batches", Upload);
        routes.MapApi(org, "PATCH", Base + "/{id}", Change);
        routes.MapApi(org, "DELETE", Base + "/{id}", call => BulkEndpoints.Delete(call, BulkEndpoints.Job<IngestJob>(call)));
        routes.MapApi(org, "GET", Base + "/{id}/successfulResults", call => BulkEndpoints.Csv(Ended(call).Successful()));
        routes.MapApi(org, "GET", Base + "/{id}/failedResults", call => BulkEndpoints.Csv(Ended(call).Failed()));
        // All lower case, as on the platform.
        routes.MapApi(org, "GET", Base + "/{id}/unprocessedrecords", call => BulkEndpoints.Csv(Ended(call).Unprocessed()));
    }

    private static ApiResponse Create(ApiCall call)
    {
        if (call.Http.Request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true)
            return CreateWithData(call);
        var job = New(call, call.Body);
        call.Org.Bulk.Add(job);
        return BulkEndpoints.Show(job);
    }

    private static IngestJob New(ApiCall call, JsonElement body)
    {
        var (operation, name) = (BulkEndpoints.Text(body, "operation"), BulkEndpoints.Text(body, "object"));
        if (operation is null || !Operations.Contains(operation, StringComparer.Ordinal))
            throw new ApiFailure(400, "INVALIDJOB", $"InvalidJob : operation must be one of {string.Join(", ", Operations)}");
        if (name is null || call.Org.Schema.Find(name) is not { ReadOnly: false } type || !call.Rights.CanRead(type))
            throw new ApiFailure(400, "INVALIDENTITY", $"InvalidEntity : Entity '{name}' is not supported by the Bulk API.");
        if (operation == "hardDelete" && !call.Rights.Has("BulkApiHardDelete"))
            throw new ApiFailure(400, "FEATURENOTENABLED", "FeatureNotEnabled : hardDelete operation requires special user profile permission, please contact your system administrator");
        return new IngestJob(call.Org.Bulk.NextId(), call.User, operation, type, operation == "upsert" ? Key(call, type, BulkEndpoints.Text(body, "externalIdFieldName")) : null,
            BulkEndpoints.Text(body, "assignmentRuleId"), BulkEndpoints.Format(body), call.VersionNumber, call.Org.Clock.GetUtcNow());
    }

    private static FieldDefinition? Key(ApiCall call, ObjectDefinition type, string? name) =>
        name is null ? throw new ApiFailure(400, "INVALIDJOB", $"InvalidJob : External ID was blank for {type.Name}. An External ID must be specified for upsert.")
        : name.Equals("Id", StringComparison.OrdinalIgnoreCase) ? null
        : type.Find(name) is { IsKey: true } key && call.Rights.CanRead(type, key) ? key
        : throw new ApiFailure(400, "INVALIDJOB", $"InvalidJob : Field name provided, {name} does not match an External ID, Salesforce Id, or indexed field for {type.Name}");

    private static ApiResponse Get(ApiCall call)
    {
        var job = BulkEndpoints.Job<IngestJob>(call);
        var answer = BulkEndpoints.Show(job);
        job.Polled();
        return answer;
    }

    private static ApiResponse Upload(ApiCall call)
    {
        var job = BulkEndpoints.Job<IngestJob>(call);
        if (call.Http.Request.ContentType?.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) != true)
            throw new ApiFailure(415, "UNSUPPORTED_MEDIA_TYPE", "Upload data as text/csv");
        CheckSize(call, call.Request.Content.Length);
        if (!job.Upload(call.Request.Content))
            throw BulkEndpoints.InvalidState($"Found multiple contents for job: <{job.Id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.");
        return ApiResponse.Empty(201);
    }

    // The limit counts the data after base64.
    private static void CheckSize(ApiCall call, long bytes)
    {
        if ((bytes + 2) / 3 * 4 > call.Org.Rules.BulkDataBytes)
            throw new ApiFailure(413, "REQUEST_ENTITY_TOO_LARGE", $"The data is larger than {call.Org.Rules.BulkDataBytes} bytes after base64 encoding");
    }

    private static ApiResponse Change(ApiCall call)
    {
        var job = BulkEndpoints.Job<IngestJob>(call);
        switch (BulkEndpoints.Text(call.Body, "state"))
        {
            case "Aborted":
                return BulkEndpoints.Abort(call, job);
            case "UploadComplete" when job.State == BulkState.Open:
                return Close(call, job);
            default:
                throw BulkEndpoints.InvalidState($"state must be UploadComplete (only of an open job) or Aborted; the job is {job.State}");
        }
    }

    private static ApiResponse Close(ApiCall call, IngestJob job)
    {
        job.Move(BulkState.UploadComplete, call.Org.Clock.GetUtcNow());
        // The answer shows the job as it was closed, whatever the worker has done until it is sent.
        var answer = BulkEndpoints.Show(job);
        call.Org.Bulk.Start(job);
        return answer;
    }

    private static IngestJob Ended(ApiCall call) =>
        BulkEndpoints.Job<IngestJob>(call) is var job && job.HasEnded ? job : throw BulkEndpoints.InvalidState($"Results can be read when the job has ended; it is {job.State}");

    // One request with the job and little data: it is closed at once.
    private static ApiResponse CreateWithData(ApiCall call)
    {
        var boundary = Microsoft.Net.Http.Headers.MediaTypeHeaderValue.Parse(call.Http.Request.ContentType).Boundary.ToString().Trim('"');
        var (job, data) = ReadParts(new MultipartReader(boundary, new MemoryStream(call.Request.Content.ToArray(), writable: false))).GetAwaiter().GetResult();
        if (job is null || data is null)
            throw new ApiFailure(400, "INVALIDJOB", "InvalidJob : send the parts \"job\" (JSON) and \"content\" (CSV)");
        if (Encoding.UTF8.GetCharCount(data) > call.Org.Rules.BulkMultipartLetters)
            throw new ApiFailure(413, "REQUEST_ENTITY_TOO_LARGE", $"A multipart request takes {call.Org.Rules.BulkMultipartLetters} letters of CSV");
        JsonElement body;
        try
        {
            body = JsonElement.Parse(job);
        }
        catch (JsonException e)
        {
            throw ApiFailure.Malformed(e.Message);
        }

        var made = New(call, body);
        made.Upload(data);
        call.Org.Bulk.Add(made);
        return Close(call, made);
    }

    // The stream is in memory: nothing is waited for.
    private static async Task<(byte[]? Job, byte[]? Data)> ReadParts(MultipartReader reader)
    {
        byte[]? job = null, data = null;
        while (await reader.ReadNextSectionAsync() is { } section)
        {
            using var buffer = new MemoryStream();
            await section.Body.CopyToAsync(buffer);
            var name = section.GetContentDispositionHeader()?.Name.ToString().Trim('"');
            if (name == "job")
                job = buffer.ToArray();
            else if (name == "content")
                data = buffer.ToArray();
        }

        return (job, data);
    }
}
