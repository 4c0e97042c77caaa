using ClayAspire.Domain.Permissions;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>Reads <c>permissions.yaml</c>: what the integration user of each connection is to have, and no more.</summary>
internal static class PermissionFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "permissions.yaml";

    public static readonly string[] RootKeys = ["connections"];

    public static readonly string[] Keys = ["profiles", "roles", "permission_sets", "system_permissions", "custom_permissions", "objects", "gbus"];

    public static readonly string[] NamesKeys = ["required", "allowed"];

    public static readonly string[] ObjectKeys = ["rights", "read", "may_read"];

    public static readonly string[] GbuKeys = ["field", "objects", "values"];

    /// <summary>The expectations by connection; empty when there is no such file.</summary>
    public static IReadOnlyDictionary<string, PermissionExpectation> Parse(IEnumerable<PolicyFile> files, List<PolicyProblem> problems)
    {
        var found = new Dictionary<string, PermissionExpectation>(StringComparer.Ordinal);
        if (files.FirstOrDefault(f => f.Path == Name) is not { } file)
            return found;
        var yaml = new YamlReader(file.Path, problems);
        if (yaml.Root(file.Text) is not { } root)
            return found;
        yaml.AllowOnly(root, RootKeys);
        foreach (var (connection, at, body) in yaml.Entries(root, "connections"))
        {
            yaml.AllowOnly(body, Keys);
            found[connection] = new PermissionExpectation(
                connection, Named(yaml, at, body, "profiles"), yaml.Texts(body, "roles"), Named(yaml, at, body, "permission_sets"),
                Names(yaml, body, "system_permissions"), Names(yaml, body, "custom_permissions"), Objects(yaml, body), Gbus(yaml, body))
            {
                Place = yaml.Place(at),
            };
        }
        return found;
    }

    /// <summary>Whether the expectations and the contracts agree: what a contract wants written must be editable at all.</summary>
    public static void Check(List<PolicyProblem> problems, IReadOnlyDictionary<string, PermissionExpectation> permissions, IReadOnlyList<FieldContract> contracts)
    {
        foreach (var expected in permissions.Values)
        {
            if (!contracts.Any(c => c.Connection == expected.Connection))
                problems.Add(PolicyProblem.At(expected.Place, Name, $"{Name} names connection '{expected.Connection}', which has no contracts.", "Add contracts/<connection>.yaml or mend the name."));
            foreach (var group in contracts.Where(c => c.Connection == expected.Connection).GroupBy(c => c.Object, StringComparer.Ordinal))
            {
                var rights = expected.Objects.FirstOrDefault(o => o.Object == group.Key)?.Rights;
                if (rights is null || !rights.Contains(ObjectRight.Read))
                    problems.Add(PolicyProblem.At(expected.Place, Name, $"'{expected.Connection}' has contracts of {group.Key}, but {Name} does not let the user read it.", $"Add 'objects: {group.Key}: rights: [read]'."));
                else if (group.Any(c => c.Rule != MergeRule.ReadOnly) && !rights.Contains(ObjectRight.Edit))
                    problems.Add(PolicyProblem.At(expected.Place, Name, $"'{expected.Connection}' has contracts that write {group.Key}, but {Name} does not let the user edit it.", "Add 'edit' to its rights."));
            }
        }
    }

    private static IReadOnlyList<string> Named(YamlReader yaml, YamlNode at, YamlMappingNode body, string key)
    {
        var names = yaml.Texts(body, key);
        if (names.Count == 0)
            yaml.Fault(at, $"The key '{key}' is missing or empty.", $"Add '{key}: [name]'.");
        return names;
    }

    private static PermissionNames Names(YamlReader yaml, YamlMappingNode body, string key)
    {
        if (yaml.KeyOf(body, key) is null || yaml.Mapping(body, key) is not { } names)
            return new PermissionNames([], []);
        yaml.AllowOnly(names, NamesKeys);
        return new PermissionNames(yaml.Texts(names, "required"), yaml.Texts(names, "allowed"));
    }

    private static List<ObjectExpectation> Objects(YamlReader yaml, YamlMappingNode body)
    {
        var objects = new List<ObjectExpectation>();
        foreach (var (name, at, item) in yaml.Entries(body, "objects"))
        {
            yaml.AllowOnly(item, ObjectKeys);
            var rights = new List<ObjectRight>();
            foreach (var text in yaml.Texts(item, "rights"))
            {
                if (PermissionNaming.Rights.TryGetValue(text, out var right))
                    rights.Add(right);
                else
                    yaml.Fault(at, $"'{text}' is no right.", $"Choose of {string.Join(", ", PermissionNaming.Rights.Keys)}.");
            }
            objects.Add(new ObjectExpectation(name, rights, yaml.Texts(item, "read"), yaml.Texts(item, "may_read")));
        }
        return objects;
    }

    private static GbuExpectation? Gbus(YamlReader yaml, YamlMappingNode body)
    {
        if (yaml.KeyOf(body, "gbus") is not { } at || yaml.Mapping(body, "gbus") is not { } gbus)
            return null;
        yaml.AllowOnly(gbus, GbuKeys);
        return new GbuExpectation(yaml.Text(gbus, "field"), Named(yaml, at, gbus, "objects"), Named(yaml, at, gbus, "values"));
    }
}
