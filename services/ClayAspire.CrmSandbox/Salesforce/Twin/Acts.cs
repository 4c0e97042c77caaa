using ClayAspire.CrmSandbox.Salesforce.Access;
using ClayAspire.CrmSandbox.Salesforce.Conversion;
using ClayAspire.CrmSandbox.Salesforce.Faults;
using ClayAspire.CrmSandbox.Salesforce.Rest;
using ClayAspire.CrmSandbox.Salesforce.Store;
using ClayAspire.CrmSandbox.Salesforce.Writes;

namespace ClayAspire.CrmSandbox.Salesforce.Twin;

/// <summary>
/// What others do to the org: conversions, merges, deletions, rights and picklists. By an administrator's endpoint at once, or by a fault in the
/// middle of somebody's work.
/// </summary>
internal static class Acts
{
    /// <summary>Carries out a scheduled act. One that cannot be done (the record is gone already) is left: the moment for it has passed.</summary>
    public static void Do(SalesforceOrg org, ScheduledAct act)
    {
        switch (act.Do)
        {
            case ActKind.ExpireSessions:
                org.Sessions.CloseAll(includingAdministrator: false);
                break;
            case ActKind.ExhaustQuota:
                org.Quota.SetRemaining(0);
                break;
            case ActKind.RevokeField:
                foreach (var user in org.Users.Where(u => !u.IsAdministrator))
                    ChangeField(org, user, act.Object!, act.Field!, act.KeepRead, edit: false);
                break;
            case ActKind.RemovePicklistValue:
                org.Picklists.Set(org.Schema.Get(act.Object!).Field(act.Field!), act.Value, active: false, restricted: true);
                break;
            case ActKind.Edit:
                Write(org, act, w => w.Update(org.Schema.FindByPrefix(act.Id!)!, act.Id, act.Fields!.Value));
                break;
            case ActKind.Delete:
                Write(org, act, w => w.Delete(act.Id));
                break;
            case ActKind.Convert:
                As(org, act.By, (user, transaction) => new LeadConversion(org, user, transaction).Convert(new ConversionOrder(act.Id, CreateOpportunity: false)).Error);
                break;
            case ActKind.Merge:
                As(org, act.By, (user, transaction) => new Merging(org, user, transaction).Merge(act.Id, act.Others ?? []));
                break;
            default:
                throw new InvalidOperationException($"No way to do {act.Do}.");
        }
    }

    /// <summary>Refuses an act that could never be done.</summary>
    /// <exception cref="InvalidDataException">It names what is not there, or lacks what it needs.</exception>
    public static void Check(SalesforceOrg org, ScheduledAct act)
    {
        if ((act.BeforeWrite > 0) == (act.BeforeRead > 0))
            throw new InvalidDataException($"{act.Do}: say either beforeWrite or beforeRead, from 1 on.");
        var needsField = act.Do is ActKind.RevokeField or ActKind.RemovePicklistValue;
        if (needsField && org.Schema.Find(act.Object ?? "")?.Find(act.Field ?? "") is null)
            throw new InvalidDataException($"{act.Do}: name an object and one of its fields.");
        if (act.Do == ActKind.RemovePicklistValue && act.Value is null)
            throw new InvalidDataException($"{act.Do}: name a value.");
        var needsRecord = act.Do is ActKind.Edit or ActKind.Delete or ActKind.Convert or ActKind.Merge;
        if (needsRecord && (SalesforceId.Normalize(act.Id) is not { } id || org.Schema.FindByPrefix(id) is null || org.Editors.Find(act.By) is null))
            throw new InvalidDataException($"{act.Do}: name a record's id, and a known user in \"by\".");
        if (act.Do == ActKind.Edit && act.Fields is not { ValueKind: System.Text.Json.JsonValueKind.Object })
            throw new InvalidDataException($"{act.Do}: give \"fields\".");
    }

    /// <summary>Gives or takes a field right; queries for permissions and describe say so at once.</summary>
    public static void ChangeField(SalesforceOrg org, SandboxUser user, string type, string field, bool read, bool edit)
    {
        var target = org.Schema.Get(type);
        user.Rights.Change(target, target.Field(field), read, edit);
        AccessRecords.Define(org);
        org.MetadataHasChanged();
    }

    /// <summary>Runs something as another user in a transaction of its own; its error, after everything was taken back.</summary>
    /// <exception cref="InvalidDataException">There is no such user.</exception>
    public static RowError? As(SalesforceOrg org, string who, Func<SandboxUser, StoreTransaction, RowError?> act)
    {
        var user = org.Editors.Find(who) ?? throw new InvalidDataException($"There is no user '{who}'. Name {string.Join(", ", Editors.Kinds)}, a user's id or user name.");
        return org.Store.Write(transaction =>
        {
            var error = act(user, transaction);
            if (error is not null)
                transaction.RollbackTo(0);
            return error;
        });
    }

    private static void Write(SalesforceOrg org, ScheduledAct act, Func<RecordWriter, RowResult> write) => As(org, act.By, (user, transaction) =>
    {
        var writer = new RecordWriter(org, user, transaction, WriteOptions.ByHand);
        var error = write(writer).Error;
        writer.Report(rolledBack: false);
        return error;
    });
}
