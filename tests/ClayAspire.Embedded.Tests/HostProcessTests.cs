using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ClayAspire.Embedded.Processes;

namespace ClayAspire.Embedded.Tests;

/// <summary>The sample host as a process of its own: what becomes of its children when it ends, however it ends.</summary>
public sealed class HostProcessTests : IDisposable
{
    private const string MarkVariable = "CLAYASPIRE_TEST_MARK";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("clayaspire-temp-host-");
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Inherited by every process of the host, so that none can hide from the search.</summary>
    private string Mark => Path.GetFileName(_directory.FullName);

    [SkippableFact]
    public async Task An_interrupt_stops_everything_in_order_and_the_data_is_kept()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Looks for processes in /proc.");
        var data = Path.Combine(_directory.FullName, "postgres");
        using (var host = Start($"--DataDirectory={data}"))
        {
            await _up.Task.WaitAsync(Deadline);
            Assert.True(Marked().Count >= 6, "host, guardian, server, two replicas, front");
            Posix.Signal(host.Id, ChildSignal.Interrupt);
            await host.WaitForExitAsync().WaitAsync(Deadline);

            Assert.Equal(0, host.ExitCode);
            await UntilNoneIsMarked();
            Assert.Contains(_output, l => l.Contains("database system is shut down", StringComparison.Ordinal));
        }

        var made = File.GetCreationTimeUtc(Path.Combine(data, "PG_VERSION"));
        await using var again = await Postgres.PostgresServer.StartAsync(new Postgres.PostgresServerOptions { DataDirectory = data });
        await using var source = Npgsql.NpgsqlDataSource.Create(again.ConnectionStringTo("crm"));
        await using var command = source.CreateCommand("SELECT current_database()");
        Assert.Equal("crm", await command.ExecuteScalarAsync());
        Assert.Equal(made, File.GetCreationTimeUtc(Path.Combine(data, "PG_VERSION")));
    }

    [SkippableFact]
    public async Task Kill_9_of_the_host_leaves_no_process_and_no_temporary_cluster()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Looks for processes in /proc.");
        using var host = Start();
        await _up.Task.WaitAsync(Deadline);
        var clusters = Marked().SelectMany(Arguments).Where(a => a.StartsWith("clayaspire-temp-postgres", StringComparison.Ordinal));

        Posix.Signal(host.Id, ChildSignal.Kill);
        await host.WaitForExitAsync().WaitAsync(Deadline);

        await UntilNoneIsMarked();
        Assert.DoesNotContain(clusters, Directory.Exists);
    }

    [SkippableFact]
    public async Task A_resource_that_dies_is_reported_with_its_last_lines_and_ends_the_host()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Looks for processes in /proc.");
        using var host = Start("--FirstExitCode=3");
        await host.WaitForExitAsync().WaitAsync(Deadline);
        host.WaitForExit(); // Hands over the last lines.

        Assert.Equal(1, host.ExitCode);
        Assert.Contains(_output, l => l.Contains("error: resource 'first' ended with exit code 3", StringComparison.Ordinal));
        Assert.Contains("  first | the reason for 3", _output);
        await UntilNoneIsMarked();
    }

    [SkippableFact]
    public async Task With_keep_going_the_host_outlives_a_death()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Looks for processes in /proc.");
        using var host = Start("--FirstExitCode=3", "--keep-going");
        await Until(() => _output.Any(l => l.Contains("'middle-tier' waits for 'first'", StringComparison.Ordinal)), Deadline);
        Assert.False(host.HasExited);

        Posix.Signal(host.Id, ChildSignal.Terminate);
        await host.WaitForExitAsync().WaitAsync(Deadline);

        Assert.Equal(0, host.ExitCode);
        await UntilNoneIsMarked();
    }

    public void Dispose()
    {
        foreach (var pid in OperatingSystem.IsLinux() ? Marked() : [])
            Posix.Signal(pid, ChildSignal.Kill);
        _directory.Delete(recursive: true);
    }

    private Process Start(params string[] arguments)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "SampleHost.dll");
        var info = new ProcessStartInfo { UseShellExecute = false, FileName = "dotnet", RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { assembly }.Concat(arguments))
            info.ArgumentList.Add(argument);
        info.Environment[MarkVariable] = Mark;
        var process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (line.Contains("everything is up", StringComparison.Ordinal))
            _up.TrySetResult();
    }

    /// <summary>What was promised: ten seconds after the host's end nothing of it is left.</summary>
    private Task UntilNoneIsMarked() => Until(() => Marked().Count == 0, TimeSpan.FromSeconds(10));

    private static async Task Until(Func<bool> condition, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within, TimeProvider.System);
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
    }

    private List<int> Marked() => [.. Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0 && Read(pid, "environ").Split('\0').Contains($"{MarkVariable}={Mark}"))];

    private static string[] Arguments(int pid) => Read(pid, "cmdline").Split('\0');

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (IOException)
        {
            return ""; // It ended meanwhile.
        }
        catch (UnauthorizedAccessException)
        {
            return ""; // Another user's, thus not ours.
        }
    }
}
