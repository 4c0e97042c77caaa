using ClayAspire.Storage.Ledger;
using Npgsql;

namespace ClayAspire.Storage.Tests;

public sealed class LedgerStoreTests
{
    [Fact]
    public async Task Concurrent_appenders_make_one_chain_a_connection()
    {
        await using var harness = await StorageHarness.StartAsync();
        var ledger = harness.Get<LedgerStore>();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => harness.InTransactionAsync(t => ledger.AppendAsync(
            t, i % 2 == 0 ? "icare" : "other", [.. Enumerable.Range(0, 5).Select(j => new NewLedgerEntry("test", $$"""{"i":{{i}},"j":{{j}},"text":"Zoë 🦊"}"""))], default))));
        foreach (var connection in new[] { "icare", "other" })
        {
            var verdict = await ledger.VerifyAsync(connection, default);
            Assert.True(verdict.IsIntact, verdict.Problem);
            Assert.Equal(60, verdict.Entries);
        }
        Assert.Equal(["icare", "other"], await ledger.ConnectionsAsync(default));
    }

    [Theory]
    [InlineData("update sync.ledger_entry set payload = '{}'")]
    [InlineData("delete from sync.ledger_entry")]
    [InlineData("truncate sync.ledger_entry")]
    public async Task The_database_refuses_to_change_the_ledger(string statement)
    {
        await using var harness = await FilledAsync();
        var error = await Assert.ThrowsAsync<PostgresException>(() => harness.RunAsync(statement));
        Assert.Contains("append-only", error.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update sync.ledger_entry set payload = overlay(payload placing '8' from 7 for 1) where sequence = 4", 4)]
    [InlineData("update sync.ledger_entry set at = at + interval '1 microsecond' where sequence = 2", 2)]
    [InlineData("delete from sync.ledger_entry where sequence = 3", 4)]
    [InlineData("update sync.ledger_entry set hash = repeat('a', 64) where sequence = 5", 5)]
    [InlineData("insert into sync.ledger_entry select connection, 0, at, kind, payload, previous_hash, hash from sync.ledger_entry where sequence = 1", 0)]
    public async Task A_change_made_past_the_triggers_is_found_at_its_entry(string statement, long brokenAt)
    {
        await using var harness = await FilledAsync();
        await harness.RunAsync("alter table sync.ledger_entry disable trigger user");
        await harness.RunAsync(statement);
        var verdict = await harness.Get<LedgerStore>().VerifyAsync("icare", default);
        Assert.False(verdict.IsIntact);
        Assert.Equal(brokenAt, verdict.BrokenAt);
    }

    [Fact]
    public async Task A_rolled_back_append_leaves_no_gap()
    {
        await using var harness = await FilledAsync();
        var ledger = harness.Get<LedgerStore>();
        await using (var connection = await harness.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
            await ledger.AppendAsync(transaction, "icare", [new NewLedgerEntry("test", "{}")], default);
        await harness.InTransactionAsync(t => ledger.AppendAsync(t, "icare", [new NewLedgerEntry("test", "{}")], default));
        Assert.True((await ledger.VerifyAsync("icare", default)).IsIntact);
        Assert.Equal(11, Assert.Single(await ledger.PageAsync("icare", 10, 5, default)).Sequence);
    }

    [Fact]
    public async Task Reading_goes_over_page_limits()
    {
        await using var harness = await StorageHarness.StartAsync();
        var ledger = harness.Get<LedgerStore>();
        await harness.InTransactionAsync(t => ledger.AppendAsync(t, "icare", [.. Enumerable.Range(0, 12_345).Select(i => new NewLedgerEntry("test", $$"""{"i":{{i}}}"""))], default));
        Assert.Equal(12_345, (await ledger.VerifyAsync("icare", default)).Entries);
    }

    private static async Task<StorageHarness> FilledAsync()
    {
        var harness = await StorageHarness.StartAsync();
        await harness.InTransactionAsync(t => harness.Get<LedgerStore>().AppendAsync(
            t, "icare", [.. Enumerable.Range(1, 10).Select(i => new NewLedgerEntry("test", $$"""{"n": {{i}}}"""))], default));
        return harness;
    }
}
