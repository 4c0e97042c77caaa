using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsvHelper;

namespace ClayAspire.AppHost.Tests;

/// <summary>The demo's signals, received, processed and planned by the running stack, replayed through an edited copy of the policy.</summary>
[Collection(StackCollection.Name)]
public sealed class BacktestTests(Stack stack)
{
    [Fact]
    public async Task An_industry_made_active_is_written_exactly_where_it_is_held_today()
    {
        // Rows of our own, so that there is something held and something that a value stands against, whatever the demo brings.
        var leads = (await stack.QueryAsync("salesforce", "SELECT Id, Industry FROM Lead WHERE IsConverted = false ORDER BY CreatedDate DESC LIMIT 40"))
            .Select(l => l.GetProperty("Id").GetString()!).ToList();
        using (var answer = await stack.Ingestion.PostAsJsonAsync("/v1/clay/rows/backtest", leads.Select((id, i) => new { row_id = $"backtest-{i}", salesforce_id = id, industry = i % 2 == 0 ? "Hospitality" : "Insurance" })))
            await Stack.ReadAsync(answer);
        var held = await Stack.UntilAsync<ImmutableArray<JsonElement>>(async () =>
        {
            await stack.PlanAsync("icare", "enrichment-writeback");
            var cells = await HeldAsync();
            return leads.All(l => cells.Any(c => c.GetProperty("recordId").GetString() == l)) ? [.. cells] : null;
        });
        // fill-blank fills a blank; a converted lead stays held and a suppressed one is refused: the contract would not be the reason any more.
        var elsewise = (await stack.QueryAsync("salesforce", "SELECT Id FROM Lead WHERE IsConverted = true OR HasOptedOutOfEmail = true OR DoNotCall = true OR Status = 'Unqualified'")).Select(l => l.GetProperty("Id").GetString()!).ToHashSet(StringComparer.Ordinal);
        elsewise.UnionWith(await ListedAsync());
        var expected = held.GroupBy(c => c.GetProperty("recordId").GetString()!, StringComparer.Ordinal)
            .Where(g => g.All(c => c.GetProperty("old").ValueKind == JsonValueKind.Null)).Select(g => g.Key).Except(elsewise, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(expected);

        var folder = Directory.CreateTempSubdirectory("clayaspire-temp-policy-");
        try
        {
            Copy(Path.Combine(Stack.Root, "services", "policy"), folder.FullName);
            var contracts = Path.Combine(folder.FullName, "contracts", "icare.yaml");
            var text = File.ReadAllText(contracts).ReplaceLineEndings("\n");
            const string pending = "    Industry:\n      type: text\n      status: PendingLegal";
            Assert.Contains(pending, text, StringComparison.Ordinal);
            File.WriteAllText(contracts, text.Replace(pending, pending.Replace("PendingLegal", "Active", StringComparison.Ordinal), StringComparison.Ordinal));

            var csv = Path.Combine(folder.FullName, "cells.csv");
            var (exit, output, error) = await stack.CommandAsync("policy", "backtest", "--policy", folder.FullName, "--connection", "icare", "--csv", csv, "--json");
            Assert.True(exit == 0, output + error);
            var report = JsonElement.Parse(output);
            var written = new HashSet<string>(StringComparer.Ordinal);
            var overwritten = 0;
            using (var reader = CsvReader.Create(File.OpenRead(csv)))
                await foreach (var row in reader)
                {
                    Assert.Equal(("Industry", "Held"), (row["field"].ToString(), row["now"].ToString()));
                    if (row["difference"].ToString() != "WrittenThenOnly")
                        continue;
                    // What the CRM has from an earlier row is replaced by a later one, but only by name.
                    if (row["then_release"].ToString() == "ByName")
                    {
                        Assert.Equal("1", row["then_overwrites"].ToString());
                        Assert.NotEmpty(row["start"].ToString());
                        overwritten++;
                        continue;
                    }
                    Assert.True(written.Add(row["record"].ToString()));
                }
            Assert.Equal(expected.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
            Assert.Equal(overwritten, report.GetProperty("overwritesAdded").GetInt64());
            // What the stack wrote in fact (replies, bounces) the replay under the policy in force writes too.
            var fidelity = report.GetProperty("fidelity");
            Assert.Equal(fidelity.GetProperty("cells").GetInt64(), fidelity.GetProperty("alike").GetInt64());
            Assert.True(fidelity.GetProperty("cells").GetInt64() > 0, string.Create(CultureInfo.InvariantCulture, $"Nothing was written in fact: {output}"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The leads whose address the demo's signals put on the suppression list for a reason that stops enrichment.</summary>
    private async Task<IEnumerable<string>> ListedAsync()
    {
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reason in new[] { "unsubscribed", "do-not-contact" })
        {
            using var answer = await stack.Console.GetAsync($"/api/suppression?size=500&reason={reason}");
            var page = await Stack.ReadAsync(answer);
            Assert.InRange(page.GetProperty("total").GetInt64(), 0, 500);
            listed.UnionWith(page.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("subject").GetString()!));
        }
        return (await stack.QueryAsync("salesforce", "SELECT Id, Email FROM Lead WHERE Email != null"))
            .Where(l => listed.Contains(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(l.GetProperty("Email").GetString()!.ToLowerInvariant())))))
            .Select(l => l.GetProperty("Id").GetString()!);
    }

    [Fact]
    public async Task The_policy_in_force_against_itself_differs_in_nothing()
    {
        var (exit, output, error) = await stack.CommandAsync("policy", "backtest", "--policy", Path.Combine(Stack.Root, "services", "policy"), "--json");
        Assert.True(exit == 0, output + error);
        var report = JsonElement.Parse(output);
        Assert.True(report.GetProperty("cells").GetInt64() > 0, output);
        Assert.Equal(0, report.GetProperty("differing").GetInt64());
    }

    private async Task<List<JsonElement>> HeldAsync()
    {
        var held = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var plans = (await stack.Console.GetFromJsonAsync<JsonElement>($"/api/plans?connection=icare&flow=enrichment-writeback&page={page}&size=100")).GetProperty("items").EnumerateArray().ToList();
            foreach (var plan in plans)
                held.AddRange((await stack.CellsAsync(plan, "Hold")).Where(c => c.GetProperty("field").GetString() == "Industry"));
            if (plans.Count < 100)
                return held;
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
