using System.CommandLine;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>approve</c>, <c>decline</c> and <c>refuse</c>.</summary>
internal static class ApprovalCommands
{
    public static Command BuildApprove(CommandBinder on)
    {
        var id = new Argument<Guid>("ID") { Description = "The plan's id." };
        var hash = new Option<string?>("--hash") { Description = "The hash that you looked at; otherwise the plan's present one." };
        var cells = new Option<string?>("--cells") { Description = "Only these cells, by ordinal, such as 1,2,5. Overwrites and values of low confidence are released only when named here." };
        var which = new CellOptions();
        var wait = new Option<bool>("--wait") { Description = "Watch the run until it ends." };
        var command = new Command("approve", "Releases the changes of a plan that need no named approval, the cells that are named, or those that a filter matches; a worker then applies them. "
            + "A filter with --kind overwrite, named or low-confidence names each change that it matches; any other leaves out those that need a name.") { id, hash, cells, wait };
        which.AddTo(command);
        on.Run(command, async (parsed, session, cancel) =>
        {
            var ordinals = Ordinals(parsed.GetValue(cells));
            var filter = which.Filter(parsed, ordinals);
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var planId = parsed.GetValue(id);
            var approved = parsed.GetValue(hash) ?? ServiceClient.Text(await client.GetAsync($"api/plans/{planId}", cancel), "hash");
            var answer = await client.PostAsync($"api/plans/{planId}/approve", new { hash = approved, ordinals, filter }, cancel);
            var runId = answer.GetProperty("runId").GetGuid();
            if (parsed.GetValue(wait))
                return await RunCommands.WatchAsync(session, client, runId, cancel);
            if (session.Terminal.IsJson)
                session.Terminal.Json(answer);
            else
                session.Terminal.Line($"Approved. Run {runId} is queued. Look with: clayaspire run show {runId}");
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command BuildDecline(CommandBinder on)
    {
        var id = new Argument<Guid>("ID") { Description = "The plan's id." };
        var cells = new Option<string?>("--cells") { Description = "The cells, by ordinal, such as 1,2,5." };
        var which = new CellOptions();
        var reason = new Option<string>("--reason") { Description = "Why; it goes into the ledger.", Required = true };
        var hash = new Option<string?>("--hash") { Description = "The hash that you looked at; otherwise the plan's present one." };
        var command = new Command("decline", "Declines changes of a plan, by ordinal or by a filter: they are not written, and not offered again until their source says something else.") { id, cells, reason, hash };
        which.AddTo(command);
        on.Run(command, async (parsed, session, cancel) =>
        {
            var ordinals = Ordinals(parsed.GetValue(cells));
            var filter = which.Filter(parsed, ordinals);
            if (ordinals is null && filter is null)
                throw new CliException(ExitCodes.Usage, "Say which cells: --cells 1,2,5, or a filter such as --field City.");
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var planId = parsed.GetValue(id);
            var seen = parsed.GetValue(hash) ?? ServiceClient.Text(await client.GetAsync($"api/plans/{planId}", cancel), "hash");
            await client.PostAsync($"api/plans/{planId}/decline", new { hash = seen, ordinals, filter, reason = parsed.GetRequiredValue(reason) }, cancel);
            if (session.Terminal.IsJson)
                session.Terminal.Json(new { planId, declined = ordinals, filter });
            else
                session.Terminal.Line(ordinals is null ? $"The changes of plan {planId} that the filter matches are declined." : $"{ordinals.Length} changes of plan {planId} are declined.");
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command BuildRefuse(CommandBinder on)
    {
        var id = new Argument<Guid>("ID") { Description = "The plan's id." };
        var reason = new Option<string>("--reason") { Description = "Why; it goes into the ledger.", Required = true };
        var hash = new Option<string?>("--hash") { Description = "The hash that you looked at; otherwise the plan's present one." };
        var command = new Command("refuse", "Refuses a plan with a reason.") { id, reason, hash };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var planId = parsed.GetValue(id);
            var refused = parsed.GetValue(hash) ?? ServiceClient.Text(await client.GetAsync($"api/plans/{planId}", cancel), "hash");
            await client.PostAsync($"api/plans/{planId}/refuse", new { hash = refused, reason = parsed.GetRequiredValue(reason) }, cancel);
            if (session.Terminal.IsJson)
                session.Terminal.Json(new { planId, state = "refused" });
            else
                session.Terminal.Line($"Plan {planId} is refused.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static int[]? Ordinals(string? text)
    {
        if (text is null)
            return null;
        var numbers = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(part, System.Globalization.CultureInfo.InvariantCulture, out var number))
                throw new CliException(ExitCodes.Usage, $"--cells takes ordinals such as 1,2,5; '{part}' is none.");
            numbers.Add(number);
        }
        return numbers.Count > 0 ? [.. numbers] : throw new CliException(ExitCodes.Usage, "--cells is empty. Leave it out to approve the whole plan.");
    }
}
