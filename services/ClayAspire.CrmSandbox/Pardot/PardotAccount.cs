using System.Collections.Concurrent;
using ClayAspire.CrmSandbox.Salesforce;
using ClayAspire.CrmSandbox.Salesforce.Faults;

namespace ClayAspire.CrmSandbox.Pardot;

/// <summary>The Account Engagement business unit that belongs to one org. Its prospects are kept in the org's store, unseen by Salesforce's APIs.</summary>
internal sealed class PardotAccount(SalesforceOrg org, PardotRules rules)
{
    private const int CursorsKept = 100;
    private readonly ConcurrentDictionary<long, IReadOnlyList<string>> cursors = new();
    private long lastCursor;
    private int running;

    public SalesforceOrg Org { get; } = org;
    public PardotRules Rules { get; } = rules;

    /// <summary>The first segment of its addresses.</summary>
    public string Name { get; } = org.Name.Replace("salesforce", "pardot", StringComparison.Ordinal);

    /// <summary>What stands in the header <c>Pardot-Business-Unit-Id</c>.</summary>
    public string BusinessUnitId { get; } = org.IdOf("0Uv", 1);

    public ApiQuota Quota { get; } = new(rules.DailyRequests, org.Clock);

    /// <summary>Counts a running call; false when too many run.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref running) <= Rules.ConcurrentRequests)
            return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref running);

    /// <summary>Keeps the rest of an answer; the token that asks for it.</summary>
    public string Keep(IReadOnlyList<string> ids)
    {
        var number = Interlocked.Increment(ref lastCursor);
        cursors[number] = ids;
        cursors.TryRemove(number - CursorsKept, out _);
        return Convert.ToBase64String(BitConverter.GetBytes(number)).TrimEnd('=');
    }

    /// <summary>The rest of an answer; null for an unknown token.</summary>
    public IReadOnlyList<string>? Rest(string token)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        return token.Length == 11 && Convert.TryFromBase64String(token + "=", bytes, out var length) && length == sizeof(long)
            ? cursors.GetValueOrDefault(BitConverter.ToInt64(bytes))
            : null;
    }
}
