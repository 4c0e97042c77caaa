namespace ClayAspire.Storage.Queue;

/// <summary>
/// How long a failed job waits: a second, doubled at each attempt, at most five minutes; half of it is chance, so that jobs that
/// failed together do not come back together.
/// </summary>
/// <param name="seed">Seed of the chance.</param>
public sealed class JobBackoff(int seed)
{
    /// <summary>The wait after the first attempt, before chance.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    /// <summary>The wait after the given attempt.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    public TimeSpan After(int attempt)
    {
        // At 2^9 seconds the longest wait is reached; the exponent is bounded so that it cannot overflow.
        var full = Math.Min(Longest.TotalSeconds, First.TotalSeconds * Math.Pow(2, Math.Clamp(attempt - 1, 0, 16)));
        double chance;
        lock (_gate)
            chance = _random.NextDouble();
        return TimeSpan.FromSeconds(full / 2 + chance * full / 2);
    }
}
