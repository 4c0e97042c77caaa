using System.Globalization;

namespace ClayAspire.Testing;

/// <summary>Folders of a test's own below one that is deleted when the test process ends.</summary>
public static class ScratchFolder
{
    private static readonly Lazy<string> Root = new(MakeRoot);
    private static int folders;

    /// <summary>A folder of one's own; it is not there yet.</summary>
    public static string New() => Path.Combine(Root.Value, Interlocked.Increment(ref folders).ToString(CultureInfo.InvariantCulture));

    private static string MakeRoot()
    {
        var root = Directory.CreateTempSubdirectory("clayaspire-test-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        return root;
    }
}
