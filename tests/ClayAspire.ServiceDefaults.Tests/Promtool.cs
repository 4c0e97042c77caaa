using System.Diagnostics;

namespace ClayAspire.ServiceDefaults.Tests;

/// <summary>Prometheus' own checker, where it is installed.</summary>
internal static class Promtool
{
    public static async Task AcceptsAsync(string metrics)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(d => Path.Combine(d, "promtool")).FirstOrDefault(File.Exists);
        Skip.If(program is null, "promtool is not on PATH.");
        using var process = Process.Start(new ProcessStartInfo(program!, ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(metrics);
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
    }
}
