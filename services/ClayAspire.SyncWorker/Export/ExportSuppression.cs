using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Suppression;
using ClayAspire.SyncWorker.Jobs;

namespace ClayAspire.SyncWorker.Export;

/// <summary>Who is left alone by the suppression list, beyond the flags of lead and contact: their addresses, and the domains of these.</summary>
internal sealed class ExportSuppression(SuppressionStore list, PolicySource policies)
{
    /// <summary>Of these addresses, in lower case, those that are suppressed, each with why.</summary>
    public async Task<IReadOnlyDictionary<string, Reason>> FindAsync(IReadOnlyCollection<string> emails, CancellationToken cancel)
    {
        var policy = policies.Current;
        var flow = policy.Flow(ExportCampaignHandler.Flow);
        var stopping = policy.Suppression.Stopping(flow.Name);
        var matches = emails.ToDictionary(e => e, e => (IReadOnlyList<string>)[SuppressionKey.Of(e), .. SuppressionKey.DomainsOf(e)], StringComparer.Ordinal);
        var listed = await list.FindAsync([.. matches.Values.SelectMany(m => m).Distinct(StringComparer.Ordinal)], cancel);
        var found = new Dictionary<string, Reason>(StringComparer.Ordinal);
        foreach (var (email, keys) in matches)
        {
            if (keys.SelectMany(k => listed[k]).Where(l => stopping.Contains(l.Reason)).OrderBy(l => l.Since).FirstOrDefault() is { } entry)
                found[email] = SuppressionReasons.ByList(flow, entry);
        }
        return found;
    }
}
