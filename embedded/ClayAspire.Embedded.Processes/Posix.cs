using System.Runtime.InteropServices;

namespace ClayAspire.Embedded.Processes;

/// <summary>The few system calls that .NET has no method for.</summary>
public static partial class Posix
{
    /// <summary>Whether this process runs as root on a POSIX system.</summary>
    public static bool IsRoot => !OperatingSystem.IsWindows() && geteuid() == 0;

    /// <summary>Sends a signal to a process (positive) or a process group (negative). False when it is gone already.</summary>
    /// <param name="target">Process id, or minus the process group id.</param>
    /// <param name="signal">The signal.</param>
    /// <exception cref="ArgumentOutOfRangeException">0 and -1 would reach our own group, or everything.</exception>
    public static bool Signal(int target, ChildSignal signal) =>
        target is 0 or -1 ? throw new ArgumentOutOfRangeException(nameof(target)) : kill(target, (int)signal) == 0;

    /// <summary>Gives a file or directory to another user.</summary>
    /// <param name="path">What to give.</param>
    /// <param name="uid">New owner.</param>
    /// <param name="gid">New group.</param>
    /// <exception cref="IOException">The system refused.</exception>
    public static void ChangeOwner(string path, int uid, int gid)
    {
        if (chown(path, uid, gid) != 0)
            throw new IOException($"The owner of '{path}' could not be changed: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int sig);

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, int owner, int group);
}

/// <summary>Signals used to end a child, with their POSIX numbers.</summary>
public enum ChildSignal
{
    /// <summary>Only ask whether the target exists.</summary>
    None = 0,

    /// <summary>Interrupt: PostgreSQL's fast shutdown.</summary>
    Interrupt = 2,

    /// <summary>Kill at once.</summary>
    Kill = 9,

    /// <summary>Terminate: an orderly stop.</summary>
    Terminate = 15,
}
