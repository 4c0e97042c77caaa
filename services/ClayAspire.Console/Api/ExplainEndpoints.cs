using ClayAspire.Console.Operations;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Explain;

namespace ClayAspire.Console.Api;

/// <summary>Why a cell is as it is.</summary>
internal static class ExplainEndpoints
{
    public static void MapExplanations(this RouteGroupBuilder api)
    {
        var explain = api.MapGroup("/explain/{connection}/{object}/{recordId}").WithTags("Explain");
        explain.MapGet("/", async (string connection, string @object, string recordId, ExplainDesk desk, CancellationToken cancel) =>
        {
            var (fields, refusal) = await desk.FieldsAsync(new RecordKey(connection, @object, recordId), cancel);
            return refusal is null ? Results.Ok(fields) : Problems.Of(refusal);
        }).WithSummary("The fields of a record that can be explained.").Produces<IReadOnlyList<KnownField>>()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        explain.MapGet("/{field}", async (string connection, string @object, string recordId, string field, ExplainDesk desk, CancellationToken cancel) =>
        {
            var (explanation, refusal) = await desk.ExplainAsync(new CellKey(new RecordKey(connection, @object, recordId), field), cancel);
            return refusal is null ? Results.Ok(explanation) : Problems.Of(refusal);
        }).WithSummary("The story of one cell: value and origin, candidates, filters, decision, the nearest change that would have altered it.")
            .Produces<CellExplanation>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }
}
