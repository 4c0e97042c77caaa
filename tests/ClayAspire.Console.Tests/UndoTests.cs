using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Model;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Console.Tests;

public sealed class UndoTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Fact]
    public async Task A_run_that_ended_is_undone_from_its_page_and_its_plan_says_so()
    {
        var run = await AppliedAsync();
        var session = await Session.SignedInAsync(host, "crm-admin");
        Assert.Contains("Undo this run…", await session.PageAsync($"/runs/{run.Id}"), StringComparison.Ordinal);
        Assert.DoesNotContain("Undo this run…", await (await Session.SignedInAsync(host, "viewer")).PageAsync($"/runs/{run.Id}"), StringComparison.Ordinal);
        await session.SendAsync($"/runs/{run.Id}", $"/runs/{run.Id}/undo");
        var plan = await SealUndoAsync(run);

        var page = await session.PageAsync($"/plans/{plan.Id}");

        Assert.Contains($"Undo of <a href=\"/runs/{run.Id:D}\">", page, StringComparison.Ordinal);
        Assert.Contains($"/plans/{plan.Id:D}", await session.PageAsync($"/runs/{run.Id}"), StringComparison.Ordinal);
        var summary = await (await host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}");
        Assert.Equal(("undo", run.Id), (summary.GetProperty("kind").GetString(), summary.GetProperty("undoesRun").GetGuid()));
    }

    [Fact]
    public async Task The_API_gives_the_plan_to_come_and_it_is_approved_like_any_other_also_while_the_flow_is_paused()
    {
        var run = await AppliedAsync();
        var api = await host.ApiAsync("crm-admin");
        var answer = await api.PostAsync($"/api/runs/{run.Id}/undo", null);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("planId").GetGuid();
        await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/plans/{id}"), HttpStatusCode.NotFound, "plan-pending");
        var plan = await SealUndoAsync(run);
        Assert.Equal(id, plan.Id);
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("marcom")).PostAsJsonAsync($"/api/plans/{id}/approve", new { hash = plan.Hash }), HttpStatusCode.Forbidden, "wrong-role");
        await host.World.Get<FlowSwitchStore>().SetAsync(World.Enrichment, true, "crm-admin", CancellationToken.None);
        try
        {
            Assert.Equal(HttpStatusCode.OK, (await api.PostAsJsonAsync($"/api/plans/{id}/approve", new { hash = plan.Hash })).StatusCode);
        }
        finally
        {
            await host.World.Get<FlowSwitchStore>().SetAsync(World.Enrichment, false, "crm-admin", CancellationToken.None);
        }
        Assert.Equal(RunStates.Green, (await host.World.WorkAsync()).State);
    }

    [Fact]
    public async Task What_cannot_be_undone_says_why()
    {
        var api = await host.ApiAsync("crm-admin");
        await PlanApiTests.ProblemAsync(await api.PostAsync($"/api/runs/{Guid.Empty}/undo", null), HttpStatusCode.NotFound, "run-unknown");
        var open = await host.World.ApproveAsync(await host.World.AddPlanAsync(leads: 1));
        await PlanApiTests.ProblemAsync(await api.PostAsync($"/api/runs/{open}/undo", null), HttpStatusCode.Conflict, "run-not-ended");
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("viewer")).PostAsync($"/api/runs/{open}/undo", null), HttpStatusCode.Forbidden, "forbidden");
        var ended = await host.World.WorkAsync(reject: _ => new Reason("no", "No."));
        await PlanApiTests.ProblemAsync(await api.PostAsync($"/api/runs/{ended.Id}/undo", null), HttpStatusCode.Conflict, "nothing-to-undo");
    }

    private async Task<RunRow> AppliedAsync()
    {
        await host.World.ApproveAsync(await host.World.AddPlanAsync(leads: 2));
        return await host.World.WorkAsync();
    }

    /// <summary>Does what a worker does with the request that waits, in a CRM where nobody edited anything.</summary>
    private async Task<Plan> SealUndoAsync(RunRow run)
    {
        var world = host.World;
        var job = (await world.Get<JobQueue>().ClaimAsync([JobKinds.MakeUndoPlan], 1, "worker-1", TimeSpan.FromMinutes(5), CancellationToken.None)).Single();
        var order = JobPayload.Read<MakeUndoPlan>(job.Payload);
        Assert.Equal((run.Id, "crm-admin"), (order.RunId, order.Author));
        var policy = world.Get<PolicySource>().Current;
        var now = world.Get<TimeProvider>().GetUtcNow();
        var cells = (await world.Get<RunStore>().VerifiedCellsAsync(run, CancellationToken.None)).Select((c, i) => new PlannedCell(i, c.Cell, c.Written, "v2", UndoDecider.Decide(
            policy, new LiveRecord(c.Cell.Record, RecordState.Live, "v2", new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [c.Cell.Field] = c.Written }), c.Cell.Field, c.Written, c.Before)));
        var plan = Plan.Seal(order.PlanId, run.Connection, run.Flow, policy.Version, order.Author, now, now.AddHours(24), cells, new PlanCost(3, 0), run.Id);
        await world.Get<PlanStore>().SaveAsync(plan, PlanFacts.Whole, CancellationToken.None);
        await world.Get<JobQueue>().CompleteAsync(job.Lease, CancellationToken.None);
        return plan;
    }
}
