using System.Text.Json;
using ClayAspire.Connectors.Tests;
using ClayAspire.Domain.Audit;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Signals;
using Microsoft.EntityFrameworkCore;
using Xunit.Abstractions;

namespace ClayAspire.SyncWorker.Tests;

/// <summary>
/// What every connector must do under every fault, by calls and by bulk job. The twin draws the faults from the seed that is printed; its audit
/// of writes received and committed is the judge: every planned cell ends verified, or with a reason, and none is committed twice.
/// </summary>
public sealed class ConformanceTests(TwinFixture fixture, ITestOutputHelper output) : IClassFixture<TwinFixture>
{
    private const string Staging = "icare-staging";
    private const string Enrichment = "enrichment-writeback";
    private const int Leads = 230;
    private static readonly DateTimeOffset At = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Faults that pass: drawn from the seed, of the kinds named.</summary>
    public static TheoryData<string, bool, int> Passing()
    {
        var cases = new TheoryData<string, bool, int>();
        string[] byCalls = ["failBeforeCommit", "failAfterCommit", "loseAnswer", "failRead", "lockRows", "endSession", "refuseForQuota", "slow"];
        string[] inBulk = [.. byCalls, "failBulkRows", "failBulkJob", "stickBulkJob"];
        var seed = 20_261_101;
        foreach (var kind in byCalls)
            cases.Add(kind, false, seed++);
        foreach (var kind in inBulk)
            cases.Add(kind, true, seed++);
        // All at once.
        for (var i = 0; i < 3; i++)
        {
            cases.Add(string.Join(',', byCalls), false, seed++);
            cases.Add(string.Join(',', inBulk), true, seed++);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task After_a_passing_fault_every_cell_is_verified_and_none_was_committed_twice(string kinds, bool inBulk, int seed)
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin, inBulk);
        var (plan, _) = await PlanAsync(stack, twin);
        await twin.Staging.FaultsAsync(new { reorderRows = true, seeded = new { seed, chance = kinds.Contains(',', StringComparison.Ordinal) ? 0.5 : 0.9, count = 4, kinds = kinds.Split(','), slowMs = 300 }, stuckPolls = 4, client = Twin.ClientId });

        var run = await stack.ApplyAsync(plan);

        var drawn = await PrintAsync(twin, seed);
        Assert.NotEmpty(drawn);
        await AssertTrueAsync(stack, twin, run, 2 * Leads);
        // Healed: what was refused for a passing reason waits for the next plan, and is written by it.
        await twin.Staging.FaultsAsync(new { });
        var rest = await stack.PlanAsync(Staging, Enrichment);
        var left = run.Planned - run.Verified;
        Assert.Equal(left, rest.Plan.Changes.Count());
        if (left > 0)
            Assert.Equal((RunStates.Green, left), await stack.ApplyAsync(rest) is var second ? (second.State, second.Verified) : default);
        var writes = await OursAsync(twin);
        Assert.Equal(2 * Leads, writes.Count);
        Assert.All(writes, w => Assert.Equal(1, w.Committed));
    }

