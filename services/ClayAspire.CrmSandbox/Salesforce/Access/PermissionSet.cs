using System.Reflection;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>Rights as data, read from <c>permission-sets.json</c>. Objects: letters of C, R, E, D.</summary>
internal sealed record PermissionSet(
    string Name,
    string Label,
    IReadOnlyDictionary<string, string> Objects,
    IReadOnlyList<string>? Orgs = null,
    IReadOnlyList<string>? SystemPermissions = null,
    IReadOnlyList<string>? CustomPermissions = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Read = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Edit = null)
{
    public static IReadOnlyList<PermissionSet> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("access/permission-sets.json")!;
        return JsonSerializer.Deserialize<IReadOnlyList<PermissionSet>>(stream, Schema.FileFormat)!;
    }
}
