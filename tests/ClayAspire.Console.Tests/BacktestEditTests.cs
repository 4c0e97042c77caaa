using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Edits;

namespace ClayAspire.Console.Tests;

/// <summary>Backtests of fields whose contracts protect human edits; a database of its own, because edits once known stay known.</summary>
public sealed class BacktestEditTests(BacktestHost host) : IClassFixture<BacktestHost>
{
    private const string Fill = "    City:\n      type: text\n      status: Active\n      rule: fill-blank\n";
    private const string Latest = "    City:\n      type: text\n      status: Active\n      rule: latest\n";
    private const string Protected = "      protect: human-edits\n";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    [Fact]
    public async Task A_value_that_a_person_edited_last_is_kept_where_the_other_policy_protects_it_and_written_over_where_it_does_not()
    {
        // The other policy takes the latest value, with the protection that the shipped one has: nobody is known to have edited Antwerp.
        Assert.Equal("WrittenThenOnly Antwerp Kept Antwerp not-blank, Written Ghent latest-value, 1 over a value", await CityAsync(Latest + Protected));

        var edited = LastEdit.Made(new EditorVerdict(EditorKind.Human), "0055e0000000001AAA", host.Console.World.Get<TimeProvider>().GetUtcNow().AddDays(-10), Text("Gent"), Text("Antwerp"));
        await host.Console.World.Get<FieldEditStore>().SaveAsync(
            [new(new CellKey(new RecordKey(World.Staging, "Lead", BacktestWorld.StagingFilled), "City"), edited)], LearnedBy.Mirror, CancellationToken.None);

        Assert.Null(await CityAsync(Latest + Protected));
        // The value before the edit is what the window began with.
        Assert.Equal("WrittenThenOnly Gent Kept Antwerp edited-by-human, Written Ghent latest-value, 1 over a value", await CityAsync(Latest));
    }

    /// <summary>The cell of the lead with a city under a policy whose contract of City begins like this; null when it would not differ.</summary>
    private async Task<string?> CityAsync(string contract)
    {
        var order = new { files = host.World.Files(("contracts/icare-staging.yaml", Fill + Protected, contract)), connection = World.Staging, allCells = true };
        var answer = await (await host.Console.ApiAsync("dpo")).PostAsJsonAsync("/api/policy/backtest", order);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        var cells = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l)).Where(l => l.GetProperty("line").GetString() == "cell")
            .Select(l => l.GetProperty("cell").Deserialize<BacktestCell>(Json)!).ToList();
        Assert.All(cells, c => Assert.Equal((BacktestWorld.StagingFilled, "City"), (c.RecordId, c.Field)));
        return cells is [var cell] ? $"{cell.Difference} {cell.Start} {Side(cell.Now)}, {Side(cell.Then)}, {cell.Then.Overwrites} over a value" : null;
    }

    private static string Side(BacktestSide side) => $"{side.Outcome} {side.End} {side.Reason}";

    private static FieldValue Text(string text) => FieldValue.FromCanonical(text);
}
