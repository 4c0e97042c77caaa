using ClayAspire.CrmSandbox.Salesforce.Metadata;
using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>
/// The users that every org begins with, and their profiles: the two that sign in, Pardot's connector, and one of each kind of editor that
/// the twin's administrator may write as. The last three have high numbers, so that the demo's users keep theirs.
/// </summary>
internal static class BaseUsers
{
    public const int Administrator = 1;
    public const int Integration = 2;
    public const int Pardot = 3;
    public const int Salesperson = 1001;
    public const int OtherIntegration = 1002;
    public const int AutomatedProcess = 1003;

    private const int AdministratorProfile = 1;
    private const int ApiOnlyProfile = 2;
    private const int PardotProfile = 3;
    private const int SalesProfile = 4;
    private const int OtherApiOnlyProfile = 5;

    private static readonly (int Number, string Name)[] Profiles =
    [
        (AdministratorProfile, "System Administrator"), (ApiOnlyProfile, "ClayAspire Integration (API only)"), (PardotProfile, "B2BMA Integration User"),
        (SalesProfile, "Sales User"), (OtherApiOnlyProfile, "Salesforce API Only System Integrations"),
    ];

    /// <summary>The profile of people in sales.</summary>
    public static string SalesProfileId(SalesforceOrg org) => org.IdOf("00e", SalesProfile);

    /// <summary>Puts in what is missing; what an earlier start put in stays as it is.</summary>
    public static void Ensure(SalesforceOrg org) => org.Store.Write(transaction =>
    {
        foreach (var (number, name) in Profiles.Where(p => org.Store.Table("Profile").Find(org.IdOf("00e", p.Number)) is null))
            Put(org, transaction, "Profile", org.IdOf("00e", number), ("Name", name), ("UserType", "Standard"));
        var (administrator, integration) = (org.Users[0], org.Users[1]);
        User(org, transaction, Administrator, administrator.FirstName, administrator.LastName, administrator.Username, "Standard", AdministratorProfile);
        User(org, transaction, Integration, integration.FirstName, integration.LastName, integration.Username, "Standard", ApiOnlyProfile);
        User(org, transaction, Pardot, "B2BMA", "Integration", $"b2bma@{org.Name}.example", "AutomatedProcess", PardotProfile);
        User(org, transaction, Salesperson, "Sales", "Person", $"sales@{org.Name}.example", "Standard", SalesProfile);
        User(org, transaction, OtherIntegration, "Data", "Loader", $"loader@{org.Name}.example", "Standard", OtherApiOnlyProfile);
        // As on the platform, flows and scheduled jobs write as a user without profile.
        User(org, transaction, AutomatedProcess, "Automated", "Process", $"autoproc@{org.Name}.example", "AutomatedProcess", null);
        return 0;
    });

    private static void User(SalesforceOrg org, StoreTransaction transaction, int number, string first, string last, string username, string type, int? profile)
    {
        var id = org.IdOf("005", number);
        if (org.Store.Table("User").Find(id) is { } known)
        {
            // A journal from before there were profiles.
            if (profile is not null && known["ProfileId"] is null)
            {
                var completed = known.Copy();
                completed.Values[known.Type.Field("ProfileId").Ordinal] = org.IdOf("00e", profile.Value);
                transaction.Put(completed);
            }

            return;
        }

        Put(org, transaction, "User", id, ("FirstName", first), ("LastName", last), ("Username", username), ("Email", username), ("UserType", type), ("IsActive", true),
            ("ProfileId", profile is { } p ? org.IdOf("00e", p) : null));
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
