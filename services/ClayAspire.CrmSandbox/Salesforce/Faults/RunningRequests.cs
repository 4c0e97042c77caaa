namespace ClayAspire.CrmSandbox.Salesforce.Faults;

/// <summary>Requests that are being answered, so that too many long ones at once are refused.</summary>
internal sealed class RunningRequests(PlatformRules rules, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly List<Ticket> tickets = [];

    /// <summary>Counts a request until its ticket is given back.</summary>
    public Ticket Enter()
    {
        var now = clock.GetUtcNow();
        lock (gate)
        {
            var ticket = new Ticket(this, now, tickets.Count(t => now - t.Since > TimeSpan.FromSeconds(rules.LongRequestSeconds)) >= rules.LongRequests);
            tickets.Add(ticket);
            return ticket;
        }
    }

    /// <summary>A request that is being answered.</summary>
    internal sealed class Ticket(RunningRequests all, DateTimeOffset since, bool isOneTooMany) : IDisposable
    {
        public DateTimeOffset Since { get; } = since;

        /// <summary>Whether as many long requests as are allowed ran already when it came.</summary>
        public bool IsOneTooMany { get; } = isOneTooMany;

        public void Dispose()
        {
            lock (all.gate)
                all.tickets.Remove(this);
        }
    }
}
