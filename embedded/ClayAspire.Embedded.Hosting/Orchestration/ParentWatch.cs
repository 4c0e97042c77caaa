using System.Globalization;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Notices that <c>dotnet run</c>, which started this host, was killed: the host would live on without anybody who
/// could stop it. Any other parent may end (a shell that started us in the background often does).
/// </summary>
internal static class ParentWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Completes when <c>dotnet run</c> is gone; never, when something else started us.</summary>
    public static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var parent = OperatingSystem.IsLinux() ? Parent() : null;
        if (parent is null || !IsDotnetRun(parent.Value))
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        while (Parent() == parent)
            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
    }

    private static int? Parent() => File.ReadLines("/proc/self/status")
        .Where(l => l.StartsWith("PPid:", StringComparison.Ordinal))
        .Select(l => (int?)int.Parse(l.AsSpan(5).Trim(), CultureInfo.InvariantCulture))
        .FirstOrDefault();

    private static bool IsDotnetRun(int pid)
    {
        try
        {
            var words = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            return Path.GetFileName(words[0]) == "dotnet" && words.Contains("run");
        }
        catch (IOException)
        {
            return false; // The parent ended or cannot be seen: nothing to watch.
        }
        catch (UnauthorizedAccessException)
        {
            return false; // A parent of another user is not our dotnet run.
        }
    }
}
