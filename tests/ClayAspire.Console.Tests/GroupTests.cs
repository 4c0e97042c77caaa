using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClayAspire.Domain.Writeback;
using ClayAspire.Storage.Plans;

namespace ClayAspire.Console.Tests;

/// <summary>Approving and declining by filter and by group. What needs a name is among them only when the filter or the group is of such a kind.</summary>
public sealed class GroupTests(ConsoleHost host) : IClassFixture<ConsoleHost>
{
    [Theory]
    [InlineData("field")]
    [InlineData("record")]
    [InlineData("rule")]
    [InlineData("source")]
    public async Task Groups_part_the_changes_and_count_what_needs_a_name(string by)
    {
        var plan = await host.World.AddMixedPlanAsync();
        var groups = await GroupsAsync(plan, $"by={by}&size=500");
        Assert.Equal(plan.Changes.Count(), groups.Sum(g => g.GetProperty("changes").GetInt32()));
        Assert.Equal(plan.Changes.Count(c => c.NeedsNamedApproval), groups.Sum(g => g.GetProperty("named").GetInt32()));
        Assert.Equal(groups.Select(g => g.GetProperty("changes").GetInt32()).OrderDescending(), groups.Select(g => g.GetProperty("changes").GetInt32()));
        var expected = plan.Changes.CountBy(c => by switch
        {
            "field" => c.Cell.Field,
            "record" => c.Cell.Record.Id,
            "rule" => c.Decision.RuleId,
            _ => c.Decision.Winner!.Source,
        }).ToDictionary(g => g.Key, g => g.Value, StringComparer.Ordinal);
        Assert.Equal(expected, groups.ToDictionary(g => g.GetProperty("filter").GetProperty(by).GetString()!, g => g.GetProperty("changes").GetInt32(), StringComparer.Ordinal));
        Assert.All(groups, g => Assert.NotEqual("", g.GetProperty("sample").GetProperty("recordId").GetString()));
    }

    [Fact]
    public async Task By_kind_low_confidence_stands_beside_the_kind_of_its_change()
    {
        var plan = await host.World.AddMixedPlanAsync();
        var groups = (await GroupsAsync(plan, "by=kind")).ToDictionary(g => g.GetProperty("filter").GetProperty("kind").GetString()!, g => (g.GetProperty("changes").GetInt32(), g.GetProperty("named").GetInt32()), StringComparer.Ordinal);
        int Count(Func<PlannedCell, bool> of) => plan.Changes.Count(of);
        Assert.Equal((Count(c => c.Old.IsBlank), Count(c => c.Old.IsBlank && c.NeedsNamedApproval)), groups["fill"]);
        Assert.Equal((Count(c => !c.Old.IsBlank), Count(c => !c.Old.IsBlank)), groups["overwrite"]);
        Assert.Equal((Count(c => c.Decision.Caution.HasFlag(Caution.LowConfidence)), Count(c => c.Decision.Caution.HasFlag(Caution.LowConfidence))), groups["low-confidence"]);
        Assert.True(groups["fill"].Item2 > 0 && groups["overwrite"].Item1 > 0);
        Assert.False(groups.ContainsKey("clear"));
    }

    [Fact]
    public async Task Groups_honour_the_filter_are_sorted_paged_and_come_as_CSV()
    {
        var plan = await host.World.AddMixedPlanAsync(leads: 20);
        var fills = await GroupsAsync(plan, "by=field&kind=fill");
        Assert.Equal(plan.Changes.Count(c => c.Old.IsBlank), fills.Sum(g => g.GetProperty("changes").GetInt32()));
        var api = await host.ApiAsync("viewer");
        var page = await api.GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}/groups?by=record&sort=named&desc=true&page=2&size=7");
        Assert.Equal((20, 7), (page.GetProperty("total").GetInt32(), page.GetProperty("items").GetArrayLength()));
        var csv = (await api.GetStringAsync($"/api/plans/{plan.Id}/groups.csv?by=record")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(21, csv.Length);
        Assert.StartsWith("object,field,record,rule,source,kind,changes,named", csv[0], StringComparison.Ordinal);
        await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/plans/{plan.Id}/groups?by=moon"), HttpStatusCode.UnprocessableEntity, "bad-grouping");
        await PlanApiTests.ProblemAsync(await api.GetAsync($"/api/plans/{plan.Id}/groups?by=field&sort=record"), HttpStatusCode.UnprocessableEntity, "bad-sort");
    }

