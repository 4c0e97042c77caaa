using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClayAspire.Cli.Services;
using ClayAspire.Domain.Policy;
using CsvHelper;

namespace ClayAspire.Cli.Commands;

/// <summary><c>policy backtest</c>: the console replays stored signals through the policy in a folder, beside the one in force.</summary>
internal static class BacktestCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private static readonly CsvWriterOptions CsvOptions = new() { Injection = CsvInjection.Escape };

    private static readonly string[] Side = ["", "_reason", "_source", "_value", "_writes", "_overwrites", "_release", "_written_at"];

    public static Command Build(CommandBinder on)
    {
        var directory = new Option<DirectoryInfo?>("--policy") { Description = "The folder of the other policy. Otherwise services/policy in this folder or the nearest one above.", HelpName = "DIR" };
        var days = new Option<int>("--days") { Description = "How many days back signals are replayed.", DefaultValueFactory = _ => 90 };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 3650)
                result.AddError("--days must be from 1 to 3650.");
        });
        var connection = new Option<string?>("--connection") { Description = "Look at this connection only, such as icare." };
        var csv = new Option<FileInfo?>("--csv") { Description = "Write every differing cell to this file.", HelpName = "FILE" };
        var command = new Command("backtest", "Replays the stored signals of the last days through the policy in a folder and tells what would differ from the policy in force. Writes nothing.")
        {
            directory, days, connection, csv,
        };
        on.Run(command, async (parsed, session, cancel) =>
        {
            var folder = PolicyCommands.Find(parsed.GetValue(directory), session.World.Directory);
            var files = (await PolicyCommands.ReadAsync(folder, cancel)).Where(f => !PolicyCases.IsCaseFile(f)).ToList();
            var client = await session.ClientAsync(Endpoints.Console, KeyUse.Operations, cancel);
            var order = new { files, days = parsed.GetValue(days), connection = parsed.GetValue(connection), allCells = parsed.GetValue(csv) is not null };
            try
            {
                var report = await session.Terminal.WithBarAsync("Replaying", async bar => await RunAsync(client, order, parsed.GetValue(csv), bar, cancel));
                if (session.Terminal.IsJson)
                    session.Terminal.Json(report);
                else
                    Show(session.Terminal, folder, order.days, report.Deserialize<BacktestReport>(Json)!);
                if (parsed.GetValue(csv) is { } file)
                    session.Terminal.Note($"Every differing cell is in {file.FullName}.");
                return ExitCodes.Ok;
            }
            catch (CliException e) when (!session.Terminal.IsJson && e.Problem is { } problem && problem.TryGetProperty("problems", out var problems))
            {
                session.Terminal.Line($"The policy in {folder} does not load:");
                foreach (var fault in problems.Deserialize<List<PolicyProblem>>(Json)!)
                    session.Terminal.Line(fault.ToString());
                return ExitCodes.Refused;
            }
        });
        return command;
    }

    private static async Task<JsonElement> RunAsync(ServiceClient client, object order, FileInfo? file, Action<double, string> bar, CancellationToken cancel)
    {
        // A file that is not complete must not look as if it were.
        var part = file is null ? null : file.FullName + ".part";
        JsonElement? report = null;
        try
        {
            await using var writer = part is null ? null : OpenCsv(part);
            if (writer is not null)
                await writer.WriteRecordAsync(["connection", "object", "record", "field", "difference", "start", "start_from", .. Side.Select(s => "now" + s), .. Side.Select(s => "then" + s)], cancel);
            await foreach (var text in client.PostLinesAsync("api/policy/backtest", order, cancel))
            {
                var line = JsonElement.Parse(text);
                if (line.TryGetProperty("cell", out var cell) && writer is not null)
                    await writer.WriteRecordAsync(Row(cell.Deserialize<BacktestCell>(Json)!), cancel);
                else if (line.TryGetProperty("progress", out var progress))
                    bar(progress.GetProperty("signals").GetInt64() / Math.Max(1d, progress.GetProperty("total").GetInt64()), $"{Number(progress.GetProperty("signals").GetInt64())} signals");
                else if (line.TryGetProperty("report", out var found))
                    report = found;
            }
            if (report is null)
                throw new CliException(ExitCodes.Unreachable, "The console's answer ended before the report. Look at its log, then run the command again.");
        }
        catch
        {
            if (part is not null)
                File.Delete(part);
            throw;
        }
        if (part is not null)
            File.Move(part, file!.FullName, overwrite: true);
        return report.Value;
    }

    private static CsvWriter OpenCsv(string path)
    {
        try
        {
            return CsvWriter.Create(File.Create(path), CsvOptions);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"{path} cannot be written: {e.Message} Give --csv a file in a folder that you may write to.", e);
        }
    }

    private static string[] Row(BacktestCell cell)
    {
        static string[] Of(BacktestSide side) =>
        [
            side.Outcome.ToString(), side.Reason ?? "", side.Source ?? "", side.End ?? "", side.Writes.ToString(CultureInfo.InvariantCulture),
            side.Overwrites.ToString(CultureInfo.InvariantCulture), side.Release?.ToString() ?? "", side.WrittenAt is { } at ? Minute(at) : "",
        ];
        return [cell.Connection, cell.Object, cell.RecordId, cell.Field, cell.Difference.ToString(), cell.Start ?? "", cell.StartOrigin.ToString(), .. Of(cell.Now), .. Of(cell.Then)];
    }

    private static void Show(Terminal terminal, string folder, int days, BacktestReport report)
    {
        terminal.Line($"Then: policy {report.Then.PolicyVersion} in {folder}. Now: policy {report.Now.PolicyVersion}, in force.");
        terminal.Line($"{Minute(report.Window.From)} to {Minute(report.Window.To)} ({days} days{(report.Connection is null ? "" : $", {report.Connection} only")}): "
            + $"{Number(report.Signals)} signals, {Number(report.Records)} records, {Number(report.Cells)} cells.");
        if (report.CountedAsSigned.Count > 0)
            terminal.Line($"Counted as signed, though no DPO has signed: {string.Join(", ", report.CountedAsSigned)}.");
        terminal.Line();
        terminal.Line(report.Differing == 0 ? "No cell would differ." : $"{Number(report.Differing)} cells would differ:");
        if (report.Groups.Count > 0)
        {
            terminal.Table(["connection", "field", "difference", "now", "then", "cells"], report.Groups.Select(g => (IReadOnlyList<string>)
            [
                g.Connection, $"{g.Object}.{g.Field}", InWords(g.Difference), InWords(g.Now, g.NowReason), InWords(g.Then, g.ThenReason), Number(g.Cells),
            ]));
            terminal.Line("For example, start → now / then:");
            foreach (var example in report.Groups.Select(g => g.Examples[0]))
                terminal.Line($"  {example.Connection} {example.Object} {example.RecordId} {example.Field}: {Quoted(example.Start)} → {Quoted(example.Now.End)} / {Quoted(example.Then.End)}");
        }
        terminal.Line();
        terminal.Line($"Overwrites avoided: {Number(report.OverwritesAvoided)}. Overwrites added: {Number(report.OverwritesAdded)}. By field, now → then:");
        terminal.Table(["connection", "field", "records", "filled before", "filled", "writes", "overwrites", "avoided", "added", "by name"], report.Fields.Select(f => (IReadOnlyList<string>)
        [
            f.Connection, $"{f.Object}.{f.Field}", Number(f.Records), Share(f.FilledAtStart, f.Records), $"{Share(f.FilledNow, f.Records)} → {Share(f.FilledThen, f.Records)}",
            Both(f.WritesNow, f.WritesThen), Both(f.OverwritesNow, f.OverwritesThen), Number(f.OverwritesAvoided), Number(f.OverwritesAdded), Both(f.NamedNow, f.NamedThen),
        ]));
        foreach (var flag in report.Bounces)
            terminal.Line($"Hard-bounce flags {flag.Connection} {flag.Object}.{flag.Field}: set {Both(flag.SetNow, flag.SetThen)}; {Number(flag.NowOnly)} would not be set then, {Number(flag.ThenOnly)} only then.");
        foreach (var mail in report.Emails)
            terminal.Line($"E-mail addresses {mail.Connection} {mail.Object}.{mail.Field}: written {Both(mail.WrittenNow, mail.WrittenThen)}; {Number(mail.EndOtherwise)} records would end with another address.");
        terminal.Line();
        foreach (var (name, side) in new[] { ("now", report.Now), ("then", report.Then) })
        {
            terminal.Line($"Signals {name}: {Number(side.Replayed)} replayed, {Number(side.FeedNothing)} feed nothing, {Number(side.NotReplayable.Sum(n => n.Signals))} not replayable.");
            foreach (var missing in side.NotReplayable)
                terminal.Line($"  {Number(missing.Signals)} {missing.Code}: {missing.Reason}");
        }
        var starts = report.Starts;
        terminal.Line($"Values at the beginning: {Number(starts.Plan)} cells by a plan, {Number(starts.Run)} by a run, {Number(starts.Mirror)} by the mirror, {Number(starts.History)} by the CRM's field history, {Number(starts.AssumedBlank)} assumed blank. Edits by others: {Number(report.OutsideEdits)}.");
        terminal.Line($"Beside what was written in fact: {Number(report.Fidelity.Cells)} cells, of which the replay now gives {Number(report.Fidelity.Alike)} the same value.");
        terminal.Line();
        terminal.Line("What the replay assumes:");
        foreach (var assumption in report.Assumptions)
            terminal.Line($"- {assumption}");
    }

    private static string InWords(CellDifference difference) => difference switch
    {
        CellDifference.WrittenThenOnly => "written then only",
        CellDifference.WrittenNowOnly => "written now only",
        CellDifference.OtherValue => "another value",
        CellDifference.OtherWrites => "other writes on the way",
        CellDifference.OtherRelease => "released otherwise",
        CellDifference.OtherVerdict => "another verdict",
    };

    private static string InWords(CellOutcome outcome, string? reason) =>
        (outcome == CellOutcome.NotOffered ? "not offered" : outcome.ToString().ToLowerInvariant()) + (reason is null ? "" : $" ({reason})");

    private static string Quoted(string? value) => value is null ? "(blank)" : $"'{(value.Length > 40 ? value[..39] + "…" : value)}'";

    private static string Both(long now, long then) => $"{Number(now)} → {Number(then)}";

    private static string Share(long part, long of) => of == 0 ? "–" : (part / (double)of).ToString("P1", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Minute(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
