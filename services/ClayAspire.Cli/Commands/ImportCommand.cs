using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>import FILE --table T</c>: sends a file to ingestion.</summary>
internal static class ImportCommand
{
    private static readonly TimeSpan MostWait = TimeSpan.FromMinutes(10);

    public static Command Build(CommandBinder on)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A CSV or NDJSON file." };
        var table = new Option<string>("--table") { Description = "The Clay table that the rows count as; the mapping of that name applies.", Required = true };
        var source = new Option<string>("--source") { Description = "The source that the rows count as.", DefaultValueFactory = _ => "clay" };
        source.AcceptOnlyFromAmong("clay");
        var format = new Option<string?>("--format") { Description = "csv or ndjson; otherwise by the file's name." };
        format.AcceptOnlyFromAmong("csv", "ndjson");
        var wait = new Option<bool>("--wait") { Description = "Wait until the worker has processed the rows." };
        var command = new Command("import", "Sends a file of rows; shows progress and what became of them.") { file, table, source, format, wait };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (!path.Exists)
                throw new CliException(ExitCodes.Usage, $"There is no file {path.FullName}.");
            var kind = parsed.GetValue(format) ?? FormatOf(path);
            var client = await session.ClientAsync(Endpoints.Ingestion, KeyUse.Rows, cancel);
            var answer = await SendAsync(session, client, path, parsed.GetRequiredValue(table), kind, cancel);
            if (parsed.GetValue(wait))
                await WaitProcessedAsync(session, client, cancel);
            Show(session.Terminal, client, answer);
            return ServiceClient.Text(answer, "state") == "completed" ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return command;
    }

    /// <summary>Waits until no signal is left to be processed.</summary>
    public static async Task WaitProcessedAsync(Session session, ServiceClient ingestion, CancellationToken cancel)
    {
        session.Terminal.Note("Waiting until the worker has processed all signals …");
        await session.WaitAsync(MostWait, TimeSpan.FromMilliseconds(250), "the worker to process all signals", async () =>
            (await ingestion.GetAsync("v1/signals/pending", cancel)).GetProperty("hasPending").GetBoolean() ? null : "", cancel);
    }

    private static async Task<JsonElement> SendAsync(Session session, ServiceClient client, FileInfo file, string table, string format, CancellationToken cancel)
    {
        var address = $"v1/files?table={Uri.EscapeDataString(table)}&format={format}&name={Uri.EscapeDataString(file.Name)}";
        return await session.Terminal.WithBarAsync(file.Name, async report =>
        {
            await using var stream = new ProgressStream(file.OpenRead(), sent => report(file.Length == 0 ? 1 : (double)sent / file.Length, Size(sent)));
            var content = new StreamContent(stream, 128 * 1024);
            content.Headers.ContentType = new MediaTypeHeaderValue(format == "csv" ? "text/csv" : "application/x-ndjson");
            content.Headers.ContentLength = file.Length;
            return (await client.SendAsync(HttpMethod.Post, address, content, cancel)).Body;
        });
    }

    private static void Show(Terminal terminal, ServiceClient client, JsonElement answer)
    {
        if (terminal.IsJson)
        {
            terminal.Json(answer);
            return;
        }
        terminal.Table(["import", "state", "rows", "accepted", "duplicates", "quarantined"],
            [[.. new[] { "importId", "state", "rows", "accepted", "duplicates", "quarantined" }.Select(p => ServiceClient.Text(answer, p))]]);
        if (ServiceClient.Text(answer, "error") is { Length: > 0 } error)
            terminal.Line(error);
        if (ServiceClient.Text(answer, "quarantine") is { Length: > 0 } quarantine)
            terminal.Line($"Some rows could not be read. Lines and reasons: GET {client.Address}{quarantine.TrimStart('/')} (with .csv for a file)");
    }

    private static string FormatOf(FileInfo file) => file.Extension.ToLowerInvariant() switch
    {
        ".csv" or ".tsv" or ".txt" => "csv",
        ".ndjson" or ".jsonl" or ".json" => "ndjson",
        _ => throw new CliException(ExitCodes.Usage, $"The format of {file.Name} is not known by its name. Give --format csv or --format ndjson."),
    };

    private static string Size(long bytes) => bytes < 1 << 20 ? $"{bytes / 1024} KB" : $"{bytes >> 20} MB";
}
