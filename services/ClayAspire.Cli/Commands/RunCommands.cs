using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>run show</c>, <c>run cancel</c>, and the watching of a run.</summary>
internal static class RunCommands
{
    private static readonly string[] Ended = ["green", "finished-with-rejections", "failed", "cancelled"];

    public static Command Build(CommandBinder on)
    {
        var id = new Argument<Guid>("ID") { Description = "The run's id." };
        var show = new Command("show", "Shows a run: counts by state, and why cells were rejected or skipped.") { id };
        on.Run(show, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            return await ShowAsync(session.Terminal, client, await client.GetAsync($"api/runs/{parsed.GetValue(id)}", cancel), cancel);
        });
        var watch = new Command("watch", "Watches a run until it ends.") { id };
        on.Run(watch, async (parsed, session, cancel) =>
            await WatchAsync(session, await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel), parsed.GetValue(id), cancel));
        return new Command("run", "Runs: the application of approved plans.") { show, watch, BuildCancel(on) };
    }

    private static Command BuildCancel(CommandBinder on)
    {
        var id = new Argument<Guid>("RUN-ID") { Description = "The run to cancel." };
        var wait = new Option<bool>("--wait") { Description = "Watch the run until it has ended." };
        var command = new Command("cancel", "Cancels a run: the batch under way ends, nothing more is sent. What was verified stays; undo takes it back.") { id, wait };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var runId = parsed.GetValue(id);
            var run = await client.PostAsync($"api/runs/{runId}/cancel", new { }, cancel);
            if (!Ended.Contains(ServiceClient.Text(run, "state"), StringComparer.Ordinal) && parsed.GetValue(wait))
                run = await EndOfAsync(session, client, runId, throughPauses: true, cancel);
            var state = ServiceClient.Text(run, "state");
            if (Ended.Contains(state, StringComparer.Ordinal))
            {
                await ShowAsync(session.Terminal, client, run, cancel);
                // One that came too late is a negative result: everything was written.
                return state == "cancelled" ? ExitCodes.Ok : ExitCodes.Refused;
            }
            if (session.Terminal.IsJson)
                session.Terminal.Json(new { run });
            else
                session.Terminal.Line($"Run {runId} is {state} and ends after the batch under way. Watch it with: clayaspire run watch {runId}");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Shows a run's progress until it ends; the exit code says whether it is green.</summary>
    public static async Task<int> WatchAsync(Session session, ServiceClient console, Guid runId, CancellationToken cancel)
    {
        session.Terminal.Note($"Run {runId} …");
        return await ShowAsync(session.Terminal, console, await EndOfAsync(session, console, runId, throughPauses: false, cancel), cancel);
    }

    private static Task<JsonElement> EndOfAsync(Session session, ServiceClient console, Guid runId, bool throughPauses, CancellationToken cancel) =>
        session.Terminal.WithBarAsync($"Run {runId}", async report =>
        {
            while (true)
            {
                var now = await console.GetAsync($"api/runs/{runId}", cancel);
                var planned = now.GetProperty("planned").GetInt32();
                var done = Number(now, "verified") + Number(now, "rejected") + Number(now, "skipped");
                report(planned == 0 ? 1 : (double)done / planned, $"{done} of {planned}");
                if (Ended.Contains(ServiceClient.Text(now, "state"), StringComparer.Ordinal))
                    return now;
                if (ServiceClient.Text(now, "state") == "paused" && !throughPauses)
                    throw new CliException(ExitCodes.Refused, $"The run is paused: {ServiceClient.Text(now, "remark")}");
                await Task.Delay(TimeSpan.FromMilliseconds(250), session.World.Clock, cancel);
            }
        });

    private static async Task<int> ShowAsync(Terminal terminal, ServiceClient client, JsonElement run, CancellationToken cancel)
    {
        var id = run.GetProperty("id").GetGuid();
        var state = ServiceClient.Text(run, "state");
        var reasons = new SortedDictionary<(string State, string Code), int>();
        foreach (var cellState in (string[])["rejected", "skipped"])
        {
            if (Number(run, cellState) > 0)
                await CountAsync(client, id, cellState, reasons, cancel);
        }
        if (terminal.IsJson)
        {
            terminal.Json(new { run, reasons = reasons.Select(r => new { state = r.Key.State, code = r.Key.Code, cells = r.Value }) });
        }
        else
        {
            terminal.Line($"Run {id}: {state}, {ServiceClient.Text(run, "connection")} / {ServiceClient.Text(run, "flow")}");
            terminal.Table(["planned", "verified", "rejected", "skipped", "API calls"],
                [[.. new[] { "planned", "verified", "rejected", "skipped", "apiCalls" }.Select(p => ServiceClient.Text(run, p))]]);
            if (reasons.Count > 0)
                terminal.Table(["state", "reason", "cells"], reasons.Select(r => (IReadOnlyList<string>)[r.Key.State, r.Key.Code, r.Value.ToString(CultureInfo.InvariantCulture)]));
            if (ServiceClient.Text(run, "remark") is { Length: > 0 } remark)
                terminal.Line(remark);
        }
        return state is "finished-with-rejections" or "failed" or "cancelled" ? ExitCodes.Refused : ExitCodes.Ok;
    }

    private static async Task CountAsync(ServiceClient client, Guid id, string state, SortedDictionary<(string State, string Code), int> reasons, CancellationToken cancel)
    {
        long seen = 0;
        for (var page = 1; ; page++)
        {
            var answer = await client.GetAsync($"api/runs/{id}/cells?state={state}&page={page}&size=500", cancel);
            foreach (var cell in answer.GetProperty("items").EnumerateArray())
            {
                var key = (state, ServiceClient.Text(cell, "reasonCode"));
                reasons[key] = reasons.GetValueOrDefault(key) + 1;
                seen++;
            }
            if (answer.GetProperty("items").GetArrayLength() == 0 || seen >= answer.GetProperty("total").GetInt64())
                return;
        }
    }

    private static int Number(JsonElement run, string property) => run.GetProperty(property).GetInt32();
}
