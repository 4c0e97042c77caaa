using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Suppression;
using ClayAspire.Storage.Signals;
using ClayAspire.Storage.Suppression;
using Npgsql;

namespace ClayAspire.Console.Tests;

/// <summary>Flows that make no plans, and who is left alone: page, API, CSV.</summary>
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

    [Fact]
    public async Task Who_is_left_alone_stands_on_the_page_in_the_api_and_as_csv_without_any_address()
    {
        await host.World.Get<SignalStore>().AppendAsync([new NewSignal("smartlead", "smartlead.unsubscribed", "*", "u1", """{"lead_email":"ada@example.com"}""", DateTimeOffset.UnixEpoch, true)], default);
        await using (var connection = await host.World.Get<NpgsqlDataSource>().OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await host.World.Get<SuppressionStore>().AddAsync(transaction, [new NewSuppression(SuppressionKey.Of("ada@example.com"), "unsubscribed", DateTimeOffset.UnixEpoch, "smartlead", 1)], default);
            await transaction.CommitAsync();
        }
        var lines = await (await host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>("/api/suppression");
        var line = lines.EnumerateArray().Single(l => l.GetProperty("reason").GetString() == "unsubscribed");
        Assert.Equal(1, line.GetProperty("listed").GetInt64());
        Assert.Contains("icare Lead.HasOptedOutOfEmail is true", line.GetProperty("toldBy").EnumerateArray().Select(t => t.GetString()));
        Assert.Contains("smartlead.unsubscribed", line.GetProperty("toldBy").EnumerateArray().Select(t => t.GetString()));

        var session = await Session.SignedInAsync(host, "viewer");
        var page = await session.PageAsync("/flows");
        Assert.Contains("icare Lead.HasOptedOutOfEmail is true", page, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@", page, StringComparison.Ordinal);
        var csv = await session.PageAsync("/api/suppression.csv");
        Assert.Contains("reason,listed,told_by,stops,why", csv, StringComparison.Ordinal);
        Assert.Contains("unsubscribed,1,", csv, StringComparison.Ordinal);
    }
}
