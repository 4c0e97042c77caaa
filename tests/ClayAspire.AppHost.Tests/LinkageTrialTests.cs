using System.Text.Json;
using Npgsql;

namespace ClayAspire.AppHost.Tests;

/// <summary>A public file is loaded into the staging org with holes, and imported as a Clay table: the plan fills the holes, and nothing else.</summary>
[Collection(StackCollection.Name)]
public sealed class LinkageTrialTests(Stack stack)
{
    private const string Org = "salesforce-staging";

    private static string SharedFile => Path.Combine(Stack.Root, "..", "shared", "data", "linkage", "fake_1000.csv");

    [SkippableFact]
    public async Task The_plan_holds_exactly_the_blank_cells_that_the_policy_allows_and_the_twin_holds_them_after_approval()
    {
        Skip.IfNot(File.Exists(SharedFile), "../shared/data/linkage/fake_1000.csv is not there.");
        var loaded = await stack.CommandAsync("sandbox", "load", SharedFile, "--connection", "icare-staging", "--object", "Lead",
            "--map", Path.Combine(Stack.Root, "services", "ClayAspire.Cli", "Maps", "fake_1000.yaml"));
        Assert.True(loaded.ExitCode == 0, loaded.Error);
        var expected = await ExpectedAsync();
        Assert.NotEmpty(expected);

        var imported = await stack.CommandAsync("import", SharedFile, "--table", "fake_1000", "--wait");
        Assert.True(imported.ExitCode == 0, imported.Error);
        var plan = await stack.PlanAsync("icare-staging", "enrichment-writeback");
        var cells = await stack.CellsAsync(plan, "Write");
        Assert.Equal(expected, Cells(cells));

        var approved = await stack.CommandAsync("approve", plan.GetProperty("id").GetString()!, "--wait");
        Assert.True(approved.ExitCode == 0, approved.Error);
        Assert.Contains("green", approved.Output, StringComparison.Ordinal);
        var after = await LeadsAsync();
        Assert.All(expected, cell => Assert.Equal(cell.Value, Field(after.Single(l => Field(l, "Id") == cell.Record), cell.Field)));

        var second = await stack.PlanAsync("icare-staging", "enrichment-writeback");
        Assert.Equal(("empty", 0), (second.GetProperty("state").GetString(), second.GetProperty("changes").GetInt32()));
        var again = await stack.CommandAsync("import", SharedFile, "--table", "fake_1000", "--wait", "--json");
        Assert.Equal(0, again.ExitCode);
        Assert.Equal("empty", (await stack.PlanAsync("icare-staging", "enrichment-writeback")).GetProperty("state").GetString());

        await LedgerNamesTheAlteredLineAsync();
    }

    private async Task LedgerNamesTheAlteredLineAsync()
    {
        var intact = await stack.CommandAsync("ledger", "verify", "--connection", "icare-staging");
        Assert.True(intact.ExitCode == 0, intact.Output + intact.Error);

        await using var source = NpgsqlDataSource.Create(await stack.App.GetConnectionStringAsync("clayaspire") + ";Pooling=false");
        await using (var refused = source.CreateCommand("update sync.ledger_entry set payload = payload where connection = 'icare-staging' and sequence = 5"))
            await Assert.ThrowsAsync<PostgresException>(() => refused.ExecuteNonQueryAsync());
        // By hand, past the trigger, as only the server's owner can: one byte of the fifth entry.
        await AlterAsync(source, "overlay(payload placing '#' from 10 for 1)");
        var altered = await stack.CommandAsync("ledger", "verify", "--connection", "icare-staging");
        Assert.Equal(1, altered.ExitCode);
        Assert.Matches("(?i)line 5|sequence 5|entry 5", altered.Output + altered.Error);
    }

    private static async Task AlterAsync(NpgsqlDataSource source, string payload)
    {
        await using var command = source.CreateCommand($"""
            alter table sync.ledger_entry disable trigger user;
            update sync.ledger_entry set payload = {payload} where connection = 'icare-staging' and sequence = 5;
            alter table sync.ledger_entry enable trigger user;
            """);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>What the plan must hold, said from the file and the twin alone: FirstName and City, blank in the twin, there in the file.</summary>
    private async Task<SortedSet<(string Record, string Field, string Value)>> ExpectedAsync()
    {
        var leads = (await LeadsAsync()).ToDictionary(l => Field(l, "Clay_Row_Id__c")!, StringComparer.Ordinal);
        var expected = new SortedSet<(string, string, string)>();
        // The file has no quoted cells, so a plain split is an independent reading of it.
        var lines = await File.ReadAllLinesAsync(SharedFile);
        Assert.DoesNotContain(lines, l => l.Contains('"', StringComparison.Ordinal));
        var header = lines[0].Split(',');
        foreach (var cells in lines.Skip(1).Select(l => l.Split(',')))
        {
            var lead = leads[cells[Array.IndexOf(header, "unique_id")]];
            foreach (var (column, field) in new[] { ("first_name", "FirstName"), ("city", "City") })
            {
                if (cells[Array.IndexOf(header, column)].Trim() is { Length: > 0 } offered && string.IsNullOrEmpty(Field(lead, field)))
                    expected.Add((Field(lead, "Id")!, field, Capitalised(offered)));
            }
        }
        return expected;
    }

    /// <summary>
    /// The standard form as the file needs it: of what it holds, only single words typed in small letters are written otherwise, with a capital.
    /// Said here on its own, so that a mistake of the product's standards shows.
    /// </summary>
    private static string Capitalised(string offered)
    {
        Assert.All(offered, c => Assert.True(char.IsAsciiLetter(c) || c == '-', $"'{offered}' holds what this reading does not know."));
        if (offered.Any(char.IsAsciiLetterUpper))
            return offered;
        Assert.DoesNotContain('-', offered);
        return char.ToUpperInvariant(offered[0]) + offered[1..];
    }

    private Task<List<JsonElement>> LeadsAsync() => stack.QueryAsync(Org, "SELECT Id, Clay_Row_Id__c, FirstName, City FROM Lead WHERE Clay_Row_Id__c != null");

    private static SortedSet<(string, string, string)> Cells(List<JsonElement> cells) =>
        new(cells.Select(c => (c.GetProperty("recordId").GetString()!, c.GetProperty("field").GetString()!, c.GetProperty("new").GetString()!)));

    private static string? Field(JsonElement record, string name) => record.GetProperty(name).GetString();
}
