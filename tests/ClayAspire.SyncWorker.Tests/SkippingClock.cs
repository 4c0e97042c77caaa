namespace ClayAspire.SyncWorker.Tests;

/// <summary>A clock whose waits are over at once: it moves on by what is waited for. What was waited is what it has moved.</summary>
internal sealed class SkippingClock : TimeProvider
{
    private long _ticks = 1;

    /// <summary>How far it has moved.</summary>
    public TimeSpan Moved => TimeSpan.FromTicks(Interlocked.Read(ref _ticks) - 1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero)
            Interlocked.Add(ref _ticks, dueTime.Ticks);
        return System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
    }
}
