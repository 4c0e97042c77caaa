using ClayAspire.Storage.People;

namespace ClayAspire.Migrations;

/// <summary>
/// The first way in where there is no demo: <c>Setup:AdminPassword</c> makes person <c>admin</c> with role Admin, each <c>Setup:People:N</c>
/// (<c>UserName</c>, <c>DisplayName</c>, <c>Password</c>, <c>Roles</c>) another person, and each <c>Setup:Keys:N</c> (<c>Name</c>, <c>Key</c>,
/// <c>Scopes</c>, <c>ActsAs</c>) an API key. What exists already is left as it is.
/// </summary>
internal sealed class FirstAccess(PersonStore people, ApiKeyStore keys, IConfiguration configuration)
{
    private const string AdminName = "admin";
    private const int MinPasswordLength = 12;
    private const int MinKeyLength = 24;

    /// <summary>Makes what the settings name and is missing.</summary>
    /// <returns>How many people and keys were made.</returns>
    /// <exception cref="InvalidOperationException">A password or key is too short, or a role or scope is unknown; the message names the setting.</exception>
    public async Task<(int People, int Keys)> MakeAsync(CancellationToken cancel)
    {
        var madePeople = 0;
        var madeKeys = 0;
        if (configuration["Setup:AdminPassword"] is { Length: > 0 } password)
        {
            if (password.Length < MinPasswordLength)
                throw new InvalidOperationException($"Setup:AdminPassword has fewer than {MinPasswordLength} characters. Choose a longer one.");
            if (await people.CreateAsync(AdminName, "Administrator", password, ["Admin"], cancel))
                madePeople++;
        }
        foreach (var entry in configuration.GetSection("Setup:People").GetChildren())
        {
            var roles = List(entry["Roles"]);
            if (string.IsNullOrWhiteSpace(entry["UserName"]))
                throw new InvalidOperationException($"{entry.Path}:UserName is blank. Name the person to sign in as.");
            if ((entry["Password"] ?? "").Length < MinPasswordLength)
                throw new InvalidOperationException($"{entry.Path}:Password has fewer than {MinPasswordLength} characters. Choose a longer one.");
            if (roles.Length == 0 || roles.Except(Roles, StringComparer.Ordinal).Any())
                throw new InvalidOperationException($"{entry.Path}:Roles is '{entry["Roles"]}'. List some of {string.Join(", ", Roles)}, separated by commas.");
            if (await people.CreateAsync(entry["UserName"]!, entry["DisplayName"] ?? entry["UserName"]!, entry["Password"]!, roles, cancel))
                madePeople++;
        }
        foreach (var entry in configuration.GetSection("Setup:Keys").GetChildren())
        {
            var key = entry["Key"] ?? "";
            var scopes = List(entry["Scopes"]);
            if (key.Length < MinKeyLength)
                throw new InvalidOperationException($"{entry.Path}:Key has fewer than {MinKeyLength} characters. Choose a random one.");
            if (scopes.Length == 0 || scopes.FirstOrDefault(s => !Known.Contains(s, StringComparer.Ordinal)) is not null)
                throw new InvalidOperationException($"{entry.Path}:Scopes is '{entry["Scopes"]}'. List some of {string.Join(", ", Known)}, separated by commas.");
            if (await keys.CreateWithAsync(key, entry["Name"] ?? entry.Key, scopes, entry["ActsAs"], cancel) is not null)
                madeKeys++;
        }
        return (madePeople, madeKeys);
    }

    private static string[] List(string? text) => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static readonly string[] Roles = ["Viewer", "MARCOM Ops", "CRM Admin", "DPO", "IT Infra", "Admin"];

    private static readonly string[] Known = [ApiScopes.IngestClay, ApiScopes.IngestFiles, ApiScopes.IngestSmartlead, ApiScopes.Api];
}
