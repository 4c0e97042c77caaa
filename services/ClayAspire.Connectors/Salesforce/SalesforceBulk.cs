using System.Text;
using System.Text.Json;
using ClayAspire.Domain.Primitives;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>
/// Bulk API 2.0, ingest. A job is made, filled by one PUT and closed by <c>UploadComplete</c>; only the last lets it write. Whatever goes
/// wrong before is ended by aborting the job, whatever goes wrong after by looking it up.
/// </summary>
/// <param name="connection">The connection's name.</param>
/// <param name="above">Records above which a job is used.</param>
/// <param name="transport">Sends.</param>
/// <param name="describe">The object as the integration user sees it.</param>
/// <param name="forget">Forgets that description: a job failed because the CRM no longer knows a column.</param>
internal sealed class SalesforceBulk(
    string connection, int above, SalesforceTransport transport, Func<string, CancellationToken, Task<ObjectDescription>> describe, Action<string> forget) : IBulkUpdates
{
    /// <summary>The platform takes 150 MB after base64; its guide and public clients keep raw data below 100 MB.</summary>
    public const int MaxBytes = 100_000_000;

    private const int Attempts = 3;

    public int Above => above;

    public bool CanCarry(RecordUpdate update) =>
        update.Changes.Values.All(c => c.Kind != ChangeKind.Set || !string.Equals(c.Value.Text, BulkCsv.Clear, StringComparison.OrdinalIgnoreCase));

    public async Task<PreparedBulkJob> PrepareAsync(string @object, IReadOnlyList<RecordUpdate> updates, CancellationToken cancellationToken)
    {
        var (text, rows) = BulkCsv.Write(await describe(@object, cancellationToken), updates, MaxBytes);
        var order = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new BulkOrder(@object, "update", "CSV", "LF", "COMMA"), SalesforceJson.Default.BulkOrder));
        for (var attempt = 1; ; attempt++)
        {
            // Also when an answer is lost: a job that nobody filled or started writes nothing, and the platform clears it away.
            var made = await transport.ReadAsync(HttpMethod.Post, "jobs/ingest", order, SalesforceJson.Default.BulkJobAnswer, cancellationToken);
            if (await transport.UploadAsync($"jobs/ingest/{made.Id}/batches", text, cancellationToken))
                return new PreparedBulkJob(made.Id, rows);
            await AbortAsync(made.Id, cancellationToken);
            if (attempt >= Attempts)
                throw new CrmException(connection, SalesforceErrorTable.Unavailable, "the answers to uploads are lost");
        }
    }

    public async Task<BulkJobStatus> StartAsync(string jobId, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await transport.TryPatchAsync($"jobs/ingest/{jobId}", """{"state":"UploadComplete"}"""u8.ToArray(), cancellationToken) && attempt == 1)
                return new BulkJobStatus(jobId, BulkJobState.Running);
            // The answer was lost, or the job is started already: it knows itself.
            var found = await FindAsync(jobId, cancellationToken);
            if (found.State != BulkJobState.Open)
                return found;
            if (attempt >= Attempts)
                throw new CrmException(connection, SalesforceErrorTable.Unavailable, $"bulk job {jobId} does not start");
        }
    }

    public async Task<BulkJobStatus> FindAsync(string jobId, CancellationToken cancellationToken)
    {
        try
        {
            return Status(await transport.ReadAsync(HttpMethod.Get, $"jobs/ingest/{jobId}", null, SalesforceJson.Default.BulkJobAnswer, cancellationToken));
        }
        catch (CrmException e) when (e.Rule.Code == "NOT_FOUND")
        {
            return new BulkJobStatus(jobId, BulkJobState.Gone);
        }
    }

    public async Task<BulkJobStatus> AbortAsync(string jobId, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await transport.TryPatchAsync($"jobs/ingest/{jobId}", """{"state":"Aborted"}"""u8.ToArray(), cancellationToken);
            var found = await FindAsync(jobId, cancellationToken);
            if (found.HasEnded)
                return found;
            if (attempt >= Attempts)
                throw new CrmException(connection, SalesforceErrorTable.Unavailable, $"bulk job {jobId} cannot be aborted");
        }
    }

    public async Task<IReadOnlyDictionary<string, RowOutcome>> ResultsAsync(string jobId, CancellationToken cancellationToken)
    {
        var outcomes = new Dictionary<string, RowOutcome>(StringComparer.Ordinal);
        foreach (var row in BulkCsv.ReadRows(await transport.ReadTextAsync($"jobs/ingest/{jobId}/successfulResults", cancellationToken)))
            outcomes[Id(row)] = RowOutcome.Accepted.Instance;
        foreach (var row in BulkCsv.ReadRows(await transport.ReadTextAsync($"jobs/ingest/{jobId}/failedResults", cancellationToken)))
            outcomes[Id(row)] = Refusal(row.GetValueOrDefault("sf__Error") ?? "");
        return outcomes;
    }

    /// <summary><c>CODE:message:field1 field2 --</c>; the message may hold colons, and there may be no field.</summary>
    internal static RowOutcome.Rejected Refusal(string error)
    {
        var code = error.IndexOf(':', StringComparison.Ordinal) is var first && first > 0 ? error[..first] : error;
        var end = error.LastIndexOf("--", StringComparison.Ordinal);
        var last = end < 0 ? -1 : error.LastIndexOf(':', end);
        string[] fields = last > first ? error[(last + 1)..end].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
        return new RowOutcome.Rejected(SalesforceErrorTable.Find(code, error), code, fields);
    }

    // The object's name stands in the job; a column that is gone makes its description a thing of the past.
    private BulkJobStatus Status(BulkJobAnswer answer)
    {
        var state = answer.State switch
        {
            "Open" => BulkJobState.Open,
            "UploadComplete" or "InProgress" => BulkJobState.Running,
            "JobComplete" => BulkJobState.Complete,
            "Failed" => BulkJobState.Failed,
            "Aborted" => BulkJobState.Aborted,
            _ => throw new CrmException(connection, SalesforceErrorTable.Malformed, $"bulk job {answer.Id} is in an unknown state"),
        };
        if (state == BulkJobState.Failed && answer.Object is { } name)
            forget(name);
        return new BulkJobStatus(answer.Id, state, answer.NumberRecordsProcessed ?? 0, answer.NumberRecordsFailed ?? 0,
            state == BulkJobState.Failed ? SalesforceErrorTable.FindOfJob(answer.ErrorMessage ?? "") : null);
    }

    private static string Id(IReadOnlyDictionary<string, string> row) =>
        row.TryGetValue(BulkCsv.Key, out var id) ? id : throw new FormatException("A row of a bulk job's results has no Id column.");
}
