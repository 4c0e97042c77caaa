using System.Diagnostics.Metrics;
using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Edits;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Drift;
using ClayAspire.Storage.Explain;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;
using ClayAspire.SyncWorker.Schedule;
using Microsoft.EntityFrameworkCore;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>The drift watch: what became of values that runs verified, from the CRM's history to the rates.</summary>
public sealed class DriftTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Staging = "icare-staging";
    private const string Enrichment = "enrichment-writeback";
    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Of_200_verified_cells_20_edited_by_people_10_by_a_flow_and_5_by_another_integration_the_rates_are_those()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 200);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 200);
        var run = await stack.ApplyAsync(await stack.PlanAsync(Staging, Enrichment));
        Assert.Equal((RunStates.Green, 200), (run.State, run.Verified));
        await AgeAsync(stack, days: 2);
        await twin.Staging.EditAsync("human", ids.Take(20).Select((id, i) => (id, (object)new { City = $"Typed{i}" })));
        await twin.Staging.EditAsync("automation", ids.Skip(20).Take(10).Select(id => (id, (object)new { City = "" })));
        await twin.Staging.EditAsync("integration", ids.Skip(30).Take(5).Select(id => (id, (object)new { City = "Loaded" })));
        // Edited and set back: no drift.
        await twin.Staging.EditAsync("human", ids[50], new { City = "Elsewhere" });
        await twin.Staging.EditAsync("human", ids[50], new { City = "Paris50" });
        using var looked = new Looked();

        var sample = await SampleAsync(stack, cells: 1000);

        Assert.Equal((200L, 200, 35, "marcom"), (sample.Eligible, sample.Cells, sample.Changed, sample.AskedBy));
        // One reading of 200 records and one question about 35; whom the editors are, and which fields are tracked, was known or is asked once.
        Assert.InRange(sample.ApiCalls, 2, 5);
        var rate = Assert.Single(await stack.Get<DriftStore>().RatesAsync(new DriftFilter(At), default));
        Assert.Equal((Staging, "Lead", "City", 200L, 35L), (rate.Connection, rate.Object, rate.Field, rate.Sample, rate.Changed));
        Assert.Equal((20L, 10L, 5L, 0L, 0L), (rate.ByHuman, rate.ByAutomation, rate.ByIntegration, rate.ByUs, rate.ByUnknown));
        Assert.Equal((0.175, 0.1, 0.05, 0.025), (rate.Rate.Ratio, rate.RateOf(EditorKind.Human).Ratio, rate.RateOf(EditorKind.Automation).Ratio, rate.RateOf(EditorKind.Integration).Ratio));
        Assert.InRange(rate.RateOf(EditorKind.Human).Low!.Value, 0.065, 0.066);
        Assert.InRange(rate.RateOf(EditorKind.Human).High!.Value, 0.149, 0.150);
        Assert.Equal(["automation:10", "human:20", "integration:5", "nobody:165"], looked.Counts("Lead.City"));
        Assert.Equal(20, (await stack.Get<DriftStore>().ObservationsAsync(new DriftFilter(At, Outcome: DriftOutcomes.Changed, By: "human"), "record", false, 1, 500, default)).Total);
        // The explanation of such a cell says when and by whom.
        var story = CellExplainer.Explain(stack.Policy, await stack.Get<ExplanationStore>().FactsAsync(Cell(ids[31]), stack.Policy.Suppression, default));
        Assert.Equal((ValueOrigin.EditedSince, EditorKind.Integration, "Loaded"), (story.Current.Origin, story.Current.EditedBy, story.Current.Value));
        Assert.NotNull(story.Current.EditedAt);
        Assert.Contains("Another integration changed it in the CRM", story.Story, StringComparison.Ordinal);
        Assert.Contains(story.Timeline, e => e.Kind == "edited" && e.Text.Contains("'Paris31' → 'Loaded'", StringComparison.Ordinal));
        Assert.Contains(story.Timeline, e => e.Kind == "checked" && e.Text == "Drift watch: 'Loaded' instead of 'Paris31', changed by another integration.");

        // Looked at again, each value counts once, by its latest look.
        await twin.Staging.EditAsync("human", ids[0], new { City = "Paris0" });
        await SampleAsync(stack, cells: 1000);
        var again = Assert.Single(await stack.Get<DriftStore>().RatesAsync(new DriftFilter(At), default));
        Assert.Equal((200L, 34L, 19L), (again.Sample, again.Changed, again.ByHuman));
        Assert.Equal(400, await stack.ReadAsync(db => db.Database.SqlQueryRaw<int>("select count(*)::int as \"Value\" from sync.drift_observation").SingleAsync()));
    }

    [Fact]
    public async Task A_draw_is_random_by_its_seed_and_takes_only_what_is_old_enough_and_ours_still()
    {
        var twin = await fixture.EmptyAsync();
        await LeadsAsync(twin, 60);
        await using var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 60);
        var run = await stack.ApplyAsync(await stack.PlanAsync(Staging, Enrichment));
        var store = stack.Get<DriftStore>();
        var now = stack.Get<TimeProvider>().GetUtcNow();
        DriftDraw Draw(long seed, int cells = 20) => new(Staging, [new WatchedField("Lead", "City")], now.AddDays(-30), now.AddDays(-1), cells, seed);

        Assert.Equal(0, (await store.DrawAsync(Draw(1), default)).Eligible);
        await AgeAsync(stack, days: 2);
        var first = await store.DrawAsync(Draw(1), default);
        Assert.Equal((60L, 20), (first.Eligible, first.Cells.Count));
        Assert.Equal(first.Cells, (await store.DrawAsync(Draw(1), default)).Cells);
        var other = await store.DrawAsync(Draw(2), default);
        Assert.NotEqual(first.Cells.Select(c => c.Ordinal).Order(), other.Cells.Select(c => c.Ordinal).Order());
        Assert.Equal(0, (await store.DrawAsync(Draw(1) with { Fields = [new WatchedField("Lead", "FirstName")] }, default)).Eligible);
        // What a later run took back is judged by what that run wrote, not by the first.
        var undone = await stack.ApplyAsync(await stack.UndoAsync(run));
        await AgeAsync(stack, days: 1.5, run: undone.Id);
        var later = await store.DrawAsync(Draw(1, 100), default);
        Assert.Equal(60, later.Eligible);
        Assert.All(later.Cells, c => Assert.Equal((undone.Id, true), (c.RunId, c.Written.IsBlank)));
    }

    [Fact]
    public async Task Where_nobody_can_tell_who_changed_it_the_watch_says_unknown_and_why_and_a_record_that_is_gone_is_no_drift()
    {
        var twin = await fixture.EmptyAsync();
        var ids = await LeadsAsync(twin, 4);
        var stack = await SyncStack.StartAsync(twin);
        await OfferAsync(stack, 4);
        await stack.ApplyAsync(await stack.PlanAsync(Staging, Enrichment));
        await AgeAsync(stack, days: 2);
        await twin.Staging.TrackAsync("Lead", "City", false);
        await twin.Staging.EditAsync("human", ids[0], new { City = "Untracked" });
        await twin.Staging.DeleteAsync("Lead", ids[1]);
        // Another worker: this one still remembers for some minutes that the field was tracked.
        var database = stack.Database;
        await stack.DisposeAsync();
        await using var fresh = await SyncStack.StartAsync(twin, database: database);

        await SampleAsync(fresh, cells: 10);

        var rate = Assert.Single(await fresh.Get<DriftStore>().RatesAsync(new DriftFilter(At), default));
        Assert.Equal((3L, 1L, 1L, 1L), (rate.Sample, rate.Changed, rate.ByUnknown, rate.Gone));
        var changed = Assert.Single((await fresh.Get<DriftStore>().ObservationsAsync(new DriftFilter(At, Outcome: DriftOutcomes.Changed), null, false, 1, 10, default)).Rows);
        Assert.Equal(("unknown", "history-not-tracked", "Untracked", null), (changed.ChangedBy, changed.GapCode, changed.SeenValue, changed.ChangedAt));
        var story = CellExplainer.Explain(fresh.Policy, await fresh.Get<ExplanationStore>().FactsAsync(Cell(ids[0]), fresh.Policy.Suppression, default));
        Assert.Contains("Turn on field history tracking", story.Current.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_leader_orders_one_look_a_day_and_connection()
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await SyncStack.StartAsync(twin);
        await SyncStack.UntilAsync(() => stack.ReadAsync(async db => await db.DriftSamples.CountAsync() == 2), "both accounts were looked at");
        Assert.Equal(["icare", Staging], await stack.ReadAsync(db => db.DriftSamples.OrderBy(s => s.Connection).Select(s => s.Connection).ToListAsync()));
        Assert.All(await stack.ReadAsync(db => db.DriftSamples.ToListAsync()), s => Assert.Equal((Scheduler.Author, 500, 0, 0), (s.AskedBy, s.Asked, s.Cells, s.ApiCalls)));

        await stack.ReadAsync(db => db.Database.ExecuteSqlRawAsync("update sync.drift_sample set sampled_at = sampled_at - interval '1 day'"));

        await SyncStack.UntilAsync(() => stack.ReadAsync(async db => await db.DriftSamples.CountAsync() == 4), "the next day's looks were taken");
    }

    private static CellKey Cell(string record) => new(new RecordKey(Staging, "Lead", record), "City");

    private static async Task<DriftSampleRow> SampleAsync(SyncStack stack, int cells)
    {
        var id = stack.Get<IIdSource>().Next();
        var job = await stack.Get<JobQueue>().EnqueueAsync(NewJob.SampleDrift(new SampleDrift(id, Staging, "marcom", cells, 7)), default);
        id = JobPayload.Read<SampleDrift>(job.Payload).SampleId;
        await SyncStack.UntilAsync(async () => await stack.Get<DriftStore>().FindSampleAsync(id, default) is not null, "the sample is stored");
        return (await stack.Get<DriftStore>().FindSampleAsync(id, default))!;
    }

    /// <summary>As if the runs had been some days ago.</summary>
    private static Task<int> AgeAsync(SyncStack stack, double days, Guid? run = null) => stack.ReadAsync(db => db.Database.ExecuteSqlAsync(
        $"update sync.run_cell set verified_at = verified_at - {days} * interval '1 day', sent_at = sent_at - {days} * interval '1 day' where state = 'verified' and ({run}::uuid is null or run_id = {run})"));

    private static Task<IReadOnlyList<string>> LeadsAsync(Twin twin, int count) =>
        twin.Staging.LoadAsync("Lead", Enumerable.Range(0, count).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}" }));

    private static Task OfferAsync(SyncStack stack, int count) =>
        stack.Get<SignalStore>().AppendAsync([.. Enumerable.Range(0, count).Select(i => new NewSignal("clay", "clay.row", "fake_1000", $"row {i}",
            JsonSerializer.Serialize(new { unique_id = $"r{i}", city = $"Paris{i}" }), At, FeedsFlow: true))], default);

    /// <summary>Hears the metric of this process.</summary>
    private sealed class Looked : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<(string Field, string By), long> _counts = [];

        public Looked()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "clayaspire_drift_cells_total")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                var labels = tags.ToArray().ToDictionary(t => t.Key, t => t.Value?.ToString() ?? "", StringComparer.Ordinal);
                Assert.Equal(["by", "connection", "field"], labels.Keys.Order(StringComparer.Ordinal));
                lock (_counts)
                    _counts[(labels["field"], labels["by"])] = _counts.GetValueOrDefault((labels["field"], labels["by"])) + value;
            });
            _listener.Start();
        }

        public IEnumerable<string> Counts(string field)
        {
            lock (_counts)
                return [.. _counts.Where(c => c.Key.Field == field).Select(c => $"{c.Key.By}:{c.Value}").Order(StringComparer.Ordinal)];
        }

        public void Dispose() => _listener.Dispose();
    }
}
