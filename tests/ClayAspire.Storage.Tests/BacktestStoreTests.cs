using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Suppression;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Backtests;
using ClayAspire.Storage.Edits;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Records;
using ClayAspire.Storage.Signals;
using ClayAspire.Storage.Suppression;

namespace ClayAspire.Storage.Tests;

public sealed class BacktestStoreTests
{
    private static readonly BacktestWindow Window = new(StorageHarness.Start.AddDays(19), StorageHarness.Start.AddDays(30));
    private static readonly DateTimeOffset Within = Window.From.AddDays(1);

    [Fact]
    public async Task A_record_comes_whole_however_many_signals_it_has_and_signals_without_a_record_come_with_their_reason()
    {
        await using var harness = await StorageHarness.StartAsync();
        harness.Clock!.SetUtcNow(Within);
        // One record alone exceeds what is fetched at once; the others straddle the borders.
        var ids = await SignalsAsync(harness, 4400);
        await ResolveAsync(harness, ids, i => i switch
        {
            < 2300 => Resolved(ids[i], "00Qbig"),
            < 4390 => Resolved(ids[i], $"00Q{i % 700:D4}", i % 2 == 0 ? "icare" : "icare-staging"),
            < 4393 => new SignalOutcomeChange(ids[i], SignalOutcomes.Unmatched, "none", null, new AwaitedRecord("icare", "Lead", ["email:a@b.example"])),
            < 4395 => new SignalOutcomeChange(ids[i], SignalOutcomes.Ambiguous, "several"),
            < 4396 => new SignalOutcomeChange(ids[i], SignalOutcomes.Ignored, "no flow"),
            _ => null,
        });

        var parts = await ReadAsync(harness, harness.ConnectionString);
        Assert.True(parts.Count > 1);
        Assert.All(parts, p => Assert.Equal(4400, p.Total));
        Assert.Equal(4400, parts.Sum(p => p.Signals));
        var records = parts.SelectMany(p => p.Records).ToList();
        Assert.Equal(records.Count, records.Select(r => r.Record).Distinct().Count());
        Assert.Equal(2300, records.Single(r => r.Record.Id == "00Qbig").Signals.Count);
        Assert.Equal(ids.Take(4390).Order(), records.SelectMany(r => r.Signals).Select(s => s.Id).Order());
        Assert.Equal(
        [
            (UnplacedReason.Pending, 4), (UnplacedReason.Ambiguous, 2), (UnplacedReason.Unmatched, 3), (UnplacedReason.Ignored, 1),
        ], parts.SelectMany(p => p.Unplaced).CountBy(u => u.Reason).OrderBy(c => c.Key).Select(c => (c.Key, c.Value)));
    }

    [Fact]
    public async Task What_is_known_of_a_record_is_read_as_it_stood_and_nothing_of_a_namesake_elsewhere()
    {
        await using var harness = await StorageHarness.StartAsync();
        var before = await harness.OfferAsync(("00Q1", "City", "Settled before"), ("00Q1", "FirstName", "Settled since"), ("00Q1", "LastName", "Held"));
        await PlanAsync(harness, 1, (before[0], "00Q1", "City", "Settled before", Verdict.Keep, "Nantes"));
        harness.Clock!.SetUtcNow(Within);
        await PlanAsync(harness, 2, (before[1], "00Q1", "FirstName", "Settled since", Verdict.Write, null), (before[2], "00Q1", "LastName", "Held", Verdict.Hold, "Duval"));
        await ApplyAsync(harness, 2);
        await harness.Get<SuppressionStore>().AddAsync([new SuppressionOrder(new SuppressionSubject(SuppressionKind.Domain, "nantes.example"), "excluded", null)], "marcom", default);
        await harness.Get<CrmRecordStore>().UpsertAsync([Mirror("icare", """{"City":"mail.nantes.example","Odd":1}"""), Mirror("icare-staging", """{"City":"Elsewhere"}""")], default);
        var edited = LastEdit.Made(new EditorVerdict(EditorKind.Human), "005U", Window.To, FieldValue.FromCanonical("Lyon"), FieldValue.FromCanonical("mail.nantes.example"));
        var later = LastEdit.Made(new EditorVerdict(EditorKind.Us), "005V", Window.To.AddSeconds(1), null, null);
        await harness.Get<FieldEditStore>().SaveAsync(
            [new(new CellKey(new RecordKey("icare", "Lead", "00Q1"), "City"), edited), new(new CellKey(new RecordKey("icare", "Lead", "00Q1"), "City"), later)], LearnedBy.Mirror, default);
        var ids = await SignalsAsync(harness, 2);
        await ResolveAsync(harness, ids, i => Resolved(ids[i], "00Q1", i == 0 ? "icare" : "icare-staging"));

        // A session that may write nothing at all.
        var parts = await ReadAsync(harness, harness.ConnectionString + ";Options=-c default_transaction_read_only=on");
        var (here, there) = (parts.SelectMany(p => p.Records).Single(r => r.Record.Connection == "icare"), parts.SelectMany(p => p.Records).Single(r => r.Record.Connection == "icare-staging"));
        Assert.Equal([ids[0]], here.Signals.Select(s => s.Id));
        Assert.Equal(
        [
            new PlanSighting("FirstName", Sealed(2), default, Verdict.Write, "test-reason", false),
            new PlanSighting("LastName", Sealed(2), FieldValue.FromCanonical("Duval"), Verdict.Hold, "test-reason", false),
        ], here.Plans.OrderBy(p => p.Field, StringComparer.Ordinal));
        Assert.Equal([new KnownWrite("FirstName", Within, default, FieldValue.FromCanonical("Settled since"), false)], here.Writes);
        Assert.Equal(
        [
            ("City", "Settled before", true), ("FirstName", "Settled since", false), ("LastName", "Held", false),
        ], here.Earlier.Select(e => (e.Field, e.Candidate.Value.Text, e.Candidate.IsSettled)));
        Assert.Equal((RecordState.Converted, "mail.nantes.example", 1), (here.Mirror!.State, here.Mirror.Values["City"].Text, here.Mirror.Values.Count));
        Assert.Equal([new KnownEdit("City", edited)], here.Edits);
        Assert.Empty(there.Edits);
        Assert.Equal((0, 0, 0, "Elsewhere"), (there.Plans.Count, there.Writes.Count, there.Earlier.Count, there.Mirror!.Values["City"].Text));
        Assert.Equal(("excluded", "nantes.example"), (Assert.Single(here.Listed["nantes.example"]).Reason, Assert.Single(here.Listed).Key));
    }

