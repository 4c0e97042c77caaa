using System.Text.Json;
using ClayAspire.Domain.Audit;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Ledger;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;
using ClayAspire.Storage.Signals;

namespace ClayAspire.Storage.Tests;

public sealed class PlanStoreTests
{
    private static readonly Guid PlanId = new("01890000-0000-7000-8000-000000000001");
    private static readonly string[] Admin = ["CRM Admin"];

    [Fact]
    public async Task A_plan_keeps_its_hash_through_storage_whatever_it_holds()
    {
        await using var harness = await StorageHarness.StartAsync();
        var odd = new Candidate(5, "clay", new DateTimeOffset(2026, 1, 1, 1, 2, 3, TimeSpan.FromHours(2)).AddTicks(4567891), FieldValue.FromCanonical("Zoë 🦊\n\"quoted\" \\ <b>\u2028 日本"));
        var winner = StorageHarness.Candidate(9, " spaced ") with { IsSettled = true };
        var plan = Plan.Seal(PlanId, "icare", "enrichment-writeback", "policy-1", "marcom",
            StorageHarness.Start.AddTicks(1234567), StorageHarness.Start.AddDays(1).AddTicks(7654321), [
                StorageHarness.Cell(0, "L1", "City", StorageHarness.Decision(Verdict.Write, odd, winner, StorageHarness.Candidate(2, "b"))),
                StorageHarness.Cell(1, "L1", "Title", StorageHarness.Decision(Verdict.Keep, winner), old: "Ünïcode\t✓"),
                StorageHarness.Cell(2, "L2", "Industry", StorageHarness.Decision(Verdict.Hold, odd)),
                StorageHarness.Cell(3, "L3", "Nope__c", StorageHarness.Decision(Verdict.Refuse, null)),
            ], new PlanCost(7, 1.250m, 90));
        Assert.True(await harness.Get<PlanStore>().SaveAsync(plan, new PlanFacts(false, true, ["One remark."]), default));
        var stored = await harness.Get<PlanStore>().LoadAsync(PlanId, default);
        Assert.Equal(plan.Hash, stored!.StoredHash);
        Assert.Equal(plan.Hash, stored.Plan.Hash);
        Assert.Equal(JsonSerializer.Serialize(plan.Cells), JsonSerializer.Serialize(stored.Plan.Cells));
        Assert.Equal((1, 1, 1, 1, true, false, true), (stored.Row.Changes, stored.Row.Keeps, stored.Row.Holds, stored.Row.Refusals, stored.Row.Applyable, stored.Row.Complete, stored.Row.Errored));
        Assert.Equal(["One remark."], stored.Row.Remarks);
        Assert.Equal((new PlanCost(7, 1.250m, 90), 90), (stored.Plan.Cost, stored.Row.ApplySeconds));
    }

