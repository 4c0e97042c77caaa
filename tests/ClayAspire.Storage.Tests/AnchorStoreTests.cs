using ClayAspire.Domain.Audit;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Migrations;
using Npgsql;

namespace ClayAspire.Storage.Tests;

/// <summary>The folder of anchors: one a day, chained, never written over, none of a ledger that no longer is what it was.</summary>
public sealed class AnchorStoreTests
{
    private static readonly DateOnly Today = DateOnly.FromDateTime(StorageHarness.Start.UtcDateTime);

    [Fact]
    public async Task A_days_anchor_is_written_once_and_the_next_is_chained_to_it()
    {
        await using var harness = await FilledAsync(10);
        var anchors = harness.Get<AnchorStore>();
        Assert.Equal(Today, anchors.DueDay());

        var first = (await anchors.WriteAsync("icare", Today, default))!;
        await AppendAsync(harness, 5);
        Assert.Null(await anchors.WriteAsync("icare", Today, default));
        harness.Clock!.Advance(TimeSpan.FromDays(1));
        var second = (await anchors.WriteAsync("icare", anchors.DueDay(), default))!;

        Assert.Equal(["icare-2026-03-02.json", "icare-2026-03-03.json"], Files(anchors));
        Assert.Equal((10, LedgerChain.Genesis), (first.Sequence, first.PreviousAnchor));
        Assert.Equal((15, first.AnchorHash, await harness.Get<LedgerStore>().HashAtAsync("icare", 15, default)), (second.Sequence, second.PreviousAnchor, second.Hash));
        Assert.Equal(first, LedgerAnchor.Read(await File.ReadAllTextAsync(Path.Combine(anchors.Folder, "icare-2026-03-02.json"))).Anchor);
        Assert.Equal(new AnchorStanding("icare-2026-03-03.json", second, true, 0), await anchors.LastAsync("icare", default));
        await AppendAsync(harness, 2);
        Assert.Equal(2, (await anchors.LastAsync("icare", default))!.Since);
        // One on demand follows the last one and is kept by who asked.
        var asked = (await anchors.MakeAsync("icare", default))!;
        Assert.Equal((17, second.AnchorHash), (asked.Sequence, asked.PreviousAnchor));
        Assert.Equal(2, Files(anchors).Count);
    }

