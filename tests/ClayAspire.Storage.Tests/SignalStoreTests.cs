using ClayAspire.Domain.Primitives;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Records;
using ClayAspire.Storage.Signals;

namespace ClayAspire.Storage.Tests;

public sealed class SignalStoreTests
{
    [Fact]
    public async Task Duplicate_deliveries_are_one_signal_also_when_they_come_at_once()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<SignalStore>();
        var batches = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
        {
            var signals = Enumerable.Range(0, 50).Select(k => StorageHarness.Signal($"key-{k}"));
            return store.AppendAsync([.. i % 2 == 0 ? signals : signals.Reverse()], default);
        }));
        Assert.Equal(50L, await harness.ScalarAsync<long>("select count(*) from sync.signal"));
        Assert.Equal(50L, await harness.ScalarAsync<long>("select count(*) from sync.signal_outcome where state = 'pending'"));
        Assert.Equal(50, batches.Sum(b => b.Count(r => r.Status == ReceiptStatus.Accepted)));
        Assert.All(batches.SelectMany(b => b).GroupBy(r => r.IdempotencyKey), g => Assert.Single(g.Select(r => r.SignalId).Distinct()));
        Assert.Equal(1L, await harness.ScalarAsync<long>("select count(*) from sync.job where kind = 'process-signals'"));
    }

    [Fact]
    public async Task Receipts_stand_in_the_order_given_and_an_unfit_row_does_not_stop_the_others()
    {
        await using var harness = await StorageHarness.StartAsync();
        var receipts = await harness.Get<SignalStore>().AppendAsync([
            StorageHarness.Signal("a"),
            StorageHarness.Signal("nul", """{"name":"a\u0000b"}"""),
            StorageHarness.Signal("half", """{"name":"\ud800"}"""),
            StorageHarness.Signal("array", "[1]"),
            StorageHarness.Signal("broken", "{"),
            StorageHarness.Signal("a"),
            StorageHarness.Signal("raw-nul", "{\"x\":\"\0\"}"),
            StorageHarness.Signal("fine", """{"name":"🦊","big":123456789012345678901234567890.5,"deep":{"a":[null,true]}}"""),
        ], default);
        Assert.Equal(["Accepted", "Quarantined", "Quarantined", "Quarantined", "Quarantined", "Duplicate", "Quarantined", "Accepted"], receipts.Select(r => r.Status.ToString()));
        Assert.Equal(receipts[0].SignalId, receipts[5].SignalId);
        var ordered = await harness.Get<SignalStore>().AppendAsync([StorageHarness.Signal("z"), StorageHarness.Signal("m"), StorageHarness.Signal("b")], default);
        Assert.Equal(ordered.Select(r => r.SignalId).Order(), ordered.Select(r => r.SignalId));
        Assert.Equal("unstorable-text,unstorable-text,payload-not-an-object,no-json,no-json",
            await harness.ScalarAsync<string>("select string_agg(reason_code, ',' order by id) from sync.quarantine"));
    }

    [Fact]
    public async Task A_signal_that_feeds_no_flow_is_ignored_at_once_and_wakes_nobody()
    {
        await using var harness = await StorageHarness.StartAsync();
        await harness.Get<SignalStore>().AppendAsync([StorageHarness.Signal("1", feedsFlow: false)], default);
        Assert.False(await harness.Get<SignalStore>().HasPendingAsync(default));
        Assert.Equal("ignored", await harness.ScalarAsync<string>("select state from sync.signal_outcome"));
        Assert.Equal(0L, await harness.ScalarAsync<long>("select count(*) from sync.job"));
    }

    [Fact]
    public async Task Two_workers_take_different_pending_signals_and_what_is_rolled_back_waits_again()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<SignalStore>();
        await store.AppendAsync([.. Enumerable.Range(0, 10).Select(i => StorageHarness.Signal($"{i}"))], default);
        await using var one = await harness.Database.OpenConnectionAsync();
        await using var two = await harness.Database.OpenConnectionAsync();
        await using var first = await one.BeginTransactionAsync();
        await using var second = await two.BeginTransactionAsync();
        var taken = await store.TakePendingAsync(first, 6, default);
        var rest = await store.TakePendingAsync(second, 6, default);
        Assert.Equal((6, 4), (taken.Count, rest.Count));
        Assert.Empty(taken.Select(s => s.Id).Intersect(rest.Select(s => s.Id)));
        await store.SetOutcomesAsync(second, [.. rest.Select(s => new SignalOutcomeChange(s.Id, SignalOutcomes.Resolved, null, new RecordKey("icare", "Lead", "L1")))], default);
        await second.CommitAsync();
        await first.RollbackAsync();
        Assert.Equal(6, await harness.InTransactionAsync(async t => (await store.TakePendingAsync(t, 100, default)).Count));
    }

    [Fact]
    public async Task A_plan_is_decided_on_every_candidate_of_the_cells_that_have_a_pending_one()
    {
        await using var harness = await StorageHarness.StartAsync();
        var signals = await harness.OfferAsync(("L1", "City", "old"), ("L1", "City", "new"), ("L2", "City", "settled only"));
        await harness.RunAsync($"update sync.candidate set state = 'settled' where signal_id in ({signals[0]}, {signals[2]})");
        var cells = await harness.Get<CandidateStore>().OfPendingCellsAsync("icare", "enrichment-writeback", default);
        var (cell, candidates) = Assert.Single(cells);
        Assert.Equal("L1", cell.Record.Id);
        Assert.Equal([("old", true), ("new", false)], candidates.Select(c => (c.Value.Text!, c.IsSettled)));
        Assert.Equal(2, (await harness.Get<CandidateStore>().OfCellsAsync([cell, StorageHarness.Cell("L2", "City"), cell], default)).Count);
        Assert.Equal(0, await harness.InTransactionAsync(t => harness.Get<CandidateStore>().AddAsync(
            t, [new NewCandidate(signals[0], "enrichment-writeback", cell, "again", "clay", StorageHarness.Start)], default)));
        await Assert.ThrowsAsync<ArgumentException>(() => harness.InTransactionAsync(t => harness.Get<CandidateStore>().AddAsync(
            t, [new NewCandidate(signals[0], "enrichment-writeback", cell, "", "clay", StorageHarness.Start)], default)));
    }

    [Fact]
    public async Task An_import_tells_its_progress_and_ends_once()
    {
        await using var harness = await StorageHarness.StartAsync();
        var store = harness.Get<SignalStore>();
        var id = await store.CreateImportAsync(new NewImport("clay", "people", "people.csv", "csv", 1000, "Clay", "receiver-1"), default);
        await store.ReportImportAsync(id, new ImportProgress(500, 10, 8, 1, 1), default);
        await store.QuarantineAsync([new QuarantinedRow("clay", "people", "bad-csv", "Too few columns.", "a\0,b", id, 7)], default);
        await store.CompleteImportAsync(id, new ImportProgress(1000, 20, 17, 2, 1), default);
        var row = await store.FindImportAsync(id, default);
        Assert.Equal(("completed", 20L, 17L), (row!.State, row.RowsRead, row.RowsAccepted));
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.FailImportAsync(id, new ImportProgress(0, 0, 0, 0, 0), "late", default));
        var quarantined = new List<QuarantineRow>();
        await foreach (var q in store.ReadQuarantineAsync(id, default))
            quarantined.Add(q);
        Assert.Equal((7L, "a\uFFFD,b"), (Assert.Single(quarantined).Line!.Value, quarantined[0].Raw));
    }

    [Fact]
    public async Task The_mirror_keeps_the_newest_reading_and_finds_by_every_key()
    {
        await using var harness = await StorageHarness.StartAsync();
        var mirror = harness.Get<CrmRecordStore>();
        CrmRecordRow Row(string id, string? email, string version, int minutes, string? external = null) => new()
        {
            Connection = "icare",
            Object = "Lead",
            RecordId = id,
            EmailKey = email,
            ExternalKey = external,
            Version = version,
            Fields = $$"""{"Email":"{{email}}"}""",
            ReadAt = StorageHarness.Start.AddMinutes(minutes),
        };
        await mirror.UpsertAsync([Row("L1", "Ann@x.example", "v2", 5, "ext-1"), Row("L2", "ann@x.example", "v1", 5), Row("L1", "old@x.example", "v1", 4)], default);
        await mirror.UpsertAsync([Row("L1", "older@x.example", "v0", 3)], default);
        Assert.Equal("v2", Assert.Single(await mirror.FindByIdsAsync("icare", "Lead", ["L1", "L9"], default)).Version);
        Assert.Equal(2, (await mirror.FindByEmailsAsync("icare", "Lead", [" ANN@x.example"], default)).Count);
        Assert.Equal("L1", Assert.Single(await mirror.FindByExternalKeysAsync("icare", "Lead", ["ext-1"], default)).RecordId);
        Assert.Equal(1, await mirror.MarkGoneAsync("icare", "Lead", ["L2"], "deleted", default));
        Assert.Null(await mirror.FindCursorAsync("icare", "Lead", default));
        await mirror.SetCursorAsync(new MirrorCursorRow { Connection = "icare", Object = "Lead", ReadUntil = StorageHarness.Start }, default);
        await mirror.SetCursorAsync(new MirrorCursorRow { Connection = "icare", Object = "Lead", ReadUntil = StorageHarness.Start.AddDays(-1), LastFullAt = StorageHarness.Start }, default);
        var cursor = await mirror.FindCursorAsync("icare", "Lead", default);
        Assert.Equal((StorageHarness.Start, StorageHarness.Start), (cursor!.ReadUntil, cursor.LastFullAt));
    }
}
