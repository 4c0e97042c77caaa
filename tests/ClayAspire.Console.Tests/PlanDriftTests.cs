using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Primitives;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;
using ClayAspire.Storage.Queue;

namespace ClayAspire.Console.Tests;

/// <summary>Looking for drift in a plan that waits: asked for here, done by a worker.</summary>
public sealed class PlanDriftTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Fact]
    public async Task A_look_is_asked_for_once_and_what_it_found_is_shown_and_filtered()
    {
        var plan = await host.World.AddPlanAsync();
        var api = await host.ApiAsync("marcom");
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync($"/api/plans/{plan.Id}/drift", null)).StatusCode);
        var session = await Session.SignedInAsync(host, "crm-admin");
        Assert.Contains("Looking…", await session.SendAsync($"/plans/{plan.Id}", $"/plans/{plan.Id}/drift"), StringComparison.Ordinal);
        Assert.False((await session.Client.GetAsync($"/plans/{plan.Id}/drift")).Headers.Contains("HX-Refresh"));

        // The worker's part.
        var queue = host.World.Get<JobQueue>();
        var job = Assert.Single(await queue.ClaimAsync([JobKinds.LookForDrift], 5, "w", TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Equal(new LookForDrift(plan.Id, "marcom"), JobPayload.Read<LookForDrift>(job.Payload));
        var at = new DateTimeOffset(2026, 11, 25, 14, 2, 0, TimeSpan.Zero);
        await host.World.Get<PlanStore>().SaveDriftAsync(plan.Id, "marcom", at, plan.Changes.Count(),
            [new DriftedChange(0, new Reason("drifted", "Changed."), FieldValue.FromCanonical("Rome")), new DriftedChange(2, new Reason("drifted", "Changed."), FieldValue.Blank)], CancellationToken.None);
        await queue.CompleteAsync(job.Lease, CancellationToken.None);

        Assert.True((await session.Client.GetAsync($"/plans/{plan.Id}/drift")).Headers.Contains("HX-Refresh"));
        var page = await session.PageAsync($"/plans/{plan.Id}?kind=drifted");
        Assert.Contains($"2 of {plan.Changes.Count()}</a> cells changed since the seal", page, StringComparison.Ordinal);
        Assert.Contains("25 Nov 2026, 14:02 UTC", page, StringComparison.Ordinal);
        Assert.Contains("holds now: Rome", page, StringComparison.Ordinal);
        Assert.Contains("holds now: blank", page, StringComparison.Ordinal);
        var cells = await api.GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}/cells?kind=drifted");
        Assert.Equal([(0, "drifted", "Rome"), (2, "drifted", null)], cells.GetProperty("items").EnumerateArray()
            .Select(c => (c.GetProperty("ordinal").GetInt32(), c.GetProperty("drift").GetString()!, c.GetProperty("valueNow").GetString())));
        var summary = (await api.GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}")).GetProperty("drift");
        Assert.Equal((2, at), (summary.GetProperty("drifted").GetInt32(), summary.GetProperty("lookedAt").GetDateTimeOffset()));
        var csv = (await api.GetStringAsync($"/api/plans/{plan.Id}/cells.csv?kind=drifted")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, csv.Length);
        Assert.EndsWith("declined_by,drift,value_now", csv[0], StringComparison.Ordinal);
        Assert.EndsWith(",drifted,Rome", csv[1], StringComparison.Ordinal);
        // It changed nothing of the plan.
        Assert.Equal(plan.Hash, (await host.World.Get<PlanStore>().LoadAsync(plan.Id, CancellationToken.None))!.Plan.Hash);
    }

    [Fact]
    public async Task A_viewer_asks_for_no_look_and_a_decided_plan_has_none()
    {
        var plan = await host.World.AddPlanAsync(leads: 2);
        await PlanApiTests.ProblemAsync(await (await host.ApiAsync("viewer")).PostAsync($"/api/plans/{plan.Id}/drift", null), HttpStatusCode.Forbidden, "forbidden");
        var admin = await host.ApiAsync("crm-admin");
        Assert.True((await admin.PostAsJsonAsync($"/api/plans/{plan.Id}/refuse", new { hash = plan.Hash, reason = "test" })).IsSuccessStatusCode);
        await PlanApiTests.ProblemAsync(await admin.PostAsync($"/api/plans/{plan.Id}/drift", null), HttpStatusCode.Conflict, "plan-not-open");
        Assert.DoesNotContain("Look for drift", await (await Session.SignedInAsync(host, "crm-admin")).PageAsync($"/plans/{plan.Id}"), StringComparison.Ordinal);
        await host.World.SettleAsync();
    }
}
