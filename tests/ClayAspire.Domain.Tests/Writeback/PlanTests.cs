using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using static ClayAspire.Domain.Tests.Writeback.Samples;

namespace ClayAspire.Domain.Tests.Writeback;

public sealed class PlanTests
{
    private static readonly Guid Id = Guid.Parse("0190a000-0000-7000-8000-000000000001");

    [Fact]
    public void The_hash_covers_every_part_that_an_approver_sees()
    {
        var plan = Make();
        var others = new[]
        {
            Make(author: "someone else"),
            Make(policy: "other"),
            Make(old: "other"),
            Make(value: "other"),
            Make(version: "v2"),
            Make(record: "00Q9"),
            Make(expires: Noon.AddHours(25)),
        };
        Assert.All(others, o => Assert.NotEqual(plan.Hash, o.Hash));
        Assert.Equal(plan.Hash, Make().Hash);
    }

    [Fact]
    public void The_hash_of_an_undo_covers_its_run_and_that_of_other_plans_is_what_it_was_before_there_were_undos()
    {
        Assert.Equal("8b8c2f3cfad8a8506692293d189c0d15ee111d1965045f75aa7cb8b03476e294", Seal().Hash);
        Plan Undo(Guid run) => Plan.Seal(Id, "icare", "any", "test", "author", Noon, Noon.AddHours(24), [], new PlanCost(3, 0), run);
        Assert.Equal(3, new[] { Seal(), Undo(Guid.Empty), Undo(Id) }.Select(p => p.Hash).Distinct().Count());
        Assert.Equal((PlanKind.Writeback, PlanKind.Undo), (Seal().Kind, Undo(Id).Kind));
    }

