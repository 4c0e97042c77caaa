using System.CommandLine;
using ClayAspire.Cli.Sandbox;
using ClayAspire.Cli.Services;

namespace ClayAspire.Cli.Commands;

/// <summary><c>sandbox edit</c>: changes a record of the CRM twin as somebody else, to see what then becomes of plans, drift and explanations.</summary>
internal static class SandboxEditCommand
{
    public static Command Build(CommandBinder on)
    {
        var record = new Argument<string>("RECORD") { Description = "The record's id." };
        var fields = new Argument<string[]>("FIELD=VALUE") { Description = "New values; FIELD= clears.", Arity = ArgumentArity.OneOrMore };
        var connection = new Option<string>("--connection") { Description = "The connection whose org is edited, such as icare-staging.", Required = true };
        var by = new Option<string>("--by") { Description = "human, integration, automation, or any user's id or user name.", DefaultValueFactory = _ => "human" };
        var (id, secret) = SandboxCommands.Credentials();
        var command = new Command("edit", "Edits a record of the CRM twin as a person, another integration or an automation; it stands in the field history.") { record, fields, connection, by, id, secret };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var values = new Dictionary<string, string?>(StringComparer.Ordinal);
            foreach (var pair in parsed.GetRequiredValue(fields))
            {
                var parts = pair.Split('=', 2);
                if (parts.Length != 2 || parts[0].Length == 0)
                    throw new CliException(ExitCodes.Usage, $"'{pair}' is no FIELD=VALUE.");
                values[parts[0]] = parts[1].Length == 0 ? null : parts[1];
            }
            var org = await SandboxClient.SignInAsync(session, SandboxClient.OrgOf(parsed.GetRequiredValue(connection)), parsed.GetRequiredValue(id), parsed.GetRequiredValue(secret), cancel);
            var answer = await org.EditAsync(parsed.GetRequiredValue(by), parsed.GetRequiredValue(record), values, cancel);
            if (session.Terminal.IsJson)
                session.Terminal.Json(answer);
            else
                session.Terminal.Line($"Edited by '{parsed.GetRequiredValue(by)}': {string.Join(", ", values.Keys)}.");
            return ExitCodes.Ok;
        });
        return command;
    }
}