    [Fact]
    public async Task A_repeated_save_of_the_same_id_does_nothing()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plan = StorageHarness.Plan(PlanId);
        Assert.True(await harness.Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, default));
        Assert.False(await harness.Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, default));
        Assert.Equal(PlanStates.Empty, (await harness.Get<PlanStore>().FindAsync(PlanId, default))!.State);
        Assert.Equal(1, (await harness.Get<LedgerStore>().VerifyAsync("icare", default)).Entries);
    }

    [Fact]
    public async Task Saving_moves_exactly_the_candidates_that_were_decided_on()
    {
        await using var harness = await StorageHarness.StartAsync();
        var signals = await harness.OfferAsync(("L1", "City", "Ghent"), ("L1", "City", "Bruges"), ("L2", "Industry", "Retail"), ("L3", "Title", "Director"), ("L1", "City", "late"));
        var plan = StorageHarness.Plan(PlanId,
            StorageHarness.Cell(0, "L1", "City", StorageHarness.Decision(Verdict.Write, StorageHarness.Candidate(signals[0], "Ghent"), StorageHarness.Candidate(signals[1], "Bruges"))),
            StorageHarness.Cell(1, "L2", "Industry", StorageHarness.Decision(Verdict.Hold, StorageHarness.Candidate(signals[2], "Retail"))),
            StorageHarness.Cell(2, "L3", "Title", StorageHarness.Decision(Verdict.Keep, StorageHarness.Candidate(signals[3], "Director"))));
        await harness.Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, default);
        Assert.Equal("planned,planned,held,settled,pending", await StatesAsync(harness));

        Assert.Empty(await harness.Get<CandidateStore>().ReleaseHeldAsync("policy-1", default));
        Assert.Equal(new ReleasedCandidates("icare", "enrichment-writeback", 1), Assert.Single(await harness.Get<CandidateStore>().ReleaseHeldAsync("policy-2", default)));
        Assert.Equal("planned,planned,pending,settled,pending", await StatesAsync(harness));
    }

    [Fact]
    public async Task Approval_queues_a_run_of_the_chosen_cells_and_returns_the_others()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plan = await TwoChangesAsync(harness);
        var approved = await harness.Get<PlanStore>().ApproveAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Policy(fourEyes: true), new HashSet<int> { 1 }, default);
        Assert.Null(approved.Refusal);
        var run = await harness.Get<RunStore>().FindAsync(approved.RunId!.Value, default);
        Assert.Equal((RunStates.Queued, 1), (run!.State, run.Planned));
        var job = Assert.Single(await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 5, "w", TimeSpan.FromSeconds(15), default));
        Assert.Equal((run.Id, "apply:icare:enrichment-writeback"), (JobPayload.Read<ApplyPlan>(job.Payload).RunId, job.OrderKey));
        await harness.Get<RunStore>().StartIfLeaseHeldAsync(job.Lease, run.Id, "w", default);
        var cell = Assert.Single(await harness.Get<RunStore>().OpenCellsAsync(run.Id, default));
        Assert.Equal((1, "L2", "Antwerp"), (cell.Ordinal, cell.RecordId, cell.NewValue));
        await SettleAsync(harness);
        Assert.Equal("pending,planned", await StatesAsync(harness));
        var entries = await harness.Get<LedgerStore>().PageAsync("icare", 0, 10, default);
        Assert.Equal([LedgerKinds.PlanSealed, LedgerKinds.PlanApproved], entries.Select(e => e.Kind));
        var released = await harness.Get<PlanStore>().LoadReleasedAsync(run.Id, StorageHarness.Flow(), default);
        Assert.Equal([1], released.Plan!.Changes.Select(c => c.Ordinal));
        Assert.Equal("crm-admin", released.Plan.Approval.Approver);
    }

    [Fact]
    public async Task A_plan_is_released_once_by_the_right_person_for_the_right_hash_in_time()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plan = await TwoChangesAsync(harness);
        var plans = harness.Get<PlanStore>();
        async Task<string?> TryAsync(string hash, string who, string[] roles, PolicySet? policy = null, HashSet<int>? ordinals = null, Guid? id = null) =>
            (await plans.ApproveAsync(id ?? PlanId, hash, who, roles, policy ?? StorageHarness.Policy(fourEyes: true), ordinals, default)).Refusal?.Code;
        Assert.Equal("plan-unknown", await TryAsync(plan.Hash, "crm-admin", Admin, id: new Guid("01890000-0000-7000-8000-00000000000f")));
        Assert.Equal("wrong-hash", await TryAsync(new string('0', 64), "crm-admin", Admin));
        Assert.Equal("wrong-role", await TryAsync(plan.Hash, "viewer", ["Viewer"]));
        Assert.Equal("four-eyes", await TryAsync(plan.Hash, "marcom", Admin));
        Assert.Equal("needs-a-person", await TryAsync(plan.Hash, Release.PolicyApprover, Admin));
        Assert.Equal("unknown-cells", await TryAsync(plan.Hash, "crm-admin", Admin, ordinals: [7]));
        Assert.Equal("flow-unknown", await TryAsync(plan.Hash, "crm-admin", Admin, new PolicySet("policy-1", [], [], [])));
        Assert.Null(await harness.ScalarAsync<object>("select 1 from sync.approval"));
        // Two people press the button at once: one run.
        var both = await Task.WhenAll(TryAsync(plan.Hash, "crm-admin", Admin), TryAsync(plan.Hash, "admin", ["Admin"]));
        Assert.Equal(["plan-not-open", null], both.OrderDescending());
        Assert.Equal(1L, await harness.ScalarAsync<long>("select count(*) from sync.run"));
    }

    [Theory]
    [InlineData("update sync.plan_cell set new_value = 'other' where ordinal = 1")]
    [InlineData("delete from sync.plan_cell where ordinal = 0")]
    [InlineData("update sync.plan_cell set record_id = 'L1', field = 'City' where ordinal = 1")]
    [InlineData("update sync.plan set expires_at = expires_at + interval '1 day'")]
    [InlineData("update sync.plan set author = 'somebody'")]
    [InlineData("update sync.plan set apply_seconds = 5")]
    public async Task A_plan_altered_in_storage_is_not_released(string statement)
    {
        await using var harness = await StorageHarness.StartAsync();
        var plan = await TwoChangesAsync(harness);
        await harness.RunAsync(statement);
        var result = await harness.Get<PlanStore>().ApproveAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Policy(), null, default);
        Assert.Equal("plan-altered", result.Refusal!.Code);
    }

    [Fact]
    public async Task A_refused_plan_settles_its_candidates_and_says_why()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plan = await TwoChangesAsync(harness);
        var plans = harness.Get<PlanStore>();
        Assert.Equal("reason-missing", (await plans.RefuseAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Flow(), " ", default))!.Code);
        Assert.Equal("wrong-role", (await plans.RefuseAsync(PlanId, plan.Hash, "viewer", ["Viewer"], StorageHarness.Flow(), "No.", default))!.Code);
        Assert.Equal("wrong-hash", (await plans.RefuseAsync(PlanId, "x", "crm-admin", Admin, StorageHarness.Flow(), "No.", default))!.Code);
        Assert.Null(await plans.RefuseAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Flow(), "Wrong cities.", default));
        await SettleAsync(harness);
        Assert.Equal("settled,settled", await StatesAsync(harness));
        Assert.Equal("plan-not-open", (await plans.ApproveAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Policy(), null, default)).Refusal!.Code);
        Assert.Contains("Wrong cities.", (await harness.Get<LedgerStore>().PageAsync("icare", 1, 1, default))[0].Payload, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_plan_gives_its_candidates_back()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plan = await TwoChangesAsync(harness);
        Assert.Empty(await harness.Get<PlanStore>().ExpireAsync(default));
        harness.Clock!.Advance(TimeSpan.FromHours(24));
        Assert.Equal("plan-expired", (await harness.Get<PlanStore>().ApproveAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Policy(), null, default)).Refusal!.Code);
        Assert.Equal(PlanStates.Expired, Assert.Single(await harness.Get<PlanStore>().ExpireAsync(default)).State);
        var entries = await harness.Get<LedgerStore>().PageAsync("icare", 0, 100, default);
        Assert.Equal([LedgerKinds.PlanSealed, LedgerKinds.PlanExpired], entries.Select(e => e.Kind));
        Assert.True((await harness.Get<LedgerStore>().VerifyAsync("icare", default)).IsIntact);
        Assert.Equal("pending,pending", await StatesAsync(harness));
    }

    [Fact]
    public async Task Cells_are_filtered_searched_sorted_and_paged_by_the_database()
    {
        await using var harness = await StorageHarness.StartAsync();
        var cells = Enumerable.Range(0, 120).Select(i => StorageHarness.Cell(i, $"L{i:000}", i % 2 == 0 ? "City" : "Title",
            StorageHarness.Decision(i % 3 == 0 ? Verdict.Keep : Verdict.Write, StorageHarness.Candidate(i + 1, $"100%_{i}"))));
        await harness.Get<PlanStore>().SaveAsync(StorageHarness.Plan(PlanId, [.. cells]), PlanFacts.Whole, default);
        var plans = harness.Get<PlanStore>();
        var page = await plans.CellsAsync(PlanId, new CellFilter(Verdict: "Write", Field: "City", Sort: "record", Descending: true, Number: 2, Size: 10), default);
        Assert.Equal((40L, 2, 10), (page.Total, page.Number, page.Rows.Count));
        Assert.Equal(page.Rows.Select(r => r.RecordId).OrderDescending(), page.Rows.Select(r => r.RecordId));
        Assert.Equal("L119", Assert.Single((await plans.CellsAsync(PlanId, new CellFilter(Search: "l119"), default)).Rows).RecordId);
        Assert.Equal(80L, (await plans.CellsAsync(PlanId, new CellFilter(Search: "0%_"), default)).Total);
        Assert.Equal(0L, (await plans.CellsAsync(PlanId, new CellFilter(Search: "0_%"), default)).Total);
        var all = 0;
        await foreach (var row in plans.ReadCellsAsync(PlanId, new CellFilter(Verdict: "Keep"), default))
            all += row.Cell.Verdict == "Keep" ? 1 : 1000;
        Assert.Equal(40, all);
        await Assert.ThrowsAsync<ArgumentException>(() => plans.CellsAsync(PlanId, new CellFilter(Sort: "drop table"), default));
        Assert.Equal(1L, (await plans.ListAsync(new PlanFilter("icare", "enrichment-writeback", PlanStates.Sealed), default)).Total);
        Assert.Equal(0L, (await plans.ListAsync(new PlanFilter(Flow: "reply-sync"), default)).Total);
    }

    [Fact]
    public async Task What_was_decided_about_a_plan_is_settled_before_its_flow_plans_again()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plan = await TwoChangesAsync(harness);
        var plans = harness.Get<PlanStore>();
        Assert.Null(await plans.DeclineAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Flow(), new HashSet<int> { 1 }, "No.", default));
        Assert.Null((await plans.ApproveAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Policy(), null, default)).Refusal);
        await harness.Queue.EnqueueAsync(NewJob.MakePlan(new MakePlan(Guid.Empty, "icare", "enrichment-writeback", "marcom")), default);
        // One settling covers both decisions, and the next plan of the flow waits for it.
        Assert.Empty(await harness.Queue.ClaimAsync([JobKinds.MakePlan], 5, "w", TimeSpan.FromSeconds(15), default));
        await SettleAsync(harness);
        Assert.Equal("planned,settled", await StatesAsync(harness));
        Assert.Single(await harness.Queue.ClaimAsync([JobKinds.MakePlan], 5, "w", TimeSpan.FromSeconds(15), default));
    }

    [Fact]
    public async Task An_expired_plan_gives_back_what_was_not_declined_even_before_it_is_settled()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plan = await TwoChangesAsync(harness);
        Assert.Null(await harness.Get<PlanStore>().DeclineAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Flow(), new HashSet<int> { 1 }, "No.", default));
        harness.Clock!.Advance(TimeSpan.FromHours(24));
        await harness.Get<PlanStore>().ExpireAsync(default);
        Assert.Equal("pending,settled", await StatesAsync(harness));
    }

    internal static async Task<Plan> TwoChangesAsync(StorageHarness harness)
    {
        var signals = await harness.OfferAsync(("L1", "City", "Ghent"), ("L2", "City", "Antwerp"));
        var plan = StorageHarness.Plan(PlanId,
            StorageHarness.Cell(0, "L1", "City", StorageHarness.Decision(Verdict.Write, StorageHarness.Candidate(signals[0], "Ghent"))),
            StorageHarness.Cell(1, "L2", "City", StorageHarness.Decision(Verdict.Write, StorageHarness.Candidate(signals[1], "Antwerp"))));
        await harness.Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, default);
        return plan;
    }

    /// <summary>The worker's part after a decision.</summary>
    private static async Task SettleAsync(StorageHarness harness)
    {
        var job = Assert.Single(await harness.Queue.ClaimAsync([JobKinds.SettlePlan], 5, "w", TimeSpan.FromSeconds(15), default));
        await harness.Get<PlanStore>().SettleAsync(JobPayload.Read<SettlePlan>(job.Payload).PlanId, default);
        await harness.Queue.CompleteAsync(job.Lease, default);
    }

    internal static async Task<string> StatesAsync(StorageHarness harness) =>
        (await harness.ScalarAsync<string>("select string_agg(state, ',' order by signal_id) from sync.candidate"))!;
}
