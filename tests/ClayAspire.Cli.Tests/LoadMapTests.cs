using ClayAspire.Cli.Sandbox;

namespace ClayAspire.Cli.Tests;

public sealed class LoadMapTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_shipped_map_leaves_the_same_cells_blank_each_time()
    {
        var map = LoadMap.Read(Path.Combine(AppContext.BaseDirectory, "Maps", "fake_1000.yaml"));
        var row = new Dictionary<string, string> { ["unique_id"] = "7", ["first_name"] = "Ann", ["surname"] = "", ["city"] = "London", ["email"] = "" };
        var full = map.Record(1, row);
        Assert.Equal(("7", "Ann", "Unknown", "London"), (full["Clay_Row_Id__c"], full["FirstName"], full["LastName"], full["City"]));
        Assert.DoesNotContain("Email", full.Keys);
        Assert.Contains("Company", full.Keys);
        Assert.DoesNotContain("FirstName", map.Record(4, row).Keys);
        Assert.DoesNotContain("City", map.Record(3, row).Keys);
        Assert.Equal("7", map.Record(12, row)["Clay_Row_Id__c"]);
    }

    [Theory]
    [InlineData("key: X\n", "columns")]
    [InlineData("key: X\ncolumns: { a: Y }\n", "key")]
    [InlineData("key: Y\ncolumns: { a: Y, b: Z }\nblank: [{ field: Z, every: 1 }]\n", "every")]
    [InlineData("key: Y\ncolumns: { a: Y }\nsurprise: 1\n", "surprise")]
    public void A_wrong_map_says_what_is_wrong(string text, string word)
    {
        File.WriteAllText(_file, text);
        var fault = Assert.Throws<CliException>(() => LoadMap.Read(_file));
        Assert.Equal(2, fault.ExitCode);
        Assert.Contains(word, fault.Message, StringComparison.Ordinal);
    }
}
