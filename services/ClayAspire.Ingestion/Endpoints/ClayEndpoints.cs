using System.Text.RegularExpressions;
using ClayAspire.Ingestion.Access;
using ClayAspire.Ingestion.Parsing;
using ClayAspire.Ingestion.Receiving;
using ClayAspire.Storage.People;
using Microsoft.Extensions.Options;

namespace ClayAspire.Ingestion.Endpoints;

/// <summary>Rows that Clay's HTTP columns send.</summary>
internal static partial class ClayEndpoints
{
    public static void MapClay(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/clay/rows/{table}", ReceiveAsync)
            .AddEndpointFilter(new RequireScopeFilter([ApiScopes.IngestClay]))
            .WithName("ReceiveClayRows")
            .WithSummary("Takes one row, an array of rows, or one row a line.")
            .Accepts<object>("application/json", "application/x-ndjson", "text/plain")
            .Produces<RowsAnswer>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);

    /// <summary>Whether a table's name can be used in keys, mappings and addresses.</summary>
    public static bool IsTableName(string? table) => table is not null && TableName().IsMatch(table);

    private static async Task<IResult> ReceiveAsync(string table, HttpRequest request, SignalReceiver receiver, IOptions<IngestionOptions> options, CancellationToken cancel)
    {
        if (!IsTableName(table))
            return Problems.Result(Problems.TableName);
        if (await RequestBody.ReadAsync(request, options.Value.MaxBodyBytes, cancel) is not { } bytes)
            return Problems.Result(Problems.BodyTooLarge(options.Value.MaxBodyBytes));
        var body = ClayBody.Parse(bytes, new RowReader(table), IsNdjson(request));
        if (body.Fault is { } fault)
            return Problems.Result(Problems.Unreadable(fault));
        var receipt = await receiver.ReceiveAsync(Sources.Clay, table, [.. body.Rows.Select(r => new IncomingRow(Sources.ClayRow, r))], null, cancel);
        return Results.Accepted(value: RowsAnswer.Of(receipt, body.IsSingle, body.Rows));
    }

    private static bool IsNdjson(HttpRequest request) =>
        request.ContentType is { } type && (type.Contains("ndjson", StringComparison.OrdinalIgnoreCase) || type.Contains("jsonl", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TableName();
}
