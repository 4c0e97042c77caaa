using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using ClayAspire.CrmSandbox.Salesforce.Metadata;

namespace ClayAspire.CrmSandbox.Salesforce.Access;

/// <summary>Rights as data, read from <c>permission-sets.json</c>. Objects: letters of C, R, E, D, V (view all), M (modify all).</summary>
/// <param name="Name">Its API name.</param>
/// <param name="Label">Its label.</param>
/// <param name="Objects">Rights on objects.</param>
/// <param name="Profile">The profile that owns it; null for one that is assigned.</param>
/// <param name="All">Everything, as a system administrator has it.</param>
/// <param name="Like">The set that it begins as.</param>
/// <param name="Without">Fields of that set whose edit right it lacks.</param>
/// <param name="Orgs">The orgs that have it; null: all.</param>
/// <param name="SystemPermissions">Names without the leading <c>Permissions</c>.</param>
/// <param name="CustomPermissions">API names.</param>
/// <param name="Read">Readable fields by object.</param>
/// <param name="Edit">Editable fields by object.</param>
internal sealed record PermissionSetSource(
    string Name,
    string Label,
    IReadOnlyDictionary<string, string> Objects,
    string? Profile = null,
    bool All = false,
    string? Like = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Without = null,
    IReadOnlyList<string>? Orgs = null,
    IReadOnlyList<string>? SystemPermissions = null,
    IReadOnlyList<string>? CustomPermissions = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Read = null,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Edit = null)
{
    public static IReadOnlyList<PermissionSetSource> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("access/permission-sets.json")!;
        return JsonSerializer.Deserialize<IReadOnlyList<PermissionSetSource>>(stream, Schema.FileFormat)!;
    }
}

/// <summary>A permission set of an org as it is now; its field rights can be changed while the twin runs.</summary>
internal sealed class PermissionSet(PermissionSetSource source)
{
    private readonly ConcurrentDictionary<string, ObjectGrant> grants = new(StringComparer.OrdinalIgnoreCase);

    public string Name { get; } = source.Name;
    public string Label { get; } = source.Label;

    /// <summary>The profile that owns it, if one does.</summary>
    public string? Profile { get; } = source.Profile;

    public bool All { get; } = source.All;
    public HashSet<string> SystemPermissions { get; } = new(StringComparer.Ordinal);
    public HashSet<string> CustomPermissions { get; } = new(StringComparer.Ordinal);

    /// <summary>The set that a source describes.</summary>
    public static PermissionSet Of(Schema schema, PermissionSetSource source, IReadOnlyList<PermissionSetSource> all)
    {
        var set = new PermissionSet(source);
        if (source.Like is { } like)
            set.Take(schema, all.Single(s => s.Name == like));
        set.Take(schema, source);
        foreach (var (name, fields) in source.Without ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            foreach (var field in fields)
                set.For(schema.Get(name)).Set(schema.Get(name).Field(field), read: null, edit: false);
        }

        return set;
    }

    public ObjectGrant For(ObjectDefinition type) => grants.GetOrAdd(type.Name, _ => new ObjectGrant(type.Fields.Count));

    public ObjectGrant? Find(string type) => grants.GetValueOrDefault(type);

    private void Take(Schema schema, PermissionSetSource from)
    {
        SystemPermissions.UnionWith(from.SystemPermissions ?? []);
        CustomPermissions.UnionWith(from.CustomPermissions ?? []);
        foreach (var (name, letters) in from.Objects)
            For(schema.Get(name)).Grant(letters);
        foreach (var (name, fields) in from.Read ?? new Dictionary<string, IReadOnlyList<string>>())
            fields.ToList().ForEach(f => For(schema.Get(name)).Set(schema.Get(name).Field(f), read: true, edit: null));
        foreach (var (name, fields) in from.Edit ?? new Dictionary<string, IReadOnlyList<string>>())
            fields.ToList().ForEach(f => For(schema.Get(name)).Set(schema.Get(name).Field(f), read: true, edit: true));
    }
}

/// <summary>What a permission set grants on one object and its fields.</summary>
internal sealed class ObjectGrant(int fieldCount)
{
    private readonly bool[] read = new bool[fieldCount];
    private readonly bool[] edit = new bool[fieldCount];

    public bool Create { get; private set; }
    public bool Read { get; private set; }
    public bool Edit { get; private set; }
    public bool Delete { get; private set; }
    public bool ViewAll { get; private set; }
    public bool ModifyAll { get; private set; }

    public bool CanRead(FieldDefinition field) => read[field.Ordinal];

    public bool CanEdit(FieldDefinition field) => edit[field.Ordinal];

    public void Grant(string letters)
    {
        Create |= letters.Contains('C', StringComparison.Ordinal);
        Read |= letters.Contains('R', StringComparison.Ordinal);
        Edit |= letters.Contains('E', StringComparison.Ordinal);
        Delete |= letters.Contains('D', StringComparison.Ordinal);
        ViewAll |= letters.Contains('V', StringComparison.Ordinal);
        ModifyAll |= letters.Contains('M', StringComparison.Ordinal);
    }

    public void Set(FieldDefinition field, bool? read, bool? edit)
    {
        this.read[field.Ordinal] = read ?? this.read[field.Ordinal];
        this.edit[field.Ordinal] = edit ?? this.edit[field.Ordinal];
    }
}
