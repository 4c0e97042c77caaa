using System.Diagnostics;

namespace ClayAspire.Embedded.Processes;

/// <summary>What to start, and how to hear of it.</summary>
public sealed record ChildProcessStart
{
    /// <summary>The program: a path, or a name on PATH.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments, each passed as it stands.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The directory to start in; null means the host's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables set on top of the host's environment; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Text for its standard input, which is closed after it. Null: no input at all.</summary>
    public string? Input { get; init; }

    /// <summary>Called with every line of output; the second argument is true for standard error. May be called from several threads.</summary>
    public Action<string, bool>? Output { get; init; }

    /// <summary>The signal for an orderly stop.</summary>
    public ChildSignal StopSignal { get; init; } = ChildSignal.Terminate;
}

/// <summary>
/// A child process in a process group of its own (the terminal's Ctrl-C reaches only the host, which then stops
/// its children in order), ended by <see cref="ProcessGuard"/> when the host dies.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ProcessGuard _guard;
    private readonly int _target;
    private readonly ChildProcessStart _start;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(ChildProcessStart start, ProcessGuard guard)
    {
        _start = start;
        _guard = guard;
        var info = new ProcessStartInfo
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = start.WorkingDirectory ?? "",
        };
        // No shell in between: it would drop variables whose names have a hyphen, as services__crm-sandbox__http__0.
        string[] all = guard.HasSessions ? ["setsid", start.FileName, .. start.Arguments] : [start.FileName, .. start.Arguments];
        info.FileName = all[0];
        foreach (var argument in all.Skip(1))
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in start.Environment)
        {
            if (value is null)
                info.Environment.Remove(name);
            else
                info.Environment[name] = value;
        }

        info.Environment[ProcessGuard.MarkVariable] = guard.Mark;
        _process = new Process { StartInfo = info };
        _process.OutputDataReceived += (_, e) => OnLine(e.Data, error: false);
        _process.ErrorDataReceived += (_, e) => OnLine(e.Data, error: true);
        _process.Start();
        _target = guard.HasSessions ? -_process.Id : _process.Id;
        guard.Add(_process, _target, start.StopSignal);
        if (guard.HasSessions)
            _process.Exited += (_, _) => Posix.Signal(_target, ChildSignal.Kill); // Whatever it started itself goes with it, and cannot keep our pipes open.
        _process.EnableRaisingEvents = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Feed();
        _ = WatchAsync();
    }

    /// <summary>Starts a child.</summary>
    /// <param name="start">What to start.</param>
    /// <param name="guard">The guard; the shared one if null.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program was not found, on a system without <c>setsid</c>; with it the exit code is 127.</exception>
    public static ChildProcess Start(ChildProcessStart start, ProcessGuard? guard = null) => new(start, guard ?? ProcessGuard.Shared);

    /// <summary>The process id; on POSIX also its process group id where the system has <c>setsid</c>.</summary>
    public int Id => _process.Id;

    /// <summary>Completes with the exit code after the last line of output was handed over.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Asks the child to stop, and kills it when it has not within the grace period. Returns its exit code.</summary>
    /// <param name="grace">How long an orderly stop may take.</param>
    public async Task<int> StopAsync(TimeSpan grace)
    {
        if (!Exited.IsCompleted)
        {
            if (OperatingSystem.IsWindows())
                _process.Kill(entireProcessTree: true); // Windows has no signal that reaches a process without a console.
            else
                Signal(_start.StopSignal);
            if (await Task.WhenAny(Exited, Task.Delay(grace, TimeProvider.System)) != Exited)
                Kill();
        }

        return await Exited;
    }

    /// <summary>Kills the child and its process group at once.</summary>
    public void Kill()
    {
        if (OperatingSystem.IsWindows())
            _process.Kill(entireProcessTree: true);
        else
            Signal(ChildSignal.Kill);
    }

    /// <summary>Stops the child with a grace period of ten seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(10));
        _process.Dispose();
    }

    private void Signal(ChildSignal signal)
    {
        // In its first moment the child has no group of its own yet.
        if (!Posix.Signal(_target, signal) && !_process.HasExited)
            Posix.Signal(_process.Id, signal);
    }

    private void Feed()
    {
        try
        {
            _process.StandardInput.Write(_start.Input);
            _process.StandardInput.Close();
        }
        catch (IOException) when (_process.HasExited)
        {
            // It ended before it read its input; Exited carries its code.
        }
    }

    private void OnLine(string? line, bool error)
    {
        if (line is not null)
            _start.Output?.Invoke(line, error);
    }

    private async Task WatchAsync()
    {
        try
        {
            await _process.WaitForExitAsync();
            _guard.Drop(_target);
            _exited.TrySetResult(_process.ExitCode);
        }
        catch (Exception fault)
        {
            _exited.TrySetException(fault);
            throw;
        }
    }
}
