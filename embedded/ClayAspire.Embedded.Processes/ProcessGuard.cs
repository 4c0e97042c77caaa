using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace ClayAspire.Embedded.Processes;

/// <summary>
/// Ends the children when the host dies, however it dies. On POSIX one small shell process in a session of its own
/// reads a pipe that only the host holds; when the pipe closes, it ends what is on its list. (Linux' parent-death
/// signal is bound to the starting thread, which in .NET may end while the process lives on; it does not exist on macOS.)
/// On Windows the system does it: children are put into a job object that dies with its last handle.
/// </summary>
public sealed class ProcessGuard : IDisposable
{
    internal const string MarkVariable = "CLAYASPIRE_GUARD";
    private readonly Process? _guardian;
    private readonly WindowsJob? _job;
    private readonly Lock _gate = new();

    /// <summary>Starts the guard.</summary>
    public ProcessGuard()
    {
        if (OperatingSystem.IsWindows())
        {
            _job = new WindowsJob();
            return;
        }

        HasSessions = FindOnPath("setsid") is not null;
        var start = new ProcessStartInfo
        {
            FileName = HasSessions ? "setsid" : "/bin/sh",
            UseShellExecute = false,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        if (HasSessions)
            start.ArgumentList.Add("/bin/sh");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(ReadScript());
        start.ArgumentList.Add("clayaspire-guardian");
        start.ArgumentList.Add($"{MarkVariable}={Mark}");
        _guardian = Process.Start(start) ?? throw new InvalidOperationException("The guardian process did not start.");
        _guardian.StandardInput.AutoFlush = true;
    }

    /// <summary>The guard that all of this process's children share.</summary>
    public static ProcessGuard Shared => SharedGuard.Value;

    private static readonly Lazy<ProcessGuard> SharedGuard = new(() => new ProcessGuard());

    /// <summary>What every child carries in its environment.</summary>
    internal string Mark { get; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>Whether children get a session, and with it a process group, of their own.</summary>
    internal bool HasSessions { get; }

    /// <summary>Deletes this directory if the host dies before <see cref="ForgetTemporaryDirectory"/>. Its name must begin with <c>clayaspire-temp-</c>.</summary>
    /// <param name="path">Full path without white space.</param>
    public void DeleteWithHost(string path)
    {
        if (path.Any(char.IsWhiteSpace) || !Path.GetFileName(path).StartsWith("clayaspire-temp-", StringComparison.Ordinal))
            throw new ArgumentException($"'{path}' is no temporary directory of ours.", nameof(path));
        Tell("temp", path);
    }

    /// <summary>Takes a directory off the list, because it has been deleted.</summary>
    /// <param name="path">The directory.</param>
    public void ForgetTemporaryDirectory(string path) => Tell("untemp", path);

    internal void Add(Process child, int target, ChildSignal signal)
    {
        if (OperatingSystem.IsWindows())
            _job!.Add(child);
        else
            Tell("add", string.Create(CultureInfo.InvariantCulture, $"{target} {(signal == ChildSignal.Interrupt ? "INT" : "TERM")}"));
    }

    internal void Drop(int target) => Tell("drop", target.ToString(CultureInfo.InvariantCulture));

    private void Tell(string verb, string text)
    {
        if (_guardian is null)
            return;
        lock (_gate)
            _guardian.StandardInput.WriteLine($"{verb} {text}");
    }

    /// <summary>Closes the pipe: children that still run are ended, temporary directories still listed are deleted.</summary>
    public void Dispose()
    {
        _job?.Dispose();
        if (_guardian is null)
            return;
        Tell("bye", "");
        lock (_gate)
            _guardian.StandardInput.Dispose();
        _guardian.WaitForExit(TimeSpan.FromSeconds(10));
        _guardian.Dispose();
    }

    private static string ReadScript()
    {
        using var stream = typeof(ProcessGuard).Assembly.GetManifestResourceStream("guardian.sh")
            ?? throw new InvalidOperationException("guardian.sh is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The full path of a command on PATH, or null.</summary>
    /// <param name="command">A bare command name.</param>
    public static string? FindOnPath(string command)
    {
        var extensions = OperatingSystem.IsWindows() ? new[] { ".exe", ".cmd" } : [""];
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(d => extensions.Select(e => Path.Combine(d, command + e)))
            .FirstOrDefault(File.Exists);
    }
}
