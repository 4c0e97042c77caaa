using System.Security.Cryptography;
using System.Text;
using ClayAspire.Domain.Policy;
using ClayAspire.Storage.Policies;

namespace ClayAspire.Console.Operations;

/// <summary>The policy's files as they stand in its folder, and what a person may edit of them.</summary>
/// <param name="Files">The files, by path.</param>
/// <param name="Contracts">The contracts, each with its place; empty while the files do not load.</param>
internal sealed record PolicyText(IReadOnlyList<PolicyFile> Files, IReadOnlyList<FieldContract> Contracts)
{
    /// <summary>Reads the folder of the policy in force.</summary>
    public static PolicyText Read(PolicySource policy)
    {
        var files = PolicyDirectory.Files(policy.Directory).Files;
        return new PolicyText([.. files.OrderBy(f => f.Path, StringComparer.Ordinal)], PolicyParser.Parse(files).Policy?.Contracts ?? []);
    }

    /// <summary>What a choice names: a contract as <c>connection/object/field</c>, or a file's path; null when there is none of that name.</summary>
    public PolicyPassage? Find(string? target) =>
        Contracts.FirstOrDefault(c => Name(c.Key) == target)?.Place is { } place ? PolicyPassage.Entry(Files.First(f => f.Path == place.File), (int)place.Line)
        : Files.FirstOrDefault(f => f.Path == target) is { } file ? PolicyPassage.Whole(file)
        : null;

    /// <summary>The files with another text in one passage.</summary>
    public IReadOnlyList<PolicyFile> With(PolicyPassage passage, string text) => [.. Files.Select(f => f.Path == passage.File ? passage.Replace(f, text) : f)];

    /// <summary>A mark of a passage's file as it is; another mark when it was changed.</summary>
    public string MarkOf(PolicyPassage passage) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Files.First(f => f.Path == passage.File).Text)));

    /// <summary>How a choice names a contract.</summary>
    public static string Name(ContractKey key) => $"{key.Connection}/{key.Object}/{key.Field}";
}
