using System.Globalization;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Soql;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>Bulk API 2.0, query jobs.</summary>
internal static class QueryJobEndpoints
{
    private const string Base = "/services/data/v{version}/jobs/query";

    public static void Map(IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        routes.MapApi(org, "POST", Base, Create, ApiKind.Read);
        routes.MapApi(org, "GET", Base, call => BulkEndpoints.List(call.Org.Bulk.All<QueryJob>(call.User)));
        routes.MapApi(org, "GET", Base + "/{id}", Get);
        routes.MapApi(org, "GET", Base + "/{id}/results", Results);
        routes.MapApi(org, "PATCH", Base + "/{id}", Change, ApiKind.Read);
        routes.MapApi(org, "DELETE", Base + "/{id}", call => BulkEndpoints.Delete(call, BulkEndpoints.Job<QueryJob>(call)), ApiKind.Read);
    }

    private static ApiResponse Create(ApiCall call)
    {
        var operation = BulkEndpoints.Text(call.Body, "operation");
        if (operation is not ("query" or "queryAll") || BulkEndpoints.Text(call.Body, "query") is not { } soql)
            throw new ApiFailure(400, "INVALIDJOB", "InvalidJob : operation must be query or queryAll, and query must be given");
        var format = BulkEndpoints.Format(call.Body);
        string type;
        try
        {
            type = QueryRunner.Check(call.Org, call.Rights, soql);
        }
        catch (SoqlError error)
        {
            throw new ApiFailure(400, error.Code, error.MessageFor(soql));
        }

        if (!call.Org.Bulk.Queries.TryTake())
            throw new ApiFailure(400, "EXCEEDEDQUOTA", "ExceededQuota : Bulk V2 query jobs Limit exceeded.");
        var now = call.Org.Clock.GetUtcNow();
        var job = new QueryJob(call.Org.Bulk.NextId(), call.User, operation, type, soql, format, call.VersionNumber, now);
        job.Move(BulkState.UploadComplete, now);
        call.Org.Bulk.Add(job);
        // The answer shows the job as it was made, whatever the worker has done until it is sent.
        var answer = BulkEndpoints.Show(job);
        call.Org.Bulk.Start(job);
        return answer;
    }

    private static ApiResponse Get(ApiCall call)
    {
        var job = BulkEndpoints.Job<QueryJob>(call);
        var answer = BulkEndpoints.Show(job);
        job.Polled();
        return answer;
    }

    private static ApiResponse Change(ApiCall call)
    {
        var job = BulkEndpoints.Job<QueryJob>(call);
        return BulkEndpoints.Text(call.Body, "state") == "Aborted" ? BulkEndpoints.Abort(call, job) : throw BulkEndpoints.InvalidState("state must be Aborted");
    }

    private static ApiResponse Results(ApiCall call)
    {
        var job = BulkEndpoints.Job<QueryJob>(call);
        if (job.Version != call.VersionNumber)
            throw new ApiFailure(409, "API_VERSION_MISMATCH", string.Create(CultureInfo.InvariantCulture, $"The job was made with API version {job.Version:0.0}; read its results with the same"));
        if (job.State != BulkState.JobComplete)
            throw new ApiFailure(call.Org.Rules.BulkQueryNotCompleteStatus, "JOB_NOT_COMPLETE", $"The job is {job.State}; results can be read when it is JobComplete");
        var from = call.Query("locator") is { Length: > 0 } locator
            ? BulkEndpoints.FromLocator(locator) ?? throw new ApiFailure(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
            : 0;
        var most = call.Query("maxRecords") is { Length: > 0 } text
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) && wanted > 0 ? wanted : throw new ApiFailure(400, "INVALID_PARAMETER", "maxRecords must be a positive number")
            : call.Org.Rules.BulkQueryPage;
        var (csv, count, next) = job.Page(from, most);
        return BulkEndpoints.Csv(csv).With(
            ("Sforce-Locator", next is { } place ? BulkEndpoints.Locator(place) : "null"),
            ("Sforce-NumberOfRecords", count.ToString(CultureInfo.InvariantCulture)));
    }
}
