using ClayAspire.Domain.Writeback;

namespace ClayAspire.Connectors;

/// <summary>A connector of a CRM that has campaigns with members.</summary>
public interface ICampaignReader
{
    /// <summary>The live members of a campaign, page by page, in order of their ids.</summary>
    /// <exception cref="CrmException">The CRM as a whole does not serve the call.</exception>
    IAsyncEnumerable<IReadOnlyList<LiveRecord>> CampaignMembersAsync(string campaignId, IReadOnlyCollection<string> fields, CancellationToken cancellationToken);
}
