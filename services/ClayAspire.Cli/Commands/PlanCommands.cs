using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>plan</c>, <c>plan show</c> and <c>plan drift</c>.</summary>
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
        command.Add(BuildDrift(on));
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
        var by = new Option<string?>("--by") { Description = "Also list the changes in groups: by field, record, rule, source or kind." };
        by.AcceptOnlyFromAmong("field", "record", "rule", "source", "kind");
        var csv = new Option<bool>("--csv") { Description = "Print the cells, or with --by the groups, as CSV." };
        var command = new Command("show", "Shows a plan: its summary, its cells, its changes in groups.") { id, verdict, by, csv };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var planId = parsed.GetValue(id);
            if (parsed.GetValue(csv))
            {
                var query = parsed.GetValue(verdict) is { } only ? $"verdict={only}" : "";
                var address = parsed.GetValue(by) is { } grouped ? $"groups.csv?by={grouped}&{query}" : $"cells.csv?{query}";
                await foreach (var line in client.LinesAsync($"api/plans/{planId}/{address}", cancel))
                    session.Terminal.Line(line);
                return ExitCodes.Ok;
            }
            await ShowAsync(session.Terminal, client, await client.GetAsync($"api/plans/{planId}", cancel), parsed.GetValue(verdict), cancel, parsed.GetValue(by));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildDrift(CommandBinder on)
    {
        var id = new Argument<Guid>("ID") { Description = "The plan's id." };
        var timeout = new Option<int>("--timeout") { Description = "Most seconds to wait.", DefaultValueFactory = _ => 300 };
        var command = new Command("drift", "Reads the live values of a waiting plan's changes and lists those that changed since the seal. Exit code 1 when there are any.") { id, timeout };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var planId = parsed.GetValue(id);
            var before = LookedAt(await client.GetAsync($"api/plans/{planId}", cancel));
            await client.PostAsync($"api/plans/{planId}/drift", null, cancel);
            session.Terminal.Note("A worker reads the live values …");
            var found = await session.WaitAsync(TimeSpan.FromSeconds(parsed.GetValue(timeout)), TimeSpan.FromMilliseconds(200), $"the look at plan {planId}", async () =>
            {
                var plan = await client.GetAsync($"api/plans/{planId}", cancel);
                return LookedAt(plan) is { Length: > 0 } at && at != before ? new Found(plan.GetProperty("drift")) : null;
            }, cancel);
            var drifted = found.Body.GetProperty("drifted").GetInt32();
            var cells = drifted == 0 ? [] : await AllAsync(client, $"api/plans/{planId}/cells?kind=drifted", cancel);
            if (session.Terminal.IsJson)
            {
                session.Terminal.Json(new { planId, drift = found.Body, cells });
            }
            else
            {
                session.Terminal.Line($"{drifted} of {ServiceClient.Text(found.Body, "cells")} changes differ from what the plan was sealed on.");
                if (cells.Count > 0)
                    session.Terminal.Table(["cell", "record", "field", "old", "now", "new", "why"],
                        cells.Select(c => (IReadOnlyList<string>)[.. new[] { "ordinal", "recordId", "field", "old", "valueNow", "new", "drift" }.Select(p => ServiceClient.Text(c, p))]));
            }
            return drifted == 0 ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return command;
    }

    private static string LookedAt(JsonElement plan) => plan.TryGetProperty("drift", out var drift) ? ServiceClient.Text(drift, "lookedAt") : "";

    /// <summary>Shows a plan: counts, reasons, the cells of one verdict, the changes in groups.</summary>
    public static async Task ShowAsync(Terminal terminal, ServiceClient client, JsonElement plan, string? verdict, CancellationToken cancel, string? by = null)
    {
        var id = plan.GetProperty("id").GetGuid();
        var reasons = (await client.GetAsync($"api/plans/{id}/reasons", cancel)).EnumerateArray().ToList();
        var cells = verdict is null ? [] : await AllAsync(client, $"api/plans/{id}/cells?verdict={verdict}", cancel);
        var groups = by is null ? [] : await AllAsync(client, $"api/plans/{id}/groups?by={by}", cancel);
        if (terminal.IsJson)
        {
            terminal.Json(new { plan, reasons, cells = verdict is null ? null : cells, groups = by is null ? null : groups });
            return;
        }
        terminal.Line($"Plan {id}: {ServiceClient.Text(plan, "state")}, {ServiceClient.Text(plan, "connection")} / {ServiceClient.Text(plan, "flow")}, by {ServiceClient.Text(plan, "author")}");
        if (plan.TryGetProperty("undoesRun", out var undone) && undone.ValueKind == JsonValueKind.String)
            terminal.Line($"It takes back run {undone.GetString()}.");
        terminal.Line($"Hash {ServiceClient.Text(plan, "hash")}, policy {ServiceClient.Text(plan, "policyVersion")}, expires {ServiceClient.Text(plan, "expiresAt")}");
        terminal.Table(["changes", "overwrites", "clears", "need a name", "keeps", "holds", "refusals", "API calls", "credits", "takes about"],
            [[.. new[] { "changes", "overwrites", "clears", "named", "keeps", "holds", "refusals", "apiCalls", "credits" }.Select(p => ServiceClient.Text(plan, p)), Duration(plan)]]);
        if (reasons.Count > 0)
            terminal.Table(["verdict", "reason", "cells"], reasons.Select(r => (IReadOnlyList<string>)[.. new[] { "verdict", "code", "cells" }.Select(p => ServiceClient.Text(r, p))]));
        if (groups.Count > 0)
        {
            terminal.Table([by!, "changes", "need a name", "declined", "drifted", "sample"], groups.Select(g => (IReadOnlyList<string>)[
                NameOf(g), .. new[] { "changes", "named", "declined", "drifted" }.Select(p => ServiceClient.Text(g, p)),
                $"{ServiceClient.Text(g.GetProperty("sample"), "field")}: {ServiceClient.Text(g.GetProperty("sample"), "old")} -> {ServiceClient.Text(g.GetProperty("sample"), "new")}"]));
        }
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

    /// <summary>A group by what leads to it.</summary>
    private static string NameOf(JsonElement group)
    {
        var parts = group.GetProperty("filter").EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).Select(p => p.Value.GetString());
        return string.Join('.', parts) is { Length: > 0 } name ? name : "(none)";
    }

    private static async Task<List<JsonElement>> AllAsync(ServiceClient client, string address, CancellationToken cancel)
    {
        var all = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var answer = await client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"{address}&page={page}&size={PageSize}"), cancel);
            var items = answer.GetProperty("items");
            all.AddRange(items.EnumerateArray());
            if (items.GetArrayLength() == 0 || all.Count >= answer.GetProperty("total").GetInt64())
                return all;
        }
    }

    private sealed record Found(JsonElement Body);
}
