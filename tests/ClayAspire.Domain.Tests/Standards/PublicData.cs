namespace ClayAspire.Domain.Tests.Standards;

/// <summary>Texts as people and machines really write them, from the public data beside the project; nothing where they are absent.</summary>
internal static class PublicData
{
    private static readonly string? Root = Find();

    /// <summary>Whether the data are there.</summary>
    public static bool IsThere => Root is not null;

    /// <summary>One cell of every line of a file; lines are split plainly.</summary>
    public static IEnumerable<string> Column(string path, char separator, int column) =>
        Root is null ? [] : File.ReadLines(Path.Combine(Root, path)).Skip(1).Select(l => l.Split(separator)).Where(c => c.Length > column).Select(c => c[column]);

    /// <summary>The lines of a file.</summary>
    public static IEnumerable<string> Lines(string path) => Root is null ? [] : File.ReadLines(Path.Combine(Root, path));

    /// <summary>Texts of the kind that a standard is for.</summary>
    public static IEnumerable<string> Of(string standard) => standard switch
    {
        "company-name" => Column("company/sec_companies.csv", ';', 0),
        "country" => Column("company/sec_companies.csv", ';', 1),
        "person-name" => Column("linkage/fake_1000.csv", ',', 1).Concat(Column("linkage/febrl1.csv", ',', 1)).Concat(Column("linkage/febrl1.csv", ',', 2)),
        "city" => Column("linkage/fake_1000.csv", ',', 4).Concat(Column("linkage/febrl2.csv", ',', 6)),
        "email" => Column("linkage/fake_1000.csv", ',', 5),
        "domain" => Lines("email/disposable_email_blocklist.conf"),
        "phone" => Column("phone/example_numbers_even.csv", ',', 4),
        "prose" => Lines("psl/public_suffix_list.dat").Take(500),
        _ => [],
    };

    private static string? Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            // The data lie beside the project's root; a worktree of git may lie one folder deeper.
            foreach (var path in (string[])["shared/data", "../shared/data"])
                if (File.Exists(Path.Combine(at.FullName, "ClayAspire.sln")) && Directory.Exists(Path.Combine(at.FullName, "..", path)))
                    return Path.Combine(at.FullName, "..", path);
        }
        return null;
    }
}
