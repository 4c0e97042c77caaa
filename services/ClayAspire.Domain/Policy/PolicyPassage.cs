namespace ClayAspire.Domain.Policy;

/// <summary>A part of a policy file that a person edits: one entry, or the whole file.</summary>
/// <param name="File">The file's path in the policy's folder.</param>
/// <param name="FirstLine">Its first line in the file, from 1.</param>
/// <param name="Lines">How many lines it has.</param>
/// <param name="Text">Its text, lines ended by a line feed, without the last one's end.</param>
public sealed record PolicyPassage(string File, int FirstLine, int Lines, string Text)
{
    /// <summary>The whole file.</summary>
    public static PolicyPassage Whole(PolicyFile file) => Of(file, 1, Split(file.Text).Length);

    /// <summary>
    /// The entry that begins on a line: up to the next line that is indented no deeper. Blank lines and comments before that line belong to
    /// what follows.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="line">The line of the entry's key, from 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The file has no such line.</exception>
    public static PolicyPassage Entry(PolicyFile file, int line)
    {
        var lines = Split(file.Text);
        ArgumentOutOfRangeException.ThrowIfLessThan(line, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(line, lines.Length);
        var depth = Depth(lines[line - 1]);
        var end = line;
        for (var i = line; i < lines.Length; i++)
        {
            if (IsVoid(lines[i]))
                continue;
            if (Depth(lines[i]) <= depth)
                break;
            end = i + 1;
        }
        return Of(file, line, end - line + 1);
    }

    /// <summary>The file with another text in this place.</summary>
    /// <param name="file">The file that the passage was taken from, unchanged.</param>
    /// <param name="text">The other text; line ends of any kind.</param>
    public PolicyFile Replace(PolicyFile file, string text)
    {
        var lines = Split(file.Text);
        return file with { Text = string.Join('\n', [.. lines[..(FirstLine - 1)], .. Split(text), .. lines[(FirstLine - 1 + Lines)..]]) };
    }

    private static PolicyPassage Of(PolicyFile file, int first, int count) =>
        new(file.Path, first, count, string.Join('\n', Split(file.Text)[(first - 1)..(first - 1 + count)]));

    private static bool IsVoid(string line) => line.AsSpan().TrimStart() is [] or ['#', ..];

    private static int Depth(string line) => line.Length - line.AsSpan().TrimStart(' ').Length;

    private static string[] Split(string text) => text.ReplaceLineEndings("\n").Split('\n');
}