    [Fact]
    public async Task Only_the_window_and_the_kinds_asked_for_are_read_and_an_odd_kind_harms_nothing()
    {
        await using var harness = await StorageHarness.StartAsync();
        harness.Clock!.SetUtcNow(Window.From.AddTicks(-10));
        await SignalsAsync(harness, 1, "early");
        harness.Clock.SetUtcNow(Window.From);
        await SignalsAsync(harness, 2, "within");
        Assert.Equal(2, (await ReadAsync(harness, harness.ConnectionString, "clay.row", "odd\0kind\uD800")).Sum(p => p.Signals));
        Assert.Empty(await ReadAsync(harness, harness.ConnectionString, "smartlead.reply"));
    }

    // Any field may be the one that holds a domain.
    private static readonly SuppressionRules Rules = new([], [new SuppressedObject("icare", "Lead", null, []) { DomainField = "City" }], []);

    private static async Task<List<BacktestPart>> ReadAsync(StorageHarness harness, string connectionString, params string[] kinds)
    {
        await using var reader = connectionString == harness.ConnectionString ? null : StorageHarness.Build(connectionString);
        var parts = new List<BacktestPart>();
        await foreach (var part in (reader ?? harness).Get<BacktestStore>().ReadAsync(Window, kinds.Length > 0 ? kinds : ["clay.row"], [Rules], default))
            parts.Add(part);
        return parts;
    }

    private static async Task<long[]> SignalsAsync(StorageHarness harness, int count, string prefix = "s") =>
        [.. (await harness.Get<SignalStore>().AppendAsync([.. Enumerable.Range(0, count).Select(i => StorageHarness.Signal($"{prefix}-{i}"))], default)).Select(r => r.SignalId!.Value)];

    private static Task<int> ResolveAsync(StorageHarness harness, long[] ids, Func<int, SignalOutcomeChange?> outcome) => harness.InTransactionAsync(t =>
        harness.Get<SignalStore>().SetOutcomesAsync(t, [.. Enumerable.Range(0, ids.Length).Select(outcome).OfType<SignalOutcomeChange>()], default));

    private static SignalOutcomeChange Resolved(long signal, string record, string connection = "icare") =>
        new(signal, SignalOutcomes.Resolved, null, new RecordKey(connection, "Lead", record));

    private static Guid PlanId(int number) => Guid.Parse($"0195e000-0000-7000-8000-00000000bb{number:D2}");

    private static DateTimeOffset Sealed(int plan) => plan == 1 ? StorageHarness.Start : Within;

    private static Task<bool> PlanAsync(StorageHarness harness, int number, params (long Signal, string Record, string Field, string Value, Verdict Verdict, string? Old)[] cells) =>
        harness.Get<PlanStore>().SaveAsync(Plan.Seal(PlanId(number), "icare", "enrichment-writeback", "policy-1", "marcom", Sealed(number), Sealed(number).AddHours(24),
            cells.Select((c, i) => StorageHarness.Cell(i, c.Record, c.Field, StorageHarness.Decision(c.Verdict, StorageHarness.Candidate(c.Signal, c.Value)), c.Old)), new PlanCost(3, 0m)), PlanFacts.Whole, default);

    private static async Task ApplyAsync(StorageHarness harness, int number)
    {
        var plan = (await harness.Get<PlanStore>().LoadAsync(PlanId(number), default))!;
        var run = (await harness.Get<PlanStore>().ApproveAsync(plan.Plan.Id, plan.StoredHash, "crm-admin", ["CRM Admin"], StorageHarness.Policy(), null, default)).RunId!.Value;
        var lease = (await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w1", TimeSpan.FromMinutes(1), default)).Single().Lease;
        var runs = harness.Get<RunStore>();
        await runs.StartIfLeaseHeldAsync(lease, run, "w1", default);
        foreach (var state in new[] { RunCellStates.Intent, RunCellStates.Acknowledged, RunCellStates.Verified })
            await runs.MoveCellsIfLeaseHeldAsync(lease, run, [new CellMove(0, state)], 1, default);
    }

    private static CrmRecordRow Mirror(string connection, string fields) => new()
    {
        Connection = connection,
        Object = "Lead",
        RecordId = "00Q1",
        Version = "v2",
        State = "converted",
        Fields = fields,
        ReadAt = Within,
    };
}