    [Theory]
    [InlineData("convert", false, 20_261_201)]
    [InlineData("convert", true, 20_261_202)]
    [InlineData("delete", false, 20_261_203)]
    [InlineData("delete", true, 20_261_204)]
    [InlineData("merge", false, 20_261_205)]
    [InlineData("merge", true, 20_261_206)]
    public async Task A_record_that_is_lost_in_the_middle_has_its_reason_and_all_others_are_verified(string act, bool inBulk, int seed)
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin, inBulk);
        var (plan, ids) = await PlanAsync(stack, twin);
        // Between second check and write, or between two calls of a job: records and moments are drawn from the seed.
        var random = new Random(seed);
        List<string> sorted = [.. ids.Order(StringComparer.Ordinal)];
        var chosen = sorted.Take(190).OrderBy(_ => random.Next()).Take(2).Concat(sorted.Skip(200).OrderBy(_ => random.Next()).Take(2)).Concat(sorted.Skip(190).Take(4)).ToList();
        await twin.Staging.FaultsAsync(new
        {
            client = Twin.ClientId,
            acts = chosen.Take(4).Select((id, i) => new { @do = act, id = act == "merge" ? chosen[4 + i] : id, others = act == "merge" ? new[] { id } : null, beforeWrite = inBulk ? random.Next(1, 4) : i < 2 ? 1 : 2 }),
        });

        var run = await stack.ApplyAsync(plan);

        await PrintAsync(twin, seed);
        await AssertTrueAsync(stack, twin, run, 2 * Leads);
        Assert.Equal(8, run.Rejected + run.Skipped);
        var lost = (await CellsAsync(stack, run)).Where(c => c.State is RunCellStates.Rejected or RunCellStates.Skipped).ToList();
        Assert.Equal(chosen.Take(4).Order(StringComparer.Ordinal), lost.Select(c => c.RecordId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.All(lost, c => Assert.Contains(c.ReasonCode, (string[])["record-converted", "record-merged", "record-deleted", "CANNOT_UPDATE_CONVERTED_LEAD", "ENTITY_IS_DELETED", "read-back-gone"]));
        // What the CRM refused because the record was gone is not lost: the next plan says of each what becomes of it.
        await twin.Staging.FaultsAsync(new { });
        var next = await stack.PlanAsync(Staging, Enrichment);
        Assert.Equal(4, next.Plan.Cells.Where(c => chosen.Take(4).Contains(c.Cell.Record.Id)).Select(c => c.Cell.Record.Id).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData(false, true, 20_261_301)]
    [InlineData(false, false, 20_261_302)]
    [InlineData(true, true, 20_261_303)]
    [InlineData(true, false, 20_261_304)]
    public async Task A_right_that_is_taken_away_in_the_middle_costs_only_the_cells_of_its_field(bool inBulk, bool keepRead, int seed)
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin, inBulk);
        var (plan, _) = await PlanAsync(stack, twin);
        var random = new Random(seed);
        await twin.Staging.FaultsAsync(new { client = Twin.ClientId, acts = new[] { new { @do = "revokeField", @object = "Lead", field = "City", keepRead, beforeWrite = random.Next(1, inBulk ? 4 : 3) } } });
        try
        {
            var run = await stack.ApplyAsync(plan);

            await PrintAsync(twin, seed);
            await AssertTrueAsync(stack, twin, run, 2 * Leads);
            var cells = await CellsAsync(stack, run);
            Assert.All(cells.Where(c => c.Field == "FirstName"), c => Assert.Equal(RunCellStates.Verified, c.State));
            var without = cells.Where(c => c.Field == "City" && c.State != RunCellStates.Verified).ToList();
            Assert.NotEmpty(without);
            Assert.All(without, c => Assert.Contains(c.ReasonCode, (string[])["INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_FIELD", "field-not-visible"]));
        }
        finally
        {
            await twin.Staging.PermitAsync("Lead", "City", read: true, edit: true);
        }
    }

    [Theory]
    [InlineData(false, 20_261_401)]
    [InlineData(true, 20_261_402)]
    public async Task A_picklist_value_that_is_removed_in_the_middle_is_rejected_with_its_reason(bool inBulk, int seed)
    {
        var twin = await fixture.EmptyAsync();
        await using var stack = await StartAsync(twin, inBulk);
        var members = await MembersAsync(twin, 60, campaigns: 3);
        await twin.Staging.FaultsAsync(new
        {
            client = Twin.ClientId,
            acts = new[] { new { @do = "removePicklistValue", @object = "CampaignMember", field = "ReplyClassification__c", value = "Interested", beforeWrite = new Random(seed).Next(1, inBulk ? 4 : 2) } },
        });

        var run = await ReplyAsync(stack, members);

        await PrintAsync(twin, seed);
        await AssertTrueAsync(stack, twin, run, 120);
        Assert.All(await CellsAsync(stack, run), c => Assert.Equal(
            c.Field == "Has_Replied__c" ? (RunCellStates.Verified, null) : (RunCellStates.Rejected, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"), (c.State, c.ReasonCode)));
    }

    [Fact]
    public async Task Rows_of_one_parent_go_together_so_that_a_job_does_not_lock_itself_out()
    {
        // Internal batches of 20 rows, each holding the campaigns that it touches until the job ends.
        await using var twin = await Twin.StartAsync(("CrmSandbox__Platform__BulkBatch", "20"));
        await using var stack = await StartAsync(twin, inBulk: true);
        var members = await MembersAsync(twin, 60, campaigns: 3);
        await twin.Staging.FaultsAsync(new { lockParentsMs = 60_000, client = Twin.ClientId });

        var run = await ReplyAsync(stack, members);

        // Shuffled, two rows of three would have met a lock; sorted, none does, and one job does it all.
        await AssertTrueAsync(stack, twin, run, 120);
        Assert.Equal((RunStates.Green, 120), (run.State, run.Verified));
        Assert.Equal(1, await stack.ReadAsync(db => db.Database.SqlQuery<int>($"select count(*)::int as \"Value\" from sync.bulk_job").SingleAsync()));
        Assert.All(await OursAsync(twin), w => Assert.Equal((1, 1), (w.Received, w.Committed)));
    }

    private static Task<SyncStack> StartAsync(Twin twin, bool inBulk) => SyncStack.StartAsync(twin, settings:
    [
        ("Connections:icare-staging:BulkAbove", inBulk ? "10" : "1000000"), ("SyncWorker:QuotaWaitSeconds", "0.3"), ("SyncWorker:MirrorRefreshSeconds", "86400"),
    ]);

    private static async Task<(StoredPlan Plan, IReadOnlyList<string> Ids)> PlanAsync(SyncStack stack, Twin twin)
    {
        var ids = await twin.Staging.LoadAsync("Lead", Enumerable.Range(0, Leads).Select(i => (object)new { LastName = $"L{i}", Company = "C", Clay_Row_Id__c = $"r{i}" }));
        await stack.Get<SignalStore>().AppendAsync([.. Enumerable.Range(0, Leads).Select(i => new NewSignal("clay", "clay.row", "fake_1000", $"row {i}",
            JsonSerializer.Serialize(new { unique_id = $"r{i}", first_name = $"Ada{i}", city = $"Paris{i}" }), At, FeedsFlow: true))], default);
        var plan = await stack.PlanAsync(Staging, Enrichment);
        Assert.Equal(2 * Leads, plan.Plan.Changes.Count());
        return (plan, ids);
    }

    private static async Task<IReadOnlyList<string>> MembersAsync(Twin twin, int count, int campaigns)
    {
        var campaign = await twin.Staging.LoadAsync("Campaign", Enumerable.Range(0, campaigns).Select(i => (object)new { Name = $"C{i}" }));
        var leads = await twin.Staging.LoadAsync("Lead", Enumerable.Range(0, count).Select(i => (object)new { LastName = $"L{i}", Company = "C", Email = $"l{i}@example.com" }));
        return await twin.Staging.LoadAsync("CampaignMember", leads.Select((l, i) => (object)new { CampaignId = campaign[i % campaigns], LeadId = l }));
    }

    /// <summary>Offers as the reply flow makes them, planned and released by the policy itself.</summary>
    private static async Task<RunRow> ReplyAsync(SyncStack stack, IReadOnlyList<string> members)
    {
        var receipts = await stack.Get<SignalStore>().AppendAsync(
            [.. members.Select((m, i) => new NewSignal("smartlead", "smartlead.reply", "*", $"reply {i}", "{}", At, FeedsFlow: false))], default);
        await using (var connection = await stack.Get<Npgsql.NpgsqlDataSource>().OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await stack.Get<CandidateStore>().AddAsync(transaction, [.. members.SelectMany((m, i) => new[] { ("Has_Replied__c", "true"), ("ReplyClassification__c", "Interested") }
                .Select(f => new NewCandidate(receipts[i].SignalId!.Value, "reply-sync", new(new(Staging, "CampaignMember", m), f.Item1), f.Item2, "smartlead", At)))], default);
            await transaction.CommitAsync();
        }
        var plan = await stack.PlanAsync(Staging, "reply-sync");
        RunRow? run = null;
        await SyncStack.UntilAsync(async () => (run = await stack.Get<RunStore>().FindByPlanAsync(plan.Plan.Id, default)) is not null, "the policy releases the plan");
        return await stack.EndOfAsync(run!.Id);
    }

    /// <summary>The invariants: the run's word is what the twin holds, nothing is open, everything that is not verified has a reason and was not committed.</summary>
    private static async Task AssertTrueAsync(SyncStack stack, Twin twin, RunRow run, int planned)
    {
        Assert.Equal((planned, planned), (run.Planned, run.Verified + run.Rejected + run.Skipped));
        var cells = await CellsAsync(stack, run);
        Assert.All(cells, c => Assert.Contains(c.State, (string[])[RunCellStates.Verified, RunCellStates.Rejected, RunCellStates.Skipped]));
        Assert.All(cells.Where(c => c.State != RunCellStates.Verified), c => Assert.False(string.IsNullOrWhiteSpace(c.Reason), $"{c.RecordId} {c.Field} has no reason"));
        var writes = (await OursAsync(twin)).ToDictionary(w => (w.Id, w.Field));
        Assert.All(writes.Values, w => Assert.InRange(w.Committed, 0, 1));
        foreach (var cell in cells)
        {
            var committed = writes.TryGetValue((cell.RecordId, cell.Field), out var write) ? write.Committed : 0;
            // A record may go after its write was committed; then the read-back says so.
            if (cell.State == RunCellStates.Verified || cell.ReasonCode != "read-back-gone")
                Assert.True(committed == (cell.State == RunCellStates.Verified ? 1 : 0), $"{cell.RecordId} {cell.Field} is {cell.State} ({cell.ReasonCode}) and was committed {committed} times");
        }
        Assert.Equal(run.Verified, (await stack.LedgerAsync(Staging, LedgerKinds.CellVerified)).Count);
        Assert.Empty(await stack.Get<RunStore>().OpenBulkJobsAsync(run.Id, default));
    }

    private static async Task<IReadOnlyList<TwinWrite>> OursAsync(Twin twin) =>
        [.. (await twin.Staging.WritesAsync()).Where(w => w.Field is "City" or "FirstName" or "Has_Replied__c" or "ReplyClassification__c")];

    private static Task<List<RunCellRow>> CellsAsync(SyncStack stack, RunRow run) =>
        stack.ReadAsync(db => db.RunCells.AsNoTracking().Where(c => c.RunId == run.Id).OrderBy(c => c.Ordinal).ToListAsync());

    private async Task<IReadOnlyList<string>> PrintAsync(Twin twin, int seed)
    {
        var events = (await twin.Staging.LookAsync("faults/log")).GetProperty("events").EnumerateArray()
            .Select(e => $"{e.GetProperty("kind").GetString()} at call {e.GetProperty("call").GetInt32()}").ToList();
        output.WriteLine($"seed {seed}: {string.Join(", ", events)}");
        return events;
    }
}
