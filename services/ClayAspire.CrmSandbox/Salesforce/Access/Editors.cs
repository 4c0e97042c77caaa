using ClayAspire.CrmSandbox.Salesforce.Store;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>
/// Other users that the twin's administrator may write as: one of each kind by a short name, or any user by id or user name. They may do
/// everything and cannot sign in.
/// </summary>
internal sealed class Editors(SalesforceOrg org)
{
    private static readonly Dictionary<string, int> ByKind = new(StringComparer.Ordinal)
    {
        ["human"] = BaseUsers.Salesperson,
        ["integration"] = BaseUsers.OtherIntegration,
        ["automation"] = BaseUsers.AutomatedProcess,
    };

    /// <summary>The short names.</summary>
    public static IEnumerable<string> Kinds => ByKind.Keys;

    /// <summary>The user that Pardot's connector writes as.</summary>
    public SandboxUser Pardot => new(org.PardotUserId, "B2BMA", "Integration", new SandboxCredentials { ClientId = "pardot", Username = $"b2bma@{org.Name}.example" }, AccessRights.Administrator(), IsAdministrator: false);

    /// <summary>The user of that kind, id or user name; null when there is none.</summary>
    public SandboxUser? Find(string who)
    {
        var id = ByKind.TryGetValue(who, out var number) ? org.IdOf("005", number) : SalesforceId.Normalize(who);
        var found = org.Store.Read(() => id is not null
            ? org.Store.Table("User").Find(id)
            : org.Store.Table("User").Lookup("Username", who).FirstOrDefault());
        return found is null
            ? null
            : new SandboxUser(found.Id, found.Text("FirstName") ?? "", found.Text("LastName") ?? "",
                // The client id is what the audit of writes names.
                new SandboxCredentials { ClientId = found.Text("Username")!, Username = found.Text("Username")! }, AccessRights.Administrator(), IsAdministrator: false);
    }
}
