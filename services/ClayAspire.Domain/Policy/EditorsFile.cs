using ClayAspire.Domain.Edits;
using YamlDotNet.RepresentationModel;

namespace ClayAspire.Domain.Policy;

/// <summary>Reads <c>editors.yaml</c>: how the users of each connection are told apart; and what contracts protect by it.</summary>
internal static class EditorsFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "editors.yaml";

    public static readonly string[] RootKeys = ["connections"];

    public static readonly string[] Keys = ["people", "integrations", "automations"];

    public static readonly string[] PeopleKeys = ["user_types"];

    public static readonly string[] IntegrationKeys = ["profiles", "users"];

    public static readonly string[] AutomationKeys = ["user_types", "users"];

    public static readonly IReadOnlyDictionary<string, Protection> Protections =
        Enum.GetValues<Protection>().Where(p => p != Protection.None).ToDictionary(p => FieldContract.ProtectionName(p)!, StringComparer.Ordinal);

    /// <summary>The rules by connection; empty when there is no such file.</summary>
    public static IReadOnlyDictionary<string, EditorRules> Parse(IEnumerable<PolicyFile> files, List<PolicyProblem> problems)
    {
        var rules = new Dictionary<string, EditorRules>(StringComparer.Ordinal);
        if (files.FirstOrDefault(f => f.Path == Name) is not { } file)
            return rules;
        var yaml = new YamlReader(file.Path, problems);
        if (yaml.Root(file.Text) is not { } root)
            return rules;
        yaml.AllowOnly(root, RootKeys);
        foreach (var (connection, at, body) in yaml.Entries(root, "connections"))
        {
            yaml.AllowOnly(body, Keys);
            var people = Group(yaml, body, "people", PeopleKeys);
            var integrations = Group(yaml, body, "integrations", IntegrationKeys);
            var automations = Group(yaml, body, "automations", AutomationKeys);
            if (people("user_types").Count == 0)
                yaml.Fault(at, $"'{connection}' names no type of user that is a person, so no edit would ever be a person's.", "Add people: user_types: [Standard].");
            rules[connection] = new EditorRules(
                connection, people("user_types"), integrations("profiles"), integrations("users"), automations("user_types"), automations("users"))
            {
                Place = yaml.Place(at),
            };
        }
        return rules;
    }

    /// <summary>What a contract protects.</summary>
    public static Protection ParseProtection(YamlReader yaml, YamlNode key, YamlMappingNode body, FieldContract contract)
    {
        var protect = yaml.Choice(body, "protect", Protections, Protection.None, required: false);
        // A rule that cannot be read has been told already, and is taken for read-only.
        if (protect == Protection.None || yaml.OptionalText(body, "rule") != FieldContract.RuleName(contract.Rule) || contract.Rule is not (MergeRule.Union or MergeRule.ReadOnly))
            return protect;
        yaml.Fault(key, $"{contract.Object}.{contract.Field} protects human edits, but rule '{FieldContract.RuleName(contract.Rule)}' never takes a person's value away.",
            "Take 'protect' away.");
        return Protection.None;
    }

    /// <summary>The lists of one group; each is empty when the group is not there.</summary>
    private static Func<string, IReadOnlyList<string>> Group(YamlReader yaml, YamlMappingNode body, string name, string[] keys)
    {
        if (!body.Children.ContainsKey(new YamlScalarNode(name)) || yaml.Mapping(body, name) is not { } group)
            return _ => [];
        yaml.AllowOnly(group, keys);
        var lists = keys.ToDictionary(k => k, k => yaml.Texts(group, k), StringComparer.Ordinal);
        return key => lists[key];
    }

    /// <summary>Whether every connection that protects anything says how its users are told apart, and no other is named.</summary>
    public static void Check(List<PolicyProblem> problems, IReadOnlyDictionary<string, EditorRules> editors, IReadOnlyList<FieldContract> contracts)
    {
        foreach (var bare in contracts.Where(c => c.Protect != Protection.None && !editors.ContainsKey(c.Connection)).DistinctBy(c => c.Connection))
            problems.Add(PolicyProblem.At(bare.Place, ContractFile.Folder,
                $"{bare.Object}.{bare.Field} protects human edits, but {Name} does not say which users of '{bare.Connection}' are people.", $"Add '{bare.Connection}' to {Name}."));
        foreach (var rules in editors.Values.Where(e => !contracts.Any(c => c.Connection == e.Connection)))
            problems.Add(PolicyProblem.At(rules.Place, Name, $"{Name} names connection '{rules.Connection}', which has no contracts.", "Add contracts/<connection>.yaml or mend the name."));
    }
}
