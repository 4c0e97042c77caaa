using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>
/// What one user may do: the union of its profile's and its assigned permission sets, or everything; and which records its role lets it see.
/// Field rights can be changed while the twin runs.
/// </summary>
internal sealed class AccessRights
{
    /// <summary>What the platform gives nobody unasked, administrators neither.</summary>
    private static readonly string[] NeverImplied = ["AllowViewEditConvertedLeads", "BulkApiHardDelete"];

    private readonly IReadOnlyList<PermissionSet> sets;
    private readonly Role? role;

    public AccessRights(IReadOnlyList<PermissionSet> sets, Role? role)
    {
        this.sets = sets;
        this.role = role;
        All = sets.Any(s => s.All);
    }

    private AccessRights()
    {
        sets = [];
        All = true;
    }

    public bool All { get; }

    /// <summary>Profile and permission sets that the rights come from.</summary>
    public IReadOnlyList<PermissionSet> Sets => sets;

    public static AccessRights Administrator() => new();

    /// <summary>Whether the user has a system permission (<c>ModifyAllData</c>, <c>ViewSetup</c>, …).</summary>
    public bool Has(string permission) =>
        sets.Any(s => s.SystemPermissions.Contains(permission)) || (All && !NeverImplied.Contains(permission, StringComparer.Ordinal));

    /// <summary>Whether the user has a custom permission. Nobody has one unasked.</summary>
    public bool HasCustom(string permission) => sets.Any(s => s.CustomPermissions.Contains(permission));

    public bool CanRead(ObjectDefinition type) => type.Access switch
    {
        ObjectAccess.Hidden => false,
        ObjectAccess.Everyone => true,
        ObjectAccess.Setup => Has("ViewSetup"),
        _ => All || SeesAllData || Any(type, g => g.Read),
    };

    public bool CanCreate(ObjectDefinition type) => CanWrite(type, g => g.Create);

    public bool CanEdit(ObjectDefinition type) => CanWrite(type, g => g.Edit);

    public bool CanDelete(ObjectDefinition type) => CanWrite(type, g => g.Delete);

    public bool CanRead(ObjectDefinition type, FieldDefinition field) =>
        CanRead(type) && (All || !field.IsPermissionable || Any(type, g => g.CanRead(field)));

    public bool CanCreate(ObjectDefinition type, FieldDefinition field) =>
        field.CanBeCreated && CanCreate(type) && (All || !field.IsPermissionable || Any(type, g => g.CanEdit(field)));

    public bool CanEdit(ObjectDefinition type, FieldDefinition field) =>
        field.CanBeUpdated && CanEdit(type) && (All || !field.IsPermissionable || Any(type, g => g.CanEdit(field)));

    /// <summary>Whether the user's role reaches the record: its own business units', and what has none.</summary>
    public bool CanSee(RecordStore store, Record record)
    {
        if (role?.Gbus is not { } gbus || All || SeesAllData || Any(record.Type, g => g.ViewAll))
            return true;
        if (record.Type.Name == "CampaignMember")
            return record.Text("CampaignId") is not { } id || store.Table("Campaign").Find(id) is not { } campaign || CanSee(store, campaign);
        return record.Type.Find("GBU__c") is not { } field || record[field] is not string gbu || gbus.Contains(gbu, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Gives or takes the rights on one field, as an administrator may do at any moment: taken from every set of the user, given by the first
    /// set that is assigned to it.
    /// </summary>
    public void Change(ObjectDefinition type, FieldDefinition field, bool read, bool edit)
    {
        foreach (var set in sets)
            set.Find(type.Name)?.Set(field, read: false, edit: false);
        (sets.FirstOrDefault(s => s.Profile is null) ?? sets[0]).For(type).Set(field, read, edit);
    }

    private bool SeesAllData => Has("ViewAllData") || Has("ModifyAllData");

    private bool CanWrite(ObjectDefinition type, Func<ObjectGrant, bool> grant) =>
        !type.ReadOnly && type.Access switch
        {
            ObjectAccess.Granted => All || Has("ModifyAllData") || Any(type, g => grant(g) || g.ModifyAll),
            ObjectAccess.Everyone => Has("ManageUsers"),
            _ => false,
        };

    // Whoever looks at history looks at the parent's rights. Its own fields have none of their own.
    private bool Any(ObjectDefinition type, Func<ObjectGrant, bool> grant)
    {
        foreach (var set in sets)
        {
            if (set.Find(type.AccessLike ?? type.Name) is { } found && grant(found))
                return true;
        }

        return false;
    }
}
