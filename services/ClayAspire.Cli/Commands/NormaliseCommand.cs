using System.CommandLine;
using System.Globalization;
using ClayAspire.Cli.Services;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Standards;
using CsvHelper;

namespace ClayAspire.Cli.Commands;

/// <summary><c>normalise --kind K</c>: what a standard makes of values, before a contract names it; needs no running stack.</summary>
internal static class NormaliseCommand
{
    /// <param name="Line">The line of the file; null for a value of the command line.</param>
    /// <param name="Value">The value as it was given.</param>
    /// <param name="IsBlank">Whether it is a spelling of "no value", which offers nothing.</param>
    /// <param name="Canonical">The standard form; null when there is none.</param>
    /// <param name="Why">Why there is none.</param>
    private sealed record Reading(long? Line, string Value, bool IsBlank, string? Canonical, string? Why)
    {
        public bool IsStandard => Canonical is not null;
    }

    public static Command Build(CommandBinder on)
    {
        var kind = new Option<string>("--kind") { Description = $"The standard: {string.Join(", ", StandardRegistry.Names)}.", Required = true, HelpName = "KIND" };
        kind.AcceptOnlyFromAmong([.. StandardRegistry.Names]);
        var region = new Option<string?>("--region") { Description = "For phone: ISO 3166 code of the region whose national numbers are understood, such as DE.", HelpName = "CODE" };
        var input = new Option<FileInfo?>("--input") { Description = "A CSV file; its first line names the columns.", HelpName = "FILE" };
        var column = new Option<string?>("--column") { Description = "The file's column to read.", HelpName = "NAME" };
        var values = new Argument<string[]>("VALUE") { Description = "Values to read.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("normalise", "Writes values in the one form that a standard has, and says what is not standard and why. Ends with 1 when a value is not standard.") { kind, region, input, column, values };
        on.Run(command, (parsed, session, cancel) =>
        {
            var name = parsed.GetRequiredValue(kind);
            var standard = Find(name, parsed.GetValue(region));
            var given = (parsed.GetValue(values) ?? []).Select(v => Read(standard, null, v));
            var readings = given.Concat(FromFile(standard, parsed.GetValue(input), parsed.GetValue(column), cancel)).ToList();
            if (readings.Count == 0)
                throw new CliException(ExitCodes.Usage, "There is no value to read. Give values, or --input FILE with --column NAME.");
            Show(session.Terminal, name, parsed.GetValue(region), readings);
            return Task.FromResult(readings.TrueForAll(r => r.IsBlank || r.IsStandard) ? ExitCodes.Ok : ExitCodes.Refused);
        });
        return command;
    }

    private static IStandard Find(string name, string? region)
    {
        if (region is not null && name != StandardRegistry.Phone)
            throw new CliException(ExitCodes.Usage, $"--region is for --kind phone; '{name}' has no regions.");
        if (region is not null && !StandardRegistry.KnowsRegion(region))
            throw new CliException(ExitCodes.Usage, $"'{region}' is no region of telephone numbers. Give an ISO 3166 code of two capitals, such as DE.");
        return StandardRegistry.Find(name, region)!;
    }

    private static Reading Read(IStandard standard, long? line, string value)
    {
        if (FieldCodec.IsBlankSpelling(value))
            return new Reading(line, value, true, null, null);
        return standard.TryStandardise(value, out var canonical, out var why)
            ? new Reading(line, value, false, canonical, null)
            : new Reading(line, value, false, null, why);
    }

    private static List<Reading> FromFile(IStandard standard, FileInfo? file, string? column, CancellationToken cancel)
    {
        if (file is null)
            return column is null ? [] : throw new CliException(ExitCodes.Usage, "--column needs --input FILE.");
        if (!file.Exists)
            throw new CliException(ExitCodes.Usage, $"There is no file {file.FullName}.");
        var readings = new List<Reading>();
        try
        {
            using var csv = CsvReader.Create(file.OpenRead(), CsvReaderOptions.Default with { TrackLineNumbers = true });
            csv.ReadHeader();
            string[] columns = [.. csv.Headers.Select(h => h.Trim().Trim('\uFEFF'))];
            var at = column is null && columns.Length == 1 ? 0 : Array.IndexOf(columns, column);
            if (at < 0)
                throw new CliException(ExitCodes.Usage, $"{(column is null ? "--column NAME is missing" : $"{file.Name} has no column '{column}'")}; {file.Name} has {string.Join(", ", columns)}.");
            while (csv.Read())
            {
                cancel.ThrowIfCancellationRequested();
                var cells = csv.Current.ToArray();
                readings.Add(Read(standard, csv.LineNumber, at < cells.Length ? cells[at] : ""));
            }
        }
        catch (CsvFormatException fault)
        {
            throw new CliException(ExitCodes.Usage, $"{file.Name} is no CSV file from line {fault.LineNumber} on. Close its quotes, or give another file.", fault);
        }
        return readings;
    }

    private static void Show(Terminal terminal, string kind, string? region, List<Reading> readings)
    {
        var blank = readings.Count(r => r.IsBlank);
        var standard = readings.Count(r => r.IsStandard);
        var changed = readings.Count(r => r.IsStandard && r.Canonical != r.Value);
        if (terminal.IsJson)
        {
            terminal.Json(new
            {
                kind,
                region,
                read = readings.Count,
                blank,
                standard,
                changed,
                notStandard = readings.Count - blank - standard,
                values = readings.Select(r => new { r.Line, r.Value, r.IsBlank, r.IsStandard, r.Canonical, r.Why }),
            });
            return;
        }
        var hasLines = readings.Exists(r => r.Line is not null);
        string[] header = ["value", "standard form", "standard", "why not"];
        terminal.Table(hasLines ? ["line", .. header] : header, readings.Select(r =>
        {
            string[] row = [r.Value, r.Canonical ?? "", r.IsBlank ? "blank" : r.IsStandard ? "yes" : "no", r.Why ?? ""];
            return (IReadOnlyList<string>)(hasLines ? [r.Line?.ToString(CultureInfo.InvariantCulture) ?? "", .. row] : row);
        }));
        terminal.Line($"{readings.Count} read: {standard} standard, {changed} of them written otherwise; {readings.Count - blank - standard} not standard; {blank} blank.");
    }
}
