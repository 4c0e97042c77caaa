using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Writes;

namespace ClayAspire.CrmSandbox.Salesforce.Faults;

/// <summary>
/// Locks on parents: whoever writes a campaign's member or an account's contact holds the parent for a while, and others who need it are refused
/// their rows. Only while the fault is ordered; the org itself never lets two writers meet.
/// </summary>
internal sealed class ParentLocks(SalesforceOrg org)
{
    private static readonly Dictionary<string, string> ParentField = new(StringComparer.Ordinal) { ["CampaignMember"] = "CampaignId", ["Contact"] = "AccountId" };

    private readonly Lock gate = new();
    private readonly Dictionary<string, (object Holder, DateTimeOffset Until)> held = new(StringComparer.Ordinal);

    /// <summary>Takes the lock on the record's parent; the parent's id when somebody else holds it.</summary>
    public string? Take(Record record, string client, WriteOptions options)
    {
        if (org.Faults.ParentLockFor(client) is not { } time || ParentField.GetValueOrDefault(record.Type.Name) is not { } field || record.Text(field) is not { } parent)
            return null;
        var now = org.Clock.GetUtcNow();
        lock (gate)
        {
            if (held.TryGetValue(parent, out var taken) && taken.Holder != options.Holder && taken.Until > now)
                return parent;
            held[parent] = (options.Holder, options.HeldUntil ?? now + time);
            return null;
        }
    }

    /// <summary>Gives back what these held.</summary>
    public void Release(IReadOnlyCollection<object> holders)
    {
        lock (gate)
        {
            foreach (var (parent, taken) in held.ToList())
            {
                if (holders.Contains(taken.Holder))
                    held.Remove(parent);
            }
        }
    }

    public void Clear()
    {
        lock (gate)
            held.Clear();
    }
}
