namespace ClayAspire.Connectors;

/// <summary>Counts calls of one asynchronous flow, so that a run knows its own cost while others use the same connection.</summary>
public sealed class CallCount : IDisposable
{
    private static readonly AsyncLocal<CallCount?> Ambient = new();
    private readonly CallCount? _outer;
    private int _calls;

    private CallCount(CallCount? outer) => _outer = outer;

    /// <summary>Calls so far.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Ends the counting.</summary>
    public void Dispose() => Ambient.Value = _outer;

    internal static CallCount Begin() => Ambient.Value = new CallCount(Ambient.Value);

    internal static void Add()
    {
        for (var count = Ambient.Value; count is not null; count = count._outer)
            Interlocked.Increment(ref count._calls);
    }
}
