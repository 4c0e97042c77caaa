using ClayAspire.Domain.Audit;

namespace ClayAspire.Domain.Tests.Audit;

/// <summary>What anchors show that the chain alone cannot: entries cut off its end, and another chain in its place.</summary>
public sealed class AnchorCheckTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 5, 0, TimeSpan.Zero);

    [Fact]
    public void A_ledger_that_grew_since_its_anchors_is_intact_and_says_what_no_anchor_covers_yet()
    {
        var ledger = Chain(500);
        var report = Check(ledger, Anchors(ledger, 100, 250, 400));

        Assert.Equal((AnchorVerdict.Intact, 3, 400, 100), (report.Verdict, report.Anchors, report.LastStanding!.Sequence, report.Uncovered));
        Assert.Empty(report.Findings);
        Assert.Empty(report.Notes);
    }

    [Theory]
    [InlineData(399, 1)]
    [InlineData(249, 151)]
    [InlineData(0, 400)]
    public void A_ledger_cut_off_is_found_though_its_chain_holds(int kept, int gone)
    {
        var ledger = Chain(500);
        var anchors = Anchors(ledger, 100, 250, 400);
        var report = Check(ledger.Take(kept), anchors);

        Assert.True(LedgerChain.Verify(ledger.Take(kept)).IsIntact);
        Assert.Equal(AnchorVerdict.CutOff, report.Verdict);
        var finding = Assert.Single(report.Findings);
        Assert.Equal(((long?)kept, "day-2.json"), (finding.Entry, finding.File));
        Assert.Contains($"at least {gone} entries are gone", finding.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 100, null)]
    [InlineData(180, 250, 100L)]
    [InlineData(400, 400, 250L)]
    public void A_ledger_rewritten_from_some_entry_on_is_found_though_its_chain_holds(int from, int before, long? sound)
    {
        var ledger = Chain(500);
        var rewritten = Chain(500, rewriteFrom: from);
        Assert.True(LedgerChain.Verify(rewritten).IsIntact);

        var report = Check(rewritten, Anchors(ledger, 100, 250, 400));

        Assert.Equal(AnchorVerdict.Rewritten, report.Verdict);
        var finding = Assert.Single(report.Findings);
        Assert.Equal(before, finding.Entry);
        Assert.Equal(sound, report.LastStanding?.Sequence);
    }

    [Fact]
    public void A_ledger_cut_off_and_grown_again_is_rewritten()
    {
        var ledger = Chain(500);
        List<LedgerEntry> regrown = [.. ledger.Take(300)];
        while (regrown.Count < 450)
            regrown.Add(LedgerChain.Append("icare", regrown.Count + 1, regrown[^1].Hash, Start.AddDays(9), "test", """{"grown":true}"""));

        var report = Check(regrown, Anchors(ledger, 100, 250, 400));

        Assert.Equal((AnchorVerdict.Rewritten, 400L, 250), (report.Verdict, report.Findings[0].Entry, report.LastStanding!.Sequence));
    }

    [Fact]
    public void Any_altered_sign_of_an_anchor_is_found_while_the_ledger_is_judged_by_the_others()
    {
        var ledger = Chain(500);
        var anchors = Anchors(ledger, 100, 250, 400);
        var text = anchors[1].Text;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsWhiteSpace(text[i]))
                continue;
            var altered = text[..i] + (text[i] == '7' ? '8' : '7') + text[(i + 1)..];
            var report = Check(ledger, [anchors[0], anchors[1] with { Text = altered }, anchors[2]]);
            Assert.True(report.Verdict == AnchorVerdict.AnchorAltered, $"sign {i} was altered: {report.Verdict}");
            Assert.Contains(report.Findings, f => f is { Kind: AnchorVerdict.AnchorAltered, File: "day-1.json" });
            Assert.Equal(400, report.LastStanding!.Sequence);
        }
    }

    [Fact]
    public void An_anchor_altered_together_with_its_hash_is_disowned_by_the_one_after_it()
    {
        var ledger = Chain(500);
        var anchors = Anchors(ledger, 100, 250, 400);
        foreach (var (sequence, hash) in new[] { (250L, new string('a', 64)), (9000L, ledger[249].Hash) })
        {
            var forged = LedgerAnchor.Make("icare", sequence, hash, Start.AddDays(1), LedgerAnchor.Read(anchors[0].Text).Anchor);
            var report = Check(ledger, [anchors[0], new AnchorFile("day-1.json", forged.ToFile()), anchors[2]]);
            Assert.Equal(AnchorVerdict.AnchorAltered, report.Verdict);
            Assert.Equal("day-1.json", report.Findings[0].File);
        }
    }

    [Fact]
    public void A_ledger_rewritten_between_two_anchors_is_told_from_an_altered_anchor()
    {
        // Whoever rewrote it let the next anchor be made of the new chain; the anchor before it is named by that one, and so is genuine.
        var ledger = Chain(500);
        var rewritten = Chain(500, rewriteFrom: 50);
        var first = LedgerAnchor.Make("icare", 100, ledger[99].Hash, Start, null);
        var second = LedgerAnchor.Make("icare", 250, rewritten[249].Hash, Start.AddDays(1), first);

        var report = Check(rewritten, [new AnchorFile("a", first.ToFile()), new AnchorFile("b", second.ToFile())]);

        Assert.Equal((AnchorVerdict.Rewritten, 100L), (report.Verdict, report.Findings[0].Entry));
    }

    [Fact]
    public void An_anchor_that_was_removed_is_missed_and_earlier_ones_need_not_be_kept()
    {
        var ledger = Chain(500);
        var anchors = Anchors(ledger, 100, 250, 400, 450);
        Assert.Equal((AnchorVerdict.AnchorMissing, "day-2.json"), Check(ledger, [anchors[0], anchors[2], anchors[3]]) is var r ? (r.Verdict, r.Findings[0].File) : default);
        var tail = Check(ledger, [anchors[2], anchors[3]]);
        Assert.Equal(AnchorVerdict.Intact, tail.Verdict);
        Assert.Contains("follows one that is not here", Assert.Single(tail.Notes), StringComparison.Ordinal);
        Assert.Equal(AnchorVerdict.Intact, Check(ledger, [anchors[2]]).Verdict);
    }

    [Fact]
    public void Order_copies_and_anchors_made_on_demand_do_not_matter()
    {
        var ledger = Chain(500);
        var anchors = Anchors(ledger, 100, 250, 400);
        var asked = LedgerAnchor.Make("icare", 300, ledger[299].Hash, Start.AddDays(1).AddHours(3), LedgerAnchor.Read(anchors[1].Text).Anchor);

        var report = Check(ledger, [anchors[2], new AnchorFile("asked", asked.ToFile()), anchors[0], anchors[1], anchors[1] with { Name = "copy" }]);

        Assert.Equal((AnchorVerdict.Intact, 400), (report.Verdict, report.LastStanding!.Sequence));
    }

    [Fact]
    public void An_anchor_of_another_connection_or_of_no_form_is_no_anchor_of_this_ledger()
    {
        var ledger = Chain(20);
        var other = LedgerAnchor.Make("other", 10, ledger[9].Hash, Start, null);
        Assert.Equal(AnchorVerdict.AnchorAltered, Check(ledger, [new AnchorFile("a", other.ToFile())]).Verdict);
        foreach (var text in (string[])["", "{}", "null", "[]", "not json"])
            Assert.Equal(AnchorVerdict.AnchorAltered, Check(ledger, [new AnchorFile("a", text)]).Verdict);
    }

    [Fact]
    public void Behind_a_broken_entry_nothing_is_claimed()
    {
        var ledger = Chain(500);
        var check = new AnchorCheck("icare", Anchors(ledger, 100, 250, 400));
        foreach (var entry in ledger.Take(200))
            check.Pass(entry);
        var report = check.End(chainIntact: false);
        Assert.Equal((AnchorVerdict.Intact, 100), (report.Verdict, report.LastStanding!.Sequence));
    }

    [Theory]
    [InlineData("icare", "icare-2026-03-02.json")]
    [InlineData("icare-staging", "icare-staging-2026-03-02.json")]
    [InlineData("a/b c", "a%2Fb%20c-2026-03-02.json")]
    public void A_file_name_says_connection_and_day(string connection, string name)
    {
        Assert.Equal(name, AnchorFileName.Of(connection, new DateOnly(2026, 3, 2)));
        Assert.Equal((connection, new DateOnly(2026, 3, 2)), AnchorFileName.Read(name));
        foreach (var no in (string[])["icare.json", "icare-2026-13-02.json", "2026-03-02.json", "-2026-03-02.json", "icare-2026-03-02.json.tmp"])
            Assert.Null(AnchorFileName.Read(no));
    }

    private static AnchorReport Check(IEnumerable<LedgerEntry> ledger, IReadOnlyCollection<AnchorFile> anchors)
    {
        var check = new AnchorCheck("icare", anchors);
        foreach (var entry in ledger)
            check.Pass(entry);
        return check.End(chainIntact: true);
    }

    private static List<AnchorFile> Anchors(List<LedgerEntry> ledger, params int[] sequences)
    {
        var files = new List<AnchorFile>();
        LedgerAnchor? previous = null;
        foreach (var (sequence, day) in sequences.Select((s, i) => (s, i)))
        {
            previous = LedgerAnchor.Make("icare", sequence, ledger[sequence - 1].Hash, Start.AddDays(day), previous);
            files.Add(new AnchorFile($"day-{day}.json", previous.ToFile()));
        }
        return files;
    }

    private static List<LedgerEntry> Chain(int entries, int rewriteFrom = int.MaxValue)
    {
        var chain = new List<LedgerEntry>();
        for (var i = 1; i <= entries; i++)
        {
            chain.Add(LedgerChain.Append("icare", i, chain.Count == 0 ? LedgerChain.Genesis : chain[^1].Hash, Start.AddSeconds(i - entries), "test",
                $$"""{"n":{{i}},"rewritten":{{(i >= rewriteFrom ? "true" : "false")}}}"""));
        }
        return chain;
    }
}
