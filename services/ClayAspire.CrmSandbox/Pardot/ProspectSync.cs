using ClayAspire.CrmSandbox.Salesforce;
using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Writes;

namespace ClayAspire.CrmSandbox.Pardot;

/// <summary>What one run of the connector did.</summary>
internal sealed record SyncCounts(int Created, int Bounced, int OptOuts, int Addresses);

/// <summary>
/// The connector between prospects and Salesforce, as its documents say it works: a prospect for each lead or contact with an address; a hard
/// bounce checks <c>pi__pardot_hard_bounced__c</c> once (unchecked by hand, it stays so until another bounce); the opt-out of one side wins.
/// </summary>
internal sealed class ProspectSync
{
    private readonly PardotAccount account;
    private readonly SandboxUser user;
    private readonly StoreTransaction transaction;
    private readonly RecordWriter writer;
    private int created;
    private int bounced;
    private int optOuts;
    private int addresses;

    private ProspectSync(PardotAccount account, StoreTransaction transaction)
    {
        this.account = account;
        this.transaction = transaction;
        user = account.Org.Editors.Pardot;
        writer = new RecordWriter(account.Org, user, transaction, WriteOptions.ByHand);
    }

    private SalesforceOrg Org => account.Org;

    private ObjectTable Prospects => Org.Store.Table("Prospect");

    /// <summary>Runs the connector once.</summary>
    public static SyncCounts Run(PardotAccount account) => account.Org.Store.Write(transaction =>
    {
        var sync = new ProspectSync(account, transaction);
        foreach (var person in sync.People())
            sync.Person(person);
        return new SyncCounts(sync.created, sync.bounced, sync.optOuts, sync.addresses);
    });

    /// <summary>Notes a bounce of every prospect with this address; how many there are.</summary>
    public static int Bounce(PardotAccount account, string email, bool hard, string? reason) => account.Org.Store.Write(transaction =>
    {
        var sync = new ProspectSync(account, transaction);
        var found = sync.Prospects.Lookup("email", email).Where(p => !p.IsDeleted).ToList();
        foreach (var prospect in found)
        {
            var softs = ((decimal?)prospect["softBounces"] ?? 0) + (hard ? 0 : 1);
            sync.Change(prospect, ("emailBouncedAt", transaction.Stamp), ("emailBouncedReason", reason), ("softBounces", softs),
                ("isEmailHardBounced", hard || prospect.Flag("isEmailHardBounced")), ("bounceToSync", hard || prospect.Flag("bounceToSync")),
                ("isDoNotEmail", hard || prospect.Flag("isDoNotEmail") || softs >= account.Rules.SoftBounces));
        }

        return found.Count;
    });

    /// <summary>Sets the opt-out of every prospect with this address; how many there are.</summary>
    public static int OptOut(PardotAccount account, string email, bool optedOut) => account.Org.Store.Write(transaction =>
    {
        var sync = new ProspectSync(account, transaction);
        var found = sync.Prospects.Lookup("email", email).Where(p => !p.IsDeleted).ToList();
        foreach (var prospect in found)
            sync.Change(prospect, ("optedOut", optedOut));
        return found.Count;
    });

    private IEnumerable<Record> People() =>
        Org.Store.Table("Contact").Records.Concat(Org.Store.Table("Lead").Records.Where(l => !l.Flag("IsConverted"))).Where(p => !p.IsDeleted && p["Email"] is not null).ToList();

    private void Person(Record person)
    {
        var link = person.Type.Name == "Contact" ? "salesforceContactId" : "salesforceLeadId";
        var prospect = Prospects.Lookup(link, person.Id).FirstOrDefault(p => !p.IsDeleted) ?? OfConvertedLead(person)
            ?? Prospects.Lookup("email", person.Text("Email")!).FirstOrDefault(p => !p.IsDeleted && p["salesforceLeadId"] is null && p["salesforceContactId"] is null);
        if (prospect is null)
        {
            prospect = Made(person, link);
            created++;
        }

        if (!string.Equals(prospect.Text("email"), person.Text("Email"), StringComparison.OrdinalIgnoreCase))
        {
            var reset = account.Rules.NewAddressResetsBounce;
            prospect = Change(prospect, ("email", person["Email"]), ("isEmailHardBounced", !reset && prospect.Flag("isEmailHardBounced")), ("bounceToSync", !reset && prospect.Flag("bounceToSync")));
            addresses++;
        }

        var known = prospect;
        var writes = new List<(string Field, object? Value)>();
        if (known.Flag("bounceToSync"))
        {
            writes.Add(("pi__pardot_hard_bounced__c", true));
            bounced++;
        }

        var (ours, theirs) = (known.Flag("optedOut"), person.Flag("HasOptedOutOfEmail"));
        if (ours != theirs)
        {
            optOuts++;
            if (account.Rules.OptOutUsesPardotsValue)
                writes.Add(("HasOptedOutOfEmail", ours));
        }

        if (writes.Count > 0)
            WriteBack(person, writes);
        if (!known.Flag("bounceToSync") && ours == theirs && Equals(known[link], person.Id))
            return;
        Change(known, (link, person.Id), ("bounceToSync", false), ("optedOut", account.Rules.OptOutUsesPardotsValue ? ours : theirs), ("salesforceLastSync", transaction.Stamp));
    }

    private Record? OfConvertedLead(Record person) => person.Type.Name != "Contact" ? null
        : Org.Store.Table("Lead").Records.Where(l => l.Text("ConvertedContactId") == person.Id)
            .SelectMany(l => Prospects.Lookup("salesforceLeadId", l.Id)).FirstOrDefault(p => !p.IsDeleted);

    private void WriteBack(Record person, List<(string Field, object? Value)> values)
    {
        var changed = person.Copy();
        foreach (var (field, value) in values)
            changed.Values[person.Type.Field(field).Ordinal] = value;
        writer.Replace(person, changed);
    }

    private Record Made(Record person, string link)
    {
        var record = new Record(Prospects.Type, new object?[Prospects.Type.Fields.Count]);
        void Set(string field, object? value) => record.Values[record.Type.Field(field).Ordinal] = value;
        Set("email", person["Email"]);
        Set("firstName", person["FirstName"]);
        Set("lastName", person["LastName"]);
        Set(link, person.Id);
        Set("salesforceOwnerId", person["OwnerId"]);
        Set("optedOut", person["HasOptedOutOfEmail"]);
        Set("isDoNotCall", person["DoNotCall"]);
        Set("isEmailHardBounced", person["pi__pardot_hard_bounced__c"]);
        Set("salesforceLastSync", transaction.Stamp);
        writer.Defaults(record, []);
        writer.Insert(record);
        return record;
    }

    private Record Change(Record prospect, params (string Field, object? Value)[] values)
    {
        var changed = prospect.Copy();
        foreach (var (field, value) in values)
            changed.Values[prospect.Type.Field(field).Ordinal] = value;
        writer.Replace(prospect, changed);
        return changed;
    }
}
