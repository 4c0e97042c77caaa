namespace ClayAspire.Cli.Tests;

/// <summary><c>normalise</c>: works without a stack, from values and from a file.</summary>
public sealed class NormaliseTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Values_are_shown_with_their_standard_form()
    {
        var answer = await CommandLine.RunAsync("normalise", "--kind", "country", "USA", "Deutschland", "N/A");
        Assert.Equal(0, answer.Exit);
        Assert.Contains("United States", answer.Output, StringComparison.Ordinal);
        Assert.Contains("Germany", answer.Output, StringComparison.Ordinal);
        Assert.Contains("3 read: 2 standard, 2 of them written otherwise; 0 not standard; 1 blank.", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_is_not_standard_ends_with_1_and_says_why()
    {
        var answer = await CommandLine.RunAsync("normalise", "--kind", "industry", "Zeppelins", "software");
        Assert.Equal(1, answer.Exit);
        Assert.Contains("industries.tsv", answer.Output, StringComparison.Ordinal);
        Assert.Contains("1 standard, 1 of them written otherwise; 1 not standard", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_read_by_column_and_told_by_line_as_json()
    {
        await File.WriteAllTextAsync(_file, "id,phone\n1,030 901820\n2,\n3,\"+1 (415)\n555-2671\"\n4,12\n");
        var answer = await CommandLine.RunAsync("normalise", "--kind", "phone", "--region", "DE", "--input", _file, "--column", "phone", "--json");
        Assert.Equal(1, answer.Exit);
        Assert.Equal(("phone", "DE", 4, 1, 2, 2, 1), (answer.Json.GetProperty("kind").GetString(), answer.Json.GetProperty("region").GetString(), Count("read"), Count("blank"), Count("standard"), Count("changed"), Count("notStandard")));
        var values = answer.Json.GetProperty("values").EnumerateArray().ToList();
        Assert.Equal(("030 901820", "+4930901820", true, 2), (values[0].GetProperty("value").GetString(), values[0].GetProperty("canonical").GetString(), values[0].GetProperty("isStandard").GetBoolean(), values[0].GetProperty("line").GetInt32()));
        Assert.True(values[1].GetProperty("isBlank").GetBoolean());
        Assert.Equal("+14155552671", values[2].GetProperty("canonical").GetString());
        Assert.Contains("no valid number", values[3].GetProperty("why").GetString(), StringComparison.Ordinal);

        int Count(string name) => answer.Json.GetProperty(name).GetInt32();
    }

    [Theory]
    [InlineData("--kind", "town", "x")]
    [InlineData("--kind", "country")]
    [InlineData("--kind", "country", "--region", "DE", "USA")]
    [InlineData("--kind", "phone", "--region", "Germany", "12")]
    [InlineData("--kind", "country", "--column", "c")]
    [InlineData("--kind", "country", "--input", "no-such-file.csv", "--column", "c")]
    public async Task Wrong_use_is_2(params string[] args)
    {
        var answer = await CommandLine.RunAsync(["normalise", .. args]);
        Assert.Equal(2, answer.Exit);
        Assert.NotEmpty(answer.Error);
    }

    [Fact]
    public async Task A_column_that_is_not_there_is_2_and_the_columns_are_named()
    {
        await File.WriteAllTextAsync(_file, "id,country\n1,USA\n");
        var answer = await CommandLine.RunAsync("normalise", "--kind", "country", "--input", _file, "--column", "land");
        Assert.Equal(2, answer.Exit);
        Assert.Contains("id, country", answer.Error, StringComparison.Ordinal);
    }
}
