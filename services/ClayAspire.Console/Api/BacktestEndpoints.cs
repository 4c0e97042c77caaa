using System.Text.Json;
using System.Text.Json.Serialization;
using ClayAspire.Console.Operations;
using ClayAspire.Console.Security;
using ClayAspire.Domain.Writeback;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace ClayAspire.Console.Api;

/// <summary>What another policy would have done.</summary>
internal static class BacktestEndpoints
{
    private const string Lines = "application/x-ndjson";

    private static readonly byte[] LineEnd = [(byte)'\n'];

    private static readonly Reason Busy = new("backtest-running", "Another backtest is running. Try again when it has ended.");

    public static void MapBacktests(this RouteGroupBuilder api) =>
        api.MapPost("/policy/backtest", RunAsync).RequireAuthorization(Access.Backtest).WithTags("Policy")
            .WithSummary("Replays the stored signals of the last days through another policy and reports, line by line, how it goes and at last what differs. Writes nothing.")
            .Produces<BacktestLine>(StatusCodes.Status200OK, Lines)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

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
