using System.Text.Json;
using ClayAspire.Domain.Audit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

/// <summary>A ledger's export held against anchors, offline: no service runs in these tests unless one is named.</summary>
public sealed class AnchorTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 4, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("clayaspire-anchors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Anchors => Path.Combine(_folder, "anchors");

    private string Export => Path.Combine(_folder, "icare.ndjson");

    [Fact]
    public async Task A_ledger_that_grew_since_is_intact()
    {
        Write(Ledger(60), anchorsAt: [20, 40]);
        var answer = await VerifyAsync();
        Assert.Equal(0, answer.Exit);
        Assert.Contains("is intact: 60 entries", answer.Output, StringComparison.Ordinal);
        Assert.Contains("Up to entry 40 the ledger is what it was", answer.Output, StringComparison.Ordinal);
        Assert.Contains("20 entries came later", answer.Output, StringComparison.Ordinal);
        var json = (await VerifyAsync("--json")).Json;
        Assert.Equal(("intact", 2, 20), (json.GetProperty("anchors").GetProperty("verdict").GetString(), json.GetProperty("anchors").GetProperty("anchors").GetInt32(), json.GetProperty("anchors").GetProperty("uncovered").GetInt32()));
    }

    [Fact]
    public async Task A_truncated_ledger_is_cut_off_though_its_chain_is_whole()
    {
        var ledger = Ledger(60);
        Write(ledger, anchorsAt: [20, 40]);
        await File.WriteAllLinesAsync(Export, ledger[..31].Select(Line));
        Assert.Equal(0, (await CommandLine.RunAsync("ledger", "verify", "--connection", "icare", "--file", Export)).Exit);

        var answer = await VerifyAsync();

        Assert.Equal(1, answer.Exit);
        Assert.Contains("CUT OFF after entry 31", answer.Output, StringComparison.Ordinal);
        Assert.Contains("at least 9 entries are gone", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("is intact", answer.Output, StringComparison.Ordinal);
        var finding = (await VerifyAsync("--json")).Json.GetProperty("anchors").GetProperty("findings")[0];
        Assert.Equal(("cut-off", 31), (finding.GetProperty("kind").GetString(), finding.GetProperty("entry").GetInt32()));
    }

    [Fact]
    public async Task A_rewritten_ledger_is_told_from_a_whole_one_and_says_since_when()
    {
        Write(Ledger(60), anchorsAt: [20, 40]);
        await File.WriteAllLinesAsync(Export, Ledger(60, rewriteFrom: 30).Select(Line));
        Assert.Equal(0, (await CommandLine.RunAsync("ledger", "verify", "--connection", "icare", "--file", Export)).Exit);

        var answer = await VerifyAsync();

        Assert.Equal(1, answer.Exit);
        Assert.Contains("REWRITTEN before entry 41", answer.Output, StringComparison.Ordinal);
        Assert.Contains("Up to entry 20 it is what it was", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_altered_anchor_is_named_and_the_ledger_is_judged_by_the_others()
    {
        Write(Ledger(60), anchorsAt: [20, 40]);
        var path = Path.Combine(Anchors, "icare-2026-04-01.json");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("\"sequence\": 20", "\"sequence\": 21", StringComparison.Ordinal));

        var answer = await VerifyAsync();

        Assert.Equal(1, answer.Exit);
        Assert.Contains("Anchor icare-2026-04-01.json was altered", answer.Output, StringComparison.Ordinal);
        Assert.Contains("Up to entry 40", answer.Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, "");
        Assert.Equal("anchor-altered", (await VerifyAsync("--json")).Json.GetProperty("anchors").GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task An_anchor_that_was_taken_out_of_the_middle_is_missed()
    {
        Write(Ledger(60), anchorsAt: [20, 30, 40]);
        File.Delete(Path.Combine(Anchors, "icare-2026-04-02.json"));
        var answer = await VerifyAsync();
        Assert.Equal(1, answer.Exit);
        Assert.Contains("The anchor that icare-2026-04-03.json names as the one before it is not here", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_chain_stays_broken_and_anchors_say_up_to_where_it_is_sound()
    {
        var ledger = Ledger(60);
        Write(ledger, anchorsAt: [20, 40]);
        await File.WriteAllLinesAsync(Export, ledger.Select(e => Line(e.Sequence == 33 ? e with { Payload = "{}" } : e)));
        var answer = await VerifyAsync();
        Assert.Equal(1, answer.Exit);
        Assert.Contains("BROKEN at line 33", answer.Output, StringComparison.Ordinal);
        Assert.Contains("Up to entry 20", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("CUT OFF", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anchors_of_other_connections_in_the_folder_are_left_alone_and_none_of_ours_is_a_negative_result()
    {
        var ledger = Ledger(60);
        Write(ledger, anchorsAt: [20]);
        await File.WriteAllTextAsync(Path.Combine(Anchors, "icare-staging-2026-04-01.json"), LedgerAnchor.Make("icare-staging", 900, ledger[3].Hash, Start, null).ToFile());
        await File.WriteAllTextAsync(Path.Combine(Anchors, "notes.txt"), "copied on Monday");
        Assert.Equal(0, (await VerifyAsync()).Exit);
        var other = await CommandLine.RunAsync("ledger", "verify", "--connection", "elsewhere", "--file", Export, "--anchors", Anchors);
        Assert.Equal(1, other.Exit);
        Assert.Contains("no anchor of elsewhere", other.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLine.RunAsync("ledger", "verify", "--connection", "icare", "--file", Export, "--anchors", Path.Combine(_folder, "nothing"))).Exit);
        // One file alone, whatever its name.
        File.Move(Path.Combine(Anchors, "icare-2026-04-01.json"), Path.Combine(_folder, "kept.json"));
        Assert.Equal(0, (await CommandLine.RunAsync("ledger", "verify", "--connection", "icare", "--file", Export, "--anchors", Path.Combine(_folder, "kept.json"))).Exit);
    }

    [Fact]
    public async Task An_anchor_on_demand_comes_from_the_console_and_is_never_written_over_a_file()
    {
        var ledger = Ledger(60);
        Write(ledger, anchorsAt: [20, 40]);
        var made = LedgerAnchor.Make("icare", 60, ledger[59].Hash, Start.AddDays(5).AddTicks(1234560), LedgerAnchor.Read(await File.ReadAllTextAsync(Path.Combine(Anchors, "icare-2026-04-02.json"))).Anchor);
        await using var console = await CommandLine.ServeAsync(app =>
        {
            app.MapGet("/api/ledger/{connection}/anchor", () => Results.Json(made));
            app.MapGet("/api/ledger/{connection}/export", () => Results.Text(string.Join('\n', ledger.Select(Line)) + "\n", "application/x-ndjson"));
        });
        string[] service = ["--console", console.Urls.First(), "--key", "k"];
        var target = Path.Combine(Anchors, "before-the-audit.json");

        var answer = await CommandLine.RunAsync(["ledger", "anchor", "--connection", "icare", "--file", target, .. service]);

        Assert.Equal(0, answer.Exit);
        Assert.Contains("anchored at entry 60", answer.Output, StringComparison.Ordinal);
        Assert.Equal(made.ToFile(), await File.ReadAllTextAsync(target));
        Assert.Equal(3, Directory.EnumerateFiles(Anchors).Count());
        Assert.Equal(2, (await CommandLine.RunAsync(["ledger", "anchor", "--connection", "icare", "--file", target, .. service])).Exit);
        Assert.Equal(made.ToFile(), (await CommandLine.RunAsync(["ledger", "anchor", "--connection", "icare", .. service])).Output);
        // Checked against what the console streams.
        var verified = await CommandLine.RunAsync(["ledger", "verify", "--connection", "icare", "--anchors", Anchors, .. service]);
        Assert.Equal(0, verified.Exit);
        Assert.Contains("3 anchors were checked. Up to entry 60", verified.Output, StringComparison.Ordinal);
    }

    private Task<Answer> VerifyAsync(params string[] more) => CommandLine.RunAsync(["ledger", "verify", "--connection", "icare", "--file", Export, "--anchors", Anchors, .. more]);

    private void Write(List<LedgerEntry> ledger, int[] anchorsAt)
    {
        File.WriteAllLines(Export, ledger.Select(Line));
        Directory.CreateDirectory(Anchors);
        LedgerAnchor? previous = null;
        foreach (var (sequence, day) in anchorsAt.Select((s, i) => (s, i)))
        {
            previous = LedgerAnchor.Make("icare", sequence, ledger[sequence - 1].Hash, Start.AddDays(day), previous);
            File.WriteAllText(Path.Combine(Anchors, AnchorFileName.Of("icare", DateOnly.FromDateTime(Start.UtcDateTime).AddDays(day))), previous.ToFile());
        }
    }

    private static string Line(LedgerEntry entry) => JsonSerializer.Serialize(entry, JsonSerializerOptions.Web);

    private static List<LedgerEntry> Ledger(int entries, int rewriteFrom = int.MaxValue)
    {
        var chain = new List<LedgerEntry>();
        for (var i = 1; i <= entries; i++)
        {
            chain.Add(LedgerChain.Append("icare", i, chain.Count == 0 ? LedgerChain.Genesis : chain[^1].Hash, Start.AddMilliseconds(i), LedgerKinds.CellVerified,
                $$"""{"record":"00Q{{i}}","new":"{{(i >= rewriteFrom ? "Mallory" : "Zürich")}}"}"""));
        }
        return chain;
    }
}
