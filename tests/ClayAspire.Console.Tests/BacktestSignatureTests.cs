using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClayAspire.Domain.Policy;

namespace ClayAspire.Console.Tests;

/// <summary>Backtests beside a contract that a DPO signed; a database of its own, because a signature stays.</summary>
public sealed class BacktestSignatureTests(BacktestHost host) : IClassFixture<BacktestHost>
{
    private const string Industry = "/api/contracts/icare/Lead/Industry";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    [Fact]
    public async Task A_signature_counts_for_both_policies_and_one_that_is_missing_is_named()
    {
        (string, string, string) Says(string status) => ("contracts/icare.yaml", "    Industry:\n      type: text\n      status: PendingLegal", $"    Industry:\n      type: text\n      status: {status}");

        // Held now; written then, as if it were signed.
        var before = await ReportAsync(Says("Active"));
        Assert.Equal(["icare Lead.Industry"], before.CountedAsSigned);
        Assert.Contains(before.Groups, g => (g.Difference, g.Now, g.Then) == (CellDifference.WrittenThenOnly, CellOutcome.Held, CellOutcome.Written));

        var dpo = await host.Console.ApiAsync("dpo");
        var hash = (await dpo.GetFromJsonAsync<JsonElement>(Industry)).GetProperty("contract").GetProperty("hash").GetString();
        Assert.Equal(HttpStatusCode.OK, (await dpo.PostAsJsonAsync($"{Industry}/sign", new { hash, basis = "Legitimate interest" })).StatusCode);

        // The same files, of which one says Pending Legal: the signature makes it Active under both. So does a file that says Active.
        foreach (var edit in new (string, string, string)[][] { [], [Says("Active")] })
        {
            var same = await ReportAsync(edit);
            Assert.Equal(0, same.Differing);
            Assert.Empty(same.CountedAsSigned);
        }
        // A file that stops it has the last word.
        var stopped = await ReportAsync(Says("Suspended"));
        Assert.Contains(stopped.Groups, g => (g.Difference, g.Now, g.Then, g.ThenReason) == (CellDifference.WrittenNowOnly, CellOutcome.Written, CellOutcome.Refused, "suspended"));
        // Other terms void the signature; Active in the file counts as signed all the same, and is named.
        var changed = await ReportAsync(Says("Active"), ("contracts/icare.yaml", "      max_length: 255", "      max_length: 200"));
        Assert.Equal(["icare Lead.Industry"], changed.CountedAsSigned);
        Assert.Equal(0, changed.Differing);
    }

    private async Task<BacktestReport> ReportAsync(params (string, string, string)[] edits)
    {
        var answer = await (await host.Console.ApiAsync("dpo")).PostAsJsonAsync("/api/policy/backtest", new { files = host.World.Files(edits), connection = "icare" });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonElement.Parse(text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).GetProperty("report").Deserialize<BacktestReport>(Json)!;
    }
}
