using System.Xml.Linq;

namespace ClayAspire.House.Tests;

/// <summary>Who may depend on whom (docs/architecture.md, section "Layout").</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["ClayAspire.Domain"] = [],
        ["ClayAspire.ServiceDefaults"] = [],
        ["ClayAspire.Storage"] = ["ClayAspire.Domain"],
        ["ClayAspire.Connectors"] = ["ClayAspire.Domain"],
        ["ClayAspire.Migrations"] = ["ClayAspire.Domain", "ClayAspire.Storage", "ClayAspire.ServiceDefaults"],
        ["ClayAspire.Ingestion"] = ["ClayAspire.Domain", "ClayAspire.Storage", "ClayAspire.ServiceDefaults"],
        ["ClayAspire.SyncWorker"] = ["ClayAspire.Domain", "ClayAspire.Storage", "ClayAspire.Connectors", "ClayAspire.ServiceDefaults"],
        ["ClayAspire.Console"] = ["ClayAspire.Domain", "ClayAspire.Storage", "ClayAspire.ServiceDefaults"],
        ["ClayAspire.Cli"] = ["ClayAspire.Domain"],
        ["ClayAspire.CrmSandbox"] = ["ClayAspire.ServiceDefaults"],
        ["ClayAspire.Analytics"] = ["ClayAspire.ServiceDefaults"],
    };

    private static readonly string[] Executables =
        ["ClayAspire.Migrations", "ClayAspire.Ingestion", "ClayAspire.SyncWorker", "ClayAspire.Console", "ClayAspire.Cli", "ClayAspire.CrmSandbox", "ClayAspire.Analytics"];

    public static TheoryData<string> Projects() => new(Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_table_allows(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var references = References(path);
        // The benchmarks measure on the very stack that the worker's tests start.
        Assert.DoesNotContain(references, r => r.EndsWith(".Tests", StringComparison.Ordinal) && (name, r) != ("ClayAspire.Benchmarks", "ClayAspire.SyncWorker.Tests"));
        if (path.StartsWith("tests/", StringComparison.Ordinal) || path.StartsWith("embedded/", StringComparison.Ordinal))
            return;
        if (name == "ClayAspire.AppHost")
        {
            Assert.All(references, r => Assert.True(Executables.Contains(r) || r.StartsWith("ClayAspire.Embedded.", StringComparison.Ordinal), $"AppHost references {r}"));
            return;
        }
        Assert.True(Allowed.TryGetValue(name, out var allowed), $"{name} is not in the dependency table: add it with what it may reference.");
        Assert.All(references, r => Assert.Contains(r, allowed!));
    }

    [Fact]
    public void Every_row_of_the_table_is_a_project() =>
        Assert.All(Allowed.Keys, name => Assert.Contains(Repository.Files, f => f.EndsWith($"/{name}/{name}.csproj", StringComparison.Ordinal) || f == $"{name}/{name}.csproj"));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_is_named_as_its_folder_and_stands_in_the_solution(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (path.Contains("/Samples/", StringComparison.Ordinal))
            return;
        Assert.Equal(name, Path.GetFileName(Path.GetDirectoryName(path)));
        Assert.Contains($"\"{path.Replace('/', '\\')}\"", Repository.Read("ClayAspire.sln"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Package_versions_stand_in_one_place(string path) =>
        Assert.DoesNotContain(XDocument.Load(Path.Combine(Repository.Root, path)).Descendants("PackageReference"), p => p.Attribute("Version") is not null);

    private static string[] References(string path) =>
        [.. XDocument.Load(Path.Combine(Repository.Root, path)).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))];
}
