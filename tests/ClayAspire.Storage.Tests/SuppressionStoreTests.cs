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

    private static async Task AddAsync(StorageHarness harness, NewSuppression[] entries)
    {
        await using var connection = await harness.Get<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await harness.Get<SuppressionStore>().AddAsync(transaction, entries, default);
        await transaction.CommitAsync();
    }
}
