using System.Text.RegularExpressions;
using ClayAspire.Domain.Standards;

namespace ClayAspire.Domain.Tests.Standards;

/// <summary>The tables behind the standards: sorted, without repetitions and contradictions, and each name leads where it stands.</summary>
public sealed partial class StandardTableTests
{
    private static readonly string[] Lists = ["countries.tsv", "industries.tsv", "legal-forms.tsv", "title-words.tsv"];

    public static TheoryData<string> Tables() => new(Lists);

    /// <summary>The lines of a table as it is compiled in, without comments.</summary>
    internal static List<string[]> Rows(string name) => [.. Lines(name).Where(l => !l.StartsWith('#')).Select(l => l.Split('\t'))];

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_table_is_sorted_says_its_source_and_has_no_blank_cell(string table)
    {
        Assert.StartsWith("# ", Lines(table)[0], StringComparison.Ordinal);
        var rows = Rows(table);
        Assert.Equal(rows.Select(r => r[0]).Order(StringComparer.Ordinal), rows.Select(r => r[0]));
        Assert.All(rows, r => Assert.All(r, cell => Assert.True(cell.Length > 0 && cell == cell.Trim(), $"{table}: {r[0]}")));
        Assert.All(rows, r => Assert.Equal(Others(table, r).Order(StringComparer.Ordinal), Others(table, r)));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void No_name_stands_twice_in_a_table(string table)
    {
        var names = Rows(table).SelectMany(r => Own(table, r).Concat(Others(table, r))).ToList();
        Assert.Empty(names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Theory]
    [InlineData("countries.tsv", "country")]
    [InlineData("industries.tsv", "industry")]
    public void Every_name_of_a_list_leads_to_the_standard_name_of_its_line(string table, string standard)
    {
        foreach (var row in Rows(table))
        {
            var name = table == "countries.tsv" ? row[2] : row[0];
            foreach (var spelling in Own(table, row).Concat(Others(table, row)).SelectMany(n => (string[])[n, n.ToUpperInvariant(), n.ToLowerInvariant(), $" {n} "]))
                Assert.True(StandardRegistry.Find(standard)!.TryStandardise(spelling, out var canonical, out _) && canonical == name, $"'{spelling}' is '{canonical}' and stands in the line of '{name}'.");
        }
    }

    [Fact]
    public void Every_spelling_of_a_legal_form_becomes_the_standard_one()
    {
        foreach (var row in Rows("legal-forms.tsv"))
            foreach (var spelling in Own("legal-forms.tsv", row).Concat(Others("legal-forms.tsv", row)))
                Assert.True(StandardRegistry.Find("company-name")!.TryStandardise($"Example {spelling}", out var canonical, out _) && canonical == $"Example {row[0]}", $"'Example {spelling}' is '{canonical}'.");
    }

    [Fact]
    public void Every_spelling_of_a_title_word_becomes_the_standard_one()
    {
        foreach (var row in Rows("title-words.tsv"))
            foreach (var spelling in Own("title-words.tsv", row).Concat(Others("title-words.tsv", row)))
                Assert.True(StandardRegistry.Find("job-title")!.TryStandardise($"Plant {spelling}", out var canonical, out _) && canonical == $"Plant {row[0]}", $"'Plant {spelling}' is '{canonical}'.");
    }

    [SkippableFact]
    public void Every_country_of_the_public_list_is_known_by_its_codes_and_names()
    {
        Skip.IfNot(PublicData.IsThere, "../shared/data is not there.");
        var lines = PublicData.Lines("country/country-codes.csv").ToList();
        var header = lines[0].Split(',');
        var (two, three) = (Array.IndexOf(header, "ISO3166-1-Alpha-2"), Array.IndexOf(header, "ISO3166-1-Alpha-3"));
        var known = Rows("countries.tsv").ToDictionary(r => r[0]);
        foreach (var cells in lines.Skip(1).Select(l => CommaOutsideQuotes().Split(l)))
            Assert.Equal(cells[three], known[cells[two]][1]);
        Assert.Equal(lines.Count - 1, known.Keys.Count(k => k != "XK"));
    }

    [GeneratedRegex(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex CommaOutsideQuotes();

    private static IEnumerable<string> Own(string table, string[] row) => table == "countries.tsv" ? row[..3] : row[..1];

    private static string[] Others(string table, string[] row) => row.Length > (table == "countries.tsv" ? 3 : 1) ? row[^1].Split('|') : [];

    private static List<string> Lines(string name)
    {
        var assembly = typeof(IStandard).Assembly;
        using var stream = assembly.GetManifestResourceStream($"ClayAspire.Domain.Standards.Data.{name}");
        Assert.NotNull(stream);
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
