using System.Text;
using ClayAspire.Domain.Audit;

namespace ClayAspire.Cli.Commands;

/// <summary>Anchors on disk.</summary>
internal static class AnchorFiles
{
    /// <summary>
    /// The anchors of a connection at a place: a file as it is; of a folder every <c>.json</c> file but those whose names say that they belong to another
    /// connection. What is no anchor among them is not passed over: an altered anchor may look like that.
    /// </summary>
    /// <exception cref="CliException">There is nothing.</exception>
    public static IReadOnlyCollection<AnchorFile> Read(string connection, string place)
    {
        if (File.Exists(place))
            return [Of(place)];
        if (!Directory.Exists(place))
            throw new CliException(ExitCodes.Usage, $"There is no file or folder {Path.GetFullPath(place)}.");
        var files = Directory.EnumerateFiles(place, "*.json").Where(f => IsOf(connection, f)).Order(StringComparer.Ordinal).Select(Of).ToList();
        return files.Count > 0 ? files : throw new CliException(ExitCodes.Refused, $"There is no anchor of {connection} in {Path.GetFullPath(place)}, so nothing can be checked against it.");
    }

    /// <summary>Writes an anchor whole or not at all, and never over another file.</summary>
    public static async Task WriteAsync(FileInfo target, LedgerAnchor anchor, CancellationToken cancel)
    {
        var part = new FileInfo(target.FullName + ".part");
        try
        {
            await File.WriteAllTextAsync(part.FullName, anchor.ToFile(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancel);
            part.MoveTo(target.FullName, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"The anchor cannot be written to {target.FullName}: {e.Message}", e);
        }
    }

    // A name that is made for a day says whose it is; any other file must say it itself.
    private static bool IsOf(string connection, string path) =>
        AnchorFileName.Read(Path.GetFileName(path)) is { } name
            ? name.Connection == connection
            : LedgerAnchor.Read(File.ReadAllText(path)).Anchor is not { } anchor || anchor.Connection == connection;

    private static AnchorFile Of(string path) => new(Path.GetFileName(path), File.ReadAllText(path));
}
