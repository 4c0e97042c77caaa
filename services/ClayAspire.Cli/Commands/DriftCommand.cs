using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>drift</c>: of what we wrote, which share is not there any more, and who changed it; with <c>--sample</c> the worker looks again first.</summary>
internal static class DriftCommand
{
    private static readonly string[] Kinds = ["human", "automation", "integration", "us", "unknown"];

    public static Command Build(CommandBinder on)
    {
        var connection = new Option<string?>("--connection") { Description = "One connection only, such as icare-staging; needed with --sample." };
        var days = new Option<int>("--days") { Description = "Looks of the last so many days.", DefaultValueFactory = _ => 30 };
        var sample = new Option<bool>("--sample") { Description = "Has the worker look again now, and waits for it." };
        var cells = new Option<int?>("--cells") { Description = "With --sample: how many cells to draw; the worker's own number when left out." };
        var seed = new Option<long?>("--seed") { Description = "With --sample: the seed of the draw." };
        var timeout = new Option<int>("--timeout") { Description = "With --sample: most seconds to wait.", DefaultValueFactory = _ => 300 };
        var command = new Command("drift", "Tells at which rate fields drift from what was written, and who changes them.") { connection, days, sample, cells, seed, timeout };
        command.Validators.Add(result =>
        {
            if (result.GetValue(sample) && result.GetValue(connection) is null)
                result.AddError("--sample needs --connection: a look costs calls to that CRM.");
            if (!result.GetValue(sample) && (result.GetValue(cells) is not null || result.GetValue(seed) is not null))
                result.AddError("--cells and --seed go with --sample.");
        });
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            JsonElement? taken = parsed.GetValue(sample)
                ? await TakeAsync(session, client, new { connection = parsed.GetValue(connection), cells = parsed.GetValue(cells), seed = parsed.GetValue(seed) }, TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancel)
                : null;
            var query = $"days={parsed.GetValue(days).ToString(CultureInfo.InvariantCulture)}{(parsed.GetValue(connection) is { } name ? $"&connection={Uri.EscapeDataString(name)}" : "")}";
            var report = await client.GetAsync($"api/drift?{query}", cancel);
            Show(session.Terminal, taken, report);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<JsonElement> TakeAsync(Session session, ServiceClient client, object order, TimeSpan most, CancellationToken cancel)
    {
        var ordered = await client.PostAsync("api/drift/sample", order, cancel);
        session.Terminal.Note($"Drift sample {ServiceClient.Text(ordered, "sampleId")} is being taken …");
        var box = await session.WaitAsync(most, TimeSpan.FromMilliseconds(250), "the sample", async () =>
        {
            var (status, body) = await client.TrySendAsync(HttpMethod.Get, ServiceClient.Text(ordered, "location"), null, cancel);
            if (status == HttpStatusCode.OK)
                return (object)body;
            return status == HttpStatusCode.NotFound && ServiceClient.Text(body, "code") == "drift-pending" ? null : throw client.Refusal(status, body);
        }, cancel);
        return (JsonElement)box;
    }

    private static void Show(Terminal terminal, JsonElement? taken, JsonElement report)
    {
        if (terminal.IsJson)
        {
            terminal.Json(new { sample = taken, report });
            return;
        }
        if (taken is { } sample)
            terminal.Line($"{ServiceClient.Text(sample, "cells")} of {ServiceClient.Text(sample, "eligible")} cells of {ServiceClient.Text(sample, "connection")} were looked at (seed {ServiceClient.Text(sample, "seed")}); {ServiceClient.Text(sample, "changed")} had changed.");
        var rates = report.GetProperty("rates").EnumerateArray().ToList();
        if (rates.Count == 0)
        {
            terminal.Line($"Nothing was looked at in the last {ServiceClient.Text(report, "days")} days. Cells are looked at from one day after a run verified them; --sample has the worker look now.");
            return;
        }
        terminal.Line($"Of the values that runs wrote and read back, looked at in the last {ServiceClient.Text(report, "days")} days: changed since, with 95 % intervals");
        terminal.Table(["connection", "field", "sample", "changed", .. Kinds.Select(k => $"by {k}"), "gone"], rates.Select(r => (IReadOnlyList<string>)
        [
            ServiceClient.Text(r, "connection"), $"{ServiceClient.Text(r, "object")}.{ServiceClient.Text(r, "field")}", ServiceClient.Text(r, "sample"), Share(r.GetProperty("changed")),
            .. Kinds.Select(k => Share(r.GetProperty("by").GetProperty(k))), ServiceClient.Text(r, "gone"),
        ]));
    }

    private static string Share(JsonElement share)
    {
        if (share.GetProperty("rate").ValueKind != JsonValueKind.Number)
            return "–";
        string Percent(string name) => (share.GetProperty(name).GetDouble() * 100).ToString("0.0", CultureInfo.InvariantCulture);
        return share.GetProperty("count").GetInt64() == 0 ? "0" : $"{Percent("rate")} % ({Percent("low95")}–{Percent("high95")})";
    }
}
