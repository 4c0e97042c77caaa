using ClayAspire.Storage.Budgets;

namespace ClayAspire.Storage.Tests;

public sealed class CallBudgetTests
{
    private const string Connection = "icare";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task Replicas_that_claim_at_once_together_stay_within_the_share()
    {
        await using var one = await StorageHarness.StartAsync();
        await using var two = StorageHarness.Build(one.ConnectionString);
        await one.Get<CallBudgetStore>().TellAsync(Connection, 100, 1000, StorageHarness.Start, default);

        // 700 calls are left to us; 100 claims of 10 ask for 1,000.
        var claims = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? one : two).Get<CallBudgetStore>().ClaimAsync(Connection, 10, 0.8, Life, default)));

        Assert.Equal(70, claims.Count(c => c.Claim is not null));
        Assert.All(claims.Where(c => c.Claim is null), c => Assert.Equal((100, 700), (c.Budget.Used, c.Budget.Claimed)));
        Assert.Equal(700, (await two.Get<CallBudgetStore>().FindAsync(Connection, default))!.Claimed);
        await two.Get<CallBudgetStore>().ReleaseAsync(Connection, claims.First(c => c.Claim is not null).Claim!.Value, default);
        Assert.NotNull((await one.Get<CallBudgetStore>().ClaimAsync(Connection, 10, 0.8, Life, default)).Claim);
    }

    [Fact]
    public async Task The_claim_of_a_replica_that_died_runs_out()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<CallBudgetStore>();
        await store.TellAsync(Connection, 0, 100, StorageHarness.Start, default);
        Assert.NotNull((await store.ClaimAsync(Connection, 80, 0.8, Life, default)).Claim);
        Assert.Null((await store.ClaimAsync(Connection, 1, 0.8, Life, default)).Claim);

        harness.Clock!.Advance(Life);

        Assert.NotNull((await store.ClaimAsync(Connection, 80, 0.8, Life, default)).Claim);
    }

    [Fact]
    public async Task The_latest_word_of_the_CRM_counts_in_whatever_order_it_arrives()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<CallBudgetStore>();
        await store.TellAsync(Connection, 500, 1000, StorageHarness.Start.AddSeconds(10), default);
        await store.TellAsync(Connection, 499, 1000, StorageHarness.Start.AddSeconds(9), default);
        Assert.Equal(500, (await store.FindAsync(Connection, default))!.Used);

        // The window frees calls: less than before is no mistake.
        await store.TellAsync(Connection, 20, 1000, StorageHarness.Start.AddSeconds(11), default);

        Assert.Equal(20, (await store.FindAsync(Connection, default))!.Used);
        Assert.Null(await store.FindAsync("icare-staging", default));
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.ClaimAsync("icare-staging", 1, 0.8, Life, default));
    }
}
