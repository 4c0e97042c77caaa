using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>The published jsforce on Node, unmodified, against the twin.</summary>
public sealed class RealClientTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Jsforce_works_against_the_twin()
    {
        await using var twin = await RunningTwin.Start();
        var scripts = Path.Combine(Path.GetDirectoryName(SourceFile())!, "real-clients");
        using var node = Process.Start(new ProcessStartInfo("node", ["jsforce.mjs", $"{twin.Address}salesforce"])
        {
            WorkingDirectory = scripts,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var deadline = new CancellationTokenSource(Deadline);
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(deadline.Token), node.StandardError.ReadToEndAsync(deadline.Token));
        await node.WaitForExitAsync(deadline.Token);
        Assert.True(node.ExitCode == 0, await errors + await output);
        Assert.Contains("jsforce: all steps passed", await output, StringComparison.Ordinal);
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
