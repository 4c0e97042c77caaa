using ClayAspire.Domain.Policy;

namespace ClayAspire.Storage.Policies;

/// <summary>A folder of policy files: <c>contracts/*.yaml</c>, <c>mapping/*.yaml</c>, <c>flows.yaml</c>. Other files, such as cases, are left alone.</summary>
public static class PolicyDirectory
{
    private const string Place = "services/policy";
    private const string BesideBinaries = "policy";

    /// <summary>
    /// Finds the policy folder: the configured one; else <c>services/policy</c> in the content root or the nearest folder above it;
    /// else <c>policy</c> beside the binaries.
    /// </summary>
    /// <param name="contentRoot">Where to begin.</param>
    /// <param name="configured">Setting <c>Policy:Directory</c>; relative to the content root.</param>
    /// <exception cref="DirectoryNotFoundException">None of them is there; the message names what was looked for.</exception>
    public static string Find(string contentRoot, string? configured)
    {
        if (!string.IsNullOrWhiteSpace(configured))
        {
            var given = Path.GetFullPath(configured, Path.GetFullPath(contentRoot));
            return Directory.Exists(given)
                ? given
                : throw new DirectoryNotFoundException($"Policy:Directory names '{given}', which is no folder. Set it to the folder with contracts/, mapping/ and flows.yaml.");
        }
        for (var folder = new DirectoryInfo(Path.GetFullPath(contentRoot)); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, Place);
            if (Directory.Exists(candidate))
                return candidate;
        }
        var beside = Path.Combine(AppContext.BaseDirectory, BesideBinaries);
        return Directory.Exists(beside)
            ? beside
            : throw new DirectoryNotFoundException(
                $"No policy folder: neither '{Place}' in or above '{contentRoot}', nor '{beside}'. Set Policy:Directory to the folder with contracts/, mapping/ and flows.yaml.");
    }

    /// <summary>Reads and parses a policy folder. A file that cannot be read is a problem like any other.</summary>
    public static PolicyLoad Read(string directory)
    {
        var (files, problems) = Files(directory);
        return problems.Count > 0 ? new PolicyLoad(null, problems) : PolicyParser.Parse(files);
    }

    /// <summary>Reads the files of a policy folder as they are, and says which of them cannot be read.</summary>
    public static (IReadOnlyList<PolicyFile> Files, IReadOnlyList<PolicyProblem> Problems) Files(string directory)
    {
        var files = new List<PolicyFile>();
        var problems = new List<PolicyProblem>();
        foreach (var path in Paths(directory))
        {
            var name = Path.GetRelativePath(directory, path).Replace('\\', '/');
            try
            {
                files.Add(new PolicyFile(name, File.ReadAllText(path)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(new PolicyProblem(name, 0, $"The file cannot be read: {e.Message}", "Let the service's user read it."));
            }
        }
        return (files, problems);
    }

    private static IEnumerable<string> Paths(string directory)
    {
        foreach (var folder in new[] { Path.Combine(directory, "contracts"), Path.Combine(directory, "mapping") })
            if (Directory.Exists(folder))
                foreach (var path in Directory.EnumerateFiles(folder, "*.yaml"))
                    yield return path;
        foreach (var path in Directory.EnumerateFiles(directory, "*.yaml"))
            yield return path;
    }
}
