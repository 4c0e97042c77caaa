using System.Text.Json;
using System.Text.Json.Serialization;
using ClayAspire.Console.Components;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace ClayAspire.Console.Api;

/// <summary>What another policy would have done.</summary>
internal static class BacktestEndpoints
{
    private const string Lines = "application/x-ndjson";

    private static readonly byte[] LineEnd = [(byte)'\n'];

    private static readonly Reason NotKept = new("backtest-unknown", "No result of that id is kept: the console keeps the last few until it is restarted. Run the backtest again.");

    private static readonly Reason Busy = new("backtest-running", "Another backtest is running. Try again when it has ended.");

    public static void MapBacktests(this RouteGroupBuilder api)
    {
        api.MapPost("/policy/backtest", RunAsync).RequireAuthorization(Access.Backtest).WithTags("Policy")
            .WithSummary("Replays the stored signals of the last days through another policy and reports, line by line, how it goes and at last what differs. Writes nothing.")
            .Produces<BacktestLine>(StatusCodes.Status200OK, Lines)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

        api.MapGet("/policy/backtests/{id:guid}/cells.csv", CellsCsv).RequireAuthorization(Access.Backtest).WithTags("Policy")
            .WithSummary("The differing cells of a backtest that was asked for at the page and is still kept. Filters: difference, connection, field (Object.Field), q; sort: field, record, difference, start, now, then.")
            .Produces(StatusCodes.Status200OK, contentType: "text/csv").ProducesProblem(StatusCodes.Status404NotFound);

        api.MapGet("/policy/backtests/{id:guid}/fields.csv", FieldsCsv).RequireAuthorization(Access.Backtest).WithTags("Policy")
            .WithSummary("Fill, writes and overwrites by field of a backtest that was asked for at the page and is still kept.")
            .Produces(StatusCodes.Status200OK, contentType: "text/csv").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static IResult CellsCsv(Guid id, HttpContext http, BacktestRuns runs) => runs.Find(id) is { Report: not null } run
        ? Csv.Of("backtest-cells", Csv.Stream(BacktestCells.Apply(run.Cells, TableQuery.From(http.Request))),
            ["connection", "object", "record", "field", "difference", "start", "start_from", .. SideColumns("now"), .. SideColumns("then")],
            c => [c.Connection, c.Object, c.RecordId, c.Field, c.Difference, c.Start, c.StartOrigin, .. Side(c.Now), .. Side(c.Then)])
        : Problems.Of(NotKept);

    private static IResult FieldsCsv(Guid id, BacktestRuns runs) => runs.Find(id) is { Report: { } report }
        ? Csv.Of("backtest-fields", Csv.Stream(report.Fields),
            ["connection", "object", "field", "records", "filled_at_start", "filled_now", "filled_then", "assumed_blank", "writes_now", "writes_then", "overwrites_now", "overwrites_then",
                "overwrites_avoided", "overwrites_added", "named_now", "named_then"],
            f => [f.Connection, f.Object, f.Field, f.Records, f.FilledAtStart, f.FilledNow, f.FilledThen, f.AssumedBlank, f.WritesNow, f.WritesThen, f.OverwritesNow, f.OverwritesThen,
                f.OverwritesAvoided, f.OverwritesAdded, f.NamedNow, f.NamedThen])
        : Problems.Of(NotKept);

    private static IEnumerable<string> SideColumns(string side) => new[] { "", "_reason", "_source", "_value", "_writes", "_overwrites", "_release", "_written_at" }.Select(c => side + c);

    private static IEnumerable<object?> Side(BacktestSide s) => [s.Outcome, s.Reason, s.Source, s.End, s.Writes, s.Overwrites, s.Release, s.WrittenAt];

    private static async Task<IResult> RunAsync(BacktestOrder order, BacktestDesk desk, IOptions<JsonOptions> json, HttpContext http, CancellationToken cancel)
    {
        var (backtest, refusal, problems) = desk.Prepare(order);
        if (backtest is null)
            return problems.Count > 0 ? Problems.Of(refusal!, problems) : Problems.Of(refusal!);
        using var turn = desk.TryTakeTurn();
        if (turn is null)
            return Problems.Of(Busy);
        var options = new JsonSerializerOptions(json.Value.SerializerOptions) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        http.Response.ContentType = Lines;
        await foreach (var line in desk.RunAsync(backtest, order.AllCells, Caller.Of(http.User), cancel))
        {
            await JsonSerializer.SerializeAsync(http.Response.Body, line, options, cancel);
            await http.Response.Body.WriteAsync(LineEnd, cancel);
            if (line.Progress is not null)
                await http.Response.Body.FlushAsync(cancel);
        }
        return Results.Empty;
    }
}
