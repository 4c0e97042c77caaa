namespace ClayAspire.CrmSandbox.Salesforce.Faults;

/// <summary>Calls (or batches, jobs, rows) used in the rolling 24 hours, counted by the minute.</summary>
internal sealed class ApiQuota(int max, TimeProvider clock)
{
    private const int WindowMinutes = 24 * 60;
    private readonly Lock gate = new();
    private readonly SortedList<long, int> callsByMinute = [];
    private int used;

    public int Max { get; } = max;

    public int Used
    {
        get
        {
            lock (gate)
            {
                ForgetOld();
                return used;
            }
        }
    }

    /// <summary>Counts calls; false, and nothing counted, when fewer are left.</summary>
    public bool TryTake(int count = 1)
    {
        lock (gate)
        {
            ForgetOld();
            if (used + count > Max)
                return false;
            Add(count);
            return true;
        }
    }

    public void SetRemaining(int remaining)
    {
        lock (gate)
        {
            callsByMinute.Clear();
            used = 0;
            Add(Math.Max(0, Max - remaining));
        }
    }

    private void Add(int calls)
    {
        var minute = CurrentMinute();
        callsByMinute[minute] = callsByMinute.GetValueOrDefault(minute) + calls;
        used += calls;
    }

    private void ForgetOld()
    {
        var first = CurrentMinute() - WindowMinutes;
        while (callsByMinute.Count > 0 && callsByMinute.GetKeyAtIndex(0) <= first)
        {
            used -= callsByMinute.GetValueAtIndex(0);
            callsByMinute.RemoveAt(0);
        }
    }

    private long CurrentMinute() => clock.GetUtcNow().ToUnixTimeSeconds() / 60;
}
