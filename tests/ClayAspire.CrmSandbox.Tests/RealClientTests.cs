using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ClayAspire.CrmSandbox.Tests;

/// <summary>The published jsforce on Node, unmodified, against the twin: each script of <c>real-clients</c> with a twin of its own.</summary>
public sealed class RealClientTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    [Theory]
    [InlineData("records", "salesforce")]
    [InlineData("records", "")]
    [InlineData("bulk", "salesforce")]
    [InlineData("bulk", "")]
    [InlineData("errors", "salesforce")]
    [InlineData("errors", "")]
    public async Task Jsforce_works_against_the_twin_at_its_base_path_and_at_the_root(string script, string path)
    {
        await using var twin = await RunningTwin.Start();
        var scripts = Path.Combine(Path.GetDirectoryName(SourceFile())!, "real-clients");
        using var node = Process.Start(new ProcessStartInfo("node", [$"{script}.mjs", $"{twin.Address}{path}".TrimEnd('/'), $"{twin.Address}salesforce"])
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
        Assert.Contains($"jsforce: all steps of {script} passed", await output, StringComparison.Ordinal);
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
