using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Records;

namespace ClayAspire.Console.Operations;

/// <summary>Which connection a page opens on when nobody chose one.</summary>
internal sealed class ConnectionChoice(PolicySource policy, CrmRecordStore mirror)
{
    /// <summary>
    /// The first of the policy's connections that the worker has read from, so that it has a connector and something to show; the first of all
    /// while it has read none; empty without any.
    /// </summary>
    public async Task<string> FirstAsync(CancellationToken cancel)
    {
        var read = await mirror.ReadConnectionsAsync(cancel);
        var known = policy.Current.Connections.ToList();
        return known.FirstOrDefault(read.Contains) ?? known.FirstOrDefault() ?? "";
    }
}
