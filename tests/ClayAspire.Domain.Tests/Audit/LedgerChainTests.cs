using ClayAspire.Domain.Audit;

namespace ClayAspire.Domain.Tests.Audit;

public sealed class LedgerChainTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 6, 30, 0, TimeSpan.Zero);

    [Fact]
    public void A_chain_as_written_verifies()
    {
        var verdict = LedgerChain.Verify(Chain(50));
        Assert.True(verdict.IsIntact);
        Assert.Equal(50, verdict.Entries);
    }

    [Fact]
    public void Any_altered_part_of_any_entry_is_found_at_that_entry()
    {
        var chain = Chain(20);
        for (var i = 0; i < chain.Count; i++)
        {
            LedgerEntry[] altered =
            [
                chain[i] with { Payload = chain[i].Payload.Replace('0', '1') },
                chain[i] with { Kind = LedgerKinds.RunEnded },
                chain[i] with { At = chain[i].At.AddMicroseconds(1) },
                chain[i] with { PreviousHash = new string('f', 64) },
                chain[i] with { Connection = "other" },
            ];
            foreach (var entry in altered)
            {
                var copy = chain.ToList();
                copy[i] = entry;
                var verdict = LedgerChain.Verify(copy);
                Assert.False(verdict.IsIntact);
                Assert.Equal(i + 1, verdict.BrokenAt);
            }
        }
    }

    [Fact]
    public void A_removed_or_swapped_entry_is_found()
    {
        var removed = Chain(10);
        removed.RemoveAt(4);
        Assert.Equal(6, LedgerChain.Verify(removed).BrokenAt);
        var swapped = Chain(10);
        (swapped[2], swapped[3]) = (swapped[3], swapped[2]);
        Assert.False(LedgerChain.Verify(swapped).IsIntact);
    }

    [Fact]
    public void An_entry_recomputed_by_a_forger_breaks_the_link_of_the_next()
    {
        var chain = Chain(10);
        chain[5] = LedgerChain.Append("icare", 6, chain[4].Hash, chain[5].At, chain[5].Kind, """{"n":"forged"}""");
        Assert.Equal(7, LedgerChain.Verify(chain).BrokenAt);
    }

    private static List<LedgerEntry> Chain(int count)
    {
        var chain = new List<LedgerEntry>();
        var previous = LedgerChain.Genesis;
        for (var i = 1; i <= count; i++)
        {
            chain.Add(LedgerChain.Append("icare", i, previous, Start.AddTicks(i * 12345), LedgerKinds.CellVerified, $$"""{"n":"0{{i}}"}"""));
            previous = chain[^1].Hash;
        }
        return chain;
    }
}
