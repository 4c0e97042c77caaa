using System.Collections.Concurrent;

namespace ClayAspire.CrmSandbox.Salesforce.Audit;

/// <summary>How often each client called each endpoint, and how often each answered an error.</summary>
internal sealed class CallAudit
{
    private readonly ConcurrentDictionary<(string Endpoint, string Client), CallCount> counts = new();

    public void Count(string endpoint, string client, int status)
    {
        var entry = counts.GetOrAdd((endpoint, client), _ => new CallCount());
        Interlocked.Increment(ref entry.Calls);
        if (status >= 400)
            Interlocked.Increment(ref entry.Errors);
    }

    public IEnumerable<(string Endpoint, string Client, long Calls, long Errors)> All() =>
        counts.OrderBy(c => c.Key.Endpoint, StringComparer.Ordinal).ThenBy(c => c.Key.Client, StringComparer.Ordinal)
            .Select(c => (c.Key.Endpoint, c.Key.Client, Interlocked.Read(ref c.Value.Calls), Interlocked.Read(ref c.Value.Errors)));

    public void Clear() => counts.Clear();

    private sealed class CallCount
    {
        public long Calls;
        public long Errors;
    }
}
