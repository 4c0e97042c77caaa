using System.Text.RegularExpressions;

namespace ClayAspire.House.Tests;

/// <summary>README tells a newcomer the truth. Its resource table is held against the model in tests/ClayAspire.AppHost.Tests.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void The_dependency_table_names_every_package_that_the_product_uses()
    {
        var used = Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(f => PackageReference().Matches(Repository.Read(f)).Select(m => m.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        var section = Repository.Read("README.md").Split("\n## ").Single(s => s.StartsWith("Dependencies", StringComparison.Ordinal));
        Assert.All(used, p => Assert.Contains($"`{p}`", section, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"<PackageReference Include=""([^""]+)""", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex PackageReference();
}
