using ClayAspire.Ingestion.Access;
using ClayAspire.Ingestion.Parsing;
using ClayAspire.Ingestion.Receiving;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.People;
using ClayAspire.Storage.Signals;
using CsvHelper;

namespace ClayAspire.Ingestion.Endpoints;

/// <summary>Files of rows, and how far their import is.</summary>
internal static class FileEndpoints
{
    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/files", ReceiveAsync)
            .AddEndpointFilter(new RequireScopeFilter([ApiScopes.IngestFiles]))
            .WithName("ReceiveFile")
            .WithSummary("Takes a CSV or NDJSON file as the raw body, stored while it is received.")
            .WithDescription("Answers when the file is received whole, with the counts. With 'Prefer: respond-async' the answer's head, with Location, is sent at once, so that progress can be watched there while the upload goes on.")
            .Accepts<Stream>("text/csv", "application/x-ndjson", "application/octet-stream", "text/plain")
            .Produces<ImportAnswer>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        routes.MapGet("/v1/signals/pending", async (SignalStore signals, CancellationToken cancel) => new PendingAnswer(await signals.HasPendingAsync(cancel)))
            .AddEndpointFilter(new RequireScopeFilter([ApiScopes.IngestFiles, ApiScopes.IngestClay, ApiScopes.IngestSmartlead, ApiScopes.Api]))
            .WithName("ShowPending")
            .WithSummary("Whether signals wait for the worker; for callers that wait until their rows are processed.");
        var imports = routes.MapGroup("/v1/imports/{id:guid}")
            .AddEndpointFilter(new RequireScopeFilter([ApiScopes.IngestFiles, ApiScopes.Api]));
        imports.MapGet("", ShowAsync).WithName("ShowImport").WithSummary("How far an import is.")
            .Produces<ImportAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        imports.MapGet("/quarantine", ShowQuarantineAsync).WithName("ShowQuarantine").WithSummary("The rows that could not be read, with line and reason.")
            .Produces<IEnumerable<QuarantinedLine>>().ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/v1/imports/{id:guid}/quarantine.csv", ShowQuarantineCsvAsync).WithName("ShowQuarantineCsv")
            .AddEndpointFilter(new RequireScopeFilter([ApiScopes.IngestFiles, ApiScopes.Api]))
            .WithSummary("The same as CSV.")
            .Produces<string>(StatusCodes.Status200OK, "text/csv").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ReceiveAsync(
        HttpContext http, SignalStore signals, FileReceiver receiver, ImportWatch watch, ILogger<FileReceiver> log, CancellationToken cancel,
        string? table = null, string? format = null, string? name = null, string? delimiter = null)
    {
        var request = http.Request;
        format = (format ?? (request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true ? "ndjson" : "csv")).ToLowerInvariant();
        if (!ClayEndpoints.IsTableName(table))
            return Problems.Result(Problems.TableName);
        if (format is not ("csv" or "ndjson"))
            return Problems.Result(Problems.Format);
        if (delimiter is not null && (delimiter.Length != 1 || delimiter[0] == '"' || (char.IsControl(delimiter[0]) && delimiter[0] != '\t')))
            return Problems.Result(Problems.Delimiter);
        if (request.HasFormContentType)
            return Problems.Result(Problems.Form);
        var caller = (string)http.Items[RequireScopeFilter.CallerItem]!;
        var id = await signals.CreateImportAsync(new NewImport(Sources.Clay, table!, FileName(name, table!, format), format, request.ContentLength, caller, watch.Owner), cancel);
        var location = $"/v1/imports/{id}";
        var isAsync = request.Headers["Prefer"].ToString().Contains("respond-async", StringComparison.OrdinalIgnoreCase);
        if (isAsync)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.ContentType = "application/json";
            http.Response.Headers.Location = location;
            http.Response.Headers["Preference-Applied"] = "respond-async";
            await http.Response.StartAsync(cancel);
            await http.Response.Body.FlushAsync(cancel);
        }
        try
        {
            var progress = await receiver.ReceiveAsync(id, table!, format, delimiter?[0], request.Body, cancel);
            log.ImportCompleted(id, progress.RowsRead, progress.RowsAccepted, progress.RowsDuplicate, progress.RowsQuarantined);
        }
        catch (FileFaultException fault) when (!isAsync)
        {
            // The rest of the upload is not read: Kestrel closes the connection after the answer.
            return Problems.Result(Problems.File(fault, id));
        }
        catch (FileFaultException)
        {
            // The head is sent: what went wrong stands in the body and at the location.
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Nobody is left to answer; the import says what happened.
            return Results.Empty;
        }
        var answer = ImportAnswer.Of((await signals.FindImportAsync(id, CancellationToken.None))!);
        if (isAsync)
        {
            await http.Response.WriteAsJsonAsync(answer, cancel);
            return Results.Empty;
        }
        return Results.Accepted(location, answer);
    }

    private static async Task<IResult> ShowAsync(Guid id, SignalStore signals, CancellationToken cancel) =>
        await signals.FindImportAsync(id, cancel) is { } import ? Results.Ok(ImportAnswer.Of(import)) : Problems.Result(Problems.ImportUnknown);

    private static async Task<IResult> ShowQuarantineAsync(Guid id, SignalStore signals, CancellationToken cancel) =>
        await signals.FindImportAsync(id, cancel) is null ? Problems.Result(Problems.ImportUnknown) : Results.Ok(LinesAsync(id, signals, cancel));

    private static async IAsyncEnumerable<QuarantinedLine> LinesAsync(Guid id, SignalStore signals, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in signals.ReadQuarantineAsync(id, cancel))
            yield return QuarantinedLine.Of(row);
    }

    private static async Task<IResult> ShowQuarantineCsvAsync(Guid id, SignalStore signals, CancellationToken cancel)
    {
        if (await signals.FindImportAsync(id, cancel) is null)
            return Problems.Result(Problems.ImportUnknown);
        return Results.Stream(async body =>
        {
            // Raw rows are other people's text: a spreadsheet must not run them as formulas.
            await using var csv = CsvWriter.Create(body, CsvWriterOptions.Default with { Injection = CsvInjection.Escape }, leaveOpen: true);
            csv.WriteRecord("line", "reason_code", "reason", "raw");
            await foreach (var row in signals.ReadQuarantineAsync(id, cancel))
                await csv.WriteRecordAsync([row.Line?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "", row.ReasonCode, row.Reason, row.Raw], cancel);
            await csv.FlushAsync(cancel);
        }, "text/csv; charset=utf-8", $"quarantine-{id}.csv");
    }

    private static string FileName(string? given, string table, string format)
    {
        var name = Path.GetFileName(given ?? "");
        return name.Length is 0 or > 200 || !RowReader.IsStorable(name) ? $"{table}.{format}" : name;
    }
}
