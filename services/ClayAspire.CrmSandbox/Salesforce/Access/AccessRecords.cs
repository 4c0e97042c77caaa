using System.Globalization;
using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>
/// The rights as records that queries read: permission sets (those of profiles are <c>IsOwnedByProfile</c>), who has them, what they grant on
/// objects and fields, custom permissions and roles. Written anew after each change; no data of the org, so the journal does not keep them.
/// </summary>
internal sealed class AccessRecords(SalesforceOrg org)
{
    private const string SetPrefix = "0PS";
    private const string CustomPrefix = "0CP";
    private const string RolePrefix = "00E";
    private const int SetSpan = 1_000_000;
    private const int ObjectSpan = 1_000;

    private readonly List<Record> records = [];

    /// <summary>Writes what the org's sets grant at this moment.</summary>
    public static void Define(SalesforceOrg org)
    {
        var all = new AccessRecords(org);
        all.Roles();
        var custom = all.CustomPermissions();
        foreach (var (set, i) in org.Directory.Sets.Select((s, i) => (s, i)))
            all.Set(set, i + 1, custom);
        all.Assignments();
        org.Store.Define(all.records);
    }

    /// <summary>The id of a role; null when there is none of this name.</summary>
    public static string? RoleId(SalesforceOrg org, string? name) =>
        org.Directory.Roles.Select((r, i) => (r.Name, Number: i + 1)).FirstOrDefault(r => r.Name == name) is { Number: > 0 } found ? org.IdOf(RolePrefix, found.Number) : null;

    /// <summary>The id of a profile by its name.</summary>
    public static string ProfileId(SalesforceOrg org, string name) => org.IdOf("00e", org.Directory.Profiles.ToList().IndexOf(name) + 1);

    private void Roles()
    {
        foreach (var (role, i) in org.Directory.Roles.Select((r, i) => (r, i)))
            Add("UserRole", org.IdOf(RolePrefix, i + 1), ("Name", role.Name), ("DeveloperName", role.DeveloperName));
    }

    private Dictionary<string, string> CustomPermissions()
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in org.Directory.Sets.SelectMany(s => s.CustomPermissions).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            ids[name] = org.IdOf(CustomPrefix, ids.Count + 1);
            Add("CustomPermission", ids[name], ("DeveloperName", name), ("MasterLabel", name.Replace('_', ' ')));
        }

        return ids;
    }

    private void Set(PermissionSet set, int number, Dictionary<string, string> custom)
    {
        var id = org.IdOf(SetPrefix, number);
        var type = org.Schema.Get("PermissionSet");
        var rights = new AccessRights([set], null);
        var profile = set.Profile is null ? null : ProfileId(org, set.Profile);
        Add("PermissionSet", id,
        [
            // The hidden set of a profile has no name that says anything.
            ("Name", profile is null ? set.Name : "X" + profile), ("Label", profile is null ? set.Label : profile), ("IsOwnedByProfile", profile is not null),
            ("ProfileId", profile), ("Type", profile is null ? "Regular" : "Profile"), ("IsCustom", profile is null),
            .. type.Fields.Where(f => f.Name.StartsWith("Permissions", StringComparison.Ordinal)).Select(f => (f.Name, (object?)rights.Has(f.Name["Permissions".Length..]))),
        ]);
        foreach (var (name, i) in set.CustomPermissions.Order(StringComparer.Ordinal).Select((n, i) => (n, i)))
            Add("SetupEntityAccess", org.IdOf("0J0", number * 100 + i), ("ParentId", id), ("SetupEntityId", custom[name]), ("SetupEntityType", "CustomPermission"));
        foreach (var (target, i) in org.Schema.Objects.Where(o => o is { Access: ObjectAccess.Granted, AccessLike: null } || o.Name == "User").Select((o, i) => (o, i)))
            Grants(set, rights, id, number * SetSpan + i * ObjectSpan, target);
    }

    private void Grants(PermissionSet set, AccessRights rights, string setId, int number, ObjectDefinition target)
    {
        var grant = set.Find(target.Name);
        var everything = set.All || rights.Has("ModifyAllData");
        bool Granted(bool? own) => everything || own == true;
        if (target.Access == ObjectAccess.Granted)
        {
            var read = Granted(grant?.Read) || rights.Has("ViewAllData");
            // A row that grants nothing does not exist on the platform.
            Add("ObjectPermissions", org.IdOf("110", number), !read,
                ("ParentId", setId), ("SobjectType", target.Name), ("PermissionsRead", read), ("PermissionsCreate", Granted(grant?.Create)),
                ("PermissionsEdit", Granted(grant?.Edit)), ("PermissionsDelete", Granted(grant?.Delete)),
                ("PermissionsViewAllRecords", Granted(grant?.ViewAll) || rights.Has("ViewAllData")), ("PermissionsModifyAllRecords", Granted(grant?.ModifyAll)));
        }

        foreach (var field in target.Fields.Where(f => f.IsPermissionable))
        {
            var (read, edit) = (set.All || grant?.CanRead(field) == true, (set.All && field.CanBeUpdated) || grant?.CanEdit(field) == true);
            Add("FieldPermissions", org.IdOf("01k", number + field.Ordinal), !read,
                ("ParentId", setId), ("SobjectType", target.Name), ("Field", string.Create(CultureInfo.InvariantCulture, $"{target.Name}.{field.Name}")),
                ("PermissionsRead", read), ("PermissionsEdit", edit));
        }
    }

    private void Assignments()
    {
        foreach (var user in org.Directory.Users)
        {
            foreach (var (set, i) in org.Directory.Sets.Select((s, i) => (s, i)).Where(p => p.s.Profile == user.Profile || user.PermissionSets.Contains(p.s.Name, StringComparer.Ordinal)))
            {
                Add("PermissionSetAssignment", org.IdOf("0Pa", user.Number * 100 + i), ("AssigneeId", org.IdOf("005", user.Number)),
                    ("PermissionSetId", org.IdOf(SetPrefix, i + 1)), ("IsActive", true));
            }
        }
    }

    private void Add(string typeName, string id, params IEnumerable<(string Field, object? Value)> values) => Add(typeName, id, deleted: false, values);

    private void Add(string typeName, string id, bool deleted, params IEnumerable<(string Field, object? Value)> values)
    {
        // What never existed needs no row that says it is gone.
        if (deleted && org.Store.Read(() => org.Store.Table(typeName).Find(id)) is null)
            return;
        records.Add(Definitions.Record(org, org.Schema.Get(typeName), id, deleted, values));
    }
}
