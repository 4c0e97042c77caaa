using System.Text;

namespace ClayAspire.CrmSandbox.Salesforce.Bulk;

/// <summary>How a job's CSV is written: delimiter and line ending.</summary>
internal sealed record CsvFormat(string DelimiterName, char Delimiter, string LineEndingName)
{
    private static readonly Dictionary<string, char> Delimiters = new(StringComparer.Ordinal)
    {
        ["COMMA"] = ',',
        ["TAB"] = '\t',
        ["PIPE"] = '|',
        ["SEMICOLON"] = ';',
        ["CARET"] = '^',
        ["BACKQUOTE"] = '`',
    };

    public string LineEnding => LineEndingName == "CRLF" ? "\r\n" : "\n";

    /// <summary>The format of these names; null names are COMMA and LF. Null when a name is unknown.</summary>
    public static CsvFormat? Find(string? delimiter, string? lineEnding) =>
        Delimiters.TryGetValue(delimiter ?? "COMMA", out var letter) && (lineEnding ?? "LF") is "LF" or "CRLF"
            ? new CsvFormat(delimiter ?? "COMMA", letter, lineEnding ?? "LF")
            : null;

    /// <summary>One line, every cell in quotes, as the platform writes them.</summary>
    public void Append(StringBuilder text, params IEnumerable<string> cells)
    {
        var first = true;
        foreach (var cell in cells)
        {
            if (!first)
                text.Append(Delimiter);
            first = false;
            text.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }

        text.Append(LineEnding);
    }

    /// <summary>
    /// Reads lines of cells. Blank lines are passed over. Quoted cells may hold delimiters, line ends and doubled quotes.
    /// </summary>
    /// <exception cref="InvalidDataException">The text ends with another line ending than the format's, a quote is left open, or text follows a closing quote.</exception>
    public IEnumerable<string[]> Read(TextReader text)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        var wasQuoted = false;
        while (text.Read() is var code and >= 0)
        {
            var letter = (char)code;
            if (quoted)
            {
                if (letter != '"')
                    cell.Append(letter);
                else if (text.Peek() == '"')
                    cell.Append((char)text.Read());
                else
                    quoted = false;
                continue;
            }

            if (letter == '"' && cell.Length == 0 && !wasQuoted)
            {
                (quoted, wasQuoted) = (true, true);
            }
            else if (letter == Delimiter)
            {
                TakeCell();
            }
            else if (letter is '\r' or '\n')
            {
                Expect(letter, text);
                if (TakeLine() is { } line)
                    yield return line;
            }
            else
            {
                if (wasQuoted)
                    throw new InvalidDataException("CSV Parse Error: text after a closing quote");
                cell.Append(letter);
            }
        }

        if (quoted)
            throw new InvalidDataException("CSV Parse Error: EOF reached before encapsulated token finished");
        if (TakeLine() is { } last)
            yield return last;

        void TakeCell()
        {
            cells.Add(cell.ToString());
            cell.Clear();
            wasQuoted = false;
        }

        string[]? TakeLine()
        {
            if (cells.Count == 0 && cell.Length == 0 && !wasQuoted)
                return null;
            TakeCell();
            string[] line = [.. cells];
            cells.Clear();
            return line;
        }
    }

    private void Expect(char letter, TextReader text)
    {
        var isCrLf = letter == '\r' && text.Peek() == '\n' && text.Read() == '\n';
        if (isCrLf != (LineEndingName == "CRLF"))
            throw new InvalidDataException($"LineEnding is invalid on user data. Current LineEnding setting is {LineEndingName}");
    }
}
