using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ClayAspire.Cli.Services;
using ClayAspire.Domain.Policy;

namespace ClayAspire.Cli.Commands;

/// <summary><c>contract</c>: field contracts as they stand, and their life.</summary>
internal static class ContractCommands
{
    private const int PageSize = 500;

    public static Command Build(CommandBinder on) => new("contract", "Field contracts: which may be written, who signed them, what waits for a signature.")
    {
        BuildList(on),
        BuildShow(on),
        BuildMove(on, "send-to-legal", "Sends a draft to Legal; its owner or CRM Admin may.", needsReason: false),
        BuildSign(on),
        BuildMove(on, "suspend", "Stops a contract at once, released plans included; CRM Admin or DPO may.", needsReason: true),
        BuildMove(on, "resume", "Lifts a suspension; what the DPO stopped, only a DPO resumes.", needsReason: false),
    };

    private static Command BuildList(CommandBinder on)
    {
        var connection = new Option<string?>("--connection") { Description = "Only this connection's." };
        var status = new Option<string?>("--status") { Description = "Only those with this status in force." };
        status.AcceptOnlyFromAmong(Enum.GetNames<ContractStatus>());
        var command = new Command("list", "The field contracts as they stand.") { connection, status };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var filter = string.Concat(new[] { ("connection", parsed.GetValue(connection)), ("status", parsed.GetValue(status)) }
                .Where(f => f.Item2 is not null).Select(f => $"&{f.Item1}={Uri.EscapeDataString(f.Item2!)}"));
            var contracts = new List<JsonElement>();
            for (var page = 1; ; page++)
            {
                var answer = await client.GetAsync($"api/contracts?page={page}&size={PageSize}{filter}", cancel);
                contracts.AddRange(answer.GetProperty("items").EnumerateArray());
                if (answer.GetProperty("items").GetArrayLength() == 0 || contracts.Count >= answer.GetProperty("total").GetInt64())
                    break;
            }
            if (session.Terminal.IsJson)
                session.Terminal.Json(contracts);
            else
                session.Terminal.Table(["connection", "field", "status", "files say", "signature", "held values", "fill rate", "if signed"], contracts.Select(c => (IReadOnlyList<string>)
                [
                    Text(c, "connection"), $"{Text(c, "object")}.{Text(c, "field")}", Text(c, "status"), Text(c, "fileStatus"), Signature(c), Text(c, "heldValues"), Percent(c, "fillRate"), Percent(c, "fillRateIfSigned"),
                ]));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildShow(CommandBinder on)
    {
        var place = new Place();
        var command = place.On(new Command("show", "One contract with its terms and its history."));
        on.Run(command, async (parsed, session, cancel) =>
        {
            var detail = await (await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel)).GetAsync(place.Path(parsed), cancel);
            if (session.Terminal.IsJson)
                session.Terminal.Json(detail);
            else
                Show(session.Terminal, detail.GetProperty("contract"), detail);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildSign(CommandBinder on)
    {
        var place = new Place();
        var basis = new Option<string>("--basis") { Description = "The legal basis; it stands in the ledger.", Required = true };
        var expires = new Option<string?>("--expires-on") { Description = "The last day on which the signature holds, UTC, such as 2027-12-31. Without it, it has no end.", HelpName = "DAY" };
        expires.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } day && !DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
                result.AddError($"'{day}' is no day. Write it as 2027-12-31.");
        });
        var hash = new Option<string?>("--hash") { Description = "The hash of the contract that you read, from 'contract show'. Without it, the contract as it is now is signed." };
        var command = place.On(new Command("sign", "Signs a contract, as a DPO. Values held for it are offered in the flow's next plan."));
        command.Add(basis);
        command.Add(expires);
        command.Add(hash);
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Signatures, cancel);
            var seen = parsed.GetValue(hash) ?? Text((await client.GetAsync(place.Path(parsed), cancel)).GetProperty("contract"), "hash");
            var contract = await client.PostAsync($"{place.Path(parsed)}/sign", new { hash = seen, basis = parsed.GetRequiredValue(basis), expiresOn = parsed.GetValue(expires) }, cancel);
            return Done(session.Terminal, contract);
        });
        return command;
    }

    private static Command BuildMove(CommandBinder on, string verb, string description, bool needsReason)
    {
        var place = new Place();
        var reason = new Option<string?>("--reason") { Description = "Why; it stands in the ledger.", Required = needsReason };
        var command = place.On(new Command(verb, description));
        command.Add(reason);
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            return Done(session.Terminal, await client.PostAsync($"{place.Path(parsed)}/{verb}", new { reason = parsed.GetValue(reason) }, cancel));
        });
        return command;
    }

    private static int Done(Terminal terminal, JsonElement contract)
    {
        if (terminal.IsJson)
            terminal.Json(contract);
        else
            Show(terminal, contract, null);
        return ExitCodes.Ok;
    }

    private static void Show(Terminal terminal, JsonElement contract, JsonElement? detail)
    {
        terminal.Line($"{Text(contract, "connection")} / {Text(contract, "object")}.{Text(contract, "field")}: {Text(contract, "status")} (the files say {Text(contract, "fileStatus")})");
        if (Text(contract, "remark") is { Length: > 0 } remark)
            terminal.Line(remark);
        terminal.Line($"Signature    {Signature(contract)}");
        terminal.Line($"Held values  {Text(contract, "heldValues")}{(Percent(contract, "fillRate").Length == 0 ? "" : $"; fill rate {Percent(contract, "fillRate")} now, up to {Percent(contract, "fillRateIfSigned")} if signed")}");
        terminal.Line($"Hash         {Text(contract, "hash")}");
        if (detail is not { } known)
            return;
        foreach (var term in known.GetProperty("terms").EnumerateArray())
            terminal.Line($"  {term.GetString()}");
        foreach (var fact in known.GetProperty("history").EnumerateArray())
            terminal.Line($"{fact.GetProperty("at").GetDateTimeOffset().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}  {Text(fact, "action"),-13} by {Text(fact, "by")} ({Text(fact, "role")}){Until(fact)}{After(Text(fact, "basis") + Text(fact, "reason"))}");
    }

    private static string Signature(JsonElement contract) => contract.GetProperty("signed") is { ValueKind: JsonValueKind.Object } signed
        ? $"{Text(contract, "signature")}, by {Text(signed, "by")} on {Text(signed, "at")[..10]}{Until(signed)}"
        : contract.GetProperty("takesSignature").GetBoolean() ? "not signed" : "none needed";

    private static string Until(JsonElement fact) => Text(fact, "expiresOn") is { Length: > 0 } day ? $", until {day}" : "";

    private static string After(string text) => text.Length > 0 ? $": {text}" : "";

    private static string Percent(JsonElement contract, string property) =>
        contract.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble().ToString("P1", CultureInfo.InvariantCulture) : "";

    private static string Text(JsonElement element, string property) => ServiceClient.Text(element, property);

    /// <summary>The arguments that name a contract; each command has its own.</summary>
    private sealed class Place
    {
        private readonly Argument<string> _connection = new("CONNECTION") { Description = "The connection, such as icare." };
        private readonly Argument<string> _object = new("OBJECT") { Description = "The object's API name, such as Lead." };
        private readonly Argument<string> _field = new("FIELD") { Description = "The field's API name." };

        public Command On(Command command)
        {
            command.Add(_connection);
            command.Add(_object);
            command.Add(_field);
            return command;
        }

        public string Path(ParseResult parsed) =>
            $"api/contracts/{string.Join('/', new[] { _connection, _object, _field }.Select(a => Uri.EscapeDataString(parsed.GetValue(a)!)))}";
    }
}
