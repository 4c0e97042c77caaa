using System.Collections.Concurrent;
using System.Reflection;

namespace ClayAspire.Storage;

/// <summary>SQL kept in .sql files beside the code that runs it, embedded under its path.</summary>
internal static class SqlText
{
    private static readonly Assembly Home = typeof(SqlText).Assembly;
    private static readonly ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);

    /// <summary>The text of one file, such as <c>Queue/JobClaim.sql</c>.</summary>
    public static string Read(string path) => Texts.GetOrAdd(path, static p =>
    {
        using var stream = Home.GetManifestResourceStream(p)
            ?? throw new InvalidOperationException($"The SQL file '{p}' is not embedded in {Home.GetName().Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    /// <summary>The paths of all embedded files below a folder, in order.</summary>
    public static IReadOnlyList<string> Below(string folder) =>
        [.. Home.GetManifestResourceNames().Where(n => n.StartsWith(folder + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
