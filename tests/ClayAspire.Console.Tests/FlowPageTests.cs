using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ClayAspire.Console.Tests;

/// <summary>Flows that make no plans: page and API.</summary>
public sealed class FlowPageTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Theory]
    [InlineData("campaign-export", "icare")]
    [InlineData("eligibility-check", "icare")]
    [InlineData("sequencer-handoff", "hubspot-main")]
    public async Task A_flow_that_makes_no_plans_is_shown_and_neither_planned_nor_paused(string flow, string connection)
    {
        var api = await host.ApiAsync("admin");
        var plan = await api.PostAsJsonAsync("/api/plans", new { connection, flow });
        Assert.Equal((HttpStatusCode.Conflict, "flow-makes-no-plans"), (plan.StatusCode, (await plan.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
        var pause = await api.PostAsync($"/api/flows/{flow}/pause", null);
        Assert.Equal((HttpStatusCode.Conflict, "flow-makes-no-plans"), (pause.StatusCode, (await pause.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
        var session = await Session.SignedInAsync(host, "admin");
        Assert.Contains(flow, await session.PageAsync("/flows"), StringComparison.Ordinal);
        Assert.DoesNotContain($"/flows/{flow}/switch", await session.PageAsync("/flows"), StringComparison.Ordinal);
        Assert.DoesNotContain($"/{flow}\"", await session.PageAsync("/plans/new"), StringComparison.Ordinal);
    }
}
