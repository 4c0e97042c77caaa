using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ClayAspire.Connectors.Salesforce;

/// <summary>Runs SOQL and follows its pages.</summary>
internal sealed class SalesforceQuery(SalesforceTransport transport)
{
    /// <summary>The rows, one after the other.</summary>
    /// <param name="resource"><c>query</c>, or <c>queryAll</c> for deleted records too.</param>
    /// <param name="query">The statement.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async IAsyncEnumerable<JsonElement> RowsAsync(string resource, string query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in PagesAsync(resource, query, cancellationToken))
            foreach (var row in page)
                yield return row;
    }

    /// <summary>The rows, page by page.</summary>
    /// <inheritdoc cref="RowsAsync"/>
    public async IAsyncEnumerable<List<JsonElement>> PagesAsync(string resource, string query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = $"{resource}?q={Uri.EscapeDataString(query)}";
        while (true)
        {
            var page = await transport.ReadAsync(HttpMethod.Get, path, null, SalesforceJson.Default.QueryAnswer, cancellationToken);
            yield return page.Records;
            if (page.Done || page.NextRecordsUrl is not { } next)
                yield break;
            // The last segment is the locator; the rest of the path depends on host and version.
            path = $"query/{next[(next.LastIndexOf('/') + 1)..]}";
        }
    }

    /// <summary>How many rows a <c>SELECT COUNT()</c> counts.</summary>
    /// <inheritdoc cref="RowsAsync"/>
    public async Task<long> CountAsync(string resource, string query, CancellationToken cancellationToken) =>
        (await transport.ReadAsync(HttpMethod.Get, $"{resource}?q={Uri.EscapeDataString(query)}", null, SalesforceJson.Default.QueryAnswer, cancellationToken)).TotalSize;
}
