using System.Security.Cryptography;
using System.Text;

namespace ClayAspire.Domain.Policy;

/// <summary>
/// Reads the policy from its files, each kind by its own reader, and then checks what no single file can tell.
/// Every problem is found in one pass and names file, line and remedy.
/// </summary>
public static class PolicyParser
{
    /// <summary>Parses all files into one policy, or lists every problem found.</summary>
    public static PolicyLoad Parse(IReadOnlyCollection<PolicyFile> files)
    {
        var problems = new List<PolicyProblem>();
        var contracts = new List<FieldContract>();
        var flows = new List<Flow>();
        var mappings = new List<SourceMapping>();
        var lifecycles = LifecycleFile.Parse(files, problems);
        var suppression = SuppressionFile.Parse(files, problems);
        var escalation = EscalationFile.Parse(files, problems);
        var editors = EditorsFile.Parse(files, problems);
        var permissions = PermissionFile.Parse(files, problems);
        // Cases are tests of the policy, not part of it: they neither load nor change its version.
        files = [.. files.Where(f => !f.Path.StartsWith("cases/", StringComparison.Ordinal))];
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var yaml = new YamlReader(file.Path, problems);
            if (yaml.Root(file.Text) is not { } root)
                continue;
            if (file.Path.StartsWith(ContractFile.Folder, StringComparison.Ordinal))
                contracts.AddRange(ContractFile.Parse(yaml, root, lifecycles));
            else if (file.Path.StartsWith(MappingFile.Folder, StringComparison.Ordinal))
                mappings.AddRange(MappingFile.Parse(yaml, root));
            else if (file.Path == FlowFile.Name)
                flows.AddRange(FlowFile.Parse(yaml, root));
            else if (file.Path is not (LifecycleFile.Name or SuppressionFile.Name or EscalationFile.Name or EditorsFile.Name or PermissionFile.Name))
                problems.Add(new PolicyProblem(file.Path, 0, "No policy file has this place.", $"Put it under contracts/ or mapping/, or name it {FlowFile.Name}, {LifecycleFile.Name}, {SuppressionFile.Name}, {EscalationFile.Name}, {EditorsFile.Name} or {PermissionFile.Name}."));
        }
        ContractFile.Check(problems, contracts);
        FlowFile.Check(problems, flows, contracts);
        MappingFile.Check(problems, mappings, contracts);
        EscalationFile.Check(problems, escalation, contracts, flows);
        EditorsFile.Check(problems, editors, contracts);
        SuppressionFile.Check(problems, suppression, contracts, flows);
        PermissionFile.Check(problems, permissions, contracts);
        return problems.Count > 0
            ? new PolicyLoad(null, problems)
            : new PolicyLoad(new PolicySet(Version(files), contracts, flows, mappings) { Escalation = escalation, Editors = editors, Suppression = suppression, Permissions = permissions }, []);
    }

    private static string Version(IEnumerable<PolicyFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\n{file.Text.Length}\n{file.Text.ReplaceLineEndings("\n")}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..PolicySet.VersionLength];
    }
}
