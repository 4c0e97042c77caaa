using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>export</c>: members of a campaign on their way to a Clay table, or into a CSV file.</summary>
internal static class ExportCommands
{
    private const string ToFile = "csv";

    private static readonly string[] AtRest = ["finished", "stopped", "cancelled"];

    public static Command Build(CommandBinder on) => new("export", "Exports of campaign members to Clay.")
    {
        BuildCampaign(on), BuildShow(on), BuildResume(on), BuildCancel(on), BuildSettle(on),
    };

    private static Command BuildCampaign(CommandBinder on)
    {
        var connection = new Option<string>("--connection") { Description = "The connection, such as icare.", Required = true };
        var campaign = new Option<string>("--campaign") { Description = "The campaign's id.", Required = true };
        var to = new Option<string>("--to") { Description = "A webhook of the worker, or csv.", Required = true };
        var file = new Option<FileInfo?>("--file") { Description = "With --to csv: where the file goes; never written over a file." };
        var noWait = new Option<bool>("--no-wait") { Description = "Only start it." };
        var command = new Command("campaign", "Exports the members of a campaign; who is suppressed or not eligible is left out, with the reason.") { connection, campaign, to, file, noWait };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is { } path && (result.GetValue(to) != ToFile || result.GetValue(noWait)))
                result.AddError("--file goes with --to csv, and not with --no-wait.");
            else if (result.GetValue(file) is { Exists: true } there)
                result.AddError($"{there.FullName} exists. Name another file, or move it away.");
        });
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var ordered = await client.PostAsync("api/exports", new { connection = parsed.GetValue(connection), campaignId = parsed.GetValue(campaign), target = parsed.GetValue(to) }, cancel);
            var id = ServiceClient.Text(ordered, "exportId");
            session.Terminal.Note($"Export {id} …");
            if (parsed.GetValue(noWait))
                return Show(session.Terminal, await client.GetAsync($"api/exports/{id}", cancel));
            var status = await EndOfAsync(session, client, id, cancel);
            if (parsed.GetValue(file) is { } path && StateOf(status) == "finished")
            {
                using var answer = await client.StreamAsync($"api/exports/{id}/file.csv", cancel);
                await using var target = new FileStream(path.FullName, FileMode.CreateNew);
                await answer.Content.CopyToAsync(target, cancel);
                session.Terminal.Note($"Written to {path.FullName}.");
            }
            return Show(session.Terminal, status);
        });
        return command;
    }

    private static Command BuildShow(CommandBinder on)
    {
        var id = new Argument<Guid>("ID") { Description = "The export's id." };
        var command = new Command("show", "Shows an export: counts by state, and why members were left out.") { id };
        on.Run(command, async (parsed, session, cancel) =>
            Show(session.Terminal, await (await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel)).GetAsync($"api/exports/{parsed.GetValue(id)}", cancel)));
        return command;
    }

    private static Command BuildResume(CommandBinder on)
    {
        var id = new Argument<Guid>("ID") { Description = "The export's id." };
        var command = new Command("resume", "Takes an export that stands still up again and waits for it; rows that were sent are not sent again.") { id };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            await client.PostAsync($"api/exports/{parsed.GetValue(id)}/resume", new { }, cancel);
            return Show(session.Terminal, await EndOfAsync(session, client, $"{parsed.GetValue(id):D}", cancel));
        });
        return command;
    }

    private static Command BuildCancel(CommandBinder on)
    {
        var id = new Argument<Guid>("ID") { Description = "The export's id." };
        var command = new Command("cancel", "Cancels an export; what was sent stays in Clay.") { id };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            await client.PostAsync($"api/exports/{parsed.GetValue(id)}/cancel", new { }, cancel);
            Show(session.Terminal, await EndOfAsync(session, client, $"{parsed.GetValue(id):D}", cancel));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command BuildSettle(CommandBinder on)
    {
        var id = new Argument<Guid>("ID") { Description = "The export's id." };
        var arrived = new Option<bool>("--arrived") { Description = "They are in Clay." };
        var missing = new Option<bool>("--not-arrived") { Description = "They are not: send them." };
        var command = new Command("settle", "Settles rows whose outcome is unknown, after you looked for their clayaspire_key in Clay.") { id, arrived, missing };
        command.Validators.Add(result =>
        {
            if (result.GetValue(arrived) == result.GetValue(missing))
                result.AddError("Give --arrived or --not-arrived.");
        });
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var settled = await client.PostAsync($"api/exports/{parsed.GetValue(id)}/unknown", new { arrived = parsed.GetValue(arrived) }, cancel);
            session.Terminal.Note($"{ServiceClient.Text(settled, "rows")} rows settled.");
            return Show(session.Terminal, await EndOfAsync(session, client, $"{parsed.GetValue(id):D}", cancel));
        });
        return command;
    }

    private static string StateOf(JsonElement status) => ServiceClient.Text(status.GetProperty("export"), "state");

    private static long Rows(JsonElement status, string state) => status.GetProperty("rows").GetProperty(state).GetInt64();

    private static Task<JsonElement> EndOfAsync(Session session, ServiceClient client, string id, CancellationToken cancel) =>
        session.Terminal.WithBarAsync($"Export {id}", async report =>
        {
            while (true)
            {
                var now = await client.GetAsync($"api/exports/{id}", cancel);
                var members = now.GetProperty("export").GetProperty("members").GetInt32();
                var open = Rows(now, "pending") + Rows(now, "sending");
                report(members == 0 ? 0 : (double)(members - open) / members, $"{members - open} of {members}");
                if (AtRest.Contains(StateOf(now), StringComparer.Ordinal))
                    return now;
                await Task.Delay(TimeSpan.FromMilliseconds(250), session.World.Clock, cancel);
            }
        });

    private static int Show(Terminal terminal, JsonElement status)
    {
        var state = StateOf(status);
        if (terminal.IsJson)
        {
            terminal.Json(status);
        }
        else
        {
            var export = status.GetProperty("export");
            terminal.Line($"Export {ServiceClient.Text(export, "id")}: {state}. {ServiceClient.Text(export, "campaignName")} ({ServiceClient.Text(export, "campaignId")}) of {ServiceClient.Text(export, "connection")} to {ServiceClient.Text(export, "target")}.");
            string[] states = ["sent", "excluded", "pending", "rejected", "unknown"];
            terminal.Table(["members", .. states], [[ServiceClient.Text(export, "members"), .. states.Select(s => Rows(status, s).ToString(CultureInfo.InvariantCulture))]]);
            var reasons = status.GetProperty("reasons").EnumerateArray().ToList();
            if (reasons.Count > 0)
                terminal.Table(["state", "reason", "members"], reasons.Select(r => (IReadOnlyList<string>)[ServiceClient.Text(r, "state"), ServiceClient.Text(r, "reasonCode"), ServiceClient.Text(r, "rows")]));
            if (ServiceClient.Text(export, "remark") is { Length: > 0 } remark)
                terminal.Line(remark);
        }
        return state is "stopped" or "cancelled" || Rows(status, "rejected") + Rows(status, "unknown") > 0 ? ExitCodes.Refused : ExitCodes.Ok;
    }
}
