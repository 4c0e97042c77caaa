using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;

namespace ClayAspire.Console.Operations;

/// <summary>The anchors of ledgers, for pages and callers. The console reads their folder and never writes to it.</summary>
internal sealed class LedgerDesk(AnchorStore anchors)
{
    /// <summary>An anchor of the chain's end as it is now, for the caller to keep, or why there is none.</summary>
    public async Task<(LedgerAnchor? Anchor, Reason? Refusal)> AnchorAsync(string connection, CancellationToken cancel)
    {
        try
        {
            return await anchors.MakeAsync(connection, cancel) is { } anchor
                ? (anchor, null)
                : (null, new Reason("ledger-empty", $"The ledger of '{connection}' has no entry yet, so there is nothing to anchor."));
        }
        catch (Exception e) when (RefusalOf(e) is { } refusal)
        {
            return (null, refusal);
        }
    }

    /// <summary>The last anchor in the folder and how the ledger stands to it, or why none can be shown.</summary>
    public async Task<(AnchorStanding? Last, Reason? Refusal)> LastAnchorAsync(string connection, CancellationToken cancel)
    {
        try
        {
            return await anchors.LastAsync(connection, cancel) is { } last
                ? (last, null)
                : (null, new Reason("no-anchor-yet", $"There is no anchor of '{connection}' in {anchors.Folder}. The worker writes one a day once the ledger has an entry; worker and console must see the same folder."));
        }
        catch (Exception e) when (RefusalOf(e) is { } refusal)
        {
            return (null, refusal);
        }
    }

    private Reason? RefusalOf(Exception e) => e switch
    {
        LedgerContradictedException => new Reason("ledger-contradicted", e.Message),
        InvalidDataException => new Reason("anchor-altered", e.Message),
        IOException or UnauthorizedAccessException => new Reason("anchors-unreadable", $"The folder of anchors, {anchors.Folder}, cannot be read. Give the console the right to read it."),
        _ => null,
    };
}
