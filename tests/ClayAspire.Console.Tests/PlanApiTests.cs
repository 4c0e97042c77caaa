using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Policy;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Policies;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Console.Tests;

public sealed class PlanApiTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Fact]
    public async Task An_approved_plan_becomes_a_run_of_all_its_changes()
    {
        var plan = await host.World.AddPlanAsync();
        var api = await host.ApiAsync("crm-admin");
        var answer = await api.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var run = (await JsonAsync(answer)).GetProperty("runId").GetGuid();
        var summary = await api.GetFromJsonAsync<JsonElement>($"/api/runs/{run}");
        Assert.Equal(plan.Changes.Count(), summary.GetProperty("planned").GetInt32());
        Assert.Equal("queued", summary.GetProperty("state").GetString());
        Assert.Equal(run, (await api.GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}")).GetProperty("runId").GetGuid());
    }

    [Fact]
    public async Task A_plan_says_what_applying_it_costs_in_calls_and_in_time()
    {
        var plan = await host.World.AddPlanAsync(leads: 2);
        var summary = await (await host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}");
        Assert.Equal((4, 120), (summary.GetProperty("apiCalls").GetInt32(), summary.GetProperty("applySeconds").GetInt32()));
        Assert.Contains("0 credits, about 2 min", await (await Session.SignedInAsync(host, "crm-admin")).PageAsync($"/plans/{plan.Id}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partial_approval_runs_only_the_named_cells()
    {
        var plan = await host.World.AddPlanAsync();
        var api = await host.ApiAsync("crm-admin");
        var some = plan.Changes.Take(2).Select(c => c.Ordinal).ToArray();
        var run = (await JsonAsync(await api.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash, ordinals = some }))).GetProperty("runId").GetGuid();
        var waiting = await (await Session.SignedInAsync(host, "viewer")).PageAsync($"/runs/{run}");
        Assert.Contains("No worker has taken this run yet", waiting, StringComparison.Ordinal);
        Assert.Contains("Planned <b>2</b>", waiting, StringComparison.Ordinal);
        // Runs of one flow are taken in order, so those of other tests may come first.
        while ((await host.World.WorkAsync()).Id != run)
            continue;
        var cells = await api.GetFromJsonAsync<JsonElement>($"/api/runs/{run}/cells");
        Assert.Equal(some, cells.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("ordinal").GetInt32()));
    }

    [Fact]
    public async Task A_wrong_hash_is_refused() =>
        await RefusedAsync(await host.World.AddPlanAsync(), "crm-admin", new string('0', 64), HttpStatusCode.Conflict, "wrong-hash");

    [Fact]
    public async Task A_missing_hash_is_refused() =>
        await RefusedAsync(await host.World.AddPlanAsync(), "crm-admin", null, HttpStatusCode.Conflict, "wrong-hash");

    [Theory]
    [InlineData("viewer")]
    [InlineData("marcom")]
    [InlineData("dpo")]
    [InlineData("it")]
    public async Task Only_the_role_of_the_flow_releases(string user)
    {
        var plan = await host.World.AddPlanAsync();
        await RefusedAsync(plan, user, plan.Hash, HttpStatusCode.Forbidden, "wrong-role");
    }

    [Fact]
    public async Task An_expired_plan_is_refused()
    {
        var plan = await host.World.AddPlanAsync(age: TimeSpan.FromHours(30), stands: TimeSpan.FromHours(24));
        await RefusedAsync(plan, "crm-admin", plan.Hash, HttpStatusCode.Conflict, "plan-expired");
    }

    [Fact]
    public async Task A_plan_altered_in_the_database_is_refused()
    {
        var plan = await host.World.AddPlanAsync();
        await host.World.AlterCellAsync(plan.Id);
        await RefusedAsync(plan, "crm-admin", plan.Hash, HttpStatusCode.Conflict, "plan-altered");
    }

    [Fact]
    public async Task A_plan_is_released_once()
    {
        var plan = await host.World.AddPlanAsync();
        await (await host.ApiAsync("crm-admin")).PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash });
        await RefusedAsync(plan, "admin", plan.Hash, HttpStatusCode.Conflict, "plan-not-open");
    }

    [Fact]
    public async Task Cells_that_are_no_changes_cannot_be_approved()
    {
        var plan = await host.World.AddPlanAsync();
        var held = plan.Cells.First(c => c.Decision.Verdict == Verdict.Hold).Ordinal;
        var answer = await (await host.ApiAsync("crm-admin")).PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash, ordinals = new[] { held } });
        await ProblemAsync(answer, HttpStatusCode.UnprocessableEntity, "unknown-cells");
    }

    [Fact]
    public async Task Where_the_flow_asks_for_four_eyes_the_author_cannot_release()
    {
        var plan = await host.World.AddPlanAsync(author: "crm-admin");
        var inForce = host.World.Get<PolicySource>().Current;
        var strict = new PolicySet(inForce.Version, inForce.Contracts, [inForce.Flow(World.Enrichment) with { FourEyes = true }], inForce.Mappings);
        var result = await host.World.Get<PlanStore>().ApproveAsync(plan.Id, plan.Hash, "crm-admin", ["CRM Admin"], strict, null, CancellationToken.None);
        Assert.Equal("four-eyes", result.Refusal?.Code);
    }

    [Fact]
    public async Task A_refusal_needs_a_reason_and_keeps_it()
    {
        var plan = await host.World.AddPlanAsync();
        var api = await host.ApiAsync("crm-admin");
        await ProblemAsync(await api.PostAsJsonAsync($"/api/plans/{plan.Id}/refuse", new { hash = plan.Hash, reason = "  " }), HttpStatusCode.UnprocessableEntity, "reason-missing");
        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsJsonAsync($"/api/plans/{plan.Id}/refuse", new { hash = plan.Hash, reason = "Cities are wrong" })).StatusCode);
        Assert.Equal("refused", (await api.GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}")).GetProperty("state").GetString());
        var entries = await api.GetFromJsonAsync<JsonElement>($"/api/ledger/{World.Staging}/entries?limit=500");
        Assert.Contains(entries.EnumerateArray(), e => e.GetProperty("kind").GetString() == "plan-refused" && e.GetProperty("payload").GetString()!.Contains("Cities are wrong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plan_asked_for_is_pending_until_it_is_sealed_and_asking_again_gives_the_same_one()
    {
        var api = await host.ApiAsync("marcom");
        var first = await api.PostAsJsonAsync("/api/plans", new { connection = World.Staging, flow = "bounce-sync" });
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        var id = (await JsonAsync(first)).GetProperty("planId").GetGuid();
        Assert.Equal(id, (await JsonAsync(await api.PostAsJsonAsync("/api/plans", new { connection = World.Staging, flow = "bounce-sync" }))).GetProperty("planId").GetGuid());
        await ProblemAsync(await api.GetAsync($"/api/plans/{id}"), HttpStatusCode.NotFound, "plan-pending");
        await ProblemAsync(await api.GetAsync("/api/plans/00000000-0000-7000-8000-000000000000"), HttpStatusCode.NotFound, "plan-unknown");
        await host.World.SettleAsync();
        var job = (await host.World.Get<JobQueue>().ClaimAsync([JobKinds.MakePlan], 1, "w", TimeSpan.FromMinutes(1), CancellationToken.None)).Single();
        Assert.Equal("marcom", JobPayload.Read<MakePlan>(job.Payload).Author);
    }

    [Theory]
    [InlineData("icare", "no-such-flow", HttpStatusCode.NotFound, "flow-unknown")]
    [InlineData("nowhere", World.Enrichment, HttpStatusCode.UnprocessableEntity, "connection-unknown")]
    [InlineData(null, null, HttpStatusCode.NotFound, "flow-unknown")]
    public async Task A_plan_for_what_the_policy_does_not_know_is_refused(string? connection, string? flow, HttpStatusCode status, string code) =>
        await ProblemAsync(await (await host.ApiAsync("crm-admin")).PostAsJsonAsync("/api/plans", new { connection, flow }), status, code);

    [Fact]
    public async Task A_paused_flow_makes_and_releases_no_plans()
    {
        var plan = await host.World.AddPlanAsync(flow: "bounce-sync");
        var api = await host.ApiAsync("crm-admin");
        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsync("/api/flows/bounce-sync/pause", null)).StatusCode);
        await ProblemAsync(await api.PostAsJsonAsync("/api/plans", new { connection = "icare", flow = "bounce-sync" }), HttpStatusCode.Conflict, "flow-paused");
        await ProblemAsync(await api.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash }), HttpStatusCode.Conflict, "flow-paused");
        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsync("/api/flows/bounce-sync/resume", null)).StatusCode);
        Assert.False((await api.GetFromJsonAsync<JsonElement>("/api/flows")).EnumerateArray().Single(f => f.GetProperty("name").GetString() == "bounce-sync").GetProperty("paused").GetBoolean());
    }

    [Fact]
    public async Task Roles_hold_for_keys_as_for_people()
    {
        var viewer = await host.ApiAsync("viewer");
        await ProblemAsync(await viewer.PostAsJsonAsync("/api/plans", new { connection = "icare", flow = World.Enrichment }), HttpStatusCode.Forbidden, "forbidden");
        await ProblemAsync(await viewer.PostAsync("/api/flows/bounce-sync/pause", null), HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_caller_without_a_good_key_gets_a_problem_and_no_redirect()
    {
        await ProblemAsync(await host.Client().GetAsync("/api/plans"), HttpStatusCode.Unauthorized, "unauthenticated");
        var stranger = host.Client();
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", "not-a-key");
        await ProblemAsync(await stranger.GetAsync("/api/plans"), HttpStatusCode.Unauthorized, "key-unknown");
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", await host.World.KeyOfAsync("crm-admin", "ingest:clay"));
        await ProblemAsync(await stranger.GetAsync("/api/plans"), HttpStatusCode.Unauthorized, "scope-missing");
    }

    [Fact]
    public async Task A_write_with_a_cookie_needs_the_antiforgery_header()
    {
        var session = await Session.SignedInAsync(host, "crm-admin");
        var plan = await host.World.AddPlanAsync();
        await ProblemAsync(await session.Client.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash }), HttpStatusCode.BadRequest, "antiforgery");
        session.Client.DefaultRequestHeaders.Add("X-CSRF-TOKEN", await session.TokenAsync($"/plans/{plan.Id}"));
        Assert.Equal(HttpStatusCode.OK, (await session.Client.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash })).StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_a_problem_of_the_caller()
    {
        var api = await host.ApiAsync("crm-admin");
        var answer = await api.PostAsync("/api/plans", new StringContent("{", null, "application/json"));
        await ProblemAsync(answer, HttpStatusCode.BadRequest, "bad-request");
    }

    private async Task RefusedAsync(Plan plan, string user, string? hash, HttpStatusCode status, string code) =>
        await ProblemAsync(await (await host.ApiAsync(user)).PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash }), status, code);

    internal static async Task ProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"expected {status} {code}, got {answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }
}
