namespace ClayAspire.Domain.Primitives;

/// <summary>Ids from the system: time-ordered, so that they index well. The one home of <see cref="Guid.CreateVersion7(DateTimeOffset)"/>.</summary>
/// <param name="clock">The clock whose time the ids carry.</param>
public sealed class SystemIdSource(TimeProvider clock) : IIdSource
{
    /// <inheritdoc/>
    public Guid Next() => Guid.CreateVersion7(clock.GetUtcNow());
}

/// <summary>Ids from a seed: the same seed gives the same ids. For tests, simulation and demo data.</summary>
/// <param name="seed">Any number; print it beside results.</param>
public sealed class SeededIdSource(int seed) : IIdSource
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    /// <inheritdoc/>
    public Guid Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_gate)
            _random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
