namespace ClayAspire.CrmSandbox;

/// <summary>
/// The twin's clock: the machine's, moved forward by whoever administers the twin, so that a window of 24 hours can pass in a moment.
/// Waits go by the machine's time.
/// </summary>
internal sealed class TwinClock(TimeProvider machine) : TimeProvider
{
    private long ahead;

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref ahead));

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>Moves the clock forward.</summary>
    /// <exception cref="InvalidDataException">The time is negative: nothing may happen before what has happened.</exception>
    public void Advance(TimeSpan time)
    {
        if (time < TimeSpan.Zero)
            throw new InvalidDataException("A clock only moves forward.");
        Interlocked.Add(ref ahead, time.Ticks);
    }
}
