using System.Globalization;
using ClayAspire.CrmSandbox.Salesforce.Soql;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>SOQL and its pages.</summary>
internal static class QueryEndpoints
{
    private const int LongestUri = 16_384;
    private const string LocatorPrefix = "01g5f0000000000";

    public static void MapQuery(this IEndpointRouteBuilder routes, SalesforceOrg org)
    {
        routes.MapApi(org, "GET", "/services/data/v{version}/query", call => Run(call, includeDeleted: false));
        routes.MapApi(org, "GET", "/services/data/v{version}/queryAll", call => Run(call, includeDeleted: true));
        routes.MapApi(org, "GET", "/services/data/v{version}/query/{locator}", Next);
        routes.MapApi(org, "GET", "/services/data/v{version}/queryAll/{locator}", Next);
    }

    private static ApiResponse Run(ApiCall call, bool includeDeleted)
    {
        if (call.Http.Request.QueryString.Value is { Length: > LongestUri })
            throw new ApiFailure(414, "URI_TOO_LONG", "The request URI is longer than 16,384 bytes");
        var soql = call.Query("q") ?? throw new ApiFailure(400, "MALFORMED_QUERY", "The q parameter is required");
        try
        {
            var query = Parser.Parse(soql, DateOnly.FromDateTime(call.Org.Clock.GetUtcNow().UtcDateTime));
            return call.Read(() =>
            {
                var result = Ordered(call, query, new QueryExecutor(call.Org.Store, call.Rights, includeDeleted).Run(query));
                return Page(call, new QueryCursor(result, BatchSize(call), call.User.Id), number: null, from: 0);
            });
        }
        catch (SoqlError error)
        {
            throw new ApiFailure(400, error.Code, error.MessageFor(soql));
        }
    }

    // The order of rows is promised to those who ask for one, and to nobody else.
    private static QueryResult Ordered(ApiCall call, SelectQuery query, QueryResult result)
    {
        if (query.OrderBy.Count > 0 || result.Rows.Count < 2 || !call.Org.Faults.ReordersRows(call.User.ClientId))
            return result;
        var rows = result.Rows.ToArray();
        new Random(rows.Length).Shuffle(rows);
        return result with { Rows = rows };
    }

    private static ApiResponse Next(ApiCall call)
    {
        var parts = call.Route("locator").Split('-');
        if (parts.Length != 2 || !parts[0].StartsWith(LocatorPrefix, StringComparison.Ordinal)
            || !long.TryParse(parts[0][LocatorPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            || call.Org.Cursors.Find(number) is not { } cursor || cursor.UserId != call.User.Id || from > cursor.Result.Rows.Count)
        {
            throw new ApiFailure(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
        }

        return call.Read(() => Page(call, cursor, number, from));
    }

    private static ApiResponse Page(ApiCall call, QueryCursor cursor, long? number, int from)
    {
        var rows = cursor.Result.Rows;
        var to = Math.Min(rows.Count, from + cursor.BatchSize);
        if (to < rows.Count)
            number ??= call.Org.Cursors.Add(cursor);
        return ApiResponse.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("totalSize", cursor.Result.TotalSize);
            json.WriteBoolean("done", to == rows.Count);
            if (to < rows.Count)
                json.WriteString("nextRecordsUrl", string.Create(CultureInfo.InvariantCulture, $"{call.DataPath}/query/{LocatorPrefix}{number}-{to}"));
            json.WriteStartArray("records");
            for (var i = from; i < to; i++)
                rows[i].Write(json, call.DataPath);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static int BatchSize(ApiCall call)
    {
        var rules = call.Org.Rules;
        foreach (var option in call.Header("Sforce-Query-Options").Split(','))
        {
            var parts = option.Split('=', StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0].Equals("batchSize", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            {
                return Math.Clamp(size, rules.SmallestQueryBatch, rules.QueryBatch);
            }
        }

        return rules.QueryBatch;
    }
}
