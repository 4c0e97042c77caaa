using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClayAspire.CrmSandbox.Salesforce.Metadata;

/// <summary>All objects, read from the embedded files under <c>objects/</c>.</summary>
internal sealed class Schema
{
    internal static readonly JsonSerializerOptions FileFormat = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private readonly FrozenDictionary<string, ObjectDefinition> byName;
    private readonly FrozenDictionary<string, ObjectDefinition> byPrefix;

    private Schema(IReadOnlyList<ObjectDefinition> objects)
    {
        Objects = objects;
        byName = objects.ToFrozenDictionary(o => o.Name, StringComparer.OrdinalIgnoreCase);
        byPrefix = objects.ToFrozenDictionary(o => o.KeyPrefix, StringComparer.Ordinal);
    }

    public IReadOnlyList<ObjectDefinition> Objects { get; }

    public static Schema Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var objects = new List<ObjectDefinition>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("objects/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            objects.Add(new ObjectDefinition(JsonSerializer.Deserialize<ObjectSource>(stream, FileFormat)!));
        }

        return new Schema(objects);
    }

    public ObjectDefinition? Find(string name) => byName.GetValueOrDefault(name);

    public ObjectDefinition Get(string name) =>
        byName.TryGetValue(name, out var found) ? found : throw new InvalidOperationException($"The schema has no object {name}.");

    public ObjectDefinition? FindByPrefix(string id) => id.Length < 3 ? null : byPrefix.GetValueOrDefault(id[..3]);
}
