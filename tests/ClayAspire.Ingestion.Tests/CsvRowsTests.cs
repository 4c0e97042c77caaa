using System.Text;
using System.Text.Json;
using ClayAspire.Ingestion.Parsing;

namespace ClayAspire.Ingestion.Tests;

public sealed class CsvRowsTests
{
    private static async Task<List<ParsedRow>> Read(byte[] file, char? delimiter = null)
    {
        var rows = new List<ParsedRow>();
        await foreach (var row in CsvRows.ReadAsync(new MemoryStream(file), new RowReader("t"), delimiter, CancellationToken.None))
            rows.Add(row);
        return rows;
    }

    private static Task<List<ParsedRow>> Read(string file, char? delimiter = null) => Read(Encoding.UTF8.GetBytes(file), delimiter);

    public static TheoryData<string> Spectrum()
    {
        var data = new TheoryData<string>();
        if (SpectrumFolder is null)
            data.Add("(absent)");
        else
            foreach (var file in Directory.EnumerateFiles(Path.Combine(SpectrumFolder, "csvs")))
                data.Add(Path.GetFileNameWithoutExtension(file));
        return data;
    }

    private static string? SpectrumFolder { get; } = FindSpectrum();

    private static string? FindSpectrum()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "ClayAspire.sln")))
                return Path.Combine(at.FullName, "..", "shared", "data", "csv") is var folder && Directory.Exists(folder) ? folder : null;
        }
        return null;
    }

    [SkippableTheory]
    [MemberData(nameof(Spectrum))]
    public async Task Awkward_files_give_their_published_answers(string name)
    {
        Skip.If(SpectrumFolder is null, "The public CSV files are not beside the project (../shared/data/csv).");
        var rows = await Read(await File.ReadAllBytesAsync(Path.Combine(SpectrumFolder!, "csvs", name + ".csv")));
        Assert.All(rows, r => Assert.Null(r.Fault));
        using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(SpectrumFolder!, "json", name + ".json")));
        var found = rows.Select(r => JsonSerializer.Deserialize<Dictionary<string, string>>(r.Json!)!.OrderBy(c => c.Key, StringComparer.Ordinal).ToList());
        Assert.Equal(expected.RootElement.EnumerateArray().Select(r => r.EnumerateObject().Select(c => KeyValuePair.Create(c.Name, c.Value.GetString()!)).OrderBy(c => c.Key, StringComparer.Ordinal).ToList()), found);
    }

    [Fact]
    public async Task Header_names_are_trimmed_and_a_byte_order_mark_is_none_of_them()
    {
        var rows = await Read([.. Encoding.UTF8.Preamble, .. " a ,\"b \",\n1,2,3\n"u8]);
        Assert.Equal("""{"a":"1","b":"2","column_3":"3"}""", Assert.Single(rows).Json);
    }

    [Fact]
    public async Task Utf16_with_a_mark_is_read()
    {
        var rows = await Read([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("a\nZoë\n")]);
        Assert.Equal("""{"a":"Zoë"}""", Assert.Single(rows).Json);
    }

    [Fact]
    public async Task Bad_rows_carry_their_line_and_the_rest_goes_on()
    {
        var rows = await Read("a,b\n1,2\n3\n\n\"x\ny\",4\n5,6,7\n8,he said \"no\"\n9,10\n");
        Assert.Equal(
            [(2L, null), (3L, "cell-count"), (5L, null), (7L, "cell-count"), (8L, "bad-quotes"), (9L, (string?)null)],
            rows.Select(r => (r.Line, r.Fault?.Code)));
        Assert.Equal("5,6,7", rows[3].Raw);
    }

    [Fact]
    public async Task A_row_in_another_encoding_goes_to_quarantine_alone()
    {
        var rows = await Read([.. "a,b\n1,2\n"u8, .. Encoding.Latin1.GetBytes("3,é\n"), .. "4,5\n"u8]);
        Assert.Equal([null, "not-utf8", null], rows.Select(r => r.Fault?.Code));
    }

    [Fact]
    public async Task Another_delimiter_is_told_by_name_of_the_remedy()
    {
        var fault = await Assert.ThrowsAsync<FileFaultException>(() => Read("a;b\n1;2\n", ','));
        Assert.Equal("wrong-delimiter", fault.Code);
        Assert.Contains("delimiter=%3B", fault.Message, StringComparison.Ordinal);
        Assert.Equal("""{"a":"1","b":"2"}""", Assert.Single(await Read("a;b\n1;2\n")).Json);
    }

    [Theory]
    [InlineData("", "file-empty")]
    [InlineData("a,A\n1,2\n", "column-twice")]
    public async Task A_file_without_a_usable_header_is_refused(string file, string code) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<FileFaultException>(() => Read(file))).Code);

    [Fact]
    public async Task A_quote_that_is_never_closed_in_a_long_file_stops_it_with_the_line()
    {
        var file = new StringBuilder("a,b\n1,2\n3,\"open\n");
        for (var i = 0; i < 200_000; i++)
            file.Append("11111,22222\n");
        var fault = await Assert.ThrowsAsync<FileFaultException>(() => Read(file.ToString()));
        Assert.Equal("row-too-long", fault.Code);
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_costs_only_its_own_line()
    {
        var rows = await Read("a,b\n1,2\n3,\"open\n4,5\n6\n7,\"8\"\n");
        Assert.Equal([(2L, null), (3L, "bad-quotes"), (4L, null), (5L, "cell-count"), (6L, (string?)null)], rows.Select(r => (r.Line, r.Fault?.Code)));
        Assert.Equal("""{"a":"7","b":"8"}""", rows[^1].Json);
    }

    [Fact]
    public async Task Ndjson_files_go_line_by_line_and_too_long_lines_stay_alone()
    {
        var file = "{\"a\":1}\n{\"a\":\"" + new string('x', 3 * NdjsonRows.MaxLine) + "\"}\nnot json\n{\"a\":2}";
        var rows = new List<ParsedRow>();
        await foreach (var row in NdjsonRows.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(file)), new RowReader("t"), CancellationToken.None))
            rows.Add(row);
        Assert.Equal([(1L, null), (2L, "row-too-long"), (3L, "malformed-json"), (4L, (string?)null)], rows.Select(r => (r.Line, r.Fault?.Code)));
        Assert.True(rows[1].Raw.Length <= ParsedRow.MaxRaw + 1);
    }
}
