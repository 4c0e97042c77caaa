using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Storage.Tests;

/// <summary>What holds for a plan of any size: its approval reads it once, in the memory of a row, and still sees everything.</summary>
public sealed class LargePlanTests
{
    private const int Cells = 100_000;
    private const long MegaByte = 1024 * 1024;

    private static readonly Guid PlanId = new("01890000-0000-7000-8000-000000000002");
    private static readonly string[] Admin = ["CRM Admin"];

    [Fact]
    public async Task The_approval_of_a_hundred_thousand_cells_allocates_little_and_its_run_holds_them_all()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plans = harness.Get<PlanStore>();
        var plan = await SealedAsync(plans, Cells);
        // The first approval of a process compiles code and opens connections.
        await plans.ApproveAsync(PlanId, "another hash", "crm-admin", Admin, StorageHarness.Policy(), null, default);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var approved = await plans.ApproveAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Policy(), null, default);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.Null(approved.Refusal);
        // Other tests of this process allocate meanwhile; the plan as objects took some 400 MB.
        Assert.True(allocated < 100 * MegaByte, $"{allocated / MegaByte} MB were allocated.");
        var runs = harness.Get<RunStore>();
        Assert.Equal(Cells, (await runs.FindAsync(approved.RunId!.Value, default))!.Planned);
        var job = (await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w1", TimeSpan.FromMinutes(1), default))[0];
        await runs.StartIfLeaseHeldAsync(job.Lease, approved.RunId.Value, "w1", default);
        Assert.Equal((long)Cells, (await runs.CellsAsync(approved.RunId.Value, RunCellStates.Planned, 1, 1, default)).Total);
    }

    [Theory]
    [InlineData("update sync.plan_cell set new_value = 'other' where ordinal = 59999")]
    [InlineData("delete from sync.plan_cell where ordinal = 59999")]
    [InlineData("update sync.plan_cell set ordinal = 70000 where ordinal = 59999")]
    [InlineData("update sync.plan_cell set caution = 'overwrite' where ordinal = 59999")]
    [InlineData("update sync.plan_cell set evidence = jsonb_set(evidence, '{winner,signal}', '1') where ordinal = 59999")]
    [InlineData("update sync.plan_cell set evidence = '{\"losers\": [{}]}' where ordinal = 59999")]
    [InlineData("update sync.plan_cell set record_version = '' where ordinal = 59999")]
    public async Task One_altered_cell_among_many_is_found(string statement)
    {
        await using var harness = await StorageHarness.StartAsync();
        var plan = await SealedAsync(harness.Get<PlanStore>(), 60_000);
        await harness.RunAsync(statement);
        var refused = await harness.Get<PlanStore>().ApproveAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Policy(), null, default);
        Assert.Equal("plan-altered", refused.Refusal?.Code);
        Assert.Equal(0L, await harness.ScalarAsync<long>("select count(*) from sync.approval"));
    }

    [Fact]
    public async Task The_cancel_of_a_large_run_is_left_to_a_worker_who_skips_every_cell()
    {
        const int many = 2_500;
        await using var harness = await StorageHarness.StartAsync();
        var plan = await SealedAsync(harness.Get<PlanStore>(), many);
        var (runs, run) = (harness.Get<RunStore>(), (await harness.Get<PlanStore>().ApproveAsync(PlanId, plan.Hash, "crm-admin", Admin, StorageHarness.Policy(), null, default)).RunId!.Value);
        var asked = await runs.CancelAsync(run, "crm-admin", Admin, StorageHarness.Flow(), default);
        Assert.Equal((RunStates.Queued, "crm-admin", null), (asked.Run!.State, asked.Run.CancelAskedBy, asked.Run.FinishedAt));
        Assert.Equal("cancel-asked", (await runs.CancelAsync(run, "admin", ["Admin"], StorageHarness.Flow(), default)).Refusal!.Code);
        var lease = (await harness.Queue.ClaimAsync([JobKinds.ApplyPlan], 1, "w1", TimeSpan.FromMinutes(1), default))[0].Lease;
        Assert.Equal(RunOrder.Cancel, await runs.OrderAsync(run, default));
        await runs.StartIfLeaseHeldAsync(lease, run, "w1", default);
        var ended = await runs.CancelIfLeaseHeldAsync(lease, run, default);
        Assert.Equal((RunStates.Cancelled, many), (ended.State, ended.Skipped));
    }

    // The stored decisions are of no rule of this policy: to decide them anew would show it.
    [Theory]
    [InlineData("elsewhere", null)]
    [InlineData("terms", "policy-changed")]
    [InlineData("status", "policy-changed")]
    [InlineData("no fingerprint", "policy-changed")]
    public async Task Under_another_policy_changes_are_decided_anew_only_when_something_changed_that_the_flow_decides_by(string change, string? refusal)
    {
        await using var harness = await StorageHarness.StartAsync();
        var flow = StorageHarness.Flow();
        var city = new FieldContract("icare", "Lead", "City", FieldType.Text, ContractStatus.Active, MergeRule.FillBlank, ["clay"], "CRM Admin", 40, [], "Trial.");
        var before = new PolicySet("policy-1", [city], [flow], []);
        var plan = await SealedAsync(harness.Get<PlanStore>(), 3, change == "no fingerprint" ? null : FlowFingerprint.Of(before, flow));
        var now = new PolicySet("policy-2", [change switch
        {
            "terms" => city with { MaxLength = 2 },
            "status" => city with { Status = ContractStatus.Suspended },
            _ => city with { Why = "Worded otherwise." },
        }], [flow], []);
        Assert.Equal(refusal, (await harness.Get<PlanStore>().ApproveAsync(PlanId, plan.Hash, "crm-admin", Admin, now, null, default)).Refusal?.Code);
    }

    [Fact]
    public async Task A_page_of_a_large_plan_is_read_by_its_ordinals_and_counts_are_exact()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plans = harness.Get<PlanStore>();
        await SealedAsync(plans, 20_000);
        var last = await plans.CellsAsync(PlanId, new CellFilter(Number: 400, Size: 50), default);
        Assert.Equal((20_000L, 19_950, 19_999), (last.Total, last.Rows[0].Ordinal, last.Rows[^1].Ordinal));
        var found = await plans.CellsAsync(PlanId, new CellFilter(Search: "CITY 199", Sort: "record", Descending: true, Size: 3), default);
        Assert.Equal(111L, found.Total);
        Assert.Equal(["L19999", "L19998", "L19997"], found.Rows.Select(r => r.RecordId));
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("city 1", null, null)]
    [InlineData(null, "record", null)]
    [InlineData("because", "source", ChangeKinds.Fill)]
    public async Task No_query_of_a_page_reads_the_evidence_of_more_cells_than_the_page_shows(string? search, string? sort, string? kind)
    {
        await using var harness = await StorageHarness.StartAsync();
        var plans = harness.Get<PlanStore>();
        await SealedAsync(plans, 300);
        using var queries = new RecordedQueries(harness.ConnectionString);
        var page = await plans.CellsAsync(PlanId, new CellFilter(Search: search, Sort: sort, Kind: kind, Size: 20), default);
        Assert.Equal(20, page.Rows.Count);
        var reading = Assert.Single(queries.Texts, q => q.Contains("evidence", StringComparison.Ordinal));
        Assert.Contains("ordinal = ANY", reading, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_streams_without_the_evidence()
    {
        await using var harness = await StorageHarness.StartAsync();
        var plans = harness.Get<PlanStore>();
        await SealedAsync(plans, 300);
        using var queries = new RecordedQueries(harness.ConnectionString);
        var rows = new List<StandingCell>();
        await foreach (var row in plans.ReadCellsAsync(PlanId, new CellFilter(Sort: "record", Descending: true), default))
            rows.Add(row);
        Assert.Equal((300, "L99"), (rows.Count, rows[0].Cell.RecordId));
        Assert.DoesNotContain("evidence", Assert.Single(queries.Texts), StringComparison.Ordinal);
    }

    private static async Task<Plan> SealedAsync(PlanStore plans, int cells, string? fingerprint = null)
    {
        var plan = Plan.Seal(PlanId, "icare", "enrichment-writeback", "policy-1", "marcom", StorageHarness.Start, StorageHarness.Start.AddHours(24), Enumerable.Range(0, cells).Select(i =>
            StorageHarness.Cell(i, $"L{i}", "City", StorageHarness.Decision(Verdict.Write, StorageHarness.Candidate(i + 2, $"City {i}"), StorageHarness.Candidate(i + 200_000, "Other")))), new PlanCost(3, 0m));
        await plans.SaveAsync(plan, PlanFacts.Whole with { Fingerprint = fingerprint }, default);
        return plan;
    }
}
