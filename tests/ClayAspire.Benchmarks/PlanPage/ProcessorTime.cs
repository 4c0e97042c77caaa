using System.Diagnostics;
using System.Globalization;

namespace ClayAspire.Benchmarks.PlanPage;

/// <summary>
/// Processor time of the console and of the PostgreSQL server. Unlike the clock it hardly depends on what else the machine does. Ticks of
/// 10 ms; Linux only, 0 elsewhere.
/// </summary>
internal sealed class ProcessorTime(int console, int postmaster)
{
    private const int TicksPerSecond = 100;

    /// <summary>Seconds used so far by each.</summary>
    public (double Console, double Postgres) Now()
    {
        if (!OperatingSystem.IsLinux())
            return (0, 0);
        // The server's children, and what it has reaped of those that ended.
        var postgres = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(n => Stat(n!)).Where(s => s is not null && s.Parent == postmaster).Sum(s => s!.Own);
        var (own, server) = (Stat(console.ToString(CultureInfo.InvariantCulture)), Stat(postmaster.ToString(CultureInfo.InvariantCulture)));
        return ((own?.Own ?? 0) / TicksPerSecond, (postgres + (server?.Own ?? 0) + (server?.Reaped ?? 0)) / TicksPerSecond);
    }

    private static ProcessStat? Stat(string process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            // The name stands in brackets and may hold blanks; the fields after it are counted from the third.
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            double Ticks(int field) => double.Parse(fields[field - 3], CultureInfo.InvariantCulture);
            return new ProcessStat((int)Ticks(4), Ticks(14) + Ticks(15), Ticks(16) + Ticks(17));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Debug.WriteLine($"Process {process} ended between the list and the look: {e.Message}");
            return null;
        }
    }

    private sealed record ProcessStat(int Parent, double Own, double Reaped);
}
