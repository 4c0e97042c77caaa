using System.Text.RegularExpressions;

namespace ClayAspire.House.Tests;

/// <summary>Rules that hold for every source file.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 600;

    private static IEnumerable<string> Sources => Repository.Files.Where(f =>
        Path.GetExtension(f) is ".cs" or ".razor" or ".sql" or ".js" or ".css" or ".ts" && !f.Contains("/wwwroot/lib/", StringComparison.Ordinal));

    private static IEnumerable<string> CSharp => Sources.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    [Fact]
    public void No_source_file_is_longer_than_600_lines() =>
        Assert.Empty(Sources.Where(f => Repository.Read(f).Count(c => c == '\n') > MaxLines));

    [Fact]
    public void The_namespace_is_the_folder()
    {
        var wrong = new List<string>();
        foreach (var file in CSharp.Where(f => !f.StartsWith("embedded/", StringComparison.Ordinal) && !f.Contains("/Samples/", StringComparison.Ordinal)))
        {
            var match = NamespaceDeclaration().Match(Repository.Read(file));
            if (!match.Success)
                continue;
            var folders = Path.GetDirectoryName(file)!.Split('/');
            var project = Array.FindIndex(folders, f => f.StartsWith("ClayAspire.", StringComparison.Ordinal));
            var expected = string.Join('.', folders[project..]);
            if (match.Groups[1].Value != expected)
                wrong.Add($"{file}: {match.Groups[1].Value}, expected {expected}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_name_is_a_drawer() =>
        Assert.Empty(CSharp.Where(f => DrawerName().IsMatch(Path.GetFileNameWithoutExtension(f)) || DrawerFolder().IsMatch(f)));

    [Fact]
    public void Nothing_is_left_open_in_the_code() =>
        Assert.Empty(CSharp.Where(f => f != "tests/ClayAspire.House.Tests/SourceTests.cs" && LeftOpen().IsMatch(Repository.Read(f))));

    [Fact]
    public void No_catch_block_is_empty() =>
        Assert.Empty(CSharp.Where(f => EmptyCatch().IsMatch(Repository.Read(f))));

    [Fact]
    public void Domain_does_no_input_or_output()
    {
        string[] banned = ["System.IO", "System.Net", "Microsoft.EntityFrameworkCore", "Npgsql", "ILogger", "TimeProvider.System", "File.", "HttpClient"];
        var found = CSharp.Where(f => f.StartsWith("services/ClayAspire.Domain/", StringComparison.Ordinal))
            // Whole words: a parser of ours may be called LifecycleFile.
            .SelectMany(f => banned.Where(b => Regex.IsMatch(Repository.Read(f), $@"(?<!\w){Regex.Escape(b)}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5))).Select(b => $"{f}: {b}"))
            .Where(hit => !hit.EndsWith("IdSources.cs: TimeProvider.System", StringComparison.Ordinal));
        Assert.Empty(found);
    }

    [Fact]
    public void No_path_of_one_machine_and_no_registry_host_stands_in_the_repository()
    {
        var pattern = new Regex(@"(^|[^A-Za-z0-9_.\-])/(" + "work" + "|" + "farm" + @")/|api\." + @"nuget\.org|registry\." + @"npmjs", RegexOptions.CultureInvariant | RegexOptions.Multiline, TimeSpan.FromSeconds(5));
        Assert.Empty(Repository.Files
            .Where(f => Path.GetExtension(f) is not (".png" or ".dll" or ".parquet") && !f.EndsWith("SourceTests.cs", StringComparison.Ordinal))
            .Where(f => pattern.IsMatch(Repository.Read(f))));
    }

    [Fact]
    public void Every_link_to_a_file_in_the_documents_leads_somewhere()
    {
        var dead = new List<string>();
        foreach (var document in Repository.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal)))
        {
            foreach (Match link in RelativeLink().Matches(Repository.Read(document)))
            {
                var target = Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, link.Groups[1].Value);
                if (!File.Exists(target) && !Directory.Exists(target))
                    dead.Add($"{document}: {link.Groups[1].Value}");
            }
        }
        Assert.Empty(dead);
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline | RegexOptions.CultureInvariant, 5000)]
    private static partial Regex NamespaceDeclaration();

    [GeneratedRegex("(Utils?|Utilities|Helpers?|Manager)$", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex DrawerName();

    [GeneratedRegex("/(Utils?|Utilities|Helpers?|Common|Misc)/", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex DrawerFolder();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex LeftOpen();

    [GeneratedRegex(@"catch *(\([^)]*\))?( when *\([^{]*\))? *\{\s*\}", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\]\((?!https?://|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex RelativeLink();
}
