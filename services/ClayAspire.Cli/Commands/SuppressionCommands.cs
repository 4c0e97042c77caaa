using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using ClayAspire.Cli.Services;
using ClayAspire.Domain.Suppression;

namespace ClayAspire.Cli.Commands;

/// <summary><c>suppression</c>: who is left alone. Addresses travel in bodies alone, never in the address of a request.</summary>
internal static class SuppressionCommands
{
    private const int PageSize = 500;

    public static Command Build(CommandBinder on) => new("suppression", "Who is left alone: the list of addresses (by key) and domains, and the policy's reasons.")
    {
        BuildList(on), BuildReasons(on), BuildFind(on), BuildAdd(on), BuildRemove(on), BuildImport(on), BuildExport(on),
    };

    private static Command BuildList(CommandBinder on)
    {
        var filter = new ListFilter();
        var command = filter.On(new Command("list", "The entries of the list, the newest first."));
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var entries = new List<JsonElement>();
            for (var page = 1; ; page++)
            {
                var answer = await client.GetAsync($"api/suppression?page={page}&size={PageSize}{filter.Query(parsed)}", cancel);
                entries.AddRange(answer.GetProperty("items").EnumerateArray());
                if (answer.GetProperty("items").GetArrayLength() == 0 || entries.Count >= answer.GetProperty("total").GetInt64())
                    break;
            }
            Show(session.Terminal, entries);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildReasons(CommandBinder on)
    {
        var command = new Command("reasons", "What the policy counts as a reason, how many are listed for it, and which flows it stops.");
        on.Run(command, async (_, session, cancel) =>
        {
            var reasons = await (await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel)).GetAsync("api/suppression/reasons", cancel);
            if (session.Terminal.IsJson)
                session.Terminal.Json(reasons);
            else
                session.Terminal.Table(["reason", "listed", "told by", "stops"], reasons.EnumerateArray().Select(r => (IReadOnlyList<string>)
                    [Text(r, "reason"), Text(r, "listed"), Joined(r, "toldBy"), Joined(r, "stops")]));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildFind(CommandBinder on)
    {
        var subject = Subject();
        var command = new Command("find", "Every entry of one address or domain, also those taken off, and what stands of domains above it; 1 when none stands.") { subject };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var entries = await FindAsync(client, parsed.GetRequiredValue(subject), cancel);
            Show(session.Terminal, entries);
            return entries.Exists(Stands) ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return command;
    }

    private static Command BuildAdd(CommandBinder on)
    {
        var subject = Subject();
        var reason = new Option<string>("--reason") { Description = "One of the policy's reasons; 'suppression reasons' lists them.", Required = true };
        var note = new Option<string?>("--note") { Description = "Why, such as a ticket's number; no personal data." };
        var command = new Command("add", "Puts an address or a domain on the list. What stands already stays as it is.") { subject, reason, note };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var entry = await client.PostAsync("api/suppression", new { subject = parsed.GetRequiredValue(subject), reason = parsed.GetRequiredValue(reason), note = parsed.GetValue(note) }, cancel);
            Show(session.Terminal, [entry]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildRemove(CommandBinder on)
    {
        var subject = Subject();
        var reason = new Option<string?>("--reason") { Description = "Only the entry for this reason; without it, every one that stands." };
        var why = new Option<string>("--why") { Description = "Why it is taken off; it stays in the history.", Required = true };
        var command = new Command("remove", "Takes an address or a domain off the list; 1 when nothing of it stands.") { subject, reason, why };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var only = parsed.GetValue(reason);
            var removed = new List<JsonElement>();
            var named = parsed.GetRequiredValue(subject);
            // What stands of a domain above it is found too, and is not what was named.
            var match = SuppressionSubject.Read(named, out var refusal)?.Match ?? throw new CliException(ExitCodes.Usage, refusal!.Text);
            foreach (var entry in (await FindAsync(client, named, cancel)).Where(e => Stands(e) && Text(e, "subject") == match && (only is null || Text(e, "reason") == only)))
                removed.Add(await client.PostAsync($"api/suppression/{Text(entry, "id")}/remove", new { why = parsed.GetRequiredValue(why) }, cancel));
            if (removed.Count == 0)
                throw new CliException(ExitCodes.Refused, "Nothing of it stands on the list. 'suppression find' shows what did.");
            Show(session.Terminal, removed);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildImport(CommandBinder on)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A CSV file with a column subject, email or domain; reason and note may stand beside it." };
        var reason = new Option<string?>("--reason") { Description = "The reason of rows that name none." };
        var command = new Command("import", "Puts every row of a file on the list; 1 when a row was refused, and the others are listed all the same.") { file, reason };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (!path.Exists)
                throw new CliException(ExitCodes.Usage, $"There is no file {path.FullName}.");
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var content = new StreamContent(path.OpenRead());
            content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
            var address = $"api/suppression/import{(parsed.GetValue(reason) is { } given ? $"?reason={Uri.EscapeDataString(given)}" : "")}";
            var result = (await client.SendAsync(HttpMethod.Post, address, content, cancel)).Body;
            if (session.Terminal.IsJson)
            {
                session.Terminal.Json(result);
            }
            else
            {
                session.Terminal.Line($"{Text(result, "rows")} rows: {Text(result, "added")} listed, {Text(result, "stood")} stood already, {Text(result, "passedOver")} passed over for they were taken off, {Text(result, "refused")} refused.");
                foreach (var fault in result.GetProperty("faults").EnumerateArray())
                    session.Terminal.Line($"line {Text(fault, "line")}: {Text(fault, "text")}");
            }
            return Text(result, "refused") == "0" ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return command;
    }

    private static Command BuildExport(CommandBinder on)
    {
        var filter = new ListFilter();
        var file = new Option<FileInfo?>("--file") { Description = "Write to this file instead of the output." };
        var command = filter.On(new Command("export", "Writes the list as CSV; 'suppression import' takes it."));
        command.Add(file);
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var target = parsed.GetValue(file);
            await using var writer = target is null ? null : new StreamWriter(target.FullName);
            var query = filter.Query(parsed);
            await foreach (var line in client.LinesAsync($"api/suppression.csv{(query.Length > 0 ? $"?{query[1..]}" : "")}", cancel))
                await (writer ?? session.World.Output).WriteAsync(line + "\n");
            if (target is not null)
                session.Terminal.Note($"The list is in {target.FullName}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Argument<string> Subject() => new("SUBJECT") { Description = "An e-mail address, its key as an export has it, or a domain." };

    private static async Task<List<JsonElement>> FindAsync(ServiceClient client, string subject, CancellationToken cancel) =>
        [.. (await client.PostAsync("api/suppression/find", new { subject }, cancel)).EnumerateArray()];

    private static bool Stands(JsonElement entry) => Text(entry, "removedAt").Length == 0;

    private static void Show(Terminal terminal, IReadOnlyList<JsonElement> entries)
    {
        if (terminal.IsJson)
        {
            terminal.Json(entries);
            return;
        }
        terminal.Table(["id", "kind", "subject", "reason", "told by", "since", "note", "state"], entries.Select(e => (IReadOnlyList<string>)
        [
            Text(e, "id"), Text(e, "kind"), Text(e, "kind") == "domain" ? Text(e, "subject") : Text(e, "subject")[..12], Text(e, "reason"),
            Text(e, "addedBy") is { Length: > 0 } by ? by : Text(e, "source"), Text(e, "since")[..10], Text(e, "note"),
            Stands(e) ? "stands" : $"taken off by {Text(e, "removedBy")} on {Text(e, "removedAt")[..10]}: {Text(e, "removedWhy")}",
        ]));
    }

    private static string Joined(JsonElement element, string property) => string.Join(", ", element.GetProperty(property).EnumerateArray().Select(v => v.GetString()));

    private static string Text(JsonElement element, string property) => ServiceClient.Text(element, property);

    /// <summary>The options that say which entries; each command has its own.</summary>
    private sealed class ListFilter
    {
        private readonly Option<string?> _reason = new("--reason") { Description = "Only those for this reason." };
        private readonly Option<string?> _kind = new("--kind") { Description = "Only addresses, or only domains." };
        private readonly Option<string?> _state = new("--state") { Description = "standing (the default), removed, or all." };

        public Command On(Command command)
        {
            _kind.AcceptOnlyFromAmong("address", "domain");
            _state.AcceptOnlyFromAmong("standing", "removed", "all");
            command.Add(_reason);
            command.Add(_kind);
            command.Add(_state);
            return command;
        }

        public string Query(ParseResult parsed) => string.Concat(new[] { ("reason", parsed.GetValue(_reason)), ("kind", parsed.GetValue(_kind)), ("state", parsed.GetValue(_state)) }
            .Where(f => f.Item2 is not null).Select(f => $"&{f.Item1}={Uri.EscapeDataString(f.Item2!)}"));
    }
}
