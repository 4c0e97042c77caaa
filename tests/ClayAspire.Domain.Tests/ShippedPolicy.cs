using ClayAspire.Domain.Policy;

namespace ClayAspire.Domain.Tests;

/// <summary>The policy that the product ships, read from its files.</summary>
internal static class ShippedPolicy
{
    /// <summary>The folder that it is read from.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "policy");

    private static readonly List<PolicyFile> All = ReadFiles();

    public static IReadOnlyList<PolicyFile> Files { get; } = [.. All.Where(f => !PolicyCases.IsCaseFile(f))];

    public static IReadOnlyList<PolicyFile> CaseFiles { get; } = [.. All.Where(PolicyCases.IsCaseFile)];

    public static PolicySet Policy { get; } = Load();

    private static List<PolicyFile> ReadFiles()
    {
        var root = Folder;
        return [.. Directory.EnumerateFiles(root, "*.yaml", SearchOption.AllDirectories)
            .Select(f => new PolicyFile(Path.GetRelativePath(root, f).Replace('\\', '/'), File.ReadAllText(f)))];
    }

    private static PolicySet Load()
    {
        var load = PolicyParser.Parse(Files);
        return load.Policy ?? throw new InvalidOperationException(string.Join(Environment.NewLine, load.Problems));
    }
}
