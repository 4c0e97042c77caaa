using System.Runtime.CompilerServices;
using ClayAspire.Domain.Writeback;

namespace ClayAspire.Connectors.Salesforce;

/// <content>Campaigns and their members.</content>
internal sealed partial class SalesforceConnector
{
    public async IAsyncEnumerable<IReadOnlyList<LiveRecord>> CampaignMembersAsync(
        string campaignId, IReadOnlyCollection<string> fields, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var description = await DescribeAsync("CampaignMember", cancellationToken);
        var visible = Visible(description, fields);
        var query = $"SELECT Id,{string.Join(',', visible)} FROM CampaignMember WHERE CampaignId = {Soql.Quote(campaignId)} ORDER BY Id";
        await foreach (var page in _query.PagesAsync("query", query, cancellationToken))
            yield return [.. page.Select(row => ToRecord(description, visible, row).Record)];
    }
}
