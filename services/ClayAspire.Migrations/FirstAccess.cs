using ClayAspire.Storage.People;

namespace ClayAspire.Migrations;

/// <summary>
/// The first way in where there is no demo: <c>Setup:AdminPassword</c> makes person <c>admin</c> with role Admin, and each
/// <c>Setup:Keys:N</c> (<c>Name</c>, <c>Key</c>, <c>Scopes</c>, <c>ActsAs</c>) makes an API key. What exists already is left as it is.
/// </summary>
internal sealed class FirstAccess(PersonStore people, ApiKeyStore keys, IConfiguration configuration)
{
    private const string AdminName = "admin";
    private const int MinPasswordLength = 12;
    private const int MinKeyLength = 24;

    /// <summary>Makes what the settings name and is missing.</summary>
    /// <returns>How many people and keys were made.</returns>
    /// <exception cref="InvalidOperationException">A password or key is too short, or a scope is unknown; the message names the setting.</exception>
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
        foreach (var entry in configuration.GetSection("Setup:Keys").GetChildren())
        {
            var key = entry["Key"] ?? "";
            var scopes = (entry["Scopes"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (key.Length < MinKeyLength)
                throw new InvalidOperationException($"{entry.Path}:Key has fewer than {MinKeyLength} characters. Choose a random one.");
            if (scopes.Length == 0 || scopes.FirstOrDefault(s => !Known.Contains(s, StringComparer.Ordinal)) is not null)
                throw new InvalidOperationException($"{entry.Path}:Scopes is '{entry["Scopes"]}'. List some of {string.Join(", ", Known)}, separated by commas.");
            if (await keys.CreateWithAsync(key, entry["Name"] ?? entry.Key, scopes, entry["ActsAs"], cancel) is not null)
                madeKeys++;
        }
        return (madePeople, madeKeys);
    }

    private static readonly string[] Known = [ApiScopes.IngestClay, ApiScopes.IngestFiles, ApiScopes.IngestSmartlead, ApiScopes.Api];
}
