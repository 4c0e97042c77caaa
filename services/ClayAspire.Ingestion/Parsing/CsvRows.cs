using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace ClayAspire.Ingestion.Parsing;

/// <summary>Reads a CSV file row by row, in bounded memory.</summary>
internal static class CsvRows
{
    /// <summary>Longest cell in characters; past it a quote was most likely not closed.</summary>
    public const int MaxCell = 1024 * 1024;

    /// <summary>Reads the file; its first line is the header.</summary>
    /// <param name="file">The file; UTF-8 with or without a byte order mark, or UTF-16 with one.</param>
    /// <param name="rows">Reads each row.</param>
    /// <param name="delimiter">The text between cells.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <exception cref="FileFaultException">The file has no usable header, or a cell never ends.</exception>
    public static async IAsyncEnumerable<ParsedRow> ReadAsync(Stream file, RowReader rows, string delimiter, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var text = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        var badData = false;
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = delimiter,
            BadDataFound = _ => badData = true,
            IgnoreBlankLines = true,
            MaxFieldSize = MaxCell,
            BufferSize = 64 * 1024,
        };
        using var parser = new CsvParser(text, configuration, leaveOpen: true);
        if (!await NextAsync(parser, cancel))
            throw new FileFaultException("file-empty", "The file is empty. Its first line must name the columns.");
        var columns = Columns(parser.Record ?? [], delimiter);
        var before = parser.RawRow;
        while (true)
        {
            badData = false;
            if (!await NextAsync(parser, cancel))
                yield break;
            var cells = parser.Record ?? [];
            // RawRow is the record's last line; a record may span several, and blank lines may stand before it.
            var raw = parser.RawRecord;
            var line = FirstLine(before, raw);
            before = parser.RawRow;
            if (badData)
                yield return ParsedRow.Faulty(line, RowFault.BadQuotes, raw);
            else
                yield return rows.Read(line, columns, cells, () => raw);
        }
    }

    private static async Task<bool> NextAsync(CsvParser parser, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            return await parser.ReadAsync();
        }
        catch (MaxFieldSizeException)
        {
            throw new FileFaultException("cell-too-long",
                $"After line {parser.RawRow}: a cell is longer than {MaxCell} characters, so a quote is most likely not closed. Close it and send the file again; rows already accepted count as duplicates.");
        }
    }

    private static long FirstLine(long linesBefore, string raw)
    {
        var skipped = 0;
        foreach (var c in raw)
        {
            if (c == '\n')
                skipped++;
            else if (c != '\r')
                break;
        }
        return linesBefore + skipped + 1;
    }

    private static List<string> Columns(string[] header, string delimiter)
    {
        var columns = header.Select((name, i) => name.Trim().Trim('\uFEFF') is { Length: > 0 } given ? given : $"column_{i + 1}").ToList();
        if (columns.Exists(c => c.Contains('\uFFFD', StringComparison.Ordinal) || !RowReader.IsStorable(c)))
            throw new FileFaultException("header-not-utf8", "The header is not valid UTF-8. Save the file as UTF-8.");
        if (columns.GroupBy(c => c, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new FileFaultException("column-twice", $"The header names the column '{twice.Key}' {twice.Count()} times. Give each column its own name.");
        if (columns.Count == 1 && ",;\t|".FirstOrDefault(c => columns[0].Contains(c, StringComparison.Ordinal)) is var other and not '\0')
            throw new FileFaultException("wrong-delimiter",
                $"With delimiter '{delimiter}' the header is one column. Add delimiter={Uri.EscapeDataString(other.ToString())} to the query.");
        return columns;
    }
}
