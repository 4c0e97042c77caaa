namespace ClayAspire.Connectors.Clay;

/// <summary>Lets one record pass at a time, so many a second, without bursts.</summary>
/// <param name="settings">How many.</param>
/// <param name="clock">The clock that is waited on.</param>
public sealed class ClayPace(ClaySettings settings, TimeProvider clock)
{
    private readonly TimeSpan _gap = TimeSpan.FromSeconds(1 / settings.RecordsPerSecond);
    private long _last;

    /// <summary>Waits until the next record may go. Callers come one after the other.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (_last != 0 && _gap - clock.GetElapsedTime(_last) is var rest && rest > TimeSpan.Zero)
            await Task.Delay(rest, clock, cancellationToken);
        _last = clock.GetTimestamp();
    }
}
