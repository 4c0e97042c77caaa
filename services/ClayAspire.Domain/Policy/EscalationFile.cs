namespace ClayAspire.Domain.Policy;

/// <summary>Reads <c>escalation.yaml</c>: who looks after which kind of trouble.</summary>
internal static class EscalationFile
{
    public const string Name = "escalation.yaml";

    public static readonly string[] RootKeys = ["escalation"];

    public static readonly string[] Keys = ["path", "why"];

    public static Escalation Parse(IEnumerable<PolicyFile> files, List<PolicyProblem> problems)
    {
        var paths = new List<EscalationPath>();
        var file = files.FirstOrDefault(f => f.Path == Name);
        if (file is null)
            return Escalation.Seed;
        var yaml = new YamlReader(file.Path, problems);
        if (yaml.Root(file.Text) is not { } root)
            return Escalation.Seed;
        yaml.AllowOnly(root, RootKeys);
        foreach (var (trouble, at, body) in yaml.Entries(root, "escalation"))
        {
            yaml.AllowOnly(body, Keys);
            var path = yaml.Texts(body, "path");
            if (path.Count == 0)
                yaml.Fault(at, $"Nobody looks after '{trouble}'.", "List the roles, the first to ask first: path: [CRM Admin, IT Infra].");
            paths.Add(new EscalationPath(trouble, path, yaml.Text(body, "why")));
        }
        return new Escalation(paths);
    }

    /// <summary>An owner or a releasing role that no path names is a mistake of spelling: nobody would ever be told.</summary>
    public static void Check(List<PolicyProblem> problems, Escalation escalation, List<FieldContract> contracts, List<Flow> flows)
    {
        var remedy = $"Choose one of {string.Join(", ", escalation.Roles.Order(StringComparer.Ordinal))}, or add the role to a path in {Name}.";
        foreach (var contract in contracts.Where(c => !escalation.Roles.Contains(c.Owner)))
            problems.Add(PolicyProblem.At(contract.Place, ContractFile.Folder, $"{contract.Object}.{contract.Field} is owned by '{contract.Owner}', which no escalation path names.", remedy));
        foreach (var flow in flows.Where(f => !escalation.Roles.Contains(f.ReleaseRole)))
            problems.Add(PolicyProblem.At(flow.Place, FlowFile.Name, $"Flow '{flow.Name}' is released by '{flow.ReleaseRole}', which no escalation path names.", remedy));
    }
}
