using System.CommandLine;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>undo</c>: asks for the plan that takes back a run. It is released with <c>approve</c> like any other.</summary>
internal static class UndoCommand
{
    public static Command Build(CommandBinder on)
    {
        var id = new Argument<Guid>("RUN-ID") { Description = "The run to take back." };
        var timeout = new Option<int>("--timeout") { Description = "Most seconds to wait.", DefaultValueFactory = _ => 300 };
        var command = new Command("undo", "Makes the plan that takes back a run; cells changed since are left alone and listed. Approve it as usual.") { id, timeout };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var answer = await client.PostAsync($"api/runs/{parsed.GetValue(id)}/undo", new { }, cancel);
            var planId = answer.GetProperty("planId").GetGuid();
            session.Terminal.Note($"Undo plan {planId} is being made …");
            var plan = await PlanCommands.WaitSealedAsync(session, client, planId, TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancel);
            await PlanCommands.ShowAsync(session.Terminal, client, plan, null, cancel);
            return ExitCodes.Ok;
        });
        return command;
    }
}