    [Fact]
    public async Task The_day_begins_at_its_hour_and_days_that_were_missed_need_no_anchor_of_their_own()
    {
        await using var harness = await FilledAsync(3);
        var anchors = harness.Get<AnchorStore>();
        await anchors.WriteAsync("icare", anchors.DueDay(), default);
        // Midnight of the day after the next one: the stack was down, and the day's hour has not come.
        harness.Clock!.Advance(TimeSpan.FromDays(2) - TimeSpan.FromHours(8) - TimeSpan.FromMinutes(56));
        Assert.Equal(Today.AddDays(1), anchors.DueDay());
        Assert.NotNull(await anchors.WriteAsync("icare", anchors.DueDay(), default));
        harness.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Today.AddDays(2), anchors.DueDay());
    }

    [Fact]
    public async Task An_empty_ledger_has_no_anchor_and_connections_with_like_names_are_kept_apart()
    {
        await using var harness = await FilledAsync(3);
        var anchors = harness.Get<AnchorStore>();
        Assert.Null(await anchors.LastAsync("icare", default));
        Assert.Null(await anchors.WriteAsync("empty", Today, default));
        Assert.Null(await anchors.MakeAsync("empty", default));
        await AppendAsync(harness, 4, "icare-staging");
        await anchors.WriteAsync("icare-staging", Today.AddDays(1), default);
        await anchors.WriteAsync("icare", Today, default);
        Assert.Equal((3, 4), ((await anchors.LastAsync("icare", default))!.Anchor.Sequence, (await anchors.LastAsync("icare-staging", default))!.Anchor.Sequence));
    }

    [Fact]
    public async Task Leaders_that_write_at_once_leave_one_whole_file()
    {
        await using var harness = await FilledAsync(3);
        var anchors = harness.Get<AnchorStore>();
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => anchors.WriteAsync("icare", Today, default))));
        Assert.Single(written, w => w is not null);
        Assert.Equal(["icare-2026-03-02.json"], Files(anchors));
        Assert.True((await anchors.LastAsync("icare", default))!.Stands);
    }

    [Theory]
    [InlineData("delete from sync.ledger_entry where sequence > 6")]
    [InlineData("update sync.ledger_entry set hash = repeat('a', 64) where sequence = 10")]
    public async Task Of_a_ledger_that_no_longer_holds_what_was_seen_no_further_anchor_is_made(string statement)
    {
        await using var harness = await FilledAsync(10);
        var anchors = harness.Get<AnchorStore>();
        await anchors.WriteAsync("icare", Today, default);
        await harness.RunAsync("alter table sync.ledger_entry disable trigger user");
        await harness.RunAsync(statement);

        var refused = await Assert.ThrowsAsync<LedgerContradictedException>(() => anchors.WriteAsync("icare", Today.AddDays(1), default));

        Assert.Contains("icare-2026-03-02.json", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LedgerContradictedException>(() => anchors.MakeAsync("icare", default));
        Assert.False((await anchors.LastAsync("icare", default))!.Stands);
        Assert.Single(Files(anchors));
    }

    [Fact]
    public async Task An_altered_last_anchor_is_named_and_nothing_is_chained_to_it()
    {
        await using var harness = await FilledAsync(10);
        var anchors = harness.Get<AnchorStore>();
        await anchors.WriteAsync("icare", Today, default);
        var path = Path.Combine(anchors.Folder, "icare-2026-03-02.json");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("\"sequence\": 10", "\"sequence\": 9", StringComparison.Ordinal));

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => anchors.WriteAsync("icare", Today.AddDays(1), default));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidDataException>(() => anchors.MakeAsync("icare", default));
    }

    [Fact]
    public async Task The_owner_of_the_tables_is_refused_by_privilege_as_well_unless_it_gives_itself_the_right()
    {
        await using var harness = await StorageHarness.StartAsync();
        var database = new NpgsqlConnectionStringBuilder(harness.ConnectionString).Database!;
        var role = $"owner_of_{database}";
        await harness.RunAsync($"create role {role} login password 'owner'");
        await harness.RunAsync($"create database {role} owner {role}");
        var text = new NpgsqlConnectionStringBuilder(harness.ConnectionString) { Database = role, Username = role, Password = "owner" }.ConnectionString;
        await using var owned = StorageHarness.Build(text);
        await owned.Get<Migrator>().MigrateAsync(default);
        await AppendAsync(owned, 3);

        foreach (var statement in (string[])["update sync.ledger_entry set payload = '{}' where false", "delete from sync.ledger_entry where false", "truncate sync.ledger_entry"])
        {
            // No row is touched, so no trigger of a row could refuse the first two.
            var refused = await Assert.ThrowsAsync<PostgresException>(() => owned.RunAsync(statement));
            Assert.Contains("permission denied", refused.MessageText, StringComparison.Ordinal);
        }
        Assert.True((await owned.Get<LedgerStore>().VerifyAsync("icare", default)).IsIntact);
        await owned.RunAsync($"grant update on sync.ledger_entry to {role}");
        Assert.Contains("append-only", (await Assert.ThrowsAsync<PostgresException>(() => owned.RunAsync("update sync.ledger_entry set payload = '{}'"))).MessageText, StringComparison.Ordinal);
    }

    private static List<string> Files(AnchorStore anchors) => [.. Directory.EnumerateFiles(anchors.Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    private static async Task<StorageHarness> FilledAsync(int entries)
    {
        var harness = await StorageHarness.StartAsync();
        await AppendAsync(harness, entries);
        return harness;
    }

    private static Task<IReadOnlyList<LedgerEntry>> AppendAsync(StorageHarness harness, int entries, string connection = "icare") =>
        harness.InTransactionAsync(t => harness.Get<LedgerStore>().AppendAsync(t, connection, [.. Enumerable.Range(1, entries).Select(i => new NewLedgerEntry("test", $$"""{"n":{{i}}}"""))], default));
}
