using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>plan</c> and <c>plan show</c>.</summary>
internal static class PlanCommands
{
    private const int PageSize = 500;

    public static Command Build(CommandBinder on)
    {
        var connection = new Option<string>("--connection") { Description = "The connection, such as icare.", Required = true };
        var flow = new Option<string>("--flow") { Description = "The flow, such as enrichment-writeback.", Required = true };
        var wait = new Option<bool>("--wait") { Description = "Wait for the sealed plan and show its summary (the default)." };
        var noWait = new Option<bool>("--no-wait") { Description = "Only ask for the plan and print its id." };
        var timeout = new Option<int>("--timeout") { Description = "Most seconds to wait.", DefaultValueFactory = _ => 300 };
        var command = new Command("plan", "Asks for a plan, waits until it is sealed, shows what it would change.") { connection, flow, wait, noWait, timeout };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var id = await OrderAsync(client, parsed.GetRequiredValue(connection), parsed.GetRequiredValue(flow), cancel);
            if (parsed.GetValue(noWait) && !parsed.GetValue(wait))
            {
                if (session.Terminal.IsJson)
                    session.Terminal.Json(new { planId = id });
                else
                    session.Terminal.Line($"Plan {id} is asked for. Look with: clayaspire plan show {id}");
                return ExitCodes.Ok;
            }
            session.Terminal.Note($"Plan {id} is being made …");
            var plan = await WaitSealedAsync(session, client, id, TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancel);
            await ShowAsync(session.Terminal, client, plan, null, cancel);
            return ExitCodes.Ok;
        });
        command.Add(BuildShow(on));
        return command;
    }

    /// <summary>Asks for a plan; gives its id.</summary>
    public static async Task<Guid> OrderAsync(ServiceClient console, string connection, string flow, CancellationToken cancel) =>
        (await console.PostAsync("api/plans", new { connection, flow }, cancel)).GetProperty("planId").GetGuid();

    /// <summary>Waits until a plan is sealed (or empty).</summary>
    public static async Task<JsonElement> WaitSealedAsync(Session session, ServiceClient console, Guid id, TimeSpan most, CancellationToken cancel)
    {
        var found = await session.WaitAsync(most, TimeSpan.FromMilliseconds(200), $"plan {id} to be sealed", async () =>
        {
            var (status, body) = await console.TrySendAsync(HttpMethod.Get, $"api/plans/{id}", null, cancel);
            if (status == HttpStatusCode.OK)
                return new Found(body);
            return status == HttpStatusCode.NotFound && ServiceClient.Text(body, "code") == "plan-pending" ? null : throw console.Refusal(status, body);
        }, cancel);
        return found.Body;
    }

    private static Command BuildShow(CommandBinder on)
    {
        var id = new Argument<Guid>("ID") { Description = "The plan's id." };
        var verdict = new Option<string?>("--verdict") { Description = "Also list the cells of this verdict." };
        verdict.AcceptOnlyFromAmong("Write", "Keep", "Hold", "Refuse");
        var csv = new Option<bool>("--csv") { Description = "Print the cells as CSV." };
        var command = new Command("show", "Shows a plan: its summary, its cells.") { id, verdict, csv };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var planId = parsed.GetValue(id);
            if (parsed.GetValue(csv))
            {
                var query = parsed.GetValue(verdict) is { } only ? $"?verdict={only}" : "";
                await foreach (var line in client.LinesAsync($"api/plans/{planId}/cells.csv{query}", cancel))
                    session.Terminal.Line(line);
                return ExitCodes.Ok;
            }
            await ShowAsync(session.Terminal, client, await client.GetAsync($"api/plans/{planId}", cancel), parsed.GetValue(verdict), cancel);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Shows a plan: counts, reasons, and the cells of one verdict.</summary>
    public static async Task ShowAsync(Terminal terminal, ServiceClient client, JsonElement plan, string? verdict, CancellationToken cancel)
    {
        var id = plan.GetProperty("id").GetGuid();
        var reasons = new SortedDictionary<(string Verdict, string Code), int>();
        var cells = new List<JsonElement>();
        await foreach (var cell in CellsAsync(client, id, cancel))
        {
            var key = (ServiceClient.Text(cell, "verdict"), ServiceClient.Text(cell, "reasonCode"));
            reasons[key] = reasons.GetValueOrDefault(key) + 1;
            if (key.Item1 == verdict)
                cells.Add(cell);
        }
        if (terminal.IsJson)
        {
            terminal.Json(new { plan, reasons = reasons.Select(r => new { verdict = r.Key.Verdict, code = r.Key.Code, cells = r.Value }), cells = verdict is null ? null : cells });
            return;
        }
        terminal.Line($"Plan {id}: {ServiceClient.Text(plan, "state")}, {ServiceClient.Text(plan, "connection")} / {ServiceClient.Text(plan, "flow")}, by {ServiceClient.Text(plan, "author")}");
        if (plan.TryGetProperty("undoesRun", out var undone) && undone.ValueKind == JsonValueKind.String)
            terminal.Line($"It takes back run {undone.GetString()}.");
        terminal.Line($"Hash {ServiceClient.Text(plan, "hash")}, policy {ServiceClient.Text(plan, "policyVersion")}, expires {ServiceClient.Text(plan, "expiresAt")}");
        terminal.Table(["changes", "overwrites", "clears", "need a name", "keeps", "holds", "refusals", "API calls", "credits", "takes about"],
            [[.. new[] { "changes", "overwrites", "clears", "named", "keeps", "holds", "refusals", "apiCalls", "credits" }.Select(p => ServiceClient.Text(plan, p)), Duration(plan)]]);
        if (reasons.Count > 0)
            terminal.Table(["verdict", "reason", "cells"], reasons.Select(r => (IReadOnlyList<string>)[r.Key.Verdict, r.Key.Code, r.Value.ToString(CultureInfo.InvariantCulture)]));
        if (cells.Count > 0)
        {
            terminal.Table(["cell", "record", "field", "old", "new", "reason", "source", "caution"],
                cells.Select(c => (IReadOnlyList<string>)[.. new[] { "ordinal", "recordId", "field", "old", "new", "reasonCode", "source", "caution" }.Select(p => ServiceClient.Text(c, p))]));
        }
        if (ServiceClient.Text(plan, "state") == "sealed" && ServiceClient.Text(plan, "changes") != "0")
            terminal.Line($"Release it with: clayaspire approve {id} --wait");
        if (ServiceClient.Text(plan, "state") == "sealed" && ServiceClient.Text(plan, "named") is not ("0" or ""))
            terminal.Line($"{ServiceClient.Text(plan, "named")} changes replace a value or have a low confidence: name those that you mean with --cells (clayaspire plan show {id} --verdict Write lists them).");
    }

    /// <summary>The estimated duration of the apply; empty for plans that have none.</summary>
    private static string Duration(JsonElement plan) => plan.TryGetProperty("applySeconds", out var seconds) && seconds.GetInt32() is > 0 and var s
        ? s < 90 ? string.Create(CultureInfo.InvariantCulture, $"{s} s") : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(s / 60.0):0} min")
        : "";

    private static async IAsyncEnumerable<JsonElement> CellsAsync(ServiceClient client, Guid id, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        long seen = 0;
        for (var page = 1; ; page++)
        {
            var answer = await client.GetAsync($"api/plans/{id}/cells?page={page}&size={PageSize}", cancel);
            var items = answer.GetProperty("items");
            foreach (var cell in items.EnumerateArray())
                yield return cell;
            seen += items.GetArrayLength();
            if (items.GetArrayLength() == 0 || seen >= answer.GetProperty("total").GetInt64())
                yield break;
        }
    }

    private sealed record Found(JsonElement Body);
}
