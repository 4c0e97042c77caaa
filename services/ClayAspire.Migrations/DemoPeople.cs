using ClayAspire.Storage.People;

namespace ClayAspire.Migrations;

/// <summary>The people and keys of the demo. Their passwords are public, so they are made in demo only.</summary>
internal sealed class DemoPeople(PersonStore people, ApiKeyStore keys)
{
    private static readonly (string UserName, string DisplayName, string Role)[] People =
    [
        ("marcom", "MARCOM Ops (demo)", "MARCOM Ops"),
        ("crm-admin", "CRM Admin (demo)", "CRM Admin"),
        ("dpo", "DPO (demo)", "DPO"),
        ("it", "IT Infra (demo)", "IT Infra"),
        ("admin", "Admin (demo)", "Admin"),
        ("viewer", "Viewer (demo)", "Viewer"),
    ];

    private static readonly (string Key, string Name, string[] Scopes, string? ActsAs)[] Keys =
    [
        ("demo-clay-key", "Clay (demo)", [ApiScopes.IngestClay, ApiScopes.IngestFiles], null),
        ("demo-smartlead-key", "Smartlead (demo)", [ApiScopes.IngestSmartlead], null),
        ("demo-crm-admin-key", "Command line (demo)", [ApiScopes.Api], "crm-admin"),
        ("demo-dpo-key", "Command line, signatures (demo)", [ApiScopes.Api], "dpo"),
    ];

    /// <summary>Makes those that are missing; others are left as they are.</summary>
    /// <returns>How many people and keys were made.</returns>
    public async Task<(int People, int Keys)> SeedAsync(CancellationToken cancel)
    {
        var madePeople = 0;
        var madeKeys = 0;
        foreach (var (userName, displayName, role) in People)
            if (await people.CreateAsync(userName, displayName, $"demo-{userName}", [role], cancel))
                madePeople++;
        foreach (var (key, name, scopes, actsAs) in Keys)
            if (await keys.CreateWithAsync(key, name, scopes, actsAs, cancel) is not null)
                madeKeys++;
        return (madePeople, madeKeys);
    }
}
