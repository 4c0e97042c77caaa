using System.Text.RegularExpressions;

namespace ClayAspire.House.Tests;

/// <summary>README tells a newcomer the truth.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void The_resource_table_names_exactly_what_the_app_host_adds()
    {
        var added = Repository.Files.Where(f => f.StartsWith("ClayAspire.AppHost/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(f => AddCall().Matches(Repository.Read(f)).Select(m => m.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        var section = Repository.Read("README.md").Split("\n## ").Single(s => s.StartsWith("Resources", StringComparison.Ordinal));
        var listed = TableRow().Matches(section).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(added.Order(), listed.Order());
    }

    [Fact]
    public void The_dependency_table_names_every_package_that_the_product_uses()
    {
        var used = Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(f => PackageReference().Matches(Repository.Read(f)).Select(m => m.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        var section = Repository.Read("README.md").Split("\n## ").Single(s => s.StartsWith("Dependencies", StringComparison.Ordinal));
        Assert.All(used, p => Assert.Contains($"`{p}`", section, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\.Add(?:Project<[^>]+>|Executable|Postgres|Database)\(\s*""([a-z-]+)""", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex AddCall();

    [GeneratedRegex(@"^\| `([a-z-]+)`", RegexOptions.Multiline | RegexOptions.CultureInvariant, 5000)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"<PackageReference Include=""([^""]+)""", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex PackageReference();
}