    [Fact]
    public async Task A_filter_by_field_approves_what_needs_no_name_and_leaves_the_rest()
    {
        var plan = await host.World.AddMixedPlanAsync();
        var api = await host.ApiAsync("crm-admin");
        var answer = await api.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash, filter = new { field = "City" } });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal(plan.Changes.Where(c => c.Cell.Field == "City" && !c.NeedsNamedApproval).Select(c => c.Ordinal), await ReleasedAsync());
        await host.World.SettleAsync();
    }

    [Fact]
    public async Task A_field_may_be_named_with_its_object()
    {
        var plan = await host.World.AddMixedPlanAsync();
        async Task<int> FoundAsync(string field) =>
            (await (await host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}/cells?field={field}")).GetProperty("total").GetInt32();
        Assert.Equal(await FoundAsync("City"), await FoundAsync("Lead.City"));
        Assert.Equal((12, 0), (await FoundAsync("City"), await FoundAsync("Contact.City")));
    }

    [Fact]
    public async Task A_filter_by_fills_releases_no_change_of_another_kind()
    {
        var plan = await host.World.AddMixedPlanAsync();
        var api = await host.ApiAsync("crm-admin");
        Assert.True((await api.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash, filter = new { kind = "fill" } })).IsSuccessStatusCode);
        Assert.Equal(plan.Changes.Where(c => c.Old.IsBlank && !c.NeedsNamedApproval).Select(c => c.Ordinal), await ReleasedAsync());
        await host.World.SettleAsync();
    }

    [Fact]
    public async Task A_filter_by_overwrites_names_each_of_them()
    {
        var plan = await host.World.AddMixedPlanAsync();
        var api = await host.ApiAsync("crm-admin");
        Assert.True((await api.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash, filter = new { field = "City", kind = "overwrite" } })).IsSuccessStatusCode);
        Assert.Equal(plan.Changes.Where(c => c.Cell.Field == "City" && !c.Old.IsBlank).Select(c => c.Ordinal), await ReleasedAsync());
        await host.World.SettleAsync();
    }

    [Fact]
    public async Task A_filter_declines_all_that_it_matches_and_an_approval_leaves_those_out()
    {
        var plan = await host.World.AddMixedPlanAsync();
        var api = await host.ApiAsync("crm-admin");
        var declined = await api.PostAsJsonAsync($"/api/plans/{plan.Id}/decline", new { hash = plan.Hash, filter = new { field = "City" }, reason = "not this month" });
        Assert.Equal(HttpStatusCode.NoContent, declined.StatusCode);
        var city = Assert.Single(await GroupsAsync(plan, "by=field&field=City"));
        Assert.Equal(city.GetProperty("changes").GetInt32(), city.GetProperty("declined").GetInt32());
        await PlanApiTests.ProblemAsync(await api.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash, filter = new { field = "City" } }), HttpStatusCode.UnprocessableEntity, "unknown-cells");
        Assert.True((await api.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", new { hash = plan.Hash })).IsSuccessStatusCode);
        Assert.Equal(plan.PlainChanges.Where(c => c.Cell.Field != "City").Select(c => c.Ordinal), await ReleasedAsync());
        await host.World.SettleAsync();
    }

    [Fact]
    public async Task A_selection_that_cannot_be_meant_is_refused()
    {
        var plan = await host.World.AddMixedPlanAsync();
        var api = await host.ApiAsync("crm-admin");
        async Task<HttpResponseMessage> ApproveAsync(object body) => await api.PostAsJsonAsync($"/api/plans/{plan.Id}/approve", body);
        await PlanApiTests.ProblemAsync(await ApproveAsync(new { hash = plan.Hash, ordinals = new[] { 0 }, filter = new { field = "City" } }), HttpStatusCode.UnprocessableEntity, "bad-selection");
        await PlanApiTests.ProblemAsync(await ApproveAsync(new { hash = plan.Hash, filter = new { kind = "fils" } }), HttpStatusCode.UnprocessableEntity, "bad-kind");
        await PlanApiTests.ProblemAsync(await ApproveAsync(new { hash = plan.Hash, filter = new { field = "Nowhere" } }), HttpStatusCode.UnprocessableEntity, "unknown-cells");
        Assert.Equal(PlanStates.Sealed, (await host.World.Get<PlanStore>().FindAsync(plan.Id, CancellationToken.None))!.State);
    }

    [Fact]
    public async Task On_the_page_ticked_groups_are_declined_and_approved_without_script()
    {
        var plan = await host.World.AddMixedPlanAsync();
        var session = await Session.SignedInAsync(host, "crm-admin");
        var path = $"/plans/{plan.Id}?by=field&kind=low-confidence";
        var page = await session.PageAsync(path);
        Assert.Contains("value=\"object=Lead&amp;field=City\"", page, StringComparison.Ordinal);
        Assert.Contains($"href=\"/plans/{plan.Id}?field=City&amp;kind=low-confidence&amp;object=Lead\"", page, StringComparison.Ordinal);

        var declined = await session.SendAsync(path, $"/plans/{plan.Id}/decline?by=field&kind=low-confidence", ("hash", plan.Hash), ("scope", "groups"), ("groupsReason", "too doubtful"), ("groups", "object=Lead&field=City"));
        Assert.Contains($"Declined {plan.Changes.Count(c => c.Decision.Caution.HasFlag(Caution.LowConfidence))} changes", declined, StringComparison.Ordinal);

        var approved = await session.SendAsync(path, $"/plans/{plan.Id}/approve?by=kind", ("hash", plan.Hash), ("scope", "groups"), ("groups", "kind=overwrite"), ("groups", "kind=fill"));
        var expected = plan.Changes.Where(c => !c.Decision.Caution.HasFlag(Caution.LowConfidence)).Select(c => c.Ordinal).ToList();
        Assert.Contains($"Approved {expected.Count} of the plan", approved, StringComparison.Ordinal);
        Assert.Equal(expected, await ReleasedAsync());
        await host.World.SettleAsync();
    }

    [Fact]
    public async Task A_group_that_a_form_makes_up_is_nothing()
    {
        var plan = await host.World.AddMixedPlanAsync(leads: 3);
        var session = await Session.SignedInAsync(host, "crm-admin");
        foreach (var group in new[] { "", "moon=full", "field=City&moon=full" })
            Assert.Contains("names cells that are no changes", await session.SendAsync($"/plans/{plan.Id}", $"/plans/{plan.Id}/approve", ("hash", plan.Hash), ("scope", "groups"), ("groups", group)), StringComparison.Ordinal);
    }

    private async Task<List<JsonElement>> GroupsAsync(Plan plan, string query) =>
        [.. (await (await host.ApiAsync("viewer")).GetFromJsonAsync<JsonElement>($"/api/plans/{plan.Id}/groups?{query}")).GetProperty("items").EnumerateArray()];

    /// <summary>What the next worker would write; the worker takes the run, and ends it.</summary>
    private async Task<IReadOnlyList<int>> ReleasedAsync()
    {
        var run = await host.World.WorkAsync();
        return [.. (await host.World.Get<RunStore>().CellsAsync(run.Id, null, 1, 500, CancellationToken.None)).Rows.Select(c => c.Ordinal)];
    }
}
