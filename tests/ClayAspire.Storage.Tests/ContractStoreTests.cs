using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Migrations;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Testing;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace ClayAspire.Storage.Tests;

/// <summary>Signatures of field contracts in the database, and the services that follow them.</summary>
public sealed class ContractStoreTests
{
    private static readonly ContractKey Industry = new("icare", "Lead", "Industry");

    [Fact]
    public async Task A_fact_is_set_down_with_its_entry_in_the_ledger_and_read_back_as_it_was()
    {
        await using var harness = await StorageHarness.StartAsync();
        var contract = Contract(harness);
        Assert.Null(await SignAsync(harness, SignatureAction.Signed, "DPO", until: new DateOnly(2026, 12, 31)));
        Assert.Null(await SignAsync(harness, SignatureAction.Suspended, "CRM Admin", reason: "  A complaint\0 came in "));

        var history = await harness.Get<ContractStore>().HistoryAsync(Industry, default);
        Assert.Equal([SignatureAction.Suspended, SignatureAction.Signed], history.Select(s => s.Action));
        Assert.Equal("A complaint\uFFFD came in", history[0].Reason);
        var signed = history[1];
        Assert.Equal(("someone", "DPO", "Consent", new DateOnly(2026, 12, 31), contract.Hash, StorageHarness.Start), (signed.By, signed.Role, signed.LegalBasis, signed.ExpiresOn, signed.ContractHash, signed.At));
        Assert.Equal(contract.Terms, signed.Terms);
        var entries = await harness.Get<LedgerStore>().PageAsync("icare", 0, 10, default);
        Assert.Equal([LedgerKinds.ContractSigned, LedgerKinds.ContractSuspended], entries.Select(e => e.Kind));
        Assert.Contains("\"expiresOn\":\"2026-12-31\"", entries[0].Payload, StringComparison.Ordinal);
        Assert.True((await harness.Get<LedgerStore>().VerifyAsync("icare", default)).IsIntact);
        Assert.Equal(ContractStatus.Suspended, (await InForceAsync(harness)).Status);
    }

    [Fact]
    public async Task A_refusal_changes_nothing()
    {
        await using var harness = await StorageHarness.StartAsync();
        Assert.Equal("wrong-role", (await SignAsync(harness, SignatureAction.Signed, "Admin"))?.Code);
        Assert.Equal("not-active", (await SignAsync(harness, SignatureAction.Suspended, "DPO", reason: "x"))?.Code);
        Assert.Empty(await harness.Get<ContractStore>().HistoryAsync(Industry, default));
        Assert.Empty(await harness.Get<LedgerStore>().ConnectionsAsync(default));
    }

