using System.Reflection;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>A role, and the business units whose records it reaches (null: all).</summary>
internal sealed record Role(string Name, IReadOnlyList<string>? Gbus = null)
{
    public string DeveloperName => Name.Replace(' ', '_');
}

/// <summary>One user that can sign in, in <c>users.json</c>. Those without credentials of their own have them in the settings.</summary>
internal sealed record UserSource(
    int Number,
    string Profile,
    IReadOnlyList<string> PermissionSets,
    string? Role = null,
    string? ClientId = null,
    string? ClientSecret = null,
    string? Username = null,
    string? FirstName = null,
    string? LastName = null);

/// <summary>Who may sign in to an org, with which rights: roles, permission sets and users as data.</summary>
internal sealed class UserDirectory
{
    public UserDirectory(string org, Schema schema)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("access/users.json")!;
        var file = JsonSerializer.Deserialize<DirectoryFile>(stream, Schema.FileFormat)!;
        Roles = file.Roles;
        Users = file.Users;
        var sources = PermissionSetSource.Load();
        Sets = [.. sources.Where(s => s.Orgs is null || s.Orgs.Contains(org, StringComparer.Ordinal)).Select(s => PermissionSet.Of(schema, s, sources))];
    }

    public IReadOnlyList<Role> Roles { get; }
    public IReadOnlyList<UserSource> Users { get; }

    /// <summary>The org's permission sets, those of profiles among them, in the order of the file.</summary>
    public IReadOnlyList<PermissionSet> Sets { get; }

    /// <summary>Names of the profiles, in order.</summary>
    public IEnumerable<string> Profiles => Sets.Select(s => s.Profile).OfType<string>();

    /// <summary>What a user may do.</summary>
    public AccessRights RightsOf(UserSource user) => new(
        [.. Sets.Where(s => s.Profile == user.Profile || user.PermissionSets.Contains(s.Name, StringComparer.Ordinal))],
        Roles.FirstOrDefault(r => r.Name == user.Role));

    private sealed record DirectoryFile(IReadOnlyList<Role> Roles, IReadOnlyList<UserSource> Users);
}
