using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>
/// Bulk API 2.0, query: for what would take many pages or many addresses. It knows no GROUP BY and no OFFSET, and its rows come in no order
/// worth relying on. Asking again does no harm, so lost answers are asked for again.
/// </summary>
internal sealed class SalesforceBulkQuery(string connection, ConnectionSettings settings, SalesforceTransport transport, TimeProvider clock)
{
    /// <summary>Longest statement in characters; the platform's limit is 100,000.</summary>
    public const int MaxLength = 95_000;

    /// <summary>After which a job counts as one that never ends.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    /// <summary>Rows above which a job is cheaper than pages.</summary>
    public int Above => settings.BulkReadAbove;

    /// <summary>The rows as objects of texts.</summary>
    /// <param name="operation"><c>query</c>, or <c>queryAll</c> for deleted records too.</param>
    /// <param name="query">The statement.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async IAsyncEnumerable<JsonElement> RowsAsync(string operation, string query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var order = JsonSerializer.SerializeToUtf8Bytes(new BulkQueryOrder(operation, query), SalesforceJson.Default.BulkQueryOrder);
        var job = await transport.ReadAsync(HttpMethod.Post, "jobs/query", order, SalesforceJson.Default.BulkJobAnswer, cancellationToken);
        await WaitAsync(job, cancellationToken);
        for (var next = ""; next is not null;)
        {
            var locator = next.Length > 0 ? $"?locator={Uri.EscapeDataString(next)}" : "";
            (var text, next) = await transport.ReadPageAsync($"jobs/query/{job.Id}/results{locator}", cancellationToken);
            foreach (var row in BulkCsv.ReadObjects(text))
                yield return row;
        }
    }

    private async Task WaitAsync(BulkJobAnswer job, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        for (var delay = TimeSpan.FromSeconds(settings.BulkQueryPollSeconds); job.State != "JobComplete"; delay = delay * 1.5 < LongestDelay ? delay * 1.5 : LongestDelay)
        {
            if (job.State is "Failed" or "Aborted")
                throw new CrmException(connection, SalesforceErrorTable.FindOfJob(job.ErrorMessage ?? "InternalServerError"), $"bulk query {job.Id} is {job.State}");
            if (clock.GetElapsedTime(started) > Patience)
                throw new CrmException(connection, SalesforceErrorTable.Unavailable, $"bulk query {job.Id} does not end");
            await Task.Delay(delay, clock, cancellationToken);
            job = await transport.ReadAsync(HttpMethod.Get, $"jobs/query/{job.Id}", null, SalesforceJson.Default.BulkJobAnswer, cancellationToken);
        }
    }
}
