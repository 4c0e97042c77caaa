using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class PlanAndApproveTests : IAsyncLifetime
{
    private static readonly Guid PlanId = Guid.Parse("0195e000-0000-7000-8000-000000000001");
    private static readonly Guid RunId = Guid.Parse("0195e000-0000-7000-8000-000000000002");

    private readonly List<JsonElement> _approvals = [];
    private readonly List<JsonElement> _declines = [];
    private bool _looked;
    private WebApplication _console = null!;
    private string _runState = "green";
    private string _cancelAnswer = "running";
    private int _asked;

    public async Task InitializeAsync() => _console = await CommandLine.ServeAsync(app =>
    {
        app.MapPost("/api/plans", () => Results.Json(new { planId = PlanId }, statusCode: 202));
        app.MapGet("/api/plans/{id}", () => _asked++ < 2 ? CommandLine.Problem(404, "plan-pending", "It is being made.") : Results.Json(Plan(_looked)));
        app.MapGet("/api/plans/{id}/reasons", () => Results.Json(new[]
        {
            new { verdict = "Hold", code = "pending-legal", cells = 2 }, new { verdict = "Refuse", code = "not-in-allowlist", cells = 1 }, new { verdict = "Write", code = "fill-blank", cells = 1 },
        }));
        app.MapGet("/api/plans/{id}/groups", (string by) => Results.Json(new
        {
            items = new[] { new { filter = new { @object = "Lead", field = by }, changes = 12, named = 3, declined = 2, drifted = 1, sample = new { field = "City", old = "Ghent", @new = "Lyon" } } },
            total = 1,
        }));
        app.MapPost("/api/plans/{id}/decline", (JsonElement body) =>
        {
            _declines.Add(body);
            return Results.NoContent();
        });
        app.MapPost("/api/plans/{id}/drift", () =>
        {
            _looked = true;
            return Results.Json(new { planId = PlanId }, statusCode: 202);
        });
        app.MapGet("/api/plans/{id}/cells", (string? verdict, string? kind, int page) => Results.Json(new
        {
            items = page > 1 ? [] : kind == "drifted" ? [Cell(7, "Write", "fill-blank")] : new[] { Cell(1, "Write", "fill-blank"), Cell(2, "Hold", "pending-legal"), Cell(3, "Hold", "pending-legal"), Cell(4, "Refuse", "not-in-allowlist") }
                [(verdict == "Hold" ? 1 : 0)..(verdict == "Hold" ? 3 : 4)],
            total = verdict == "Hold" ? 2 : kind == "drifted" ? 1 : 4,
            pageNumber = page,
            size = 500,
        }));
        app.MapPost("/api/plans/{id}/approve", (JsonElement body) =>
        {
            _approvals.Add(body);
            return Results.Json(new { runId = RunId });
        });
        app.MapPost("/api/runs/{id}/undo", () => Results.Json(new { planId = PlanId }, statusCode: 202));
        app.MapPost("/api/runs/{id}/cancel", () => Results.Json(Run(_cancelAnswer), statusCode: 202));
        var polls = 0;
        app.MapGet("/api/runs/{id}", () => Results.Json(Run(polls++ < 2 ? "running" : _runState)));
        app.MapGet("/api/runs/{id}/cells", () => Results.Json(new { items = new[] { new { reasonCode = "crm-refused" } }, total = 1 }));
    });

    public async Task DisposeAsync() => await _console.DisposeAsync();

    private object Run(string state) => new
    {
        id = RunId,
        planId = PlanId,
        connection = "icare",
        flow = "f",
        state,
        planned = 1,
        verified = _runState == "green" ? 1 : 0,
        rejected = _runState == "finished-with-rejections" ? 1 : 0,
        skipped = _runState == "cancelled" ? 1 : 0,
        apiCalls = 3,
    };

    private static object Plan(bool looked) => new
    {
        drift = looked ? new { lookedAt = "2026-04-01T12:00:00Z", cells = 5, drifted = 1 } : null,
        id = PlanId,
        connection = "icare",
        flow = "enrichment-writeback",
        state = "sealed",
        hash = "abc",
        policyVersion = "p1",
        author = "crm-admin",
        undoesRun = RunId,
        expiresAt = "2026-04-02T00:00:00Z",
        changes = 1,
        keeps = 0,
        holds = 2,
        refusals = 1,
        apiCalls = 1,
        credits = 0,
        applySeconds = 150,
    };

    private static object Cell(int ordinal, string verdict, string code) => new { ordinal, verdict, reasonCode = code, recordId = "00Q", field = "Industry", old = (string?)null, @new = "x", source = "clay" };

    private Task<Answer> RunAsync(params string[] args) => CommandLine.RunAsync([.. args, "--console", _console.Urls.First(), "--key", "k"]);

    [Fact]
    public async Task A_plan_is_awaited_and_its_reasons_are_counted()
    {
        var answer = await RunAsync("plan", "--connection", "icare", "--flow", "enrichment-writeback", "--wait", "--json");
        Assert.Equal(0, answer.Exit);
        Assert.Equal("abc", answer.Json.GetProperty("plan").GetProperty("hash").GetString());
        Assert.Equal([("Hold", "pending-legal", 2), ("Refuse", "not-in-allowlist", 1), ("Write", "fill-blank", 1)],
            answer.Json.GetProperty("reasons").EnumerateArray().Select(r => (r.GetProperty("verdict").GetString(), r.GetProperty("code").GetString(), r.GetProperty("cells").GetInt32())));
        var text = await RunAsync("plan", "show", PlanId.ToString(), "--verdict", "Hold");
        Assert.Contains("pending-legal", text.Output, StringComparison.Ordinal);
        Assert.Contains("3 min", text.Output, StringComparison.Ordinal);
        Assert.Contains($"clayaspire approve {PlanId}", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approval_sends_the_hash_and_the_cells_and_waits_for_green()
    {
        _asked = 9;
        var answer = await RunAsync("approve", PlanId.ToString(), "--cells", "1,2", "--wait");
        Assert.Equal(0, answer.Exit);
        Assert.Contains("green", answer.Output, StringComparison.Ordinal);
        Assert.Equal("abc", _approvals[0].GetProperty("hash").GetString());
        Assert.Equal([1, 2], _approvals[0].GetProperty("ordinals").EnumerateArray().Select(o => o.GetInt32()));
    }

    [Fact]
    public async Task A_filter_is_sent_as_such_and_not_together_with_cells()
    {
        _asked = 9;
        Assert.Equal(0, (await RunAsync("approve", PlanId.ToString(), "--field", "City", "--kind", "fill")).Exit);
        var filter = _approvals[0].GetProperty("filter");
        Assert.Equal(("City", "fill", JsonValueKind.Null), (filter.GetProperty("field").GetString(), filter.GetProperty("kind").GetString(), filter.GetProperty("record").ValueKind));
        Assert.Equal(JsonValueKind.Null, _approvals[0].GetProperty("ordinals").ValueKind);
        Assert.Equal(2, (await RunAsync("approve", PlanId.ToString(), "--field", "City", "--cells", "1")).Exit);
        Assert.Equal(2, (await RunAsync("approve", PlanId.ToString(), "--kind", "nonsense")).Exit);
        Assert.Equal(0, (await RunAsync("decline", PlanId.ToString(), "--source", "file", "--reason", "old")).Exit);
        Assert.Equal("file", _declines[0].GetProperty("filter").GetProperty("source").GetString());
        Assert.Equal(2, (await RunAsync("decline", PlanId.ToString(), "--reason", "old")).Exit);
        Assert.Equal((1, 1), (_approvals.Count, _declines.Count));
    }

    [Fact]
    public async Task A_plan_is_shown_in_groups()
    {
        _asked = 9;
        var answer = await RunAsync("plan", "show", PlanId.ToString(), "--by", "field");
        Assert.Equal(0, answer.Exit);
        Assert.Contains("Lead.field", answer.Output, StringComparison.Ordinal);
        Assert.Contains("City: Ghent -> Lyon", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_look_for_drift_is_awaited_and_lists_what_changed()
    {
        _asked = 9;
        var answer = await RunAsync("plan", "drift", PlanId.ToString());
        Assert.Equal(1, answer.Exit);
        Assert.Contains("1 of 5 changes differ", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_undo_is_awaited_and_its_counts_are_printed()
    {
        var answer = await RunAsync("undo", RunId.ToString());
        Assert.Equal(0, answer.Exit);
        Assert.Contains("pending-legal", answer.Output, StringComparison.Ordinal);
        Assert.Contains($"It takes back run {RunId}", answer.Output, StringComparison.Ordinal);
        Assert.Contains($"clayaspire approve {PlanId}", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_with_rejections_is_1_and_says_why()
    {
        _asked = 9;
        _runState = "finished-with-rejections";
        var answer = await RunAsync("approve", PlanId.ToString(), "--hash", "seen", "--wait", "--json");
        Assert.Equal(1, answer.Exit);
        Assert.Equal("seen", _approvals[0].GetProperty("hash").GetString());
        Assert.Equal("crm-refused", answer.Json.GetProperty("reasons")[0].GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("cancelled", 0)]
    [InlineData("green", 1)]
    public async Task A_cancelled_run_is_watched_to_its_end_and_one_that_ended_first_is_1(string end, int exit)
    {
        _runState = end;
        var answer = await RunAsync("run", "cancel", RunId.ToString(), "--wait");
        Assert.Equal(exit, answer.Exit);
        Assert.Contains($"Run {RunId}: {end}", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancel_says_how_the_run_stands_and_does_not_wait_unasked()
    {
        var asked = await RunAsync("run", "cancel", RunId.ToString());
        Assert.Equal(0, asked.Exit);
        Assert.Contains("ends after the batch under way", asked.Output, StringComparison.Ordinal);
        _cancelAnswer = _runState = "cancelled";
        var done = await RunAsync("run", "cancel", RunId.ToString(), "--json");
        Assert.Equal((0, "cancelled"), (done.Exit, done.Json.GetProperty("run").GetProperty("state").GetString()));
        // A cancelled run is no success to who only watches it.
        Assert.Equal(1, (await RunAsync("run", "watch", RunId.ToString())).Exit);
    }
}
