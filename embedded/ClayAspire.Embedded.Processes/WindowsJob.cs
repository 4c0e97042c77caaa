using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ClayAspire.Embedded.Processes;

/// <summary>A Windows job object that ends its processes when its last handle closes, thus with this process.</summary>
internal sealed partial class WindowsJob : IDisposable
{
    private const int ExtendedLimitInformation = 9;
    private const uint KillOnJobClose = 0x2000;
    private nint _handle;

    public WindowsJob()
    {
        _handle = CreateJobObjectW(0, 0);
        if (_handle == 0)
            throw new Win32Exception();
        var limits = new ExtendedLimits { Basic = { LimitFlags = KillOnJobClose } };
        if (!SetInformationJobObject(_handle, ExtendedLimitInformation, ref limits, Marshal.SizeOf<ExtendedLimits>()))
            throw new Win32Exception();
    }

    public void Add(Process child)
    {
        if (!AssignProcessToJobObject(_handle, child.Handle))
            throw new Win32Exception();
    }

    public void Dispose()
    {
        if (_handle != 0)
            _ = CloseHandle(_handle);
        _handle = 0;
    }

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial nint CreateJobObjectW(nint attributes, nint name);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetInformationJobObject(nint job, int kind, ref ExtendedLimits limits, int length);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AssignProcessToJobObject(nint job, nint process);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CloseHandle(nint handle);

    [StructLayout(LayoutKind.Sequential)]
    private struct BasicLimits
    {
        public long PerProcessUserTimeLimit;
        public long PerJobUserTimeLimit;
        public uint LimitFlags;
        public nuint MinimumWorkingSetSize;
        public nuint MaximumWorkingSetSize;
        public uint ActiveProcessLimit;
        public nuint Affinity;
        public uint PriorityClass;
        public uint SchedulingClass;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IoCounters
    {
        public ulong ReadOperations;
        public ulong WriteOperations;
        public ulong OtherOperations;
        public ulong ReadBytes;
        public ulong WriteBytes;
        public ulong OtherBytes;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedLimits
    {
        public BasicLimits Basic;
        public IoCounters Io;
        public nuint ProcessMemoryLimit;
        public nuint JobMemoryLimit;
        public nuint PeakProcessMemoryUsed;
        public nuint PeakJobMemoryUsed;
    }
}