    [Fact]
    public async Task Of_two_people_who_do_the_same_at_once_one_does_it()
    {
        await using var harness = await StorageHarness.StartAsync();
        await SignAsync(harness, SignatureAction.Signed, "DPO");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => SignAsync(harness, SignatureAction.Suspended, i % 2 == 0 ? "DPO" : "CRM Admin", reason: $"reason {i}")));
        Assert.Single(answers, a => a is null);
        Assert.Equal(5, answers.Count(a => a?.Code == "not-active"));
        Assert.Equal(2, (await harness.Get<ContractStore>().HistoryAsync(Industry, default)).Count);
    }

    [Theory]
    [InlineData("update sync.contract_signature set legal_basis = 'other'", "append-only")]
    [InlineData("delete from sync.contract_signature", "append-only")]
    [InlineData("truncate sync.contract_signature", "append-only")]
    [InlineData("update sync.contract_known set was_unfinished = false", "not forgotten")]
    [InlineData("delete from sync.contract_known", "not forgotten")]
    [InlineData("truncate sync.contract_known", "not forgotten")]
    public async Task The_database_itself_keeps_what_was_signed_and_known(string statement, string why)
    {
        await using var harness = await StorageHarness.StartAsync();
        await InForceAsync(harness);
        await SignAsync(harness, SignatureAction.Signed, "DPO");
        var error = await Assert.ThrowsAsync<PostgresException>(() => harness.RunAsync(statement));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        Assert.Contains(why, error.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_service_hears_of_a_signature_at_once()
    {
        await using var signing = await StorageHarness.StartAsync(realTime: true);
        await using var other = StorageHarness.Build(signing.ConnectionString, realTime: true, Poll(3600));
        await FollowingAsync(other);
        Assert.Equal(ContractStatus.PendingLegal, other.Get<PolicySource>().Current.Contract("icare", "Lead", "Industry")!.Status);
        var heard = Hear(other);
        Assert.Null(await SignAsync(signing, SignatureAction.Signed, "DPO"));
        var policy = await heard.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.Equal(ContractStatus.Active, policy.Contract("icare", "Lead", "Industry")!.Status);
        Assert.Same(policy, other.Get<PolicySource>().Current);
        Assert.Equal(policy.Version, (await signing.Get<PolicySource>().RefreshAsync(default)).Version);
        await other.Host.StopAsync();
    }

    [Fact]
    public async Task A_lost_notification_costs_at_most_a_poll_and_a_decision_nothing()
    {
        await using var polling = await StorageHarness.StartAsync(realTime: true, Poll(0.1));
        await using var deciding = StorageHarness.Build(polling.ConnectionString, realTime: true);
        await FollowingAsync(polling);
        await deciding.Get<PolicySource>().RefreshAsync(default);
        var heard = Hear(polling);
        await SignSilentlyAsync(polling);
        Assert.Equal(ContractStatus.PendingLegal, deciding.Get<PolicySource>().Current.Contract("icare", "Lead", "Industry")!.Status);
        Assert.Equal(ContractStatus.Active, (await InForceAsync(deciding)).Status);
        Assert.Equal(ContractStatus.Active, (await heard.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System)).Contract("icare", "Lead", "Industry")!.Status);
        await polling.Host.StopAsync();
    }

    [Fact]
    public async Task A_signature_ends_by_the_clock_and_those_who_follow_are_told()
    {
        await using var harness = await StorageHarness.StartAsync(configure: Poll(3600));
        Assert.Null(await SignAsync(harness, SignatureAction.Signed, "DPO", until: DateOnly.FromDateTime(StorageHarness.Start.UtcDateTime)));
        var source = harness.Get<PolicySource>();
        Assert.Equal(ContractStatus.Active, (await InForceAsync(harness)).Status);
        await FollowingAsync(harness);
        var heard = Hear(harness);
        // To the last moment of the day, and then over it; the follower may be on its way to its wait, so the clock goes on until it is there.
        harness.Clock!.SetUtcNow(new DateTimeOffset(2026, 3, 3, 0, 0, 0, TimeSpan.Zero).AddTicks(-1));
        Assert.Equal(ContractStatus.Active, source.Current.Contract("icare", "Lead", "Industry")!.Status);
        await StorageHarness.UntilAsync(() =>
        {
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(heard.IsCompleted);
        }, "the follower tells of the end");
        Assert.Equal(ContractStatus.PendingLegal, (await heard).Contract("icare", "Lead", "Industry")!.Status);
        Assert.Contains("expired at the end of 2 Mar 2026", source.Current.Contract("icare", "Lead", "Industry")!.Standing!.Remark, StringComparison.Ordinal);
        await harness.Host.StopAsync();
    }

    [Fact]
    public async Task Contracts_that_an_older_version_held_as_Pending_Legal_are_known_after_the_migration()
    {
        await using var harness = StorageHarness.Build(await PostgresFixture.Shared.CreateDatabaseAsync());
        var migrator = harness.Get<Migrator>();
        await migrator.MigrateAsync(default, 6);
        await harness.RunAsync("""
            insert into sync.plan (id, connection, flow, policy_version, author, hash, sealed_at, expires_at, state, applyable, complete, errored, api_calls, credits, changes, keeps, holds, refusals)
            values ('01900000-0000-7000-8000-000000000001', 'icare', 'f', 'p', 'a', 'h', now(), now(), 'expired', false, true, false, 0, 0, 0, 0, 1, 0);
            insert into sync.plan_cell (plan_id, ordinal, object, record_id, field, verdict, reason_code, reason, rule_id, evidence, record_version)
            values ('01900000-0000-7000-8000-000000000001', 0, 'Lead', 'r', 'Industry', 'Hold', 'pending-legal', 'x', 'r', '{}', 'v'),
                   ('01900000-0000-7000-8000-000000000001', 1, 'Lead', 'r', 'City', 'Hold', 'field-not-visible', 'x', 'r', '{}', 'v');
            """);
        await migrator.MigrateAsync(default);
        Assert.Equal("icare Lead Industry t", await harness.ScalarAsync<string>("select string_agg(concat_ws(' ', connection, object, field, was_unfinished), ',') from sync.contract_known"));
    }

    [Fact]
    public async Task What_a_contract_costs_is_counted_over_live_records_and_distinct_held_values()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.RunAsync("""
            insert into sync.crm_record (connection, object, record_id, version, state, fields, read_at)
            select 'icare', 'Lead', 'r' || i, 'v', case when i = 10 then 'deleted' else 'live' end,
                   case when i <= 4 then '{"Industry": "Mining"}' when i = 5 then '{"external_hard_bounced__c": "true"}' when i = 6 then '{"external_hard_bounced__c": "false"}' else '{}' end::jsonb, now()
            from generate_series(1, 10) i;
            insert into sync.crm_record (connection, object, record_id, version, fields, read_at) values ('icare-staging', 'Lead', 'r1', 'v', '{}', now()), ('icare', 'Contact', 'r1', 'v', '{}', now());
            """);
        // r1 has a value; r7 is offered twice; r10 is deleted; r8 is not held.
        await harness.OfferAsync(("r1", "Industry", "a"), ("r7", "Industry", "b"), ("r7", "Industry", "c"), ("r9", "Industry", "d"), ("r10", "Industry", "e"), ("r8", "Industry", "f"),
            ("r5", "external_hard_bounced__c", "true"), ("r6", "external_hard_bounced__c", "true"));
        await harness.RunAsync("update sync.candidate set state = 'held' where record_id <> 'r8'");
        var policy = harness.Get<PolicySource>().Current;
        var stakes = await harness.Get<ContractStore>().StakesAsync(
            [policy.Contract("icare", "Lead", "Industry")!, policy.Contract("icare", "Lead", "external_hard_bounced__c")!, policy.Contract("icare", "CampaignMember", "Has_Replied__c")!], default);
        Assert.Equal([("CampaignMember", 0L, 0L, 0L), ("Lead", 9L, 1L, 1L), ("Lead", 9L, 4L, 2L)],
            stakes.OrderBy(s => s.Contract.Object).ThenBy(s => s.Filled).Select(s => (s.Contract.Object, s.Live, s.Filled, s.Gain)));
        var industry = stakes.Single(s => s.Contract == Industry);
        Assert.Equal((4.0 / 9, 6.0 / 9), (industry.Rate, industry.RateIfSigned));
        Assert.Null(stakes.Single(s => s.Contract.Object == "CampaignMember").Rate);
        Assert.Empty(await harness.Get<ContractStore>().StakesAsync([], default));
    }

    private static FieldContract Contract(StorageHarness harness) => harness.Get<PolicySource>().Files.Contract("icare", "Lead", "Industry")!;

    private static async Task<FieldContract> InForceAsync(StorageHarness harness) => (await harness.Get<PolicySource>().RefreshAsync(default)).Contract("icare", "Lead", "Industry")!;

    private static Task<Reason?> SignAsync(StorageHarness harness, SignatureAction action, string role, DateOnly? until = null, string? reason = null)
    {
        var contract = Contract(harness);
        return harness.Get<ContractStore>().SignAsync(contract, new ContractRequest(action, "someone", [role], contract.Hash, "Consent", until, reason), default);
    }

    /// <summary>A signature whose notification nobody hears.</summary>
    private static Task SignSilentlyAsync(StorageHarness harness)
    {
        var contract = Contract(harness);
        return harness.RunAsync($"""
            insert into sync.contract_signature (connection, object, field, action, signed_by, role, legal_basis, contract_hash, terms, at)
            values ('icare', 'Lead', 'Industry', 'signed', 'dpo', 'DPO', 'Consent', '{contract.Hash}', '{"{}"}', now())
            """);
    }

    private static Action<Microsoft.Extensions.Hosting.HostApplicationBuilder> Poll(double seconds) => builder =>
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Policy:PollSeconds"] = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture) });

    /// <summary>Starts the services of a host, and waits until its follower listens and has read what there was.</summary>
    private static async Task FollowingAsync(StorageHarness harness)
    {
        await harness.Host.StartAsync();
        await StorageHarness.UntilAsync(async () => await harness.ScalarAsync<bool>(
            "select exists (select 1 from pg_stat_activity where datname = current_database() and query = 'listen clayaspire_policy')")
            && await harness.ScalarAsync<bool>("select exists (select 1 from sync.contract_known)"), "the follower listens");
    }

    private static Task<PolicySet> Hear(StorageHarness harness)
    {
        var told = new TaskCompletionSource<PolicySet>(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Get<PolicySource>().Changed += (_, e) => told.TrySetResult(e.Policy);
        return told.Task;
    }
}
