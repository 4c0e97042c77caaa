using ClayAspire.Domain.Writeback;
using CsvHelper;

namespace ClayAspire.Console.Operations;

/// <summary>A row of a file of subjects.</summary>
/// <param name="Line">Its line in the file.</param>
/// <param name="Subject">What it names.</param>
/// <param name="Reason">Its reason; null when it names none.</param>
/// <param name="Note">Its note; null when it has none.</param>
/// <param name="IsRemoved">Whether the export that it comes from tells that it was taken off.</param>
internal sealed record SuppressionFileRow(long Line, string Subject, string? Reason, string? Note, bool IsRemoved);

/// <summary>Reads a CSV file of subjects: what an export of the list holds, or any file with a column of addresses or domains.</summary>
internal static class SuppressionFileReader
{
    /// <summary>The largest file, in bytes.</summary>
    public const int LargestFile = 16 * 1024 * 1024;

    private const int MostRows = 100_000;

    private static readonly string[] SubjectColumns = ["subject", "email", "domain", "address"];

    private static readonly CsvReaderOptions Options = CsvReaderOptions.Default with { TrackLineNumbers = true, IncludeValuesInExceptions = false };

    /// <summary>The rows; or why the file cannot be read as a whole. Rows without a subject are passed over.</summary>
    public static async Task<(IReadOnlyList<SuppressionFileRow> Rows, Reason? Fault)> ReadAsync(Stream file, CancellationToken cancel)
    {
        // A limit of the stream's own throws a request error; a file of a form has none.
        var rows = new List<SuppressionFileRow>();
        try
        {
            await using var csv = CsvReader.Create(file, Options, leaveOpen: true);
            await csv.ReadHeaderAsync(cancel);
            string[] columns = [.. csv.Headers.Select(h => h.Trim().Trim('\uFEFF').ToLowerInvariant())];
            var subject = SubjectColumns.Select(c => Array.IndexOf(columns, c)).FirstOrDefault(at => at >= 0, -1);
            if (subject < 0)
                return ([], new Reason("bad-file", $"The file's first line must name a column {string.Join(", ", SubjectColumns[..^1])} or {SubjectColumns[^1]}; reason and note may stand beside it."));
            var (reason, note, removed) = (Array.IndexOf(columns, "reason"), Array.IndexOf(columns, "note"), Array.IndexOf(columns, "removed_at"));
            while (await csv.ReadAsync(cancel))
            {
                var cells = csv.Current.ToArray();
                string? Cell(int at) => at >= 0 && at < cells.Length && !string.IsNullOrWhiteSpace(cells[at]) ? cells[at].Trim() : null;
                if (Cell(subject) is not { } named)
                    continue;
                if (rows.Count == MostRows)
                    return ([], new Reason("file-too-large", $"The file has more than {MostRows} rows. Split it; nothing was listed."));
                rows.Add(new SuppressionFileRow(csv.LineNumber, named, Cell(reason), Cell(note), Cell(removed) is not null));
            }
            return (rows, null);
        }
        catch (CsvFormatException fault)
        {
            return ([], new Reason("bad-file", $"It is no CSV file from line {fault.LineNumber} on. Close its quotes, or send another file. Nothing was listed."));
        }
    }
}
