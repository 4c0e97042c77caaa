using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Console.Operations;

/// <summary>Asks the worker to read changed CRM records into the mirror.</summary>
internal sealed class MirrorDesk(PolicySource policy, JobQueue queue)
{
    /// <summary>The objects whose reading was asked for, or why none was.</summary>
    public async Task<(IReadOnlyList<string> Objects, Reason? Refusal)> RefreshAsync(string? connection, CancellationToken cancel)
    {
        var objects = policy.Current.Contracts.Where(c => c.Connection == connection).Select(c => c.Object).Distinct(StringComparer.Ordinal).ToArray();
        if (connection is null || objects.Length == 0)
            return ([], new Reason("connection-unknown", $"The policy has no connection '{connection}'. It has {string.Join(", ", policy.Current.Connections)}."));
        foreach (var name in objects)
            await queue.EnqueueAsync(NewJob.RefreshMirror(connection, name), cancel);
        return (objects, null);
    }
}
