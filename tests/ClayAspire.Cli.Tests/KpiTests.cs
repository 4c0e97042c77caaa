using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClayAspire.Cli.Tests;

public sealed class KpiTests
{
    private static object Board(int numerator) => new
    {
        snapshot = new { id = "s1", takenAt = "2026-04-01T00:00:00Z" },
        kpis = new[] { new { key = "fill-rate", title = "Fill rate", unit = "ratio", value = numerator / 100.0, numerator, denominator = 100 } },
    };

    [Theory]
    [InlineData(85, 0)]
    [InlineData(84, 1)]
    public async Task Recomputed_figures_are_compared_with_those_shown(int recomputed, int exit)
    {
        await using var stack = await CommandLine.ServeAsync(app =>
        {
            app.MapGet("/api/kpis", () => Results.Json(Board(85)));
            app.MapPost("/v1/snapshots/{id}/recompute", (string id) => Results.Json(new { snapshotId = id, equal = true, figures = Board(recomputed) }));
        });
        var url = stack.Urls.First();
        var answer = await CommandLine.RunAsync("kpi", "--recompute", "--console", url, "--analytics", url, "--key", "k", "--json");
        Assert.Equal(exit, answer.Exit);
        Assert.Equal(exit == 0, answer.Json.GetProperty("same").GetBoolean());
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_3_and_no_crash()
    {
        await using var console = await CommandLine.ServeAsync(app => app.MapGet("/api/ledger/icare/export", async (HttpContext http) =>
        {
            await http.Response.WriteAsync("{");
            await http.Response.Body.FlushAsync();
            http.Abort();
        }));
        var answer = await CommandLine.RunAsync("ledger", "verify", "--connection", "icare", "--console", console.Urls.First(), "--key", "k");
        Assert.Equal(3, answer.Exit);
        Assert.Contains("broke off", answer.Error, StringComparison.Ordinal);
    }
}
