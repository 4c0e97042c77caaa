using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>discrepancies</c>: formulas that do not equal what they are made of; with <c>--check</c> the worker compares first.</summary>
internal static class DiscrepancyCommands
{
    private const int Shown = 500;

    public static Command Build(CommandBinder on)
    {
        var connection = new Option<string?>("--connection") { Description = "One connection only, such as icare; needed with --check." };
        var state = new Option<string>("--state") { Description = "open, healed, accepted or all.", DefaultValueFactory = _ => "open" };
        state.AcceptOnlyFromAmong("open", "healed", "accepted", "all");
        var check = new Option<bool>("--check") { Description = "Has the worker compare now, and waits for it." };
        var timeout = new Option<int>("--timeout") { Description = "With --check: most seconds to wait.", DefaultValueFactory = _ => 300 };
        var command = new Command("discrepancies", "Lists formulas that do not equal what they are made of, and in which order to check. Exit code 1 when some are open.") { connection, state, check, timeout, BuildAccept(on) };
        command.Validators.Add(result =>
        {
            if (result.GetValue(check) && result.GetValue(connection) is null)
                result.AddError("--check needs --connection: it costs calls to that CRM.");
        });
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            JsonElement? done = parsed.GetValue(check)
                ? await CheckAsync(session, client, parsed.GetValue(connection)!, TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancel)
                : null;
            var only = parsed.GetValue(connection) is { } name ? $"&connection={Uri.EscapeDataString(name)}" : "";
            var page = await client.GetAsync($"api/discrepancies?state={parsed.GetValue(state)}&size={Shown.ToString(CultureInfo.InvariantCulture)}{only}", cancel);
            Show(session.Terminal, done, page);
            return page.GetProperty("items").EnumerateArray().Any(d => ServiceClient.Text(d, "state") == "open") ? ExitCodes.Refused : ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildAccept(CommandBinder on)
    {
        var id = new Argument<Guid>("id") { Description = "The discrepancy." };
        var reason = new Option<string>("--reason") { Description = "Why; it stands in the ledger.", Required = true };
        var command = new Command("accept", "Leaves a discrepancy as it is, with a reason. Nothing is written to the CRM.") { id, reason };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            await client.PostAsync($"api/discrepancies/{parsed.GetValue(id):D}/accept", new { reason = parsed.GetValue(reason) }, cancel);
            session.Terminal.Line("Left as it is. The reason is in the ledger.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<JsonElement> CheckAsync(Session session, ServiceClient client, string connection, TimeSpan most, CancellationToken cancel)
    {
        var ordered = await client.PostAsync("api/discrepancies/check", new { connection }, cancel);
        session.Terminal.Note($"Formulas of {connection} are being compared …");
        var box = await session.WaitAsync(most, TimeSpan.FromMilliseconds(250), "the comparison", async () =>
        {
            var (status, body) = await client.TrySendAsync(HttpMethod.Get, ServiceClient.Text(ordered, "location"), null, cancel);
            if (status == HttpStatusCode.OK)
                return (object)body;
            return status == HttpStatusCode.NotFound && ServiceClient.Text(body, "code") == "check-pending" ? null : throw client.Refusal(status, body);
        }, cancel);
        return (JsonElement)box;
    }

    private static void Show(Terminal terminal, JsonElement? done, JsonElement page)
    {
        if (terminal.IsJson)
        {
            terminal.Json(new { check = done, discrepancies = page });
            return;
        }
        if (done is { } check)
            terminal.Line($"{ServiceClient.Text(check, "mirrored")} records of {ServiceClient.Text(check, "connection")} compared, {ServiceClient.Text(check, "looked")} read again: {ServiceClient.Text(check, "opened")} opened, {ServiceClient.Text(check, "healed")} healed, {ServiceClient.Text(check, "stillOpen")} open.");
        var items = page.GetProperty("items").EnumerateArray().ToList();
        if (items.Count == 0)
        {
            terminal.Line("None: every formula that is compared agrees.");
            return;
        }
        terminal.Table(["id", "record", "formula", "is", "should be", "check in this order", "state"], items.Select(d => (IReadOnlyList<string>)
        [
            ServiceClient.Text(d, "id"), ServiceClient.Text(d, "recordId"), $"{ServiceClient.Text(d, "object")}.{ServiceClient.Text(d, "field")}", ServiceClient.Text(d, "found"), ServiceClient.Text(d, "expected"),
            string.Join(", ", d.GetProperty("sources").EnumerateArray().Select(s => $"{ServiceClient.Text(s, "field")}={(s.GetProperty("value").ValueKind == JsonValueKind.Null ? "not visible" : ServiceClient.Text(s, "value"))}")),
            ServiceClient.Text(d, "state"),
        ]));
        if (page.GetProperty("total").GetInt64() > items.Count)
            terminal.Line($"{items.Count} of {ServiceClient.Text(page, "total")}; /api/discrepancies.csv has all.");
    }
}
