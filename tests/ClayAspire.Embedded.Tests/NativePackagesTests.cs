using System.Diagnostics;
using System.Runtime.CompilerServices;
using ClayAspire.Embedded.Processes;

namespace ClayAspire.Embedded.Tests;

/// <summary>What the build says when native packages cannot be brought: one line with the remedy.</summary>
public sealed class NativePackagesTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("clayaspire-temp-native-");

    [SkippableFact]
    public async Task Missing_npm_is_named()
    {
        var (code, lines) = await RestoreAsync(e => e["PATH"] = _directory.FullName);

        Assert.Equal(1, code);
        Assert.StartsWith("npm was not found. Install Node 20 or newer with npm", Assert.Single(lines), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_package_that_does_not_arrive_is_named()
    {
        // Nothing listens on port 9; npm passes over an optional package that it cannot get.
        var (code, lines) = await RestoreAsync(e =>
        {
            e["npm_config_registry"] = "http://127.0.0.1:9";
            e["npm_config_cache"] = Path.Combine(_directory.FullName, "cache");
            e["npm_config_fetch_retries"] = "0";
        });

        Assert.Equal(1, code);
        Assert.Contains("Check the npm registry setting and the network", Assert.Single(lines), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private async Task<(int Code, string[] Lines)> RestoreAsync(Action<IDictionary<string, string?>> change, [CallerFilePath] string here = "")
    {
        var node = ProcessGuard.FindOnPath("node");
        Skip.If(node is null, "Node is not on PATH.");
        var native = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "embedded", "native");
        foreach (var file in new[] { "package.json", "package-lock.json", "restore.mjs" })
            File.Copy(Path.Combine(native, file), Path.Combine(_directory.FullName, file));
        var start = new ProcessStartInfo(node!, [Path.Combine(_directory.FullName, "restore.mjs")]) { UseShellExecute = false, RedirectStandardOutput = true };
        change(start.Environment);
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
