using ClayAspire.Domain.Suppression;
using ClayAspire.Storage.Signals;
using ClayAspire.Storage.Suppression;
using Npgsql;

namespace ClayAspire.Storage.Tests;

public sealed class SuppressionStoreTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Whatever_the_order_an_address_is_listed_once_for_each_reason_since_the_earliest_telling()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<SuppressionStore>();
        await harness.Get<SignalStore>().AppendAsync([StorageHarness.Signal("1"), StorageHarness.Signal("2"), StorageHarness.Signal("3")], default);
        var (ada, bo) = (SuppressionKey.Of("ada@example.com"), SuppressionKey.Of("bo@example.com"));
        NewSuppression[] told =
        [
            new(ada, "unsubscribed", At, "smartlead", 1), new(ada, "unsubscribed", At.AddDays(-2), "pardot", 2), new(ada, "unsubscribed", At.AddDays(2), "smartlead", 3),
            new(ada, "bounced", At, "smartlead", 1), new(bo, "do-not-contact", At, "smartlead", 1),
        ];
        foreach (var entry in told)
            await AddAsync(harness, [entry]);
        await AddAsync(harness, [.. told.Reverse()]);

        var found = await store.FindAsync([ada, bo, SuppressionKey.Of("nobody@example.com")], default);
        Assert.Equal([new ListedSuppression("unsubscribed", At.AddDays(-2), "pardot"), new ListedSuppression("bounced", At, "smartlead")], found[ada]);
        Assert.Equal(["do-not-contact"], found[bo].Select(l => l.Reason));
        Assert.Empty(found[SuppressionKey.Of("nobody@example.com")]);
        Assert.Equal([("bounced", 1L), ("do-not-contact", 1L), ("unsubscribed", 1L)], (await store.CountsAsync(default)).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value)));
        Assert.Equal(ada, await harness.ScalarAsync<string>("select export.key_of('Ada@Example.com')"));
    }

    [Fact]
    public async Task A_scan_reads_every_stored_signal_in_batches_and_is_remembered_by_its_rules()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<SuppressionStore>();
        await harness.Get<SignalStore>().AppendAsync(
            [.. Enumerable.Range(0, 25).Select(i => StorageHarness.Signal($"s{i}", $$"""{"lead_email":"p{{i % 10}}@example.com"}"""))], default);
        var kind = await harness.ScalarAsync<string>("select kind from sync.signal limit 1") ?? "";
        var rules = new SuppressionRules([new("unsubscribed", [], "test")], [], [new(kind, ["lead_email"], null, [], "unsubscribed")]);
        Assert.False(await store.IsScannedAsync(rules, default));

        Assert.Equal(25, await store.ScanAsync(rules, default, batch: 7));

        Assert.Equal(10L, (await store.CountsAsync(default))["unsubscribed"]);
        Assert.True(await store.IsScannedAsync(rules, default));
        Assert.False(await store.IsScannedAsync(new SuppressionRules(rules.Reasons, [], [rules.Signals[0] with { Kind = "other" }]), default));
    }

    [Fact]
    public async Task What_a_person_took_off_comes_back_only_by_what_happened_later()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<SuppressionStore>();
        await harness.Get<SignalStore>().AppendAsync([StorageHarness.Signal("1"), StorageHarness.Signal("2")], default);
        var ada = SuppressionKey.Of("ada@example.com");
        var now = harness.Get<TimeProvider>().GetUtcNow();
        await AddAsync(harness, [new(ada, "unsubscribed", now.AddDays(-1), "smartlead", 1)]);
        var entry = Assert.Single((await store.EntriesAsync(new SuppressionQuery(true), null, true, 1, 50, default)).Rows);

        Assert.True(await store.RemoveAsync(entry.Id, "dpo", "A mistake of the sequencer", default));
        Assert.False(await store.RemoveAsync(entry.Id, "dpo", "Again", default));
        Assert.Empty((await store.FindAsync([ada], default))[ada]);
        Assert.Empty(await store.CountsAsync(default));

        // The same telling again, such as by a look through earlier signals: it was known when it was taken off.
        await AddAsync(harness, [new(ada, "unsubscribed", now.AddDays(-1), "smartlead", 1)]);
        Assert.Empty((await store.FindAsync([ada], default))[ada]);
        await AddAsync(harness, [new(ada, "unsubscribed", now.AddMinutes(1), "smartlead", 2)]);
        Assert.Equal(now.AddMinutes(1).ToUnixTimeSeconds(), Assert.Single((await store.FindAsync([ada], default))[ada]).Since.ToUnixTimeSeconds());
        Assert.Equal([true, false], (await store.EntriesAsync(new SuppressionQuery(null, Match: ada), null, true, 1, 50, default)).Rows.Select(r => r.RemovedAt is null));
    }

    [Fact]
    public async Task What_a_person_listed_stays_theirs_whatever_signals_say_later()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<SuppressionStore>();
        await harness.Get<SignalStore>().AppendAsync([StorageHarness.Signal("1")], default);
        var ada = SuppressionKey.Of("ada@example.com");
        SuppressionOrder[] orders =
        [
            new(new SuppressionSubject(SuppressionKind.Address, ada), "unsubscribed", "Ticket 1"), new(new SuppressionSubject(SuppressionKind.Address, ada), "unsubscribed", "Ticket 1"),
            new(new SuppressionSubject(SuppressionKind.Domain, "rival.example"), "excluded", null),
        ];
        Assert.Equal(2, await store.AddAsync(orders, "marcom", default));
        Assert.Equal(0, await store.AddAsync(orders, "crm-admin", default));
        await AddAsync(harness, [new(ada, "unsubscribed", At.AddYears(-1), "smartlead", 1)]);

        var found = await store.FindAsync([ada, "rival.example"], default);
        Assert.Equal((ListedSuppression.Person, SuppressionKind.Address), (Assert.Single(found[ada]).Source, found[ada].First().Kind));
        Assert.Equal(("excluded", SuppressionKind.Domain), (Assert.Single(found["rival.example"]).Reason, found["rival.example"].First().Kind));
        Assert.Equal("marcom", Assert.Single((await store.EntriesAsync(new SuppressionQuery(true, Match: ada), null, true, 1, 50, default)).Rows).AddedBy);
    }

    [Theory]
    [InlineData("delete from sync.suppression")]
    [InlineData("truncate sync.suppression")]
    [InlineData("update sync.suppression set removed_at = null, removed_by = null, removed_why = null")]
    public async Task The_database_lets_nobody_rewrite_the_list_s_history(string sql)
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<SuppressionStore>();
        await store.AddAsync([new SuppressionOrder(new SuppressionSubject(SuppressionKind.Domain, "rival.example"), "excluded", null)], "marcom", default);
        await store.RemoveAsync(1, "dpo", "Bought", default);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => harness.ScalarAsync<object>(sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    private static async Task AddAsync(StorageHarness harness, NewSuppression[] entries)
    {
        await using var connection = await harness.Get<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await harness.Get<SuppressionStore>().AddAsync(transaction, entries, default);
        await transaction.CommitAsync();
    }
}
