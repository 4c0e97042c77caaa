using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace ClayAspire.Ingestion.Parsing;

/// <summary>Reads a CSV file row by row, in bounded memory.</summary>
internal static class CsvRows
{
    /// <summary>Longest row in bytes; past it a quote was most likely not closed.</summary>
    public const int MaxRow = 1024 * 1024;

    /// <summary>Reads the file; its first line is the header.</summary>
    /// <param name="file">The file; UTF-8 with or without a byte order mark, or UTF-16 with one.</param>
    /// <param name="rows">Reads each row.</param>
    /// <param name="delimiter">The character between cells; null when the file's first lines show it.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <exception cref="FileFaultException">The file has no usable header, or a row never ends.</exception>
    public static async IAsyncEnumerable<ParsedRow> ReadAsync(Stream file, RowReader rows, char? delimiter, [EnumeratorCancellation] CancellationToken cancel)
    {
        CsvMalformedRecord? malformed = null;
        await using var csv = CsvReader.Create(file, Options(delimiter, hasHeader: true, found => malformed = found), leaveOpen: true);
        await NextAsync(csv, header: true, cancel);
        var columns = Columns([.. csv.Headers], csv.Separator);
        while (await NextAsync(csv, header: false, cancel))
        {
            if (malformed is { } bad && bad.LineNumber == csv.LineNumber)
            {
                foreach (var row in columns.Count > 1 && bad.RawRecord.Contains('\n', StringComparison.Ordinal) ? Recover(bad, columns, csv.Separator, rows) : [Faulty(bad)])
                    yield return row;
            }
            else
            {
                yield return Read(csv, 0, columns, rows);
            }
        }
    }

    // A quote that was not closed swallowed the lines up to the next one, or the rest of the file: only the line where it
    // stands is lost, the lines after it are read again on their own.
    private static List<ParsedRow> Recover(CsvMalformedRecord swallowed, List<string> columns, char delimiter, RowReader rows)
    {
        var found = new List<ParsedRow>();
        CsvMalformedRecord? malformed = null;
        var options = Options(delimiter, hasHeader: false, bad => malformed = bad) with { AllowLineBreaksInQuotes = false };
        using var csv = CsvReader.Create(Encoding.UTF8.GetBytes(swallowed.RawRecord), options);
        while (csv.Read())
        {
            if (malformed is { } bad && bad.LineNumber == csv.LineNumber)
                found.Add(ParsedRow.Faulty(swallowed.LineNumber + csv.LineNumber - 1, RowFault.BadQuotes, bad.RawRecord));
            else
                found.Add(Read(csv, swallowed.LineNumber - 1, columns, rows));
        }
        return found;
    }

    private static CsvReaderOptions Options(char? delimiter, bool hasHeader, Action<CsvMalformedRecord> onMalformed) => CsvReaderOptions.Default with
    {
        Separator = delimiter,
        HasHeader = hasHeader,
        MaxRecordSize = MaxRow,
        TrackLineNumbers = true,
        IncludeValuesInExceptions = false,
        OnMalformedRecord = onMalformed,
    };

    private static ParsedRow Read(CsvReader csv, long linesBefore, List<string> columns, RowReader rows)
    {
        var line = linesBefore + csv.LineNumber;
        if (!Utf8.IsValid(csv.RawRecord))
            return ParsedRow.Faulty(line, RowFault.NotUtf8, Encoding.UTF8.GetString(csv.RawRecord));
        var row = csv.Current;
        return rows.Read(line, columns, row.ToArray(), () => Encoding.UTF8.GetString(csv.RawRecord));
    }

    private static ParsedRow Faulty(CsvMalformedRecord bad) => ParsedRow.Faulty(bad.LineNumber, RowFault.BadQuotes, bad.RawRecord);

    private static async Task<bool> NextAsync(CsvReader csv, bool header, CancellationToken cancel)
    {
        try
        {
            if (!header)
                return await csv.ReadAsync(cancel);
            await csv.ReadHeaderAsync(cancel);
            return true;
        }
        catch (CsvFormatException fault)
        {
            throw new FileFaultException("row-too-long",
                $"Line {fault.LineNumber}: a row is longer than {MaxRow} bytes, so a quote is most likely not closed. Close it and send the file again; rows already accepted count as duplicates.");
        }
    }

    private static List<string> Columns(string[] header, char delimiter)
    {
        if (header.Length == 0)
            throw new FileFaultException("file-empty", "The file is empty. Its first line must name the columns.");
        var columns = header.Select((name, i) => name.Trim().Trim('\uFEFF') is { Length: > 0 } given ? given : $"column_{i + 1}").ToList();
        if (columns.Exists(c => c.Contains('\uFFFD', StringComparison.Ordinal) || !RowReader.IsStorable(c)))
            throw new FileFaultException("header-not-utf8", "The header is not valid UTF-8. Save the file as UTF-8.");
        if (columns.GroupBy(c => c, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new FileFaultException("column-twice", $"The header names the column '{twice.Key}' {twice.Count()} times. Give each column its own name.");
        if (columns.Count == 1 && ",;\t|".FirstOrDefault(c => columns[0].Contains(c, StringComparison.Ordinal)) is var other and not '\0')
            throw new FileFaultException("wrong-delimiter",
                $"With delimiter '{delimiter}' the header is one column. Put delimiter={Uri.EscapeDataString(other.ToString())} into the query.");
        return columns;
    }
}
