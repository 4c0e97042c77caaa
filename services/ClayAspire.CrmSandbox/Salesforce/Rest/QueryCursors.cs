using System.Collections.Concurrent;
using ClayAspire.CrmSandbox.Salesforce.Soql;

namespace ClayAspire.CrmSandbox.Salesforce.Rest;

/// <summary>Answers of more than one page, kept until 100 newer ones have pushed them out.</summary>
internal sealed class QueryCursors
{
    private const int Kept = 100;
    private readonly ConcurrentDictionary<long, QueryCursor> open = new();
    private long last;

    public long Add(QueryCursor cursor)
    {
        var number = Interlocked.Increment(ref last);
        open[number] = cursor;
        open.TryRemove(number - Kept, out _);
        return number;
    }

    public QueryCursor? Find(long number) => open.GetValueOrDefault(number);
}

/// <summary>An answer that is read page by page by the user who asked.</summary>
internal sealed record QueryCursor(QueryResult Result, int BatchSize, string UserId);
