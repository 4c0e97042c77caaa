using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClayAspire.Cli.Services;
using ClayAspire.Domain.Audit;

namespace ClayAspire.Cli.Commands;

/// <summary><c>ledger verify</c> and <c>ledger export</c>.</summary>
internal static class LedgerCommands
{
    // Strict: a changed byte in a property's name must not go unseen.
    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
    };

    public static Command Build(CommandBinder on) => new("ledger", "The append-only, hash-chained ledger of a connection.") { BuildVerify(on), BuildExport(on) };

    private static Command BuildVerify(CommandBinder on)
    {
        var connection = new Option<string>("--connection") { Description = "The connection, such as icare.", Required = true };
        var file = new Option<FileInfo?>("--file") { Description = "Check this export instead of asking the console." };
        var command = new Command("verify", "Checks the chain from its first entry; names line and sequence of the first entry that does not hold.") { connection, file };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var name = parsed.GetRequiredValue(connection);
            var verdict = await VerifyAsync(await LinesAsync(session, name, parsed.GetValue(file), cancel), name, cancel);
            if (session.Terminal.IsJson)
                session.Terminal.Json(verdict);
            else if (verdict.IsIntact)
                session.Terminal.Line($"The ledger of {name} is intact: {verdict.Entries} entries, last hash {verdict.LastHash}.");
            else
                session.Terminal.Line($"The ledger of {name} is BROKEN at line {verdict.Line}, sequence {verdict.Sequence?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"}: {verdict.Problem}");
            return verdict.IsIntact ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return command;
    }

    private static Command BuildExport(CommandBinder on)
    {
        var connection = new Option<string>("--connection") { Description = "The connection, such as icare.", Required = true };
        var file = new Option<FileInfo?>("--file") { Description = "Write to this file instead of the output." };
        var command = new Command("export", "Writes the whole ledger, one entry a line.") { connection, file };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var target = parsed.GetValue(file);
            await using var writer = target is null ? null : new StreamWriter(target.FullName);
            long entries = 0;
            await foreach (var line in client.LinesAsync(Export(parsed.GetRequiredValue(connection)), cancel))
            {
                // The line end is part of the format: the same on every system.
                await (writer ?? session.World.Output).WriteAsync(line + "\n");
                entries++;
            }
            if (target is not null)
                session.Terminal.Note($"{entries} entries are in {target.FullName}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Export(string connection) => $"api/ledger/{Uri.EscapeDataString(connection)}/export";

    private static async Task<IAsyncEnumerable<string>> LinesAsync(Session session, string connection, FileInfo? file, CancellationToken cancel)
    {
        if (file is null)
            return (await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel)).LinesAsync(Export(connection), cancel);
        return file.Exists ? File.ReadLinesAsync(file.FullName, cancel) : throw new CliException(ExitCodes.Usage, $"There is no file {file.FullName}.");
    }

    private static async Task<Verdict> VerifyAsync(IAsyncEnumerable<string> lines, string connection, CancellationToken cancel)
    {
        var previous = LedgerChain.Genesis;
        long line = 0, sequence = 0;
        await foreach (var text in lines.WithCancellation(cancel))
        {
            line++;
            if (text.Length == 0)
                continue;
            LedgerEntry? entry;
            try
            {
                entry = JsonSerializer.Deserialize<LedgerEntry>(text, Strict);
            }
            catch (JsonException e)
            {
                return Verdict.Broken(connection, sequence, line, sequence + 1, $"the line is no ledger entry: {e.Message}");
            }
            if (entry is null)
                return Verdict.Broken(connection, sequence, line, sequence + 1, "the line is no ledger entry");
            if (entry.Connection != connection)
                return Verdict.Broken(connection, sequence, line, entry.Sequence, "the entry belongs to another connection");
            if (LedgerChain.Check(entry, sequence + 1, previous) is { } problem)
                return Verdict.Broken(connection, sequence, line, entry.Sequence, problem);
            previous = entry.Hash;
            sequence++;
        }
        return new Verdict(connection, true, sequence, previous, null, null, null);
    }

    private sealed record Verdict(string Connection, bool IsIntact, long Entries, string? LastHash, long? Line, long? Sequence, string? Problem)
    {
        public static Verdict Broken(string connection, long intact, long line, long sequence, string problem) => new(connection, false, intact, null, line, sequence, problem);
    }
}
