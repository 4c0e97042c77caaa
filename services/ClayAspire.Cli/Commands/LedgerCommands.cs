using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClayAspire.Cli.Services;
using ClayAspire.Domain.Audit;

namespace ClayAspire.Cli.Commands;

/// <summary><c>ledger verify</c>, <c>ledger export</c> and <c>ledger anchor</c>.</summary>
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

    public static Command Build(CommandBinder on) => new("ledger", "The append-only, hash-chained ledger of a connection.") { BuildVerify(on), BuildExport(on), BuildAnchor(on) };

    private static Command BuildVerify(CommandBinder on)
    {
        var connection = new Option<string>("--connection") { Description = "The connection, such as icare.", Required = true };
        var file = new Option<FileInfo?>("--file") { Description = "Check this export instead of asking the console." };
        var anchors = new Option<string?>("--anchors") { Description = "Also check against these anchors: a folder of them, or one file." };
        var command = new Command("verify", "Checks the chain from its first entry; names line and sequence of the first entry that does not hold. With anchors, also whether entries were cut off its end or the chain is another one.") { connection, file, anchors };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var name = parsed.GetRequiredValue(connection);
            var check = parsed.GetValue(anchors) is { } place ? new AnchorCheck(name, AnchorFiles.Read(name, place)) : null;
            var verdict = await VerifyAsync(await LinesAsync(session, name, parsed.GetValue(file), cancel), name, check, cancel);
            var report = check?.End(verdict.IsIntact);
            if (session.Terminal.IsJson)
                session.Terminal.Json(verdict with { Anchors = report is null ? null : AnchorAnswer.Of(report) });
            else
                Show(session.Terminal, verdict, report);
            return verdict.IsIntact && report is null or { Verdict: AnchorVerdict.Intact } ? ExitCodes.Ok : ExitCodes.Refused;
        });
        return command;
    }

    private static void Show(Terminal terminal, Verdict verdict, AnchorReport? report)
    {
        if (!verdict.IsIntact)
            terminal.Line($"The ledger of {verdict.Connection} is BROKEN at line {verdict.Line}, sequence {verdict.Sequence?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}: {verdict.Problem}");
        foreach (var finding in report?.Findings ?? [])
            terminal.Line(finding.Text);
        if (verdict.IsIntact && report is null or { Verdict: AnchorVerdict.Intact })
            terminal.Line(verdict.Entries == 0
                ? $"The ledger of {verdict.Connection} has no entries yet."
                : $"The ledger of {verdict.Connection} is intact: {verdict.Entries} entries, last hash {verdict.LastHash}.");
        if (report is null)
            return;
        foreach (var note in report.Notes)
            terminal.Line(note);
        terminal.Line(report.LastStanding is { } last
            ? string.Create(CultureInfo.InvariantCulture, $"{report.Anchors} anchors were checked. Up to entry {last.Sequence} the ledger is what it was at {last.At:u} ({last.File}); {report.Uncovered} entries came later, which no anchor covers yet.")
            : $"{report.Anchors} anchors were checked; none of them stands in the ledger.");
    }

    private static Command BuildAnchor(CommandBinder on)
    {
        var connection = new Option<string>("--connection") { Description = "The connection, such as icare.", Required = true };
        var file = new Option<FileInfo?>("--file") { Description = "Write to this new file instead of the output." };
        var command = new Command("anchor", "Makes an anchor of the ledger's end as it is now. Keep it where nobody who can change the database can change it.") { connection, file };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var name = parsed.GetRequiredValue(connection);
            var target = parsed.GetValue(file);
            if (target is { Exists: true })
                throw new CliException(ExitCodes.Usage, $"{target.FullName} is there already; an anchor is never written over. Name a new file.");
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var (anchor, problem) = LedgerAnchor.Read((await client.GetAsync($"api/ledger/{Uri.EscapeDataString(name)}/anchor", cancel)).GetRawText());
            if (problem is not null)
                throw new InvalidDataException($"The console's answer is no anchor: {problem}");
            if (target is null)
            {
                await session.World.Output.WriteAsync(anchor!.ToFile());
                return ExitCodes.Ok;
            }
            await AnchorFiles.WriteAsync(target, anchor!, cancel);
            if (session.Terminal.IsJson)
                session.Terminal.Json(anchor!);
            else
                session.Terminal.Line($"The ledger of {name} is anchored at entry {anchor!.Sequence} in {target.FullName}.");
            return ExitCodes.Ok;
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

    private static async Task<Verdict> VerifyAsync(IAsyncEnumerable<string> lines, string connection, AnchorCheck? check, CancellationToken cancel)
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
            check?.Pass(entry);
            previous = entry.Hash;
            sequence++;
        }
        return new Verdict(connection, true, sequence, previous, null, null, null);
    }

    private sealed record Verdict(string Connection, bool IsIntact, long Entries, string? LastHash, long? Line, long? Sequence, string? Problem)
    {
        public AnchorAnswer? Anchors { get; init; }

        public static Verdict Broken(string connection, long intact, long line, long sequence, string problem) => new(connection, false, intact, null, line, sequence, problem);
    }

    private sealed record AnchorAnswer(string Verdict, int Anchors, StandingAnchor? LastStanding, long Uncovered, IReadOnlyList<FindingAnswer> Findings, IReadOnlyList<string> Notes)
    {
        public static AnchorAnswer Of(AnchorReport report) => new(Word(report.Verdict), report.Anchors, report.LastStanding, report.Uncovered,
            [.. report.Findings.Select(f => new FindingAnswer(Word(f.Kind), f.File, f.Entry, f.Text))], report.Notes);

        private static string Word(AnchorVerdict verdict) => verdict switch
        {
            AnchorVerdict.Intact => "intact",
            AnchorVerdict.AnchorMissing => "anchor-missing",
            AnchorVerdict.AnchorAltered => "anchor-altered",
            AnchorVerdict.CutOff => "cut-off",
            AnchorVerdict.Rewritten => "rewritten",
        };
    }

    private sealed record FindingAnswer(string Kind, string File, long? Entry, string Text);
}