    [Fact]
    public void The_hash_covers_the_estimated_duration_and_is_what_it_was_where_none_was_estimated()
    {
        Plan Of(int seconds, Guid? undoes = null) => Plan.Seal(Id, "icare", "any", "test", "author", Noon, Noon.AddHours(24), [], new PlanCost(3, 0, seconds), undoes);
        Assert.Equal(Seal().Hash, Of(0).Hash);
        Assert.Equal(6, new[] { Of(0), Of(1), Of(11), Of(0, Id), Of(1, Id), Of(11, Id) }.Select(p => p.Hash).Distinct().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3000)]
    public void The_hash_is_that_of_all_its_texts_one_after_the_other_each_with_its_length(int cells)
    {
        var candidate = Offer(12, "Zoë 🦊 " + new string('x', 40_000));
        var plan = Seal([.. Enumerable.Range(0, cells).Select(i => Cell(i, $"00Q{i}", old: i % 2 == 0 ? null : "Gent") is var cell && i % 3 > 0
            ? cell
            : cell with { Decision = cell.Decision with { Winner = i % 2 == 0 ? candidate : null, Losers = [Offer(-3, "b"), Offer(long.MaxValue, "c")], Caution = (Caution)(i % 4) } })]);
        var fed = new StringBuilder();
        void Feed(string? text) => fed.Append(text is null ? "-;" : $"{Encoding.UTF8.GetByteCount(text)};{text}");
        foreach (var text in new[] { Id.ToString("D"), "icare", "any", "test", "author", plan.SealedAt.ToString("O"), plan.ExpiresAt.ToString("O"), "3", "0" })
            Feed(text);
        foreach (var cell in plan.Cells)
        {
            foreach (var text in new[] { "Lead", cell.Cell.Record.Id, "F", cell.Old.Text, cell.RecordVersion, cell.Decision.Verdict.ToString(), cell.Decision.Value.Text, cell.Decision.Reason.Code, cell.Decision.RuleId })
                Feed(text);
            Feed(cell.Decision.Winner?.SignalId.ToString(CultureInfo.InvariantCulture));
            foreach (var loser in cell.Decision.Losers)
                Feed(loser.SignalId.ToString(CultureInfo.InvariantCulture));
            if (cell.Decision.Caution != Caution.None)
                Feed(cell.Decision.Caution.ToString());
        }
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(fed.ToString()))), plan.Hash);
    }

    [Fact]
    public void The_outline_of_a_plan_is_released_as_the_plan_itself()
    {
        var named = Cell(1, "00Q2");
        var held = Cell(2, "00Q3");
        var plan = Seal(Cell(0, "00Q1"), named with { Decision = named.Decision with { Caution = Caution.Overwrite } }, held with { Decision = held.Decision with { Verdict = Verdict.Hold } });
        foreach (var ordinals in new HashSet<int>?[] { null, [0], [1], [2], [], [0, 1], [7] })
        {
            foreach (var declined in new HashSet<int>?[] { null, [0], [0, 1] })
            {
                var approval = Approve(plan) with { Ordinals = ordinals, Declined = declined };
                var released = Release.Check(plan, plan.Hash, approval, AnyFlow, Noon);
                Assert.Equal(released.Refusal, Release.WhyNot(plan.Outline(), plan.Hash, approval, AnyFlow, Noon));
                if (released.Plan is { } whole)
                    Assert.Equal(whole.Changes.Select(c => c.Ordinal), plan.Outline().CoveredBy(approval));
            }
        }
    }

    [Fact]
    public void An_undo_is_released_by_a_person_also_where_the_flow_is_pre_authorised()
    {
        var undo = Plan.Seal(Id, "icare", "any", "test", "author", Noon, Noon.AddHours(24), [Cell(0, "00Q1")], new PlanCost(3, 0), Guid.Empty);
        var flow = AnyFlow with { Release = ReleaseMode.PreAuthorised };
        string? Code(Approval approval) => Release.Check(undo, undo.Hash, approval, flow, Noon).Refusal?.Code;
        Assert.Null(Code(Approve(undo)));
        Assert.Equal("needs-a-person", Code(Approve(undo) with { Approver = Release.PolicyApprover }));
        Assert.Equal("wrong-role", Code(Approve(undo) with { Roles = ["Viewer"] }));
    }

    [Fact]
    public void A_plan_with_a_gap_a_twin_cell_or_a_foreign_cell_cannot_be_sealed()
    {
        Assert.Throws<ArgumentException>(() => Seal(Cell(0, "00Q1"), Cell(2, "00Q2")));
        Assert.Throws<ArgumentException>(() => Seal(Cell(0, "00Q1"), Cell(1, "00Q1")));
        Assert.Throws<ArgumentException>(() => Seal(Cell(0, "00Q1") with { Cell = new CellKey(new RecordKey("other", "Lead", "00Q1"), "F") }));
    }

    [Fact]
    public void Release_gives_a_plan_that_apply_accepts()
    {
        var plan = Make();
        var result = Release.Check(plan, plan.Hash, Approve(plan), AnyFlow, Noon);
        Assert.Null(result.Refusal);
        Assert.Single(result.Plan!.Changes);
    }

    [Fact]
    public void Release_refuses_each_fault_with_its_own_reason()
    {
        var plan = Make();
        string? Code(Approval approval, Flow? flow = null, DateTimeOffset? now = null, string? storedHash = null) =>
            Release.Check(plan, storedHash ?? plan.Hash, approval, flow ?? AnyFlow, now ?? Noon).Refusal?.Code;

        Assert.Equal("plan-altered", Code(Approve(plan), storedHash: new string('0', 64)));
        Assert.Equal("wrong-hash", Code(Approve(plan) with { Hash = new string('0', 64) }));
        Assert.Equal("plan-expired", Code(Approve(plan), now: plan.ExpiresAt));
        Assert.Equal("wrong-role", Code(Approve(plan) with { Roles = ["MARCOM Ops"] }));
        Assert.Equal("four-eyes", Code(Approve(plan) with { Approver = "author" }, AnyFlow with { FourEyes = true }));
        Assert.Null(Code(Approve(plan) with { Approver = "author" }));
        Assert.Equal("needs-a-person", Code(Approve(plan) with { Approver = Release.PolicyApprover }));
        Assert.Equal("pre-authorised", Code(Approve(plan), AnyFlow with { Release = ReleaseMode.PreAuthorised }));
        Assert.Equal("unknown-cells", Code(Approve(plan) with { Ordinals = new HashSet<int> { 7 } }));
        Assert.Equal("unknown-cells", Code(Approve(plan) with { Ordinals = new HashSet<int>() }));
    }

    [Fact]
    public void A_plan_without_a_change_cannot_be_released()
    {
        var cell = Cell(0, "00Q1");
        var plan = Seal(cell with { Decision = cell.Decision with { Verdict = Verdict.Hold } });
        Assert.False(plan.IsApplyable);
        Assert.Equal("nothing-to-apply", Release.Check(plan, plan.Hash, Approve(plan), AnyFlow, Noon).Refusal?.Code);
    }

    [Fact]
    public void An_approval_of_some_cells_releases_those_only()
    {
        var plan = Seal(Cell(0, "00Q1"), Cell(1, "00Q2"), Cell(2, "00Q3"));
        var released = Release.Check(plan, plan.Hash, Approve(plan) with { Ordinals = new HashSet<int> { 0, 2 } }, AnyFlow, Noon).Plan!;
        Assert.Equal([0, 2], released.Changes.Select(c => c.Ordinal));
    }

    private static Approval Approve(Plan plan) => new(plan.Id, plan.Hash, "crm-admin", ["CRM Admin"], Noon);

    private static Plan Seal(params PlannedCell[] cells) =>
        Plan.Seal(Id, "icare", "any", "test", "author", Noon, Noon.AddHours(24), cells, new PlanCost(3, 0));

    private static Plan Make(string author = "author", string policy = "test", string? old = null, string value = "x", string version = "v1", string record = "00Q1", DateTimeOffset? expires = null) =>
        Plan.Seal(Id, "icare", "any", policy, author, Noon, expires ?? Noon.AddHours(24), [Cell(0, record, old, value, version)], new PlanCost(3, 0));

    private static PlannedCell Cell(int ordinal, string record, string? old = null, string value = "x", string version = "v1") =>
        new(ordinal, new CellKey(new RecordKey("icare", "Lead", record), "F"), FieldValue.FromCanonical(old), version,
            Samples.Decide(MergeRule.FillBlank, null, Offer(1, value)));
}
