using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>
/// The users that every org begins with, and their profiles: those that sign in, Pardot's connector, and one of each kind of editor that
/// the twin's administrator may write as. All but the first three have high numbers, so that the demo's users keep theirs.
/// </summary>
internal static class BaseUsers
{
    public const int Administrator = 1;
    public const int Integration = 2;
    public const int Pardot = 3;
    public const int Salesperson = 1001;
    public const int OtherIntegration = 1002;
    public const int AutomatedProcess = 1003;

    private const string SalesProfile = "Sales User";

    /// <summary>The profile of people in sales.</summary>
    public static string SalesProfileId(SalesforceOrg org) => AccessRecords.ProfileId(org, SalesProfile);

    /// <summary>Puts in what is missing; what an earlier start put in stays as it is.</summary>
    public static void Ensure(SalesforceOrg org) => org.Store.Write(transaction =>
    {
        foreach (var name in org.Directory.Profiles.Where(p => org.Store.Table("Profile").Find(AccessRecords.ProfileId(org, p)) is null))
            Put(org, transaction, "Profile", AccessRecords.ProfileId(org, name), ("Name", name), ("UserType", "Standard"));
        foreach (var user in org.Users)
            User(org, transaction, user.Number, user.FirstName, user.LastName, user.Username, "Standard", user.Profile, user.Role);
        User(org, transaction, Pardot, "B2BMA", "Integration", $"b2bma@{org.Name}.example", "AutomatedProcess", "B2BMA Integration User");
        User(org, transaction, Salesperson, "Sales", "Person", $"sales@{org.Name}.example", "Standard", SalesProfile);
        User(org, transaction, OtherIntegration, "Data", "Loader", $"loader@{org.Name}.example", "Standard", "Salesforce API Only System Integrations");
        // As on the platform, flows and scheduled jobs write as a user without profile.
        User(org, transaction, AutomatedProcess, "Automated", "Process", $"autoproc@{org.Name}.example", "AutomatedProcess", null);
        return 0;
    });

    private static void User(SalesforceOrg org, StoreTransaction transaction, int number, string first, string last, string username, string type, string? profile, string? role = null)
    {
        var id = org.IdOf("005", number);
        var (profileId, roleId) = (profile is null ? null : AccessRecords.ProfileId(org, profile), AccessRecords.RoleId(org, role));
        if (org.Store.Table("User").Find(id) is not { } known)
        {
            Put(org, transaction, "User", id, ("FirstName", first), ("LastName", last), ("Username", username), ("Email", username), ("UserType", type), ("IsActive", true),
                ("ProfileId", profileId), ("UserRoleId", roleId));
            return;
        }

        // A journal from before there were profiles or roles.
        var completed = known.Copy();
        completed.Values[known.Type.Field("ProfileId").Ordinal] ??= profileId;
        completed.Values[known.Type.Field("UserRoleId").Ordinal] ??= roleId;
        if (!completed.Values.SequenceEqual(known.Values))
            transaction.Put(completed);
    }

    private static void Put(SalesforceOrg org, StoreTransaction transaction, string typeName, string id, params (string Field, object? Value)[] values)
    {
        var type = org.Schema.Get(typeName);
        var record = new Record(type, new object?[type.Fields.Count]);
        void Set(FieldDefinition? field, object? value)
        {
            if (field is not null)
                record.Values[field.Ordinal] = value;
        }

        Set(type.Id, id);
        Set(type.IsDeleted, false);
        foreach (var (field, value) in values)
            Set(type.Field(field), value);
        Set(type.CreatedDate, transaction.Stamp);
        Set(type.CreatedById, org.IdOf("005", Administrator));
        Set(type.LastModifiedDate, transaction.Stamp);
        Set(type.LastModifiedById, org.IdOf("005", Administrator));
        Set(type.SystemModstamp, transaction.Stamp);
        transaction.Put(record);
    }
}
